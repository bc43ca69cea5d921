// Rolling, in-place, blue-green and Spot upgrades of pools, on small platforms whose times are worked out by hand.
#include <catch2/catch.hpp>

#include "tests/upgrades/upgrading.hpp"

namespace akstwin::test {

TEST_CASE("Ten nodes with a surge of two take a boot, five batches of drain and reimage, and one removal") {
  Scenario scenario = upgrading(10, {2, false});
  const Timeline timeline = run(scenario);
  const auto ended = only(timeline, EventKind::UpgradeEnded);
  CHECK(ended.detail == Name("Succeeded"));
  // facts A6: T = t_surge + ceil(N / S) × (t_drain + t_soak + t_reimage) + t_remove, with 120 s, ceil(10 / 2) = 5 and 180 s. Pods need 2 s to
  // end, drains look every second and the upgrade every five: at most 10 s a batch. The machines of the last batch are empty when they leave,
  // and deleting them (60 s) is not waited for.
  CHECK(ended.value >= (120 + 5 * 180) * 1'000'000LL);
  CHECK(ended.value <= (120 + 5 * 190 + 20) * 1'000'000LL);
  CHECK(events(timeline, EventKind::NodeReimaged).size() == 10);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(150_s + 10_min), "prod", "prod/user") == 12);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(1_h), "prod", "prod/user") == 10);
  CHECK(highest(timeline, GaugeKind::SurgeNodes, "prod", "prod/user") == 2);
  CHECK(gauge(timeline, GaugeKind::NodesToUpgrade, at(1_h), "prod", "prod/user") == 0);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(1_h), "prod/orders/api") == 20);
}

TEST_CASE("A percentage of surge rounds up, and a surge is never more than the nodes to upgrade (facts K 8)") {
  NodePoolSpec spec;
  spec.max_surge = {50, true};
  CHECK(upgrade_surge(spec, 4) == 2);
  spec.max_surge = {10, true};
  CHECK(upgrade_surge(spec, 4) == 1);
  spec.max_surge = {33, true};
  CHECK(upgrade_surge(spec, 10) == 4);
  spec.max_surge = {8, false};
  CHECK(upgrade_surge(spec, 5) == 5);
  spec.spot = true;
  CHECK(upgrade_surge(spec, 5) == 0);
  spec.spot = false;
  spec.upgrade.strategy = UpgradeStrategy::BlueGreen;
  CHECK(upgrade_surge(spec, 5) == 5);
}

TEST_CASE("A soak time is waited out between a node's drain and its reimage") {
  Scenario scenario = upgrading(2, {1, false});
  scenario.clusters[0].pools[1].upgrade.node_soak = 5_min;
  const Timeline timeline = run(scenario);
  // Two batches of one node: 300 s of soak and 180 s of reimage each, 120 s for the surge machine.
  CHECK(only(timeline, EventKind::UpgradeEnded).value >= (120 + 2 * 480) * 1'000'000LL);
  const auto drained = events(timeline, EventKind::NodeDrained), reimaged = events(timeline, EventKind::NodeReimaged);
  REQUIRE(drained.size() >= 2);
  REQUIRE(reimaged.size() == 2);
  CHECK((reimaged[0].at - drained[0].at).us >= (300 + 180) * 1'000'000LL);
}

TEST_CASE("A budget that allows nothing holds the drain until its timeout; with Schedule the upgrade fails and the node is opened again") {
  Scenario scenario = upgrading(3, {1, false});
  protect(scenario, "api", 100);
  const Timeline timeline = run(scenario);
  const auto ended = only(timeline, EventKind::UpgradeEnded);
  CHECK(ended.detail == Name("Failed: drain timeout"));
  // 120 s for the surge machine, 30 min of drain.
  CHECK(ended.value >= (120 + 1'800) * 1'000'000LL);
  CHECK(ended.value <= (120 + 1'800 + 30) * 1'000'000LL);
  const auto blocked = events(timeline, EventKind::EvictionBlocked);
  REQUIRE_FALSE(blocked.empty());
  CHECK(blocked.front().detail == Name("orders/api"));
  CHECK(events(timeline, EventKind::NodeReimaged).empty());
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(1_h), "prod", "prod/user") == 3);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(1_h), "prod/orders/api") == 6);
}

