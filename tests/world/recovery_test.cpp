#include <catch2/catch.hpp>

#include "tests/world/platform.hpp"

namespace akstwin::test {
namespace {

LogNormal exact(Duration d) { return {d, d}; }

/// A primary and a warm standby whose Flux is paused; the primary's region is lost at 2 h.
Scenario two_regions(Duration decision) {
  WorkloadSpec api = deployment("api", 6, 1000_mcpu);
  api.kustomization = Name("apps");
  Scenario scenario = platform({autoscaled("user", 2, 6)}, {api}, 4_h);
  objects(scenario).git_repositories.push_back({Name("flux-system"), Name("config"), 1_min, false, {}});
  KustomizationSpec apps;
  apps.name = Name("apps");
  apps.source = Name("config");
  apps.wait = true;
  objects(scenario).kustomizations.push_back(apps);
  ClusterSpec standby = scenario.clusters[0];
  standby.name = Name("standby");
  standby.location = Name("centralus");
  standby.pools[0].min_count = standby.pools[0].count = 1;
  standby.standby = {StandbyPattern::Warm, true, Name("prod")};
  scenario.clusters.push_back(standby);
  scenario.workloads.push_back(scenario.workloads[0]);
  scenario.workloads[1].cluster = standby.name;
  scenario.edge.origins.push_back(standby.name);
  scenario.edge.propagation = exact(60_s);
  scenario.services.push_back(load("api", 10'000, 25'000));
  DataStoreSpec sql;
  sql.name = Name("sql");
  sql.regions = {Name("eastus2"), Name("centralus")};
  sql.replication_lag = exact(2_s);
  sql.failover_time = exact(30_s);
  scenario.data.push_back(sql);

  StepSpec loss;
  loss.at = at(2_h);
  loss.actions.push_back(an_action(ActionKind::RegionLoss, "eastus2", 0, 0, 1_h));
  StepSpec runbook;
  runbook.when = Name("regionLost");
  runbook.after = exact(decision);
  runbook.actions.push_back(an_action(ActionKind::FrontDoorFailover, "standby", 0, 0, 0_s));
  runbook.actions.push_back(an_action(ActionKind::FluxResume, "standby", 0, 0, 0_s));
  runbook.actions.push_back(an_action(ActionKind::SqlFailover, "", 0, 0, 0_s));
  scenario.steps = {loss, runbook};
  return scenario;
}

Duration rto(const Timeline& timeline) {
  const auto recovered = events(timeline, EventKind::Recovered);
  REQUIRE(recovered.size() == 1);
  return Duration{recovered[0].value};
}

}  // namespace

TEST_CASE("After the loss of a region the standby applies, grows, and serves") {
  const Timeline timeline = run(two_regions(10_min));
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(119_min), "standby/orders/api") == 0);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(180_min), "standby/orders/api") == 6);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(180_min), "standby", "standby/user") == 2);
  // Decision 10 min; then fetch and apply (10 s), pending pods noticed at a scan (≤ 20 s), boot 120 s, pull and start (≤ 60 s).
  CHECK(rto(timeline) > 12_min);
  CHECK(rto(timeline) < 15_min);
  // The data's loss is the replication lag at that moment.
  const auto data = events(timeline, EventKind::DataFailedOver);
  REQUIRE(data.size() == 1);
  CHECK(data[0].value == (2_s).us);
}

TEST_CASE("Deciding ten minutes later recovers ten minutes later") {
  const Duration early = rto(run(two_regions(10_min)));
  const Duration late = rto(run(two_regions(20_min)));
  CHECK(late - early > 9_min + 30_s);
  CHECK(late - early < 10_min + 30_s);
}

TEST_CASE("When the region comes back its pods run again, and traffic stays where it was moved to") {
  const Timeline timeline = run(two_regions(10_min));
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(150_min), "prod/orders/api") == 0);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(190_min), "prod/orders/api") == 6);
  const auto moved = events(timeline, EventKind::TrafficMoved);
  REQUIRE(moved.size() == 1);
  CHECK(moved[0].object.text() == "standby");
}

TEST_CASE("A lost zone's pods are unready at once, leave after 350 s, and run elsewhere") {
  // Six nodes over three zones: two of them in zone 2. Eviction after 50 s of grace and 300 s of toleration (Kubernetes 1.32).
  Scenario scenario = platform({pool("user", 6)}, {deployment("api", 12, 500_mcpu)}, 2_h);
  StepSpec loss;
  loss.at = at(30_min);
  loss.actions.push_back(an_action(ActionKind::ZoneLoss, "eastus2", 2, 0, 1_h));
  scenario.steps = {loss};
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(29_min), "prod/orders/api") == 12);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(31_min), "prod/orders/api") == 8);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(31_min), "prod", "prod/user") == 4);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(35_min), "prod/orders/api") == 8);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(38_min), "prod/orders/api") == 12);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(95_min), "prod", "prod/user") == 6);
}

}  // namespace akstwin::test
