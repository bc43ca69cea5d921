#include <algorithm>
#include <map>

#include "models/controllers/workloads/workload_controller.hpp"

namespace akstwin {
namespace {

/// Running and ready for minReadySeconds.
bool available(const Pod& pod, const WorkloadSpec& spec, SimTime now) { return pod.ready && !pod.terminating() && pod.ready_transition + spec.min_ready <= now; }

/// The rolling update: from the highest ordinal down to the partition, one pod at a time, each only when those above it are well.
SimTime roll(ControllerContext& context, WorkloadId id, const std::map<std::int64_t, PodId>& by_ordinal) {
  const ClusterState& state = context.cluster.state();
  const Workload& workload = state.workloads[id];
  const WorkloadSpec& spec = *workload.spec;
  if (spec.update_on_delete) return kNever;
  for (auto entry = by_ordinal.rbegin(); entry != by_ordinal.rend() && entry->first >= spec.partition; ++entry) {
    const Pod& pod = state.pods[entry->second];
    if (pod.revision != workload.revision && !pod.terminating()) {
      context.cluster.submit(DeletePod{entry->second, Name("RollingUpdate")});
      return kNever;
    }
    if (!available(pod, spec, context.now)) return pod.ready ? pod.ready_transition + spec.min_ready : kNever;
  }
  if (spec.partition == 0 && workload.applied && workload.good_revision != workload.revision &&
      static_cast<std::int64_t>(by_ordinal.size()) == workload.replicas)
    context.cluster.submit(SetRolloutState{id, false, true});
  return kNever;
}

}  // namespace

SimTime sync_stateful_set(ControllerContext& context, WorkloadId id) {
  const ClusterState& state = context.cluster.state();
  const Workload& workload = state.workloads[id];
  const std::int64_t desired = workload.applied ? workload.replicas : 0;
  std::map<std::int64_t, PodId> by_ordinal;   // terminating pods keep their identity until they are gone
  for (const PodId pod : workload.pods) by_ordinal[state.pods[pod].ordinal] = pod;
  const bool parallel = workload.spec->parallel_pods;

  for (std::int64_t ordinal = 0; ordinal < desired; ++ordinal) {
    const auto found = by_ordinal.find(ordinal);
    if (found == by_ordinal.end()) {
      context.cluster.submit(CreatePod{id, ordinal, {}});
      if (!parallel) return kNever;
    } else if (const Pod& pod = state.pods[found->second]; !parallel && !available(pod, *workload.spec, context.now)) {
      return pod.ready ? pod.ready_transition + workload.spec->min_ready : kNever;   // the next ordinal waits for this one
    }
  }
  for (auto entry = by_ordinal.rbegin(); entry != by_ordinal.rend(); ++entry) {
    if (entry->first < desired) break;
    if (!state.pods[entry->second].terminating()) context.cluster.submit(DeletePod{entry->second, Name("ScaledDown")});
    if (!parallel) return kNever;
  }
  return roll(context, id, by_ordinal);
}

}  // namespace akstwin
