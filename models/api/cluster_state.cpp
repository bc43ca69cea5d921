#include "models/api/cluster_state.hpp"

#include <algorithm>

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

SimTime last_heard(const Node& node, SimTime now) {
  constexpr Duration kRenewal{10'000'000};
  const SimTime end = std::min(now, node.silent_since);
  if (end <= node.lease_from) return node.lease_from;
  return node.lease_from + kRenewal * ((end - node.lease_from) / kRenewal);
}

}  // namespace akstwin
