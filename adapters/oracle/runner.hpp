/// Replays recorded decisions of the real upstream controllers against our functions.
#pragma once
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/base/result.hpp"

namespace akstwin {

/// Checks one recorded case: empty when we decide the same, else a short "expected … got …".
using OracleCheck = std::string (*)(const nlohmann::json& recorded);

/// A kind of recorded case, by the name of its file.
struct OracleSuite {
  std::string_view name;
  OracleCheck check;
};

struct OracleMismatch {
  std::string id, what;
};

struct OracleOutcome {
  std::size_t passed = 0, failed = 0;
  std::vector<OracleMismatch> first;   ///< at most kMismatchesShown
};
inline constexpr std::size_t kMismatchesShown = 10;

/// The whole text of a file, decompressed when it is gzip.
Result<std::string> read_recorded(const std::string& path);
/// Replays every line of `text`; a line that cannot be read counts as failed.
OracleOutcome replay(const OracleSuite& suite, std::string_view text);
/// The program: `oracle_runner SUITE FILE`. Exit code 0 all equal, 1 a mismatch or an unreadable file, 2 wrong usage.
int run_oracle(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace akstwin
