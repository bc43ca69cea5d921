// What must move when an input moves, and in which direction: a model that only prints its inputs fails here.
#include <catch2/catch.hpp>

#include "tests/northwind/northwind.hpp"

namespace akstwin::test {
namespace {

constexpr Duration kThreeDays{3LL * 86'400'000'000};
// Without the savings plan a pool's cost is its node hours times the list price.
const std::string kNoPlan = "cost.commitments=[]";
// Three working days without the game day of day ten.
const std::string kNoGameDay = "faults.steps=[]";

Answers three_days(Changes changes) {
  changes.push_back(kNoGameDay);
  return run(northwind(kThreeDays, changes));
}

}  // namespace

TEST_CASE("Half the traffic needs fewer nodes, less compute and a smaller edge bill") {
  const Answers as_is = three_days({});
  Changes changes;
  for (const char* edge : {"drivers/driver-api", "shippers/shipper-portal", "partners/partner-api"})
    for (const char* end : {"peak", "trough"}) changes.push_back("services." + std::string(edge) + ".traffic." + end + "=x0.5");
  const Answers half = three_days(changes);
  CHECK(figure(half, "pods.mean") < 0.85 * figure(as_is, "pods.mean"));
  CHECK(figure(half, "pool.user.mean") < 0.85 * figure(as_is, "pool.user.mean"));
  CHECK(figure(half, "cost.production.compute") < 0.9 * figure(as_is, "cost.production.compute"));
  // 330 dollars of base fee stay; the rest goes with the requests.
  CHECK(figure(half, "cost.edge") - 330 == Approx(0.5 * (figure(as_is, "cost.edge") - 330)).epsilon(0.02));
  CHECK(figure(half, "cost.registry") == Approx(figure(as_is, "cost.registry")));
}

TEST_CASE("A cheaper size of the same shape changes the user pool's bill by the ratio of the list prices") {
  const Answers intel = three_days({kNoPlan});
  const Answers amd = three_days({kNoPlan, "clusters.aks-prod.agentPoolProfiles.user.vmSize=Standard_D4ads_v5"});
  // East US 2: D4ds_v5 $0.226, D4ads_v5 $0.206 an hour; both four cores and 16 GiB with an ephemeral disk.
  CHECK(figure(amd, "pool.user.mean") == Approx(figure(intel, "pool.user.mean")));
  CHECK(pool_cost(amd, "aks-prod/user") / pool_cost(intel, "aks-prod/user") == Approx(0.206 / 0.226).epsilon(0.001));
}

TEST_CASE("Regular instead of spot instances cost the list price") {
  const std::string pool = "clusters.aks-prod.agentPoolProfiles.spot.";
  const Answers spot = three_days({kNoPlan});
  const Answers regular = three_days({kNoPlan, pool + "scaleSetPriority=Regular", pool + "nodeLabels={kubernetes.azure.com/scalesetpriority: spot}"});
  const auto hourly = [](const Answers& answers) { return pool_cost(answers, "aks-prod/spot") / (730 * figure(answers, "pool.spot.mean")); };
  CHECK(hourly(spot) == Approx(0.05876).epsilon(0.001));
  CHECK(hourly(regular) == Approx(0.452).epsilon(0.001));
}

TEST_CASE("The savings plan saves its discount on what it covers") {
  const Answers with = three_days({});
  const Answers without = three_days({kNoPlan});
  // $4.50 an hour at 31 % off pay for 4.50 / 0.69 = $6.52 of list price: $2.02 saved an hour, as long as it is all used.
  const double saved = figure(without, "cost.monthly") - figure(with, "cost.monthly");
  CHECK(figure(with, "cost.commitment.unused") < 40);
  CHECK(saved == Approx(730 * (4.50 / 0.69 - 4.50)).epsilon(0.03));
}

TEST_CASE("Resuming Flux ten minutes later ends the outage some ten minutes later") {
  const auto rto = [](const std::string& takes) {
    const Changes changes{"faults.steps.1.do.1.takes={p50: " + takes + ", p95: " + takes + "}"};
    return figure(run(northwind(game_day_horizon(), game_day_at_once(changes))), "recovery.rto_minutes");
  };
  const double prompt = rto("1m"), late = rto("11m");
  CHECK(late - prompt > 7);
  CHECK(late - prompt < 14);
}

TEST_CASE("A standby with twice the nodes is dearer and serves no later") {
  const Changes doubled = game_day_at_once({"clusters.aks-standby.agentPoolProfiles.user.minCount=12"});
  const Answers minimum = run(northwind(game_day_horizon(), game_day_at_once()));
  const Answers more = run(northwind(game_day_horizon(), doubled));
  CHECK(figure(more, "cost.standby.monthly") > 1.2 * figure(minimum, "cost.standby.monthly"));
  // The recovery clock looks every 5 s: one look later is no later.
  CHECK(figure(more, "recovery.rto_minutes") <= figure(minimum, "recovery.rto_minutes") + 5.0 / 60);
}

TEST_CASE("The same seed gives the same run, another seed another one") {
  const Scenario scenario = northwind(kThreeDays, {kNoGameDay});
  Scenario other = scenario;
  other.seed = 2;
  const std::uint64_t hash = run(scenario).timeline_hash;
  CHECK(run(scenario).timeline_hash == hash);
  CHECK(run(other).timeline_hash != hash);
}

}  // namespace akstwin::test
