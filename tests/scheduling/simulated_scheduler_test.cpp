// The scheduler inside a simulated platform: preemption, disks, gates, and what it tells about its decisions.
#include <catch2/catch.hpp>

#include "tests/world/platform.hpp"

namespace akstwin::test {
namespace {

// One D4s_v5 has 3860m for pods (tests/world): three pods of 1000m fit, a fourth does not.
WorkloadSpec ranked(std::string name, std::int64_t replicas, int priority, Millicores cpu = 1000_mcpu) {
  WorkloadSpec spec = deployment(std::move(name), replicas, cpu);
  spec.pod.priority = priority;
  return spec;
}

/// A workload that appears only when GitOps resumes would be a scenario of its own; here it comes with an autoscaler's first sync.
void arrives_later(Scenario& scenario, const std::string& name, std::int64_t replicas) {
  objects(scenario).autoscalers.push_back(autoscaler(name, replicas, replicas, 50));
}

std::string last_reason(const Timeline& timeline) {
  const auto found = events(timeline, EventKind::PodUnschedulable);
  return found.empty() ? "" : found.back().detail.str();
}

std::int64_t deleted_for(const Timeline& timeline, std::string reason) {
  std::int64_t count = 0;
  for (const TimelineEvent& event : events(timeline, EventKind::PodDeleted)) count += event.detail.text() == reason ? 1 : 0;
  return count;
}

/// Keeps what the scheduler tells about one pod.
class Listener final : public Decisions {
 public:
  explicit Listener(std::string pod) : pod_(pod) {}
  bool wants(SubjectKind kind, Name subject) const override { return kind == SubjectKind::Pod && subject == pod_; }
  void record(Decision decision) override {
    if (decision.decider == "kube-scheduler") told.push_back(std::move(decision));
  }
  std::vector<Decision> told;

 private:
  Name pod_;
};

Timeline run_listening(const Scenario& scenario, Decisions& decisions, SimTime until = kNever) {
  RunOptions options;
  options.kernel = KernelKind::Calendar;
  options.decisions = &decisions;
  options.until = until;
  return std::move(simulate(scenario, options).timeline);
}

}  // namespace

TEST_CASE("A more important pod evicts less important ones, waits for their end, and takes their node") {
  // "batch" fills the node with three pods; at the first HPA sync (15 s) "shop" grows from one small pod … to one that needs a place.
  Scenario scenario = platform({pool("user", 1)}, {ranked("batch", 3, 0), ranked("shop", 1, 100, 3000_mcpu)}, 10_min);
  const Timeline timeline = run(scenario);
  // The shop is placed first: it is more important. Batch does not fit (3860 − 3000 < 1000), and may not evict what is above it.
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/shop") == 1);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/batch") == 0);
  CHECK(events(timeline, EventKind::PodNominated).empty());
  CHECK(last_reason(timeline) ==
        "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.");
}

TEST_CASE("A pod that comes when the node is full evicts as many as it needs, and no more") {
  Scenario scenario = platform({pool("user", 1)}, {ranked("batch", 3, 0), ranked("shop", 1, 100)}, 10_min);
  arrives_later(scenario, "shop", 2);   // the second pod of the shop at the first sync
  // 3860m: shop 1000 + batch 2 × 1000 run; the third batch pod waits. The second shop pod takes the place of one batch pod.
  const Timeline timeline = run(scenario);
  const auto nominated = events(timeline, EventKind::PodNominated);
  REQUIRE(nominated.size() == 1);
  CHECK(nominated.front().value == 1);
  CHECK(deleted_for(timeline, "Preempted") == 1);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/shop") == 2);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/batch") == 1);
  // It is bound only when its victim is gone: some seconds after the nomination.
  SimTime bound;
  for (const TimelineEvent& event : events(timeline, EventKind::PodScheduled))
    if (event.subject == nominated.front().subject) bound = event.at;
  CHECK(bound > nominated.front().at + 1_s);
}