TEST_CASE("A budget that lets one pod go at a time slows a drain, and is refused with 429 meanwhile") {
  Scenario scenario = upgrading(3, {1, false});
  protect(scenario, "api", 0);
  objects(scenario).disruption_budgets.front().min_available.reset();
  objects(scenario).disruption_budgets.front().max_unavailable = IntOrPercent{1, false};
  const Timeline timeline = run(scenario);
  CHECK(only(timeline, EventKind::UpgradeEnded).detail == Name("Succeeded"));
  CHECK_FALSE(events(timeline, EventKind::EvictionBlocked).empty());
  CHECK(lowest(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/api") >= 5);
}

TEST_CASE("With Cordon a node that cannot be drained is quarantined, a surge machine takes its place, and the others are upgraded") {
  Scenario scenario = upgrading(4, {2, false});
  scenario.clusters[0].pools[1].upgrade.undrainable = UndrainableNodes::Cordon;
  pin(scenario, "lock");   // one pod that never may go
  const Timeline timeline = run(scenario);
  const auto ended = only(timeline, EventKind::UpgradeEnded);
  CHECK(ended.detail == Name("Failed: nodes in quarantine"));
  CHECK(events(timeline, EventKind::NodeQuarantined).size() == 1);
  CHECK(events(timeline, EventKind::NodeReimaged).size() == 3);
  // Four nodes before; one in quarantine with its replacement beside it: five.
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(90_min), "prod", "prod/user") == 5);
}

TEST_CASE("Without surge nodes are taken in place, maxUnavailable at a time, and none is added") {
  Scenario scenario = upgrading(4, {0, false});
  scenario.clusters[0].pools[1].upgrade.max_unavailable = {2, false};
  const Timeline timeline = run(scenario);
  const auto ended = only(timeline, EventKind::UpgradeEnded);
  CHECK(ended.detail == Name("Succeeded"));
  // Two batches of two: 2 × 180 s and what the drains take.
  CHECK(ended.value >= 360 * 1'000'000LL);
  CHECK(ended.value <= 400 * 1'000'000LL);
  CHECK(highest(timeline, GaugeKind::NodesAllocated, "prod", "prod/user") == 4);
}

TEST_CASE("A surge that the quota refuses fails the upgrade before 1.35; from 1.35 on one machine is tried instead") {
  Scenario scenario = upgrading(4, {2, false});
  // D4s_v5: 2 + 4 nodes of 4 vCPUs are 24; 28 leave room for one more.
  scenario.quotas.push_back({.location = Name("eastus2"), .total_vcpus = 28, .low_priority_vcpus = {}, .families = {}, .declared_at = {}});
  const Timeline refused = run(scenario);
  CHECK(only(refused, EventKind::UpgradeEnded).detail == Name("Failed: surge refused, QuotaExceeded"));
  CHECK(events(refused, EventKind::NodeReimaged).empty());
  scenario.clusters[0].kubernetes_minor = 35;
  const Timeline one = run(scenario);
  CHECK(only(one, EventKind::UpgradeEnded).detail == Name("Succeeded"));
  CHECK(highest(one, GaugeKind::SurgeNodes, "prod", "prod/user") == 1);
}

TEST_CASE("With maxSurge and maxUnavailable a refused surge falls back to nodes in place") {
  Scenario scenario = upgrading(4, {2, false});
  scenario.clusters[0].pools[1].upgrade.max_unavailable = {1, false};
  scenario.quotas.push_back({.location = Name("eastus2"), .total_vcpus = 24, .low_priority_vcpus = {}, .families = {}, .declared_at = {}});
  const Timeline timeline = run(scenario);
  CHECK(only(timeline, EventKind::UpgradeEnded).detail == Name("Succeeded"));
  CHECK(events(timeline, EventKind::NodeReimaged).size() == 4);
  CHECK(highest(timeline, GaugeKind::NodesAllocated, "prod", "prod/user") == 4);
}

