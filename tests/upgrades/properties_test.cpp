// What holds for every upgrade, whatever its settings and luck.
#include <catch2/catch.hpp>

#include "sim/rng.hpp"
#include "tests/upgrades/upgrading.hpp"

namespace akstwin::test {
namespace {

/// A platform whose settings are drawn from a seed: sizes, surge, budgets, behaviour, times with spread.
Scenario drawn(std::uint64_t seed) {
  const RngStream stream(RngRoot{.seed = seed}, "tests/upgrades");
  const auto below = [&](std::uint64_t n, std::uint64_t draw) { return static_cast<std::int64_t>(stream.below(n, draw)); };
  const std::int64_t nodes = 1 + below(12, 1);
  Scenario scenario = upgrading(nodes, {10 + 10 * below(10, 2), true}, 8_h);
  scenario.seed = seed;
  NodePoolSpec& user = scenario.clusters[0].pools[1];
  user.times = {{150_s, 300_s}, {90_s, 180_s}};
  user.upgrade.reimage = {180_s, 300_s};
  user.upgrade.drain_timeout = 5_min;
  if (below(3, 3) == 0) {
    user.max_surge = {0, false};
    user.upgrade.max_unavailable = {1 + below(3, 4), false};
  } else if (below(4, 5) == 0) {
    user.upgrade.strategy = UpgradeStrategy::BlueGreen;
    user.upgrade.blue_green = {{30, true}, 2_min, 10_min};
  }
  protect(scenario, "api", 50 + 10 * below(6, 6));   // up to 100 %: nothing may go
  with_network(scenario);
  return scenario;
}

}  // namespace

TEST_CASE("However an upgrade ends, the pool has its size again, and addresses are held for exactly the machines there are") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    INFO("seed " << seed);
    const Scenario scenario = drawn(seed);
    const Timeline timeline = run(scenario);
    const std::int64_t nodes = scenario.clusters[0].pools[1].count;
    REQUIRE(events(timeline, EventKind::UpgradeEnded).size() == 1);
    CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(8_h), "prod", "prod/user") == nodes);
    CHECK(gauge(timeline, GaugeKind::NodesTarget, at(8_h), "prod", "prod/user") == nodes);
    CHECK(gauge(timeline, GaugeKind::NodesReady, at(8_h), "prod", "prod/user") == nodes);
    CHECK(gauge(timeline, GaugeKind::SurgeNodes, at(8_h), "prod", "prod/user") == 0);
    CHECK(gauge(timeline, GaugeKind::SubnetUsed, at(8_h), "vnet/nodes", "nodes") == nodes + 2);
    CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(8_h), "prod/orders/api") == 2 * nodes);
    for (const Sample& sample : timeline.find(key(GaugeKind::SubnetUsed, Name("vnet/nodes"), Name("nodes")))->samples) CHECK(sample.value >= 0);
  }
}

TEST_CASE("The same scenario and seed give the same upgrade, event by event") {
  const Scenario scenario = drawn(7);
  CHECK(run(scenario).hash() == run(scenario).hash());
}

TEST_CASE("A larger surge never takes longer, where boots and reimages have no spread and nothing blocks") {
  Duration before{INT64_MAX / 4};
  for (const std::int64_t surge : {1, 2, 3, 5, 10}) {
    const Timeline timeline = run(upgrading(10, {surge, false}, 3_h));
    const Duration took{only(timeline, EventKind::UpgradeEnded).value};
    INFO("surge " << surge);
    CHECK(took <= before);
    before = took;
  }
}

TEST_CASE("A pool that the cluster autoscaler looks after is upgraded all the same, and loses no surge machine to it") {
  Scenario scenario = upgrading(6, {1, false}, 3_h);
  NodePoolSpec& user = scenario.clusters[0].pools[1];
  user.autoscaling = true;
  user.min_count = 3;
  user.max_count = 6;   // the surge stands above the maximum
  const Timeline timeline = run(scenario);
  CHECK(only(timeline, EventKind::UpgradeEnded).detail == Name("Succeeded"));
  CHECK(highest(timeline, GaugeKind::NodesAllocated, "prod", "prod/user") == 7);
  CHECK(events(timeline, EventKind::NodeReimaged).size() == 6);
  for (const TimelineEvent& event : events(timeline, EventKind::NodeDeleting)) CHECK(event.detail == Name("UpgradeSurge"));
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(3_h), "prod/orders/api") == 12);
}

}  // namespace akstwin::test
