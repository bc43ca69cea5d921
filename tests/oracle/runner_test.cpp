#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "adapters/oracle/suites.hpp"

using namespace akstwin;

namespace {

std::string equal_or_not(const nlohmann::json& recorded) { return recorded.at("equal").get<bool>() ? "" : "expected 1, got 2"; }
constexpr OracleSuite kSuite{"sample", equal_or_not};

}  // namespace

TEST_CASE("The runner counts equal and different cases and shows the different ones") {
  const OracleOutcome outcome =
      replay(kSuite, "{\"id\":\"a\",\"equal\":true}\n{\"id\":\"b\",\"equal\":false}\n\n{\"id\":\"c\",\"equal\":true}");
  CHECK(outcome.passed == 2);
  REQUIRE(outcome.failed == 1);
  CHECK(outcome.first.front().id == "b");
  CHECK(outcome.first.front().what == "expected 1, got 2");
}

TEST_CASE("A line that cannot be read is a failure, not a crash") {
  const OracleOutcome outcome = replay(kSuite, "{\"id\":\"a\"\n{\"id\":\"b\"}\n");
  CHECK(outcome.passed == 0);
  CHECK(outcome.failed == 2);
}

TEST_CASE("At most ten mismatches are shown") {
  std::string text;
  for (int i = 0; i < 25; ++i) text += "{\"id\":\"x\",\"equal\":false}\n";
  const OracleOutcome outcome = replay(kSuite, text);
  CHECK(outcome.failed == 25);
  CHECK(outcome.first.size() == 10);
}

TEST_CASE("Wrong usage exits with 2 and lists the suites, an unreadable file with 1") {
  std::ostringstream out, err;
  CHECK(run_oracle({"no_such_suite", "file"}, out, err) == 2);
  CHECK(err.str().find("sched_preempt") != std::string::npos);
  CHECK(run_oracle({"sched_preempt"}, out, err) == 2);
  CHECK(run_oracle({"sched_preempt", "/no/such/file.jsonl"}, out, err) == 1);
  CHECK(out.str().empty());
}
