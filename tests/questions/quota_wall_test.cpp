// scenarios/catalog/quota-wall.yaml: the arithmetic is in its head.
#include "models/observe/kinds.hpp"
#include "tests/questions/question.hpp"

namespace akstwin::test {

constexpr Duration kDay{86'400'000'000};

TEST_CASE("The quota of 40 vCPUs stops the shop's pool at nine nodes on Friday, and says so on Wednesday") {
  const Question q = ask("quota-wall");
  REQUIRE(q.answers.capacity.quotas.size() == 1);
  const QuotaUse& quota = q.answers.capacity.quotas[0];
  CHECK(q.figure("pool.user.max") == 9);   // (40 − 2 × 2) / 4
  CHECK(quota.peak == 40);
  REQUIRE(quota.warned_at);
  CHECK(quota.warned_at->since_start() / kDay == 2);    // 80 % on the third day
  REQUIRE(quota.refused_at);
  CHECK(quota.refused_at->since_start() / kDay == 4);   // the wall on the fifth
  // 1,221 / 28 = 44 pods less the autoscaler's tolerance of 10 %, 36 places: four to eight wait.
  CHECK(q.answers.capacity.clusters[0].pending_peak >= 4);
  CHECK(q.answers.capacity.clusters[0].pending_peak <= 9);
  REQUIRE(q.answers.findings.size() >= 1);
  CHECK(q.answers.findings.back().find("westeurope/standardDDSv5Family: 40 of 40 vCPUs at peak") != std::string::npos);
}

TEST_CASE("The autoscaler backs off from a refused quota for 5, 10, 20 and then 30 minutes") {
  const Question q = ask("quota-wall");
  std::vector<SimTime> refused;
  for (const TimelineEvent& event : q.timeline.events())
    if (event.kind == code(EventKind::PoolRefused)) refused.push_back(event.at);
  REQUIRE(refused.size() >= 5);
  const std::int64_t minutes[] = {5, 10, 20, 30};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::int64_t waited = (refused[i + 1] - refused[i]).seconds();
    CHECK(waited >= minutes[i] * 60);
    CHECK(waited <= minutes[i] * 60 + 20);   // the next loops
  }
}

TEST_CASE("With the quota raised in time nobody waits at the wall, and Friday has eleven nodes") {
  const Question q = ask("quota-wall", "quota-raised");
  CHECK(q.answers.capacity.quotas[0].refusals == 0);
  CHECK_FALSE(q.answers.capacity.quotas[0].warned_at.has_value());   // 48 of 100
  CHECK(q.figure("pool.user.max") >= 10);
  CHECK(q.figure("pool.user.max") <= 11);
}

}  // namespace akstwin::test
