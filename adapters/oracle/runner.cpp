#include "adapters/oracle/runner.hpp"

#include <array>
#include <exception>
#include <ostream>

#include <zlib.h>

#include "adapters/oracle/suites.hpp"

namespace akstwin {

Result<std::string> read_recorded(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");   // reads plain files as they are
  if (file == nullptr) return fail("cannot open " + path);
  std::string text;
  std::array<char, 1 << 16> buffer{};
  int read = 0;
  while ((read = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0)
    text.append(buffer.data(), static_cast<std::size_t>(read));
  const bool complete = read == 0 && gzeof(file) != 0;
  if (gzclose(file) != Z_OK || !complete) return fail("cannot read " + path);
  return text;
}

namespace {

struct Checked {
  std::string id;
  std::string mismatch;   // empty: equal
};

Checked check_line(const OracleSuite& suite, std::string_view line) {
  Checked checked;
  try {
    const nlohmann::json recorded = nlohmann::json::parse(line);
    checked.id = recorded.value("id", "?");
    checked.mismatch = suite.check(recorded);
  } catch (const std::exception& error) {   // of the JSON library: a field is missing or of another type
    checked.mismatch = std::string("unreadable case: ") + error.what();
  }
  return checked;
}

}  // namespace

OracleOutcome replay(const OracleSuite& suite, std::string_view text) {
  OracleOutcome outcome;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.find_first_not_of(" \r\t") == std::string_view::npos) continue;
    Checked checked = check_line(suite, line);
    if (checked.mismatch.empty()) {
      ++outcome.passed;
      continue;
    }
    ++outcome.failed;
    if (outcome.first.size() < kMismatchesShown) outcome.first.push_back({std::move(checked.id), std::move(checked.mismatch)});
  }
  return outcome;
}

int run_oracle(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  const OracleSuite* suite = arguments.empty() ? nullptr : find_suite(arguments[0]);
  if (arguments.size() != 2 || suite == nullptr) {
    if (!arguments.empty() && suite == nullptr) err << "oracle_runner: unknown suite '" << arguments[0] << "'\n";
    err << "usage: oracle_runner SUITE FILE.jsonl[.gz]\nsuites:";
    for (const OracleSuite& known : oracle_suites()) err << ' ' << known.name;
    err << '\n';
    return 2;
  }
  const Result<std::string> text = read_recorded(arguments[1]);
  if (!text) {
    err << "oracle_runner: " << text.error().message << '\n';
    return 1;
  }
  const OracleOutcome outcome = replay(*suite, *text);
  for (const OracleMismatch& mismatch : outcome.first) out << mismatch.id << ": " << mismatch.what << '\n';
  out << suite->name << ": " << outcome.passed << " passed, " << outcome.failed << " failed\n";
  return outcome.failed == 0 ? 0 : 1;
}

}  // namespace akstwin
