// Northwind against the figures that its owners published. docs/validation.md has the table in words.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "reports/outcome.hpp"
#include "tests/northwind/northwind.hpp"

namespace akstwin::test {
namespace {

constexpr Duration kDay{86'400'000'000};
const std::set<std::string> kSquads{"drivers", "shippers", "partners", "dispatch", "pricing", "payments"};

}  // namespace

TEST_CASE("Northwind has 28 services of six squads on both clusters, each with an autoscaler") {
  const Scenario scenario = northwind(kDay * 30);
  REQUIRE(scenario.workloads.size() == 2);
  for (const ClusterWorkloads& cluster : scenario.workloads) {
    std::set<std::string> services, scaled, squads;
    for (const WorkloadSpec& workload : cluster.manifests.workloads)
      if (kSquads.contains(workload.name_space.str())) {
        services.insert(workload.name_space.str() + "/" + workload.name.str());
        squads.insert(workload.name_space.str());
      }
    for (const auto& hpa : cluster.manifests.autoscalers) scaled.insert(hpa.name_space.str() + "/" + hpa.target.str());
    for (const auto& object : cluster.manifests.scaled_objects) scaled.insert(object.name_space.str() + "/" + object.target.str());
    CHECK(services.size() == 28);
    CHECK(squads == kSquads);
    CHECK(std::includes(scaled.begin(), scaled.end(), services.begin(), services.end()));
  }
}

TEST_CASE("A month of Northwind reproduces every published figure within its stated range") {
  const Scenario base = northwind(kDay * 30);
  REQUIRE(base.variants.size() == 1);
  Changes changes;
  for (const OverrideSpec& change : base.variants[0].set) changes.push_back(change.path + "=" + change.value);
  const Scenario sidecars = northwind(kDay * 30, changes);

  std::vector<Answers> first, second;
  first.push_back(run(base));
  second.push_back(run(sidecars));
  const Outcome outcome = merge(base, std::move(first));
  const Outcome variant = merge(sidecars, std::move(second));
  const auto results = hold_against(outcome, {compare(outcome, base.variants[0].name, variant)});
  CHECK(results.size() == 16);
  for (const ReferenceResult& result : results) {
    INFO(result.metric << ": published " << result.published << ", simulated " << result.simulated.value_or(-1) << ", accepted "
                       << result.low << " to " << result.high);
    CHECK(result.within);
  }
}

TEST_CASE("The game day takes half an hour in the middle and 15 to 45 minutes over the replications, and loses seconds of data") {
  const Scenario scenario = northwind(game_day_horizon(), game_day_at_once());
  std::vector<double> minutes;
  for (std::uint32_t replication = 0; replication < 15; ++replication) {
    const Answers answers = run(scenario, replication);
    minutes.push_back(figure(answers, "recovery.rto_minutes"));
    CHECK(figure(answers, "recovery.rpo_seconds") < 60);
  }
  std::sort(minutes.begin(), minutes.end());
  CHECK(minutes.front() > 15);
  CHECK(minutes.back() < 45);
  CHECK(minutes[7] > 26);
  CHECK(minutes[7] < 36);
}

}  // namespace akstwin::test