TEST_CASE("A Spot pool is upgraded node by node without surge and without asking budgets") {
  Scenario scenario = upgrading(3, {50, true});
  scenario.clusters[0].pools[1].spot = true;
  tolerate_spot(scenario);
  scenario.spot_market.eviction_rate = PartsPerMillion{0};
  protect(scenario, "api", 100);
  const Timeline timeline = run(scenario);
  CHECK(only(timeline, EventKind::UpgradeEnded).detail == Name("Succeeded"));
  CHECK(events(timeline, EventKind::EvictionBlocked).empty());
  CHECK(highest(timeline, GaugeKind::NodesAllocated, "prod", "prod/user") == 3);
  // Three times 30 s of notice and 180 s of reimage.
  CHECK(only(timeline, EventKind::UpgradeEnded).value >= 3 * 210 * 1'000'000LL);
}

TEST_CASE("Blue-green needs twice the nodes, keeps the blue ones through the last soak, and reimages none") {
  Scenario scenario = upgrading(4, {1, false}, 3_h);
  UpgradeSettingsSpec& upgrade = scenario.clusters[0].pools[1].upgrade;
  upgrade.strategy = UpgradeStrategy::BlueGreen;
  upgrade.blue_green = {{50, true}, 5_min, 20_min};
  const Timeline timeline = run(scenario);
  const auto ended = only(timeline, EventKind::UpgradeEnded);
  CHECK(ended.detail == Name("Succeeded"));
  // 120 s to boot, two batches of two with 5 min of soak after the first, 20 min after the last.
  CHECK(ended.value >= (120 + 300 + 1'200) * 1'000'000LL);
  CHECK(ended.value <= (120 + 300 + 1'200 + 60) * 1'000'000LL);
  CHECK(highest(timeline, GaugeKind::NodesAllocated, "prod", "prod/user") == 8);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(3_h), "prod", "prod/user") == 4);
  CHECK(events(timeline, EventKind::NodeReimaged).empty());
}

TEST_CASE("An abort ends an upgrade after the batch under way; the next one takes only what is left") {
  Scenario scenario = upgrading(6, {1, false}, 3_h);
  scenario.steps.push_back(step(20_min, ActionKind::AbortUpgrade, "prod"));
  scenario.steps.push_back(step(1_h, ActionKind::UpgradeNodeImage, "prod/user"));
  const Timeline timeline = run(scenario);
  const auto ended = events(timeline, EventKind::UpgradeEnded);
  REQUIRE(ended.size() == 2);
  CHECK(ended[0].detail == Name("Canceled"));
  CHECK(ended[1].detail == Name("Succeeded"));
  const auto began = events(timeline, EventKind::UpgradeBegan);
  CHECK(began[0].value == 6);
  CHECK(began[1].value < 6);
  CHECK(began[1].value > 0);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(3_h), "prod", "prod/user") == 6);
}

TEST_CASE("An upgrade of the cluster takes the control plane first, then system pools, then user pools, one after the other") {
  Scenario scenario = upgrading(2, {1, false}, 3_h);
  scenario.steps = {step(10_min, ActionKind::UpgradeCluster, "prod")};
  const Timeline timeline = run(scenario);
  const auto began = events(timeline, EventKind::UpgradeBegan), ended = events(timeline, EventKind::UpgradeEnded);
  REQUIRE(began.size() == 3);
  REQUIRE(ended.size() == 3);
  CHECK(began[0].subject == Name("prod"));
  CHECK(began[1].subject == Name("prod/system"));
  CHECK(began[2].subject == Name("prod/user"));
  CHECK(began[1].at >= began[0].at + 4_min);   // the control plane: 300 s exactly in these tests
  CHECK(began[2].at >= ended[0].at);
  CHECK(ended[2].subject == Name("prod"));
}

TEST_CASE("Surge machines take addresses and vCPUs while they are there, and give them back") {
  Scenario scenario = upgrading(6, {50, true});
  with_network(scenario);
  const Timeline timeline = run(scenario);
  const std::int64_t before = gauge(timeline, GaugeKind::SubnetUsed, at(5_min), "vnet/nodes", "nodes");
  CHECK(highest(timeline, GaugeKind::SubnetUsed, "vnet/nodes", "nodes") == before + 3);
  CHECK(gauge(timeline, GaugeKind::SubnetUsed, at(1_h), "vnet/nodes", "nodes") == before);
}

}  // namespace akstwin::test