TEST_CASE("Room that is kept for a nominated pod is not given to a less important one") {
  Scenario scenario = platform({pool("user", 1)}, {ranked("batch", 3, 0), ranked("shop", 1, 100), ranked("late", 1, 0, 400_mcpu)}, 10_min);
  arrives_later(scenario, "shop", 2);
  arrives_later(scenario, "late", 2);
  // 3860m: shop 1000 + batch 2 × 1000 + late 400 leave 460. The second shop pod evicts a batch pod; until that one is gone 460 − 1000 < 400,
  // so that the second late pod waits although 400 < 460. In the end shop 2000 + batch 1000 + late 800 = 3800 run.
  const Timeline timeline = run(scenario);
  bool waited = false;
  for (const TimelineEvent& event : events(timeline, EventKind::PodUnschedulable)) waited = waited || event.subject == Name("prod/orders/late-r1-00001");
  CHECK(waited);
  CHECK(deleted_for(timeline, "Preempted") == 1);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/shop") == 2);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/batch") == 1);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/late") == 2);
}

TEST_CASE("preemptionPolicy Never waits however important the pod is") {
  Scenario scenario = platform({pool("user", 1)}, {ranked("batch", 3, 0), ranked("shop", 1, 100)}, 10_min);
  for (WorkloadSpec& workload : objects(scenario).workloads) workload.pod.preempts = false;
  arrives_later(scenario, "shop", 2);
  const Timeline timeline = run(scenario);
  CHECK(deleted_for(timeline, "Preempted") == 0);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/shop") == 1);
  CHECK(last_reason(timeline) == "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.");
}

TEST_CASE("A nominated pod is no reason for another node") {
  Scenario scenario = platform({autoscaled("user", 1, 3)}, {ranked("batch", 2, 0), ranked("shop", 1, 100)}, 5_min);
  arrives_later(scenario, "shop", 2);
  scenario.clusters[0].pools[0].max_count = 3;
  const Timeline timeline = run(scenario);
  REQUIRE(events(timeline, EventKind::PodNominated).size() == 1);
  // The evicted batch pod asks for one node; shop's second pod, nominated, does not ask for another.
  CHECK(gauge(timeline, GaugeKind::NodesTarget, at(4_min), "prod", "prod/user") == 2);
}

TEST_CASE("A pod with scheduling gates is not looked at") {
  Scenario scenario = platform({pool("user", 1)}, {deployment("gated", 1)}, 10_min);
  objects(scenario).workloads.front().pod.scheduling_gates = {Name("example.com/quota")};
  const Timeline timeline = run(scenario);
  CHECK(events(timeline, EventKind::PodScheduled).empty());
  CHECK(events(timeline, EventKind::PodUnschedulable).empty());
  CHECK(gauge(timeline, GaugeKind::PodsPending, at(5_min), "prod") == 1);
}

TEST_CASE("A StatefulSet's zonal disks keep its pods in their zones after a restart") {
  const auto with_disks = [](bool wait_for_consumer) {
    WorkloadSpec set = deployment("db", 3);
    set.kind = WorkloadKind::StatefulSet;
    set.parallel_pods = true;
    set.pod.volume_claims = {Name("data")};
    set.volume_claim_templates = {{Name("orders"), Name("data"), Name("lrs"), Bytes{1LL << 30}}};
    Scenario scenario = platform({pool("user", 3)}, {set}, 10_min);
    objects(scenario).storage_classes.push_back({Name("lrs"), wait_for_consumer, true, false});
    return scenario;
  };
  // Immediate: wherever the hash of "db" begins, ordinals 0, 1, 2 lie in three consecutive zones: one pod a zone, one node a zone.
  for (const bool wait : {true, false}) {
    const Timeline timeline = run(with_disks(wait));
    CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/db") == 3);
    std::map<Name, int> by_node;
    for (const TimelineEvent& event : events(timeline, EventKind::PodScheduled)) ++by_node[event.object];
    CHECK(by_node.size() == 3);
  }
}

