#include <catch2/catch.hpp>

#include "adapters/oracle/suites.hpp"

using namespace akstwin;

TEST_CASE("Nodes are tainted and pods evicted when the real controllers did it, in all recorded cases") {
  const OracleSuite* suite = find_suite("node_lifecycle_evict");
  REQUIRE(suite != nullptr);
  const Result<std::string> text = read_recorded(std::string(AKSTWIN_SOURCE_DIR) + "/tests/oracle/data/node_lifecycle_evict.jsonl.gz");
  REQUIRE(text.has_value());
  const OracleOutcome outcome = replay(*suite, *text);
  for (const OracleMismatch& mismatch : outcome.first) UNSCOPED_INFO(mismatch.id << ": " << mismatch.what);
  CHECK(outcome.failed == 0);
  CHECK(outcome.passed == 101);
}
