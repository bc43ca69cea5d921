#include <algorithm>
#include <vector>

#include "models/controllers/workloads/workload_controller.hpp"
#include "models/fit/daemon_fit.hpp"

namespace akstwin {
namespace {

bool wants(const Workload& workload, const Node& node) {
  // The pool's own taints decide; transient ones (not-ready, cordon, autoscaler marks) are tolerated by every DaemonSet pod.
  NodeInput input;
  for (const Taint& taint : node.taints) {
    const std::string_view key = taint.key.text();
    const bool transient = key.starts_with("node.kubernetes.io/") || key.ends_with("OfClusterAutoscaler") || key.ends_with("ByClusterAutoscaler");
    if (!transient) input.taints.push_back(taint);
  }
  if (!daemon_tolerates(*workload.pod_template, input.taints)) return false;   // before the labels are copied
  input.name = node.name;
  input.labels = node.labels;
  return daemon_wants(*workload.pod_template, input);
}

}  // namespace

SimTime sync_daemon_set(ControllerContext& context, WorkloadId id) {
  const ClusterState& state = context.cluster.state();
  const Workload& workload = state.workloads[id];
  std::vector<PodId> outdated;
  bool updating = false;
  std::vector<std::uint8_t> covered(state.nodes.size());
  const std::vector<PodId> pods = workload.pods;
  for (const PodId pod_id : pods) {
    const Pod& pod = state.pods[pod_id];
    if (pod.node) covered[pod.node.row] = 1;
    if (pod.terminating()) updating = true;
    else if (!workload.applied) context.cluster.submit(DeletePod{pod_id, Name("ScaledDown")});
    else if (pod.revision != workload.revision) outdated.push_back(pod_id);
    else if (!pod.ready) updating = true;
  }
  std::int64_t wanted = 0;
  if (workload.applied) {
    std::vector<NodeId> bare;
    state.nodes.for_each([&](NodeId node_id, const Node& node) {
      if (covered[node_id.row] != 0) ++wanted;
      else if (wants(workload, node)) bare.push_back(node_id);
    });
    for (const NodeId node : bare) context.cluster.submit(CreatePod{id, 0, node});
    wanted += static_cast<std::int64_t>(bare.size());
  }
  context.cluster.submit(ScaleWorkload{id, wanted, {}, {}});
  if (!outdated.empty() && !updating) context.cluster.submit(DeletePod{outdated.front(), Name("RollingUpdate")});
  return kNever;
}

}  // namespace akstwin
