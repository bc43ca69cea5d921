#include <catch2/catch.hpp>

#include "adapters/oracle/ca_cases.hpp"
#include "adapters/oracle/suites.hpp"

using namespace akstwin;

namespace {

std::string recorded_text(const std::string& suite) {
  auto text = read_recorded(std::string(AKSTWIN_SOURCE_DIR) + "/tests/oracle/data/" + suite + ".jsonl.gz");
  REQUIRE(text.has_value());
  return *std::move(text);
}

/// Every `stride`-th line: hours of simulated time are too much for each case in each run. `oracle_runner` replays them all.
std::string every(std::size_t stride, const std::string& text) {
  std::string kept;
  std::size_t line = 0;
  for (std::size_t from = 0; from < text.size(); ++line) {
    const std::size_t to = std::min(text.find('\n', from), text.size() - 1) + 1;
    if (line % stride == 0) kept += text.substr(from, to - from);
    from = to;
  }
  return kept;
}

/// Expects our answer to every recorded case of `text`.
void expect_equal(const std::string& suite, const std::string& text, std::size_t cases) {
  const OracleSuite* const found = find_suite(suite);
  REQUIRE(found != nullptr);
  const OracleOutcome outcome = replay(*found, text);
  for (const OracleMismatch& mismatch : outcome.first) WARN(mismatch.id << ": " << mismatch.what);
  CHECK(outcome.passed == cases);
  CHECK(outcome.failed == 0);
}

}  // namespace

TEST_CASE("Every recorded replica calculation of Kubernetes 1.32 has our answer") {
  expect_equal("hpa_replicas", recorded_text("hpa_replicas"), 1408);
}

TEST_CASE("Every fourth recorded autoscaler trace of Kubernetes 1.32 has our answer at each sync") {
  expect_equal("hpa_behavior", every(4, recorded_text("hpa_behavior")), 26);
}

TEST_CASE("Every fourth recorded scale-up loop of the Cluster Autoscaler 1.30 has our answer") {
  expect_equal("ca_scaleup", every(4, recorded_text("ca_scaleup")), 183);   // ceil(730 / 4)
}

TEST_CASE("Every sixteenth recorded scale-down run of the Cluster Autoscaler 1.30 is ours to the last record") {
  expect_equal("ca_scaledown", every(16, recorded_text("ca_scaledown")), 13);   // ceil(193 / 16)
}

TEST_CASE("Every sixteenth recorded trace of the Cluster Autoscaler 1.30 is ours to the last record") {
  expect_equal("ca_trace", every(16, recorded_text("ca_trace")), 6);   // ceil(88 / 16)
}

TEST_CASE("Leaving out the loops that cannot matter changes no record, and it leaves out most") {
  const std::string text = every(16, recorded_text("ca_scaledown"));
  oracle::LeftOutLoops loops;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = text.find('\n', from);
    const auto recorded = nlohmann::json::parse(text.substr(from, to - from));
    INFO(recorded.at("id"));
    CHECK(oracle::check_ca_left_out_loops(recorded, false, loops).empty());
    from = to + 1;
  }
  CHECK(loops.run * 2 < loops.all);
}
