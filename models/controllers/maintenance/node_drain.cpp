#include "models/controllers/maintenance/node_drain.hpp"

#include <algorithm>

#include "models/api/disruption.hpp"

namespace akstwin {
namespace {

// kubectl's drain library, which AKS's own drain behaves like: a refused eviction is tried again after 5 s, pods that leave are looked for
// every second (kubernetes staging/src/k8s.io/kubectl/pkg/drain [recall]).
constexpr Duration kDrainRetry{5'000'000}, kDrainPoll{1'000'000};

}  // namespace

std::vector<PodId> pods_to_evict(const ClusterState& state, NodeId node) {
  std::vector<PodId> pods;
  for (const PodId id : state.nodes[node].pods) {
    const Pod& pod = state.pods[id];
    const bool ended = pod.phase == PodPhase::Succeeded || pod.phase == PodPhase::Failed;
    if (!ended && state.workloads[pod.owner].spec->kind != WorkloadKind::DaemonSet) pods.push_back(id);
  }
  return pods;
}

Name refusing_budget(const ClusterState& state, PodId pod) {
  Name found;
  for (const AppliedBudget& budget : state.disruption_budgets) {
    if (!budget.applied || std::ranges::find(budget.workloads, state.pods[pod].owner) == budget.workloads.end()) continue;
    if (!found.empty()) return Name("several budgets");
    found = Name(budget.spec->name_space.str() + "/" + budget.spec->name.str());
  }
  return found;
}

NodeDrain::NodeDrain(const DrainOrder& order, ControllerContext& context) : order_(order), next_(order.began), retry_(order.began) {
  const ClusterState& state = context.cluster.state();
  context.cluster.submit(CordonNode{order.node, true});
  const auto pods = static_cast<std::int64_t>(pods_to_evict(state, order.node).size());
  context.notes.note({NoteKind::NodeDrainBegan, state.nodes[order.node].name, order.pool, order.reason, pods});
}

void NodeDrain::blocked(ControllerContext& context, PodId pod) {
  if (std::ranges::find(told_, pod) != told_.end()) return;
  told_.push_back(pod);
  const ClusterState& state = context.cluster.state();
  context.notes.note({NoteKind::EvictionBlocked, state.pods[pod].name, state.nodes[order_.node].name, refusing_budget(state, pod),
                      (context.now - order_.began).us});
}

DrainState NodeDrain::step(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  if (!state.nodes.contains(order_.node)) return DrainState::Drained;
  const std::vector<PodId> pods = pods_to_evict(state, order_.node);
  const auto ended = [&](DrainState as, const char* word) {
    context.notes.note({NoteKind::NodeDrained, state.nodes[order_.node].name, order_.pool, Name(word), (context.now - order_.began).us});
    return as;
  };
  if (pods.empty()) return ended(DrainState::Drained, "drained");
  if (context.now >= order_.began + order_.timeout) return ended(DrainState::TimedOut, "timeout");
  bool refused = false;
  if (context.now >= retry_) {
    for (const PodId id : pods) {
      if (!state.pods.contains(id) || state.pods[id].terminating()) continue;
      const Verdict verdict = context.cluster.submit(EvictPod{id, order_.reason});
      if (verdict != Verdict::TooManyRequests && verdict != Verdict::InternalError) continue;
      refused = true;
      blocked(context, id);
    }
    retry_ = context.now + (refused ? kDrainRetry : Duration{0});
  }
  next_ = std::min(context.now + kDrainPoll, order_.began + order_.timeout);
  return DrainState::UnderWay;
}

}  // namespace akstwin
