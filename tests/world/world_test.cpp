#include <catch2/catch.hpp>

#include "tests/world/platform.hpp"

namespace akstwin::test {

TEST_CASE("A deployment's pods all become ready and are spread over the zones' nodes") {
  const Timeline timeline = run(platform({pool("user", 3)}, {deployment("api", 30, 100_mcpu)}, 30_min));
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/api") == 30);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(5_min), "prod", "prod/user") == 3);
  // 30 × 100m over three equal nodes: LeastAllocated and the default spread put ten on each.
  std::map<Name, int> by_node;
  for (const TimelineEvent& event : events(timeline, EventKind::PodScheduled)) ++by_node[event.object];
  REQUIRE(by_node.size() == 3);
  for (const auto& [node, pods] : by_node) CHECK(pods == 10);
}

TEST_CASE("Pods that do not fit wait, the autoscaler adds just enough nodes, and all run after a boot") {
  // D4s_v5: 4000m − 140m reserved = 3860m; 1000m pods: three a node. Nine pods need three nodes; one is there.
  const Timeline timeline = run(platform({autoscaled("user", 1, 10)}, {deployment("api", 9, 1000_mcpu)}));
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(0_s), "prod", "prod/user") == 1);
  CHECK(gauge(timeline, GaugeKind::PodsPending, at(60_s), "prod") == 6);
  // Decision at a 10 s scan within the first half minute, 120 s of boot.
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(160_s), "prod", "prod/user") == 3);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/api") == 9);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(59_min), "prod", "prod/user") == 3);
}

TEST_CASE("A node that nobody needs for ten minutes goes, down to the pool's minimum") {
  Scenario scenario = platform({autoscaled("user", 1, 10)}, {deployment("api", 2, 100_mcpu)}, 2_h);
  scenario.clusters[0].pools[0].count = 4;   // clamped into 1…10: starts with four
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(9_min), "prod", "prod/user") == 4);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(115_min), "prod", "prod/user") == 1);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(115_min), "prod/orders/api") == 2);
}

TEST_CASE("The HPA holds the workload at its utilisation target") {
  // 80 rps × 25 ms = 2000m of work. Target 50 % of 250m = 125m a pod: 2000 / 125 = 16 pods.
  Scenario scenario = platform({pool("user", 4)}, {deployment("api", 4, 250_mcpu)}, 2_h);
  scenario.services.push_back(load("api", 80'000, 25'000));
  objects(scenario).autoscalers.push_back(autoscaler("api", 2, 40, 50));
  const Timeline timeline = run(scenario);
  const std::int64_t replicas = gauge(timeline, GaugeKind::ReplicasReady, at(110_min), "prod/orders/api");
  // Within the tolerance of 10 %, plus one for rounding up.
  CHECK(replicas >= 15);
  CHECK(replicas <= 18);
}

TEST_CASE("Half the traffic needs about half the replicas") {
  const auto replicas_at = [](std::int64_t milli_rps) {
    Scenario scenario = platform({pool("user", 6)}, {deployment("api", 4, 250_mcpu)}, 2_h);
    scenario.services.push_back(load("api", milli_rps, 25'000));
    objects(scenario).autoscalers.push_back(autoscaler("api", 1, 60, 50));
    return gauge(run(scenario), GaugeKind::ReplicasReady, at(110_min), "prod/orders/api");
  };
  const std::int64_t full = replicas_at(120'000), half = replicas_at(60'000);
  CHECK(half * 2 >= full - 4);
  CHECK(half * 2 <= full + 4);
}

TEST_CASE("A release rolls through without going below maxUnavailable or above maxSurge") {
  Scenario scenario = platform({pool("user", 3)}, {deployment("api", 8)}, 1_d);
  WorkloadSpec& workload = objects(scenario).workloads[0];
  workload.max_surge = {2, false};
  workload.max_unavailable = {1, false};
  deliver(scenario, workload, 3);
  const Timeline timeline = run(scenario);
  const auto releases = events(timeline, EventKind::ReleaseApplied);
  REQUIRE_FALSE(releases.empty());
  const Series* ready = timeline.find(key(GaugeKind::ReplicasReady, Name("prod/orders/api")));
  REQUIRE(ready != nullptr);
  const SimTime first = releases.front().at;
  CHECK(minimum(ready->samples, first, timeline.end()).value >= 7);
  CHECK(value_at(ready->samples, timeline.end() - 1_s) == 8);
  // Pods at any time: created minus gone can be counted from the running gauge (kube-system has none here).
  const Series* running = timeline.find(key(GaugeKind::PodsRunning, Name("prod"), Name("orders")));
  REQUIRE(running != nullptr);
  CHECK(maximum(running->samples, first, timeline.end()).value <= 8 + 2 + 8);   // terminating pods still occupy their place
}

TEST_CASE("A DaemonSet has one pod on every node, new ones included") {
  WorkloadSpec agent = deployment("agent", 1, 50_mcpu);
  agent.kind = WorkloadKind::DaemonSet;
  const Timeline timeline = run(platform({autoscaled("user", 1, 5)}, {agent, deployment("api", 6, 1000_mcpu)}));
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(30_min), "prod", "prod/user") == 2);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(30_min), "prod/orders/agent") == 2);
}

TEST_CASE("A StatefulSet starts its pods one after the other") {
  WorkloadSpec db = deployment("db", 3);
  db.kind = WorkloadKind::StatefulSet;
  const Timeline timeline = run(platform({pool("user", 3)}, {db}));
  const auto created = events(timeline, EventKind::PodCreated);
  const auto ready = events(timeline, EventKind::PodReady);
  REQUIRE(created.size() == 3);
  REQUIRE(ready.size() == 3);
  CHECK(created[1].at > ready[0].at);
  CHECK(created[2].at > ready[1].at);
  CHECK(created[0].subject.text() == "prod/orders/db-0");
}

TEST_CASE("Sidecars add their request to every meshed pod, ambient adds a proxy to every node") {
  const auto requested = [](MeshDataPlane plane) {
    Scenario scenario = platform({pool("user", 3)}, {deployment("api", 10, 200_mcpu)}, 20_min);
    scenario.clusters[0].mesh.data_plane = plane;
    return gauge(run(scenario), GaugeKind::CpuRequested, at(15_min), "prod", "prod/user");
  };
  CHECK(requested(MeshDataPlane::None) == 10 * 200);
  CHECK(requested(MeshDataPlane::Sidecar) == 10 * (200 + 100));
  CHECK(requested(MeshDataPlane::Ambient) == 10 * 200 + 3 * 200);
}

TEST_CASE("The same seed gives the same timeline, another seed another one") {
  Scenario scenario = platform({autoscaled("user", 1, 6)}, {deployment("api", 12, 500_mcpu)});
  scenario.clusters[0].pools[0].times = {};
  const std::uint64_t once = run(scenario).hash();
  CHECK(run(scenario).hash() == once);
  scenario.seed = 2;
  CHECK(run(scenario).hash() != once);
}

TEST_CASE("Stopping early keeps what is known") {
  const Scenario scenario = platform({pool("user", 3)}, {deployment("api", 5)}, 10_d);
  bool stop = false;
  RunOptions options;
  options.kernel = KernelKind::Calendar;
  options.stop = &stop;
  options.progress = [&](const RunProgress& progress) { stop = progress.now >= at(1_d); };
  const RunOutcome outcome = simulate(scenario, options);
  CHECK(outcome.interrupted);
  CHECK(outcome.reached >= at(1_d));
  CHECK(outcome.reached < at(2_d));
  CHECK(outcome.timeline.end() == outcome.reached);
}

}  // namespace akstwin::test
