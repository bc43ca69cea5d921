#include <catch2/catch.hpp>

#include "adapters/oracle/suites.hpp"

using namespace akstwin;

TEST_CASE("Every recorded recommendation of the Vertical Pod Autoscaler 1.3 is ours to the last byte") {
  const OracleSuite* const suite = find_suite("vpa_recommend");
  REQUIRE(suite != nullptr);
  const auto text = read_recorded(std::string(AKSTWIN_SOURCE_DIR) + "/tests/oracle/data/vpa_recommend.jsonl.gz");
  REQUIRE(text.has_value());
  const OracleOutcome outcome = replay(*suite, *text);
  for (const OracleMismatch& mismatch : outcome.first) UNSCOPED_INFO(mismatch.id << ": " << mismatch.what);
  CHECK(outcome.failed == 0);
  CHECK(outcome.passed == 124);
}
