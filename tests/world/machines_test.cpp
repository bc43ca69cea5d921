// Machines on a whole platform: what the cluster and its autoscaler make of failures, missing control planes, disks and credits.
#include <catch2/catch.hpp>

#include "tests/world/platform.hpp"

namespace akstwin::test {
namespace {

StepSpec step(Duration when, ActionKind kind, std::string target, Duration lasts = {}) {
  StepSpec out;
  out.at = at(when);
  ActionSpec action;
  action.kind = kind;
  action.target = Name(target);
  action.duration = lasts;
  out.actions.push_back(action);
  return out;
}

NodePoolSpec regional(NodePoolSpec pool) {
  pool.zones.clear();
  return pool;
}

}  // namespace

TEST_CASE("While the control plane is away nothing is replaced; pods that live go on") {
  Scenario scenario = platform({pool("user", 6)}, {deployment("api", 6, 3000_mcpu)}, 1_h);   // one pod a node, two nodes a zone
  scenario.steps = {step(10_min, ActionKind::ControlPlaneLoss, "prod", 20_min), step(12_min, ActionKind::ZoneLoss, "eastus2", 30_min)};
  scenario.steps[1].actions[0].zone = 1;
  const Timeline timeline = run(scenario);
  for (const TimelineEvent& event : events(timeline, EventKind::PodCreated)) CHECK((event.at < at(10_min) || event.at >= at(30_min)));
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(29_min), "prod/orders/api") == 6);   // what the API was last told
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(34_min), "prod/orders/api") == 4);   // now it looks
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(59_min), "prod/orders/api") == 6);
}

TEST_CASE("A cluster that is made during the run serves after it: about five minutes for AKS, and then the pods start") {
  Scenario scenario = platform({pool("user", 2)}, {deployment("api", 2)}, 1_h);
  scenario.clusters[0].exists_at_start = false;
  scenario.steps = {step(10_min, ActionKind::CreateCluster, "prod")};
  const Timeline timeline = run(scenario);
  const auto made = events(timeline, EventKind::AksOperationDone);
  REQUIRE(made.size() == 1);
  CHECK(made[0].object.text() == "create");
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(9_min), "prod", "prod/user") == 0);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(11_min), "prod", "prod/user") == 2);
  const auto ready = events(timeline, EventKind::PodReady);
  REQUIRE(ready.size() == 2);
  CHECK(ready[0].at > made[0].at);
  CHECK(ready[1].at < made[0].at + 2_min);
  const auto steps_done = events(timeline, EventKind::ActionDone);
  REQUIRE(steps_done.size() == 1);
  CHECK(steps_done[0].at >= made[0].at);   // az waits for the end
}

TEST_CASE("A pool is added while the cluster runs, and its nodes take the pods that waited") {
  Scenario scenario = platform({pool("system", 1), pool("user", 2)}, {deployment("api", 3, 3000_mcpu)}, 1_h);
  scenario.clusters[0].pools[1].exists_at_start = false;
  scenario.steps = {step(10_min, ActionKind::AddPool, "prod/user")};
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(9_min), "prod/orders/api") == 1);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(30_min), "prod/orders/api") == 3);
}

TEST_CASE("Writes of agent pools above twenty at once are answered with 429 and tried again") {
  Scenario scenario = platform({pool("user", 1)}, {}, 2_h);
  StepSpec many = step(10_min, ActionKind::ScalePool, "prod/user");
  for (std::int64_t i = 0; i < 25; ++i) {
    ActionSpec action = many.actions.front();
    action.count = 1 + i % 2;
    if (i > 0) many.actions.push_back(action);
    else many.actions.front().count = 1;
  }
  scenario.steps = {many};
  const Timeline timeline = run(scenario);
  // The 21st write finds no token, waits a minute and takes the one that came; so does each after it.
  CHECK(events(timeline, EventKind::ArmThrottled).size() == 5);
  const auto done = events(timeline, EventKind::ActionDone);
  REQUIRE(done.size() == 25);
  CHECK(done[19].at == at(10_min));
  CHECK(done[24].at == at(15_min));
}

