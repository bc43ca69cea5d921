#include "models/api/cluster_state.hpp"

namespace akstwin {

WorkloadId find_workload(const ClusterState& state, Name key) {
  WorkloadId found;
  state.workloads.for_each([&](WorkloadId id, const Workload& workload) {
    if (workload.key == key) found = id;
  });
  return found;
}

std::int64_t live_pods(const ClusterState& state, const Workload& workload) {
  std::int64_t count = 0;
  for (const PodId id : workload.pods) count += state.pods[id].live() ? 1 : 0;
  return count;
}

}  // namespace akstwin
