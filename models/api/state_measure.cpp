#include "models/api/state_measure.hpp"

#include <algorithm>

namespace akstwin {
namespace {

using Metric = StateCondition::Metric;

constexpr std::int64_t kOne = 1'000'000;

/// Whether a namespace is one of those that are meant.
struct Meant {
  const std::vector<std::string>& namespaces;
  bool operator()(Name name) const { return namespaces.empty() || std::ranges::find(namespaces, name.text()) != namespaces.end(); }
};

std::int64_t count_pods(const ClusterState& state, const Meant& meant, bool pending) {
  std::int64_t count = 0;
  state.pods.for_each([&](PodId, const Pod& pod) {
    if (pod.live() && meant(pod.spec->name_space) && (pending ? pod.node.null() : !pod.ready)) ++count;
  });
  return count;
}

std::int64_t count_nodes(const ClusterState& state, bool ready) {
  std::int64_t count = 0;
  state.nodes.for_each([&](NodeId, const Node& node) { count += node.ready == ready ? 1 : 0; });
  return count;
}

/// Workloads that lack ready replicas, or the share of the wanted replicas that is ready. Jobs want nothing to last.
std::int64_t read_workloads(const ClusterState& state, const Meant& meant, bool share) {
  std::int64_t unready = 0, wanted = 0, ready = 0;
  state.workloads.for_each([&](WorkloadId, const Workload& workload) {
    const WorkloadKind kind = workload.spec->kind;
    const bool lasting = kind == WorkloadKind::Deployment || kind == WorkloadKind::StatefulSet || kind == WorkloadKind::DaemonSet;
    if (!workload.applied || !lasting || !meant(workload.spec->name_space)) return;
    unready += workload.ready < workload.replicas ? 1 : 0;
    wanted += workload.replicas;
    ready += std::min(workload.ready, workload.replicas);
  });
  if (!share) return unready * kOne;
  return wanted == 0 ? kOne : ready * kOne / wanted;
}

}  // namespace

std::int64_t measure(Metric metric, const ClusterState& state, const std::vector<std::string>& namespaces) {
  const Meant meant{namespaces};
  switch (metric) {
    case Metric::PodsPending: return (namespaces.empty() ? state.pending : count_pods(state, meant, true)) * kOne;
    case Metric::PodsNotReady: return count_pods(state, meant, false) * kOne;
    case Metric::NodesReady: return count_nodes(state, true) * kOne;
    case Metric::NodesNotReady: return count_nodes(state, false) * kOne;
    case Metric::WorkloadsUnready: return read_workloads(state, meant, false);
    case Metric::ReadyShare: return read_workloads(state, meant, true);
  }
  return 0;
}

}  // namespace akstwin