TEST_CASE("Pods with more disks than a machine has slots for wait for another machine") {
  WorkloadSpec database = deployment("db", 4, 100_mcpu);
  database.kind = WorkloadKind::StatefulSet;
  for (const char* name : {"data", "log", "tmp"}) {
    database.pod.volume_claims.push_back(Name(name));
    VolumeClaimSpec claim;
    claim.name = Name(name);
    claim.storage_class = Name("managed-csi");
    claim.size = 64_Gi;
    database.volume_claim_templates.push_back(claim);
  }
  // D4s_v5 has 8 slots: two pods of three disks a node; by CPU all four would share one.
  const Timeline timeline = run(platform({regional(autoscaled("user", 1, 5))}, {database}, 40_min));
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(39_min), "prod/orders/db") == 4);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(39_min), "prod", "prod/user") == 2);
  bool said = false;
  for (const TimelineEvent& event : events(timeline, EventKind::PodUnschedulable)) said = said || event.detail.text().find("exceed max volume count") != std::string_view::npos;
  CHECK(said);
}

TEST_CASE("The autoscaler deletes machines whose provisioning failed, backs the pool off and grows the next one") {
  Scenario scenario = platform({pool("system", 1), autoscaled("cheap", 0, 5), autoscaled("dear", 0, 5)}, {deployment("api", 4, 1500_mcpu)}, 1_h);
  scenario.clusters[0].autoscaler.expanders = {Expander::Priority};
  scenario.clusters[0].pools[1].provisioning_failure_rate = PartsPerMillion{1'000'000};
  objects(scenario).expander_priorities = {{10, {".*"}}, {50, {"cheap"}}};
  const Timeline timeline = run(scenario);
  CHECK_FALSE(events(timeline, EventKind::NodeFailed).empty());
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(59_min), "prod", "prod/cheap") == 0);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(20_min), "prod", "prod/dear") == 1);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(20_min), "prod/orders/api") == 4);
}

TEST_CASE("An evicted spot pool comes back to its minimum although no pod waits") {
  NodePoolSpec spot = autoscaled("spot", 2, 5);
  spot.spot = true;
  Scenario scenario = platform({pool("system", 1), spot}, {}, 1_h);
  scenario.spot_market.eviction_rate = PartsPerMillion{0};
  scenario.steps = {step(10_min, ActionKind::EvictSpot, "prod/spot")};
  scenario.steps[0].actions[0].count = 2;
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(11_min), "prod", "prod/spot") == 0);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(20_min), "prod", "prod/spot") == 2);
}

TEST_CASE("A pod that wants 90 s to end is cut to the notice of its eviction, and the workload is told of once") {
  NodePoolSpec spot = autoscaled("spot", 2, 5);
  spot.spot = true;
  Scenario scenario = platform({pool("system", 1), spot}, {deployment("slow", 2, 3000_mcpu), deployment("quick", 1, 100_mcpu)}, 1_h);
  scenario.spot_market.eviction_rate = PartsPerMillion{0};
  WorkloadSpec& slow = objects(scenario).workloads[0];
  slow.pod.termination_grace = 90_s;
  slow.pod.node_selector.set(Name("agentpool"), Name("spot"));
  for (WorkloadSpec& workload : objects(scenario).workloads) {
    Toleration any;
    any.exists = true;
    workload.pod.tolerations.push_back(any);
  }
  scenario.steps = {step(10_min, ActionKind::EvictSpot, "prod/spot")};
  scenario.steps[0].actions[0].count = 2;
  const Timeline timeline = run(scenario);
  const auto findings = events(timeline, EventKind::Finding);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].subject.text() == "prod/orders/slow");
  CHECK(findings[0].detail.text() == "its pods ask for 1m30s to end, and the notice of an eviction leaves 30s");
  for (const TimelineEvent& event : events(timeline, EventKind::NodeGone)) CHECK(event.at == at(10_min) + 30_s);
}

