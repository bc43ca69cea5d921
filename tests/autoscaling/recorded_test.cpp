#include <catch2/catch.hpp>

#include "adapters/oracle/suites.hpp"

using namespace akstwin;

namespace {

/// Replays a recorded file of tests/oracle/data.
OracleOutcome replay_file(const std::string& suite) {
  const auto text = read_recorded(std::string(AKSTWIN_SOURCE_DIR) + "/tests/oracle/data/" + suite + ".jsonl.gz");
  REQUIRE(text.has_value());
  const OracleSuite* const found = find_suite(suite);
  REQUIRE(found != nullptr);
  const OracleOutcome outcome = replay(*found, *text);
  for (const OracleMismatch& mismatch : outcome.first) WARN(mismatch.id << ": " << mismatch.what);
  return outcome;
}

}  // namespace

TEST_CASE("Every recorded replica calculation of Kubernetes 1.32 has our answer") {
  const OracleOutcome outcome = replay_file("hpa_replicas");
  CHECK(outcome.passed == 1408);
  CHECK(outcome.failed == 0);
}

TEST_CASE("Every recorded autoscaler trace of Kubernetes 1.32 has our answer at each sync") {
  const OracleOutcome outcome = replay_file("hpa_behavior");
  CHECK(outcome.passed == 104);
  CHECK(outcome.failed == 0);
}

TEST_CASE("Every recorded scale-up loop of the Cluster Autoscaler 1.30 has our answer") {
  const OracleOutcome outcome = replay_file("ca_scaleup");
  CHECK(outcome.passed == 730);
  CHECK(outcome.failed == 0);
}
