#include <catch2/catch.hpp>

#include "adapters/oracle/suites.hpp"

using namespace akstwin;

namespace {

// The recorded decisions of kube-scheduler 1.32.13, compressed beside this test.
OracleOutcome replay_recorded(std::string_view name) {
  const OracleSuite* suite = find_suite(name);
  REQUIRE(suite != nullptr);
  const Result<std::string> text = read_recorded(std::string(AKSTWIN_SOURCE_DIR) + "/tests/oracle/data/" + std::string(name) + ".jsonl.gz");
  REQUIRE(text.has_value());
  return replay(*suite, *text);
}

void expect_all_equal(const OracleOutcome& outcome, std::size_t cases) {
  for (const OracleMismatch& mismatch : outcome.first) UNSCOPED_INFO(mismatch.id << ": " << mismatch.what);
  CHECK(outcome.failed == 0);
  CHECK(outcome.passed == cases);
}

}  // namespace

TEST_CASE("Filters and scores decide as the real scheduler did in all recorded cases") {
  expect_all_equal(replay_recorded("sched_filter_score"), 491);
}

TEST_CASE("Preemption finds the victims that the real scheduler found in all recorded cases") {
  expect_all_equal(replay_recorded("sched_preempt"), 220);
}
