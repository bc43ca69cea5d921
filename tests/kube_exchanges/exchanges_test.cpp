#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/kube_exchanges.hpp"

namespace akstwin::test {

TEST_CASE("All recordings of the genuine API server can be read") {
  std::size_t exchanges = 0, commands = 0, of_commands = 0;
  for (const std::string& name : kube_exchange_groups()) {
    const RecordedGroup group = read_kube_exchanges(name);
    exchanges += group.exchanges.size();
    commands += group.commands.size();
    for (const RecordedCommand& command : group.commands) of_commands += command.exchanges.size();
  }
  // The counts that the recording's own index states.
  CHECK(exchanges == 432);
  CHECK(commands == 218);
  CHECK(of_commands == 529);
}

TEST_CASE("No recording holds a credential") {
  for (const std::string& name : kube_exchange_groups())
    for (const Exchange& exchange : read_kube_exchanges(name).exchanges) CHECK(find_header(exchange.request.headers, "Authorization").empty());
}

TEST_CASE("A recorded exchange survives being written and read") {
  for (const char* name : {"05-watch", "07-pods-nodes"})
    for (const Exchange& exchange : read_kube_exchanges(name).exchanges) {
      const Exchange again = exchange_from_json(to_json(exchange));
      CHECK(again.request.target == exchange.request.target);
      CHECK(again.request.body == exchange.request.body);
      CHECK(again.whole_body() == exchange.whole_body());
      CHECK(again.end == exchange.end);
      CHECK(again.chunks.size() == exchange.chunks.size());
    }
}

}  // namespace akstwin::test
