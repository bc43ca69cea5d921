/// Exchanges of a genuine kube-apiserver 1.32 (tests/kube_exchanges/README.md), for tests of the client and of the served twin.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "adapters/record/exchange.hpp"

namespace akstwin::test {

/// A kubectl command with what it printed and the exchanges that it caused.
struct RecordedCommand {
  std::string id, command, stdin_text, out, err;
  int exit_code = 0;
  std::vector<Exchange> exchanges;
};

struct RecordedGroup {
  std::string group, title;
  std::vector<Exchange> exchanges;
  std::vector<RecordedCommand> commands;

  /// The exchange of that id; a test that names an unknown one throws.
  const Exchange& exchange(std::string_view id) const;
  const RecordedCommand& command(std::string_view id) const;
};

/// The names of all groups: "01-discovery" … "11-json-only-front".
std::vector<std::string> kube_exchange_groups();
/// Reads one group, bodies included.
RecordedGroup read_kube_exchanges(const std::string& group);

}  // namespace akstwin::test
