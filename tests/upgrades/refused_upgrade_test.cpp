// Upgrades and scaling that Azure refuses in theory, in whole runs; a disk whose zone comes back; what AKS does by version.
#include <catch2/catch.hpp>

#include "reports/answers.hpp"
#include "tests/upgrades/upgrading.hpp"

namespace akstwin::test {
namespace {

/// Node Subnet with 30 pods on a /24 of 251 addresses.
Scenario on_a_slash_24(Scenario scenario) {
  with_network(scenario);
  scenario.clusters[0].network.mode = NetworkPluginMode::NodeSubnet;
  for (NodePoolSpec& pool : scenario.clusters[0].pools) pool.max_pods = 30;
  return scenario;
}

bool said(const std::vector<std::string>& findings, const std::string& start) {
  return std::ranges::any_of(findings, [&](const std::string& finding) { return finding.starts_with(start); });
}

}  // namespace

TEST_CASE("An upgrade whose surge has no addresses in theory is refused at once, with Azure's code, a row and a finding") {
  // System two nodes, user four: (2 + 1 + 4 + 2) × 31 = 279 of 251. In fact six nodes and two of surge take 8 × 31 + 1 = 249.
  const Scenario refused = on_a_slash_24(upgrading(4, {2, false}));
  const Timeline timeline = run(refused);
  const auto ended = only(timeline, EventKind::UpgradeEnded);
  CHECK(ended.detail == Name("Failed: refused by Azure, InsufficientSubnetSize"));
  CHECK(ended.value == 0);
  CHECK(events(timeline, EventKind::NodeReimaged).empty());
  CHECK(events(timeline, EventKind::PoolRefused).empty());
  CHECK(only(timeline, EventKind::ArmRefused).value == 28);
  const Answers answers = analyse(refused, timeline);
  CHECK(said(answers.findings, "prod/user: Azure refused upgrade surge, InsufficientSubnetSize: 28 addresses are missing"));
  REQUIRE(answers.upgrades.operations.size() == 1);
  CHECK(answers.upgrades.operations[0].operation == "upgrade surge");
  CHECK(answers.upgrades.operations[0].refused == 1);
  // With one surge machine (2 + 1 + 4 + 1) × 31 = 248.
  const Timeline admitted = run(on_a_slash_24(upgrading(4, {1, false})));
  CHECK(only(admitted, EventKind::UpgradeEnded).detail == Name("Succeeded"));
  CHECK(events(admitted, EventKind::ArmRefused).empty());
}

TEST_CASE("From 1.35 on an upgrade that Azure refuses in theory is not tried with one machine: nothing was asked of the scale set") {
  Scenario scenario = on_a_slash_24(upgrading(4, {2, false}));
  scenario.clusters[0].kubernetes_minor = 35;
  CHECK(only(run(scenario), EventKind::UpgradeEnded).detail == Name("Failed: refused by Azure, InsufficientSubnetSize"));
}

TEST_CASE("Scaling by hand is refused in theory and nothing happens; what the theory admits may still be refused in fact, with a back-off") {
  Scenario scenario = on_a_slash_24(upgrading(2, {1, false}));
  scenario.steps = {step(10_min, ActionKind::ScalePool, "prod/user", 8)};   // (2 + 1 + 8 + 1) × 31 = 372
  const Timeline timeline = run(scenario);
  CHECK(only(timeline, EventKind::ArmRefused).object == Name("nodepool scale"));
  CHECK(only(timeline, EventKind::ArmRefused).value == 372 - 251);
  CHECK(events(timeline, EventKind::PoolRefused).empty());
  CHECK(gauge(timeline, GaugeKind::NodesTarget, at(1_h), "prod", "prod/user") == 2);
  CHECK(said(analyse(scenario, timeline).findings, "prod/user: Azure refused nodepool scale"));
}

namespace {

/// Three pods that fill a node each, one a zone, each with a disk of its own in its zone. Zone 1 is lost from 30 to 90 minutes.
Scenario zonal_database(std::vector<NodePoolSpec> pools) {
  WorkloadSpec database = deployment("db", 3, 3'000_mcpu);
  database.kind = WorkloadKind::StatefulSet;
  database.pod.volume_claims = {Name("data")};
  VolumeClaimSpec claim;
  claim.name = Name("data");
  claim.storage_class = Name("lrs");
  claim.size = 64_Gi;
  database.volume_claim_templates = {claim};
  TopologySpreadConstraint spread;
  spread.topology_key = Name("topology.kubernetes.io/zone");
  spread.selector = database.selector;
  database.pod.topology_spread = {spread};
  Scenario scenario = platform(std::move(pools), {database}, 6_h);
  objects(scenario).storage_classes.push_back({.name = Name("lrs"), .wait_for_consumer = true});
  StepSpec lost = step(30_min, ActionKind::ZoneLoss, "eastus2");
  lost.actions[0].zone = 1;
  lost.actions[0].duration = 1_h;
  scenario.steps = {lost};
  return scenario;
}

std::int64_t databases(const Timeline& timeline, Duration when) { return gauge(timeline, GaugeKind::ReplicasReady, at(when), "prod/orders/db"); }

}  // namespace

// Upstream's MixedTemplateNodeInfoProvider imagines a pool's next node by one that it has, zone label included, and azure_template.go draws a
// zone only for a pool that never had one (kubernetes/autoscaler@0470fdfc): with nodes in zones 2 and 3 no imagined node helps a disk in zone 1.
TEST_CASE("A pod whose disk's zone is back waits on while its pool has nodes in other zones only, and runs when any scaling brings one there") {
  // Three nodes at the start and a minimum of two: the silent node is deleted after 20 minutes.
  NodePoolSpec user = autoscaled("user", 2, 9);
  user.count = 3;
  const Scenario scenario = zonal_database({user});
  const Timeline waits = run(scenario);
  CHECK(databases(waits, 29_min) == 3);
  CHECK(databases(waits, 89_min) == 2);
  CHECK(databases(waits, 359_min) == 2);
  CHECK(gauge(waits, GaugeKind::ZoneNodes, at(359_min), "prod", "prod/user", "1") == 0);
  CHECK(gauge(waits, GaugeKind::NodesReady, at(359_min), "prod", "prod/user") == 2);   // in zones 2 and 3
  Scenario scaled = scenario;
  scaled.steps.push_back(step(3_h, ActionKind::ScalePool, "prod/user", 3));   // the scale set takes its emptiest zone
  const Timeline runs = run(scaled);
  CHECK(databases(runs, 179_min) == 2);
  CHECK(databases(runs, 200_min) == 3);
}

TEST_CASE("With a pool a zone, as AKS advises for zonal disks, the pod is back after its zone and the autoscaler's back-off of half an hour at most") {
  NodePoolSpec one = autoscaled("one", 0, 3), two = autoscaled("two", 0, 3), three = autoscaled("three", 0, 3);
  one.count = two.count = three.count = 1;
  one.zones = {1};
  two.zones = {2};
  three.zones = {3};
  const Timeline timeline = run(zonal_database({one, two, three}));
  CHECK(databases(timeline, 89_min) == 2);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(89_min), "prod", "prod/one") == 0);   // remembered by the node that it had
  CHECK(databases(timeline, 90_min + 30_min + 10_min) == 3);
}

}  // namespace akstwin::test
