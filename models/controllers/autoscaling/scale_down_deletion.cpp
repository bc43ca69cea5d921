// The second half of the planner: from unneeded nodes to deletions that start now, and soft taints.
#include <algorithm>

#include "models/controllers/autoscaling/scale_down.hpp"

namespace akstwin {
namespace {

const AutoscaledNode* find_node(const ClusterAutoscalerInput& input, std::uint64_t id) {
  const auto node = std::ranges::find(input.nodes, id, &AutoscaledNode::id);
  return node == input.nodes.end() ? nullptr : &*node;
}

/// Puts nodes of one group next to each other, groups in order of their first node, and keeps at most `budget`.
std::vector<std::uint64_t> crop(const ClusterAutoscalerInput& input, std::span<const std::uint64_t> nodes, std::int64_t budget) {
  std::vector<std::uint32_t> groups;
  std::vector<std::uint64_t> kept;
  for (const std::uint64_t node : nodes) {
    const std::uint32_t group = find_node(input, node)->group;
    if (std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
  }
  for (const std::uint32_t group : groups)
    for (const std::uint64_t node : nodes)
      if (find_node(input, node)->group == group && static_cast<std::int64_t>(kept.size()) < budget) kept.push_back(node);
  return kept;
}

}  // namespace

UnremovableReason ScaleDownPlanner::not_yet_deletable(const AutoscalerLoop& loop, const UnneededNode& unneeded, const AutoscaledNode& node,
                                                      std::vector<std::int64_t>& sizes) const {
  if (node.scale_down_disabled) return UnremovableReason::ScaleDownDisabledAnnotation;
  // Strictly longer: with a loop every 10 s a node goes one loop after its time is up.
  if (node.ready && unneeded.since + loop.options.scale_down_unneeded_time >= loop.now) return UnremovableReason::NotUnneededLongEnough;
  if (!node.ready && unneeded.since + loop.options.scale_down_unready_time >= loop.now) return UnremovableReason::NotUnreadyLongEnough;
  const auto in_progress = std::ranges::count_if(loop.input.nodes, [&](const AutoscaledNode& other) {
    return other.group == node.group && other.deletion != NodeDeletionKind::None;
  });
  if (sizes[node.group] - in_progress <= loop.input.groups[node.group].min) return UnremovableReason::NodeGroupMinSizeReached;
  --sizes[node.group];
  return UnremovableReason::None;
}

/// Taints one set of nodes; when one fails, those tainted before are cleaned and nothing of the set is deleted.
bool ScaleDownPlanner::taint_all(AutoscalerLoop& loop, std::span<const std::uint64_t> nodes) const {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!find_node(loop.input, nodes[i])->taint_fails) continue;
    loop.out.taint_failed = nodes[i];
    loop.out.tainted_in_vain.insert(loop.out.tainted_in_vain.end(), nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(i));
    return false;
  }
  return true;
}

bool ScaleDownPlanner::start_deletions(AutoscalerLoop& loop) {
  std::vector<std::int64_t> sizes = loop.targets;
  std::vector<std::uint64_t> empty, drain, risky;
  for (const bool draining : {false, true}) {
    for (const UnneededNode& unneeded : unneeded_) {
      if (unneeded.drain != draining) continue;
      const AutoscaledNode* const node = find_node(loop.input, unneeded.node);
      const UnremovableReason reason = not_yet_deletable(loop, unneeded, *node, sizes);
      if (reason != UnremovableReason::None) {
        loop.out.unremovable.push_back({unneeded.node, reason, BlockingReason::None});
        continue;
      }
      (!draining ? empty : unneeded.risky ? risky : drain).push_back(unneeded.node);
    }
  }
  drain.insert(drain.end(), risky.begin(), risky.end());

  std::int64_t deleting = 0, draining = 0;
  for (const AutoscaledNode& node : loop.input.nodes) {
    deleting += node.deletion != NodeDeletionKind::None ? 1 : 0;
    draining += node.deletion == NodeDeletionKind::Drain ? 1 : 0;
  }
  std::int64_t budget = loop.options.max_scale_down_parallelism - deleting;
  empty = crop(loop.input, empty, budget);
  budget -= static_cast<std::int64_t>(empty.size());
  drain = crop(loop.input, drain, std::min(budget, loop.options.max_drain_parallelism - draining));

  loop.out.scale_down_result = ScaleDownResult::NoNodeDeleted;
  if (empty.empty() && drain.empty()) return true;
  loop.out.scale_down_result = ScaleDownResult::Error;
  if (!taint_all(loop, empty)) return false;
  for (const std::uint64_t node : empty) loop.out.deletions.push_back({node, NodeDeletionKind::Empty});
  // All nodes of the set are tainted before the first is drained, or evicted pods would move from one to the next.
  if (!taint_all(loop, drain)) return false;
  for (const std::uint64_t node : drain) loop.out.deletions.push_back({node, NodeDeletionKind::Drain});
  loop.out.scale_down_result = ScaleDownResult::NodeDeleteStarted;
  return true;
}

void ScaleDownPlanner::update_soft_taints(AutoscalerLoop& loop, const std::vector<bool>& left_out) const {
  std::int64_t calls = loop.options.max_bulk_soft_taint_count;
  for (const bool on : {false, true}) {
    for (std::size_t i = 0; i < loop.input.nodes.size() && calls > 0; ++i) {
      const AutoscaledNode& node = loop.input.nodes[i];
      if (left_out[i] || node.group >= loop.targets.size() || node.deletion_taint || node.candidate_taint == on) continue;
      if (is_previous(node.id) != on) continue;
      loop.out.soft_taints.push_back({node.id, on});
      --calls;
    }
  }
}

}  // namespace akstwin
