#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "models/controllers/workloads/workload_controller.hpp"

namespace akstwin {
namespace {

/// Pods of one Deployment in the ReplicaSet of the newest template and in all older ones; only pods that still count.
struct ReplicaCounts {
  std::int64_t newest = 0, older = 0, available_newest = 0, available_older = 0;
};

ReplicaCounts count_replicas(const ClusterState& state, const Workload& workload, SimTime now) {
  ReplicaCounts counts;
  for (const PodId id : workload.pods) {
    const Pod& pod = state.pods[id];
    if (!pod.live()) continue;
    const bool is_new = pod.revision == workload.revision;
    const bool available = pod.ready && pod.ready_transition + workload.spec->min_ready <= now;
    (is_new ? counts.newest : counts.older) += 1;
    (is_new ? counts.available_newest : counts.available_older) += available ? 1 : 0;
  }
  return counts;
}

std::vector<PodId> replicas(const ClusterState& state, const Workload& workload, bool newest) {
  std::vector<PodId> pods;
  for (const PodId id : workload.pods)
    if (state.pods[id].live() && (state.pods[id].revision == workload.revision) == newest) pods.push_back(id);
  return pods;
}

/// Which pods a ReplicaSet gives up first: unbound, not ready, more crowded on their node, younger.
/// Source: kubernetes v1.32 pkg/controller/controller_utils.go ActivePodsWithRanks.
void delete_surplus(ControllerContext& context, WorkloadId workload, std::span<const PodId> pods, std::int64_t count, std::string_view reason) {
  if (count <= 0) return;
  const ClusterState& state = context.cluster.state();
  std::vector<std::uint32_t> places;   // one entry a live pod of the workload that has a node
  for (const PodId id : state.workloads[workload].pods)
    if (const Pod& pod = state.pods[id]; pod.node && pod.live()) places.push_back(pod.node.row);
  const auto crowd = [&](const Pod& pod) -> std::int64_t { return pod.node ? std::ranges::count(places, pod.node.row) : 0; };
  using Rank = std::tuple<bool, bool, std::int64_t, std::int64_t, std::uint32_t>;
  std::vector<std::pair<Rank, PodId>> ranked;
  for (const PodId id : pods) {
    const Pod& pod = state.pods[id];
    ranked.push_back({Rank{!pod.node.null(), pod.ready, -crowd(pod), -pod.created.us, ~id.row}, id});
  }
  std::ranges::sort(ranked, {}, &std::pair<Rank, PodId>::first);
  for (std::int64_t i = 0; i < count && i < static_cast<std::int64_t>(ranked.size()); ++i)
    context.cluster.submit(DeletePod{ranked[static_cast<std::size_t>(i)].second, Name(reason)});
}

void create(ControllerContext& context, WorkloadId id, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) context.cluster.submit(CreatePod{id, 0, {}});
}

/// The old ReplicaSets shrink: first what is unhealthy anyway, then as much as availability allows.
void shrink_old(ControllerContext& context, WorkloadId id, std::int64_t min_available) {
  const ClusterState& state = context.cluster.state();
  const ReplicaCounts counts = count_replicas(state, state.workloads[id], context.now);
  const std::int64_t max_scaled_down = counts.older - min_available + counts.available_newest;
  if (max_scaled_down <= 0) return;
  std::vector<PodId> unhealthy, healthy;
  for (const PodId pod : replicas(state, state.workloads[id], false)) (state.pods[pod].ready ? healthy : unhealthy).push_back(pod);
  const std::int64_t cleaned = std::min<std::int64_t>(max_scaled_down, static_cast<std::int64_t>(unhealthy.size()));
  delete_surplus(context, id, unhealthy, cleaned, "RollingUpdate");
  const std::int64_t surplus = counts.available_newest + counts.available_older - min_available;
  delete_surplus(context, id, healthy, std::min(surplus, max_scaled_down - cleaned), "RollingUpdate");
}

}  // namespace

SimTime sync_deployment(ControllerContext& context, WorkloadId id) {
  const ClusterState& state = context.cluster.state();
  const Workload& workload = state.workloads[id];
  const std::int64_t desired = workload.applied ? workload.replicas : 0;
  const ReplicaCounts counts = count_replicas(state, workload, context.now);
  const std::int64_t newest = counts.newest, older = counts.older;
  if (older == 0 && newest == desired) return kNever;
  if (older == 0 || desired == 0) {
    if (newest < desired) create(context, id, desired - newest);
    else if (newest > desired) delete_surplus(context, id, replicas(state, workload, true), newest - desired, "ScaledDown");
    if (desired == 0) delete_surplus(context, id, replicas(state, workload, false), older, "ScaledDown");
    return kNever;
  }
  if (workload.spec->recreate) {
    // New pods start only when the last old one is gone, terminating ones included.
    delete_surplus(context, id, replicas(state, workload, false), older, "Recreate");
    return kNever;
  }
  std::int64_t surge = workload.spec->max_surge.scaled(desired, true);
  std::int64_t unavailable = workload.spec->max_unavailable.scaled(desired, false);
  if (surge == 0 && unavailable == 0) unavailable = 1;   // upstream ResolveFenceposts
  const std::int64_t room = desired + surge - newest - older;
  if (newest < desired && room > 0) {
    create(context, id, std::min(room, desired - newest));
  } else if (newest > desired) {
    delete_surplus(context, id, replicas(state, workload, true), newest - desired, "ScaledDown");
  }
  shrink_old(context, id, desired - std::min(unavailable, desired));
  // Pods that are ready but not yet for minReadySeconds need another look without any change.
  return workload.spec->min_ready > Duration{0} ? context.now + workload.spec->min_ready : kNever;
}

SimTime watch_rollout(ControllerContext& context, WorkloadId id, RolloutProgress& progress) {
  const ClusterState& state = context.cluster.state();
  const Workload& workload = state.workloads[id];
  if (!workload.applied || workload.good_revision == workload.revision) return kNever;
  const ReplicaCounts counts = count_replicas(state, workload, context.now);
  const RolloutProgress now{workload.revision, counts.newest, counts.older, workload.ready, counts.available_newest + counts.available_older, context.now};
  if (now.newest == workload.replicas && now.older == 0 && now.available == workload.replicas) {
    context.cluster.submit(SetRolloutState{id, false, true});
    return kNever;
  }
  const bool further = now.newest > progress.newest || now.older < progress.older || now.ready > progress.ready || now.available > progress.available;
  const SimTime since = progress.revision == now.revision && !further ? progress.since : context.now;
  progress = now;
  progress.since = since;
  const SimTime deadline = since + workload.spec->progress_deadline;
  const bool stalled = deadline <= context.now;
  if (stalled == workload.stalled) return stalled ? kNever : deadline;
  if (stalled) {
    const Name subject(state.spec->name.str() + "/" + workload.key.str());
    context.notes.note({NoteKind::Finding, subject, {}, Name("its rollout makes no progress (ProgressDeadlineExceeded)"), workload.revision});
  }
  context.cluster.submit(SetRolloutState{id, stalled, false});
  return stalled ? kNever : deadline;
}

}  // namespace akstwin