TEST_CASE("Pods that select Windows, a GPU or Arm run on the pool that has it, and nowhere else") {
  NodePoolSpec windows = pool("win", 1), gpu = pool("gpu", 1, "Standard_NC4as_T4_v3"), arm = pool("arm", 1, "Standard_D4pds_v5");
  windows.os = OsType::Windows;
  WorkloadSpec net = deployment("net", 1), train = deployment("train", 1), graviton = deployment("arm", 1);
  net.pod.node_selector.set(Name("kubernetes.io/os"), Name("windows"));
  train.pod.node_selector.set(Name("kubernetes.azure.com/accelerator"), Name("nvidia"));
  train.pod.containers[0].requests.gpu = 1;
  graviton.pod.node_selector.set(Name("kubernetes.io/arch"), Name("arm64"));
  const Timeline timeline = run(platform({pool("system", 1), windows, gpu, arm}, {net, train, graviton}, 20_min));
  const auto runs_on = [&](std::string_view workload, std::string_view pool_name) {
    for (const TimelineEvent& event : events(timeline, EventKind::PodScheduled))
      if (event.subject.text().find(workload) != std::string_view::npos) return event.object.text().find(pool_name) != std::string_view::npos;
    return false;
  };
  CHECK(runs_on("orders/net", "aks-win-"));
  CHECK(runs_on("orders/train", "aks-gpu-"));
  CHECK(runs_on("orders/arm", "aks-arm-"));
  // 16 GiB with 110 pods on 1.31: 20 × 110 + 50 = 2,250 MB and 100 MiB go; Windows keeps 2 GiB more.
  const auto memory = [&](const char* name) { return gauge(timeline, GaugeKind::MemoryAllocatable, at(10_min), "prod", name); };
  CHECK(memory("prod/system") - memory("prod/win") == (2LL << 30));
}

TEST_CASE("A service on a burstable node without credits gets slower") {
  // 45 requests a second of 40 ms CPU are 1.8 cores on a B2ms: 60 credits at 1.2 a minute are gone after 50 minutes.
  Scenario scenario = platform({pool("system", 1), pool("burst", 1, "Standard_B2ms")}, {deployment("api", 1, 1500_mcpu)}, 3_h);
  WorkloadSpec& api = objects(scenario).workloads[0];
  api.pod.node_selector.set(Name("agentpool"), Name("burst"));
  ServiceLoadSpec requests = load("api", 45'000, 40'000);
  requests.service_time = 40_ms;
  requests.concurrency = 4;
  requests.timeout = 2_s;
  scenario.services = {requests};
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::BurstCredits, at(20_min), "prod", "prod/burst") > 20);
  CHECK(gauge(timeline, GaugeKind::BurstCredits, at(90_min), "prod", "prod/burst") == 0);
  CHECK(gauge(timeline, GaugeKind::ErrorsTotal, at(30_min), "prod/orders/api") < 100);
  CHECK(gauge(timeline, GaugeKind::ErrorsTotal, at(170_min), "prod/orders/api") > 10'000);
}

TEST_CASE("Of a zone of thirty nodes, eighteen lost evict nobody, thirty lost evict one node every ten seconds") {
  // Facts K14. A second zone stays whole, so that not everything is lost. One pod a node.
  NodePoolSpec large = pool("large", 30), other = pool("other", 3);
  large.zones = {1};
  other.zones = {2};
  Scenario scenario = platform({large, other}, {deployment("api", 33, 3000_mcpu)}, 1_h);
  scenario.steps = {step(10_min, ActionKind::ZoneLoss, "eastus2", 45_min)};
  scenario.steps[0].actions[0].zone = 1;
  scenario.steps[0].actions[0].share = PartsPerMillion{600'000};
  const auto evicted = [](const Timeline& timeline) {
    std::vector<SimTime> times;
    for (const TimelineEvent& event : events(timeline, EventKind::PodDeleted))
      if (event.at > at(10_min) && event.at < at(54_min)) times.push_back(event.at);
    return times;
  };
  CHECK(evicted(run(scenario)).empty());
  scenario.steps[0].actions[0].share = PartsPerMillion{1'000'000};
  const std::vector<SimTime> all = evicted(run(scenario));
  REQUIRE(all.size() == 30);
  CHECK(all.front() >= at(10_min) + 350_s);
  CHECK(all.front() <= at(10_min) + 370_s);
  CHECK(all.back() - all.front() >= 280_s);   // 29 nodes later, 10 s each
  CHECK(all.back() - all.front() <= 300_s);
}

}  // namespace akstwin::test
