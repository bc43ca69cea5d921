// Forecasts of upgrades: what a run says, how runs add up, and how the scenario is prepared.
#include <catch2/catch.hpp>

#include "reports/upgrade_forecast.hpp"

using namespace akstwin;

namespace {

Answers with(double minutes, std::int64_t errors, bool succeeded = true) {
  Answers answers;
  UpgradeAnswer upgrade;
  upgrade.cluster = "prod";
  upgrade.pool = "user";
  upgrade.took = Duration{static_cast<std::int64_t>(minutes * 60e6)};
  upgrade.succeeded = succeeded;
  upgrade.result = succeeded ? "Succeeded" : "Failed: drain timeout";
  upgrade.surge_nodes = 2;
  upgrade.extra_cost = Money{500'000'000};
  upgrade.budgets.push_back({"shop/api", 3, 2, Duration{17'000'000}});
  answers.upgrades.upgrades.push_back(upgrade);
  ServiceCapacity api;
  api.errors = errors;
  answers.capacity.services.push_back(api);
  return answers;
}

Answers without(std::int64_t errors) {
  Answers answers;
  ServiceCapacity api;
  api.errors = errors;
  answers.capacity.services.push_back(api);
  return answers;
}

Scenario a_scenario() {
  Scenario scenario;
  scenario.horizon = Duration{30LL * 86'400'000'000};
  ClusterSpec cluster;
  cluster.name = Name("prod");
  cluster.maintenance.node_os = NodeOsChannel::NodeImage;
  NodePoolSpec system, user;
  system.name = Name("system");
  system.mode = PoolMode::System;
  user.name = Name("user");
  cluster.pools = {system, user};
  scenario.clusters.push_back(cluster);
  return scenario;
}

}  // namespace

TEST_CASE("Requests lost are those beyond what fails anyway, and never below zero") {
  CHECK(judge_upgrade(with(10, 130), without(100)).requests_lost == 30);
  CHECK(judge_upgrade(with(10, 90), without(100)).requests_lost == 0);
}

TEST_CASE("Runs add up to quantiles; one that fails keeps its reason, and budgets their longest time") {
  std::vector<ForecastRun> runs;
  for (const double minutes : {10.0, 12.0, 14.0}) runs.push_back(judge_upgrade(with(minutes, 0), without(0)));
  runs.push_back(judge_upgrade(with(40, 0, false), without(0)));
  const ForecastRow row = add_up({"1", IntOrPercent{1, false}}, runs);
  CHECK(row.runs == 4);
  CHECK(row.succeeded == 3);
  CHECK(row.result == "prod/user: Failed: drain timeout");
  CHECK(row.minutes.quantile(0.5) == Approx(13));
  CHECK(row.surge_nodes == 2);
  CHECK(row.extra_cost.mean() == Approx(0.5));
  REQUIRE(row.budgets.size() == 1);
  CHECK(row.budgets.front().pods == 3);
}

TEST_CASE("A forecast ends with its watch, upgrades the pools asked for with the surge asked for, and leaves channels out") {
  ForecastOrder order;
  order.pools = {"prod/user"};
  const SurgeSetting third{"33%", IntOrPercent{33, true}};
  const Scenario scenario = with_upgrade(a_scenario(), order, &third);
  CHECK(scenario.horizon == order.at.since_start() + order.within);
  REQUIRE(scenario.steps.size() == 1);
  CHECK(scenario.steps[0].actions[0].target == Name("prod/user"));
  CHECK(scenario.clusters[0].pools[0].max_surge == NodePoolSpec{}.max_surge);
  CHECK(scenario.clusters[0].pools[1].max_surge == IntOrPercent{33, true});
  CHECK(scenario.clusters[0].maintenance.node_os == NodeOsChannel::None);
  CHECK(with_upgrade(a_scenario(), order, nullptr).steps.empty());
}

TEST_CASE("No surge means in place in user pools, and one surge machine in system pools, which take no maxUnavailable") {
  const SurgeSetting none{"0", IntOrPercent{0, false}};
  const Scenario scenario = with_upgrade(a_scenario(), {}, &none);
  CHECK(scenario.clusters[0].pools[0].max_surge == IntOrPercent{1, false});
  CHECK(scenario.clusters[0].pools[1].max_surge == IntOrPercent{0, false});
  CHECK(scenario.clusters[0].pools[1].upgrade.max_unavailable == IntOrPercent{1, false});
}

TEST_CASE("A pool that does not exist is named with those that do") {
  ForecastOrder order;
  order.pools = {"prod/usr"};
  CHECK(unknown_pools(a_scenario(), order) == "there is no pool 'prod/usr'; there are: prod/system, prod/user");
  CHECK(parse_surge("33%") == IntOrPercent{33, true});
  CHECK_FALSE(parse_surge("-1").has_value());
  CHECK_FALSE(parse_surge("%").has_value());
}
