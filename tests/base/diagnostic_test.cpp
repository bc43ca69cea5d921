#include <catch2/catch.hpp>

#include "sim/base/diagnostic.hpp"

using namespace akstwin;

namespace {

std::string printed(const Diagnostics& diagnostics) {
  std::ostringstream out;
  diagnostics.print(out);
  return out.str();
}

}  // namespace

TEST_CASE("A diagnostic shows the line, underlines the place and advises") {
  Diagnostics diagnostics;
  diagnostics.add_source("a.yaml", "nodePools:\n  - name: user\n    maxcount: 40\n");
  diagnostics.add({.code = "S012", .at = {"a.yaml", 3, 5, 8}, .message = "unknown key 'maxcount'", .hint = "did you mean 'maxCount'?"});
  CHECK(printed(diagnostics) ==
        "a.yaml:3:5: error[S012]: unknown key 'maxcount'\n"
        "    3 |     maxcount: 40\n"
        "      |     ^~~~~~~~ did you mean 'maxCount'?\n");
}

TEST_CASE("The caret stands under its place after tabs and wide characters") {
  Diagnostics diagnostics;
  diagnostics.add_source("b.yaml", "\tä: x\r\n");
  diagnostics.add({.severity = Severity::Warning, .code = "S001", .at = {"b.yaml", 1, 6, 1}, .message = "odd", .hint = ""});
  CHECK(printed(diagnostics) ==
        "b.yaml:1:6: warning[S001]: odd\n"
        "    1 | \tä: x\n"
        "      | \t   ^\n");
}

TEST_CASE("A diagnostic without a position or text still advises") {
  Diagnostics diagnostics;
  diagnostics.add({.code = "S002", .at = {"c.yaml"}, .message = "empty", .hint = "write something"});
  CHECK(printed(diagnostics) == "c.yaml: error[S002]: empty\n      | write something\n");
}

TEST_CASE("Diagnostics come in order of place, once each, and count errors only") {
  Diagnostics diagnostics;
  for (const int line : {7, 3, 7}) diagnostics.add({.code = "S003", .at = {"d.yaml", line, 1}, .message = "m", .hint = ""});
  diagnostics.add({.severity = Severity::Warning, .code = "S004", .at = {"a.yaml", 9, 1}, .message = "m", .hint = ""});
  const auto sorted = diagnostics.sorted();
  REQUIRE(sorted.size() == 3);
  CHECK(sorted[0].at.file == "a.yaml");
  CHECK(sorted[1].at.line == 3);
  CHECK(sorted[2].at.line == 7);
  CHECK(diagnostics.error_count() == 2);
  CHECK(diagnostics.has_errors());
  CHECK_FALSE(Diagnostics().has_errors());
}

TEST_CASE("A misspelt word is corrected when it is near enough") {
  const std::vector<std::string> keys{"maxCount", "minCount", "maxPods", "name", "vmSize"};
  CHECK(closest("maxcount", keys) == "maxCount");     // case is no edit
  CHECK(closest("maxCuont", keys) == "maxCount");     // a swap is one edit
  CHECK(closest("mincont", keys) == "minCount");
  CHECK(closest("nam", keys) == "name");
  CHECK(closest("nmae", keys) == "name");
  CHECK(closest("replicas", keys).empty());
  CHECK(closest("ab", keys).empty());                 // at least one edit is allowed, two are not
  CHECK(closest("x", std::vector<std::string>{}).empty());
}
