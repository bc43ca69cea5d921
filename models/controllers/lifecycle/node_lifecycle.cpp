#include "models/controllers/lifecycle/node_lifecycle.hpp"

#include <algorithm>
#include <vector>

namespace akstwin {
namespace {

// --node-monitor-grace-period 50 s (40 s before 1.32) and defaultUnreachableTolerationSeconds 300.
constexpr Duration kGrace{50'000'000}, kToleration{300'000'000};

/// tolerationSeconds of a pod for an unreachable node: its own first matching toleration, or the default.
Duration tolerates_for(const PodSpec& spec) {
  const Taint unreachable{Name("node.kubernetes.io/unreachable"), {}, TaintEffect::NoExecute};
  for (const Toleration& toleration : spec.tolerations) {
    if (!toleration.tolerates(unreachable)) continue;
    return toleration.seconds ? Duration{*toleration.seconds * 1'000'000} : Duration{INT64_MAX / 8};
  }
  return kToleration;
}

}  // namespace

SimTime NodeLifecycle::reconcile(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  SimTime next = kNever;
  std::vector<PodId> evicted;
  state.nodes.for_each([&](NodeId, const Node& node) {
    if (node.ready) return;
    for (const PodId id : node.pods) {
      const Pod& pod = state.pods[id];
      if (pod.terminating() || state.workloads[pod.owner].spec->kind == WorkloadKind::DaemonSet) continue;
      const SimTime due = node.ready_transition + kGrace + tolerates_for(*pod.spec);
      if (due <= context.now) evicted.push_back(id);
      else next = std::min(next, due);
    }
  });
  for (const PodId id : evicted) context.cluster.submit(DeletePod{id, Name("TaintManagerEviction")});
  return next;
}

}  // namespace akstwin
