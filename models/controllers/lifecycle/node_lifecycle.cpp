#include "models/controllers/lifecycle/node_lifecycle.hpp"

#include <algorithm>
#include <optional>

#include "models/api/node_input.hpp"

namespace akstwin {
namespace {

bool bears(const Node& node, const Taint& taint) { return std::ranges::find(node.taints, taint) != node.taints.end(); }

NodeCondition condition(const Node& node) {
  if (node.ready) return NodeCondition::True;
  return node.unknown ? NodeCondition::Unknown : NodeCondition::False;
}

std::vector<NodeReport> reports(const ClusterState& state, SimTime now) {
  const Taint not_ready = to_taint(HealthTaint::NotReady, TaintEffect::NoExecute);
  const Taint unreachable = to_taint(HealthTaint::Unreachable, TaintEffect::NoExecute);
  const Name zone_label("topology.kubernetes.io/zone"), excluded("node.kubernetes.io/exclude-disruption");
  std::vector<NodeReport> reports;
  state.nodes.for_each([&](NodeId id, const Node& node) {
    const Name* const zone = node.labels.find(zone_label);
    reports.push_back({id.row, zone == nullptr ? Name{} : *zone, condition(node), last_heard(node, now), bears(node, not_ready),
                       bears(node, unreachable), node.labels.find(excluded) != nullptr});
  });
  return reports;
}

PodId pod_with(std::uint64_t uid) { return {static_cast<std::uint32_t>(uid >> 31), static_cast<std::uint32_t>(uid & 0x7fff'ffff)}; }

}  // namespace

void NodeLifecycle::sync_no_schedule(ControllerContext& context, NodeId id) const {
  const Node& node = context.cluster.state().nodes[id];
  const std::optional<HealthTaint> wanted = health_taint(condition(node));
  if (!wanted && node.taints.empty()) return;   // nearly every node nearly always
  for (const HealthTaint taint : {HealthTaint::NotReady, HealthTaint::Unreachable}) {
    const Taint full = to_taint(taint, TaintEffect::NoSchedule);
    if (bears(node, full) != (wanted == taint)) context.cluster.submit(TaintNode{id, full, wanted == taint});
  }
}

void NodeLifecycle::sync_evictions(ControllerContext& context, NodeId id) {
  const ClusterState& state = context.cluster.state();
  const Node& node = state.nodes[id];
  std::vector<Taint> taints;
  for (const Taint& taint : node.taints)
    if (taint.effect == TaintEffect::NoExecute) taints.push_back(taint);
  const auto known = tainted_.find(id.row);
  if (taints.empty() && known == tainted_.end()) return;
  Tainted& entry = known == tainted_.end() ? tainted_[id.row] : known->second;
  const bool changed = entry.taints != taints;
  std::vector<TaintEviction::PodOnNode> pods;
  for (const PodId pod : node.pods)
    if (changed || !entry.judged.contains(uid_of(pod))) pods.push_back({uid_of(pod), state.pods[pod].spec->tolerations});
  entry.node = id;
  entry.taints = taints;
  entry.judged.clear();
  for (const PodId pod : node.pods) entry.judged.insert(uid_of(pod));
  std::vector<std::uint64_t> doomed;
  eviction_.node_changed(context.now, taints, pods, doomed);
  if (taints.empty()) tainted_.erase(id.row);
  evict(context, doomed);
}

void NodeLifecycle::evict(ControllerContext& context, const std::vector<std::uint64_t>& doomed) {
  for (const std::uint64_t uid : doomed) {
    const PodId pod = pod_with(uid);
    if (context.cluster.state().pods.contains(pod)) context.cluster.submit(DeletePod{pod, Name("TaintManagerEviction")});
  }
}

void NodeLifecycle::apply(ControllerContext& context, const std::vector<NodeEffect>& effects) {
  const ClusterState& state = context.cluster.state();
  for (const NodeEffect& effect : effects) {
    const NodeId id = state.nodes.at(effect.node);
    if (!id) continue;
    switch (effect.kind) {
      case NodeEffect::Kind::BecomesUnknown:
        context.cluster.submit(MarkNodeUnknown{id});
        sync_no_schedule(context, id);
        break;
      case NodeEffect::Kind::PodsNotReady: {
        const std::vector<PodId> pods = state.nodes[id].pods;
        for (const PodId pod : pods) context.cluster.submit(MarkPodUnready{pod});
        break;
      }
      case NodeEffect::Kind::AddTaint:
      case NodeEffect::Kind::RemoveTaint:
        context.cluster.submit(TaintNode{id, to_taint(effect.taint, TaintEffect::NoExecute), effect.kind == NodeEffect::Kind::AddTaint});
        sync_evictions(context, id);
        break;
    }
  }
}

SimTime NodeLifecycle::next_wake(const ClusterState& state, SimTime now) const {
  bool busy = false;
  const Taint not_ready = to_taint(HealthTaint::NotReady, TaintEffect::NoExecute), unreachable = to_taint(HealthTaint::Unreachable, TaintEffect::NoExecute);
  state.nodes.for_each([&](NodeId, const Node& node) { busy = busy || !node.ready || node.silent_since != kNever || bears(node, not_ready) || bears(node, unreachable); });
  SimTime next = std::min(eviction_.next(), monitor_.next_taint(now));
  if (busy) next = std::min(next, next_pass_);
  return next;
}

SimTime NodeLifecycle::reconcile(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  const SimTime now = context.now;
  std::erase_if(tainted_, [&](const auto& entry) { return !state.nodes.contains(entry.second.node); });
  for (std::uint32_t row = 0; row < state.nodes.size(); ++row) {
    const NodeId id = state.nodes.at(row);
    if (!id) continue;
    sync_no_schedule(context, id);
    sync_evictions(context, id);
  }
  std::vector<std::uint64_t> doomed;
  eviction_.fire(now, doomed);
  evict(context, doomed);
  std::vector<NodeEffect> effects;
  if (now.us % options_.taint_period.us == 0) monitor_.taint(now, reports(state, now), effects);
  apply(context, effects);
  if (now >= next_pass_) {
    effects.clear();
    // Passes stand on a grid; a wake-up between two of them waits for the next.
    const std::int64_t period = options_.monitor_period.us;
    if (now.us % period == 0) monitor_.monitor(now, reports(state, now), effects);
    next_pass_ = SimTime{(now.us / period + 1) * period};
    apply(context, effects);
  }
  return next_wake(state, now);
}

}  // namespace akstwin