TEST_CASE("A pod whose disk is in a zone without a node waits and says so") {
  WorkloadSpec set = deployment("db", 3);
  set.kind = WorkloadKind::StatefulSet;
  set.parallel_pods = true;
  set.pod.volume_claims = {Name("data")};
  set.volume_claim_templates = {{Name("orders"), Name("data"), Name("lrs"), Bytes{1LL << 30}}};
  Scenario scenario = platform({pool("user", 1)}, {set}, 10_min);   // three zones, one node
  objects(scenario).storage_classes.push_back({Name("lrs"), false, true, false});
  const Timeline timeline = run(scenario);
  // Immediate binding made the three disks in three zones: one pod runs, two wait for nodes in theirs.
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_min), "prod/orders/db") == 1);
  CHECK(last_reason(timeline).starts_with("0/1 nodes are available: 1 node(s) had volume node affinity conflict."));
}

TEST_CASE("The autoscaler grows the pool in the zone of a pod's disk, although another zone has room") {
  WorkloadSpec set = deployment("db", 2);
  set.kind = WorkloadKind::StatefulSet;
  set.parallel_pods = true;
  set.pod.volume_claims = {Name("data")};
  set.volume_claim_templates = {{Name("orders"), Name("data"), Name("lrs"), Bytes{1LL << 30}}};
  NodePoolSpec first = pool("first", 1), second = autoscaled("second", 0, 3);
  first.zones = {1};
  second.zones = {2};
  Scenario scenario = platform({first, second}, {set}, 20_min);
  objects(scenario).storage_classes.push_back({Name("lrs"), false, true, false});
  // Immediate binding made the disks of ordinals 0 and 1 in the two zones, one each; zone 2 has no node yet.
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(1_min), "prod/orders/db") == 1);
  CHECK(gauge(timeline, GaugeKind::NodesTarget, at(1_min), "prod", "prod/second") == 1);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(10_min), "prod/orders/db") == 2);
}

TEST_CASE("The scheduler tells of a pod that it cannot place: every node, what refused it, and when it tries again") {
  Scenario scenario = platform({pool("user", 2)}, {deployment("api", 1, 5000_mcpu)}, 2_min);
  Listener listener("prod/orders/api-r1-00000");
  run_listening(scenario, listener);
  REQUIRE(listener.told.size() == 1);
  const Decision& decision = listener.told.front();
  CHECK(decision.outcome == "Unschedulable");
  CHECK(decision.message.starts_with("0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims"));
  REQUIRE(decision.tables.size() == 1);
  REQUIRE(decision.tables.front().rows.size() == 2);
  CHECK(decision.tables.front().rows.front()[1] == "NodeResourcesFit");
  CHECK(decision.tables.front().rows.front()[2] == "Insufficient cpu");
}

TEST_CASE("The scheduler tells of a pod that it places: the nodes and their scores, the chosen one first") {
  Scenario scenario = platform({pool("user", 3)}, {deployment("api", 1)}, 2_min);
  Listener listener("prod/orders/api-r1-00000");
  const Timeline timeline = run_listening(scenario, listener);
  REQUIRE(listener.told.size() == 1);
  const Decision& decision = listener.told.front();
  CHECK(decision.outcome == "Scheduled");
  REQUIRE(decision.tables.size() == 1);
  CHECK(decision.tables.front().rows.size() == 3);
  CHECK(decision.tables.front().rows.front()[0] == events(timeline, EventKind::PodScheduled).front().object.str());
}

TEST_CASE("Listening changes nothing, and a run that ends early is the beginning of the whole run") {
  Scenario scenario = platform({autoscaled("user", 1, 5)}, {ranked("batch", 6, 0), ranked("shop", 2, 100)}, 20_min);
  arrives_later(scenario, "shop", 4);
  Listener listener("prod/orders/batch-r1-00003");
  CHECK(run_listening(scenario, listener).hash() == run(scenario).hash());
  CHECK_FALSE(listener.told.empty());
  const Timeline whole = run(scenario), part = run_listening(scenario, listener, at(30_s));
  REQUIRE(part.events().size() < whole.events().size());
  for (std::size_t i = 0; i < part.events().size(); ++i) {
    REQUIRE(part.events()[i].at == whole.events()[i].at);
    REQUIRE(part.events()[i].subject == whole.events()[i].subject);
  }
}

}  // namespace akstwin::test
