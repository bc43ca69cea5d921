#include <algorithm>
#include <map>

#include "models/controllers/workloads/workload_controller.hpp"

namespace akstwin {

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
    } else if (!state.pods[found->second].ready && !parallel) {
      return kNever;   // the next ordinal waits for this one
    }
  }
  for (auto entry = by_ordinal.rbegin(); entry != by_ordinal.rend(); ++entry) {
    if (entry->first < desired) break;
    if (!state.pods[entry->second].terminating()) context.cluster.submit(DeletePod{entry->second, Name("ScaledDown")});
    if (!parallel) return kNever;
  }
  for (auto entry = by_ordinal.rbegin(); entry != by_ordinal.rend(); ++entry) {
    const Pod& pod = state.pods[entry->second];
    if (pod.terminating()) return kNever;
    if (pod.revision == workload.revision) continue;
    context.cluster.submit(DeletePod{entry->second, Name("RollingUpdate")});
    return kNever;
  }
  return kNever;
}

}  // namespace akstwin
