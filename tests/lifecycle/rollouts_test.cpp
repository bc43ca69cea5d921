#include <catch2/catch.hpp>

#include "models/controllers/workloads/workload_controller.hpp"

using namespace akstwin;
using namespace akstwin::literals;

namespace {

SimTime time_at(Duration since_start) { return SimTime{} + since_start; }

/// A cluster that writes down what is asked of it and changes nothing by itself.
class Recording final : public ClusterApi {
 public:
  const ClusterState& state() const override { return cluster; }
  ChangeSpan changes_since(ChangeCursor cursor) const override { return {{}, false, cursor}; }
  Verdict submit(const Action& action) override {
    actions.push_back(action);
    return Verdict::Accepted;
  }
  ClusterState cluster;
  std::vector<Action> actions;
};

class NoCloud final : public CloudApi {
 public:
  const CloudState& state() const override { return cloud; }
  Verdict submit(const CloudAction&) override { return Verdict::Refused; }
  CloudState cloud;
};

class NoNotes final : public Notes {
 public:
  void note(const Note&) override {}
};

/// One workload with pods of given revisions, all ready since t = 0 unless changed.
struct Bench {
  WorkloadSpec spec;
  ClusterSpec cluster;
  Recording api;
  NoCloud cloud;
  NoNotes notes;
  WorkloadId id;

  Bench(WorkloadKind kind, std::int64_t replicas, std::uint32_t revision) {
    spec.kind = kind;
    api.cluster.spec = &cluster;
    Workload workload;
    workload.spec = &spec;
    workload.pod_template = &spec.pod;
    workload.applied = true;
    workload.replicas = replicas;
    workload.revision = revision;
    id = api.cluster.workloads.insert(workload);
  }
  PodId add(std::int64_t ordinal, std::uint32_t revision, bool ready = true) {
    Pod pod;
    pod.spec = &spec.pod;
    pod.owner = id;
    pod.ordinal = ordinal;
    pod.revision = revision;
    pod.phase = PodPhase::Running;
    pod.ready = ready;
    pod.ready_transition = SimTime{};
    Workload& workload = api.cluster.workloads[id];
    if (ready) ++workload.ready;
    workload.pods.push_back(api.cluster.pods.insert(pod));
    return workload.pods.back();
  }
  ControllerContext context(Duration now) { return {time_at(now), api, cloud, notes}; }
  template <class Kind>
  std::vector<Kind> asked() const {
    std::vector<Kind> found;
    for (const Action& action : api.actions)
      if (const Kind* one = std::get_if<Kind>(&action)) found.push_back(*one);
    return found;
  }
};

}  // namespace

TEST_CASE("A StatefulSet updates from the highest ordinal, and not below its partition") {
  Bench bench(WorkloadKind::StatefulSet, 3, 2);
  bench.spec.partition = 1;
  bench.add(0, 1);
  const PodId one = bench.add(1, 1);
  bench.add(2, 2);
  ControllerContext context = bench.context(10_min);
  sync_stateful_set(context, bench.id);
  REQUIRE(bench.asked<DeletePod>().size() == 1);
  CHECK(bench.asked<DeletePod>()[0].pod == one);
  Bench done(WorkloadKind::StatefulSet, 3, 2);
  done.spec.partition = 2;
  done.add(0, 1);
  done.add(1, 1);
  done.add(2, 2);
  ControllerContext second = done.context(10_min);
  sync_stateful_set(second, done.id);
  CHECK(done.asked<DeletePod>().empty());
}

TEST_CASE("A parallel StatefulSet creates all pods at once, but its update waits for the pods above") {
  Bench bench(WorkloadKind::StatefulSet, 4, 1);
  bench.spec.parallel_pods = true;
  ControllerContext context = bench.context(0_s);
  sync_stateful_set(context, bench.id);
  CHECK(bench.asked<CreatePod>().size() == 4);
  Bench update(WorkloadKind::StatefulSet, 2, 2);
  update.spec.parallel_pods = true;
  update.add(0, 1);
  update.add(1, 2, false);   // the new one is not ready yet
  ControllerContext second = update.context(1_min);
  sync_stateful_set(second, update.id);
  CHECK(update.asked<DeletePod>().empty());
}

TEST_CASE("With OnDelete a StatefulSet deletes nothing, with minReadySeconds the next ordinal waits") {
  Bench bench(WorkloadKind::StatefulSet, 2, 2);
  bench.spec.update_on_delete = true;
  bench.add(0, 1);
  bench.add(1, 1);
  ControllerContext context = bench.context(10_min);
  sync_stateful_set(context, bench.id);
  CHECK(bench.api.actions.empty());
  Bench slow(WorkloadKind::StatefulSet, 2, 1);
  slow.spec.min_ready = 30_s;
  slow.add(0, 1);
  ControllerContext early = slow.context(20_s);
  CHECK(sync_stateful_set(early, slow.id) == time_at(30_s));
  CHECK(slow.api.actions.empty());
}

TEST_CASE("The progress deadline begins anew with every step forward, and a complete rollout is remembered") {
  Bench bench(WorkloadKind::Deployment, 2, 2);
  bench.add(0, 2);
  RolloutProgress progress;
  ControllerContext first = bench.context(100_s);
  CHECK(watch_rollout(first, bench.id, progress) == time_at(700_s));
  bench.add(1, 2, false);
  ControllerContext further = bench.context(300_s);
  CHECK(watch_rollout(further, bench.id, progress) == time_at(900_s));
  ControllerContext late = bench.context(900_s);
  watch_rollout(late, bench.id, progress);
  REQUIRE(bench.asked<SetRolloutState>().size() == 1);
  CHECK(bench.asked<SetRolloutState>()[0].stalled);
  Bench done(WorkloadKind::Deployment, 1, 2);
  done.add(0, 2);
  RolloutProgress other;
  ControllerContext context = done.context(100_s);
  CHECK(watch_rollout(context, done.id, other) == kNever);
  REQUIRE(done.asked<SetRolloutState>().size() == 1);
  CHECK(done.asked<SetRolloutState>()[0].complete);
}
