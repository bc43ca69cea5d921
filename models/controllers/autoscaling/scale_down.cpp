#include "models/controllers/autoscaling/scale_down.hpp"

#include <algorithm>

namespace akstwin {
namespace {

// MaxCloudProviderNodeDeletionTime: a node with an older hard taint counts as forgotten, not as being deleted.
constexpr Duration kBeingDeleted{300'000'000};

bool being_deleted(const AutoscaledNode& node, SimTime now) { return node.deletion_taint && now - *node.deletion_taint < kBeingDeleted; }

/// Requests of one resource relative to allocatable; DaemonSet pods that are to be ignored are taken out of both.
double utilization(std::int64_t requested, std::int64_t allocatable, std::int64_t daemonsets) {
  return static_cast<double>(requested) / static_cast<double>(allocatable - daemonsets);
}

}  // namespace

bool ScaleDownPlanner::is_previous(std::uint64_t node) const {
  return std::ranges::find(previous_candidates_, node) != previous_candidates_.end();
}

/// All non-expendable pods of a node as the simulation sees it: those bound there, then those placed there.
std::vector<const AutoscaledPod*> ScaleDownPlanner::pods_of(const AutoscalerLoop& loop, const SimulatedCluster& cluster,
                                                            std::size_t position) const {
  std::vector<const AutoscaledPod*> pods;
  for (const AutoscaledPod& pod : loop.input.nodes[position].pods)
    if (pod.spec->priority >= loop.options.expendable_pods_priority_cutoff) pods.push_back(&pod);
  const auto& added = cluster.added[cluster.simulation.index_of(position)];
  pods.insert(pods.end(), added.begin(), added.end());
  return pods;
}

const ScaleDownPlanner::NodeLoad& ScaleDownPlanner::bound_load(const AutoscalerLoop& loop, const SimulatedCluster& cluster, std::size_t position) {
  const AutoscaledNode& node = loop.input.nodes[position];
  const NodeIndex index = cluster.simulation.index_of(position);
  if (index >= known_loads_.size()) known_loads_.resize(index + 1);
  KnownLoad& known = known_loads_[index];
  if (node.pods_revision != 0 && known.node == node.id && known.pods_revision == node.pods_revision) return known.load;
  NodeLoad load;
  bool settled = node.pods_revision != 0;           // a terminating pod stops counting with time
  for (const AutoscaledPod& pod : node.pods) {
    if (pod.spec->priority < loop.options.expendable_pods_priority_cutoff) continue;
    settled = settled && !pod.deleted;
    add_load(load, loop, pod);
  }
  if (!settled) {
    unkept_ = load;
    return unkept_;
  }
  known = {node.id, node.pods_revision, load};
  return known.load;
}

void ScaleDownPlanner::add_load(NodeLoad& load, const AutoscalerLoop& loop, const AutoscaledPod& pod) {
  const DrainContext strict{.options = loop.options, .now = loop.now, .budgets = nullptr, .controllers_known = false};
  const bool daemon = pod.owner_kind == PodOwnerKind::DaemonSet;
  if (daemon && loop.options.ignore_daemonsets_utilization) load.daemonsets = load.daemonsets + pod.spec->effective_request();
  else if (!long_terminating(pod, loop.now)) load.pods = load.pods + pod.spec->effective_request();
  if (!load.empty) return;
  const DrainVerdict verdict = drain_verdict(pod, strict);
  load.empty = verdict.outcome == DrainVerdict::Outcome::Skip || (verdict.outcome == DrainVerdict::Outcome::Move && daemon);
}

ScaleDownPlanner::NodeLoad ScaleDownPlanner::load_of(const AutoscalerLoop& loop, const SimulatedCluster& cluster, std::size_t position) {
  NodeLoad load = bound_load(loop, cluster, position);
  for (const AutoscaledPod* const pod : cluster.added[cluster.simulation.index_of(position)]) add_load(load, loop, *pod);
  return load;
}

/// Positions of the nodes to look at: empty ones first, then those unneeded in the last loop, else in list order.
std::vector<std::size_t> ScaleDownPlanner::candidates(const AutoscalerLoop& loop, const SimulatedCluster& cluster,
                                                      const std::vector<bool>& left_out) {
  std::vector<Candidate> found;
  for (std::size_t i = 0; i < loop.input.nodes.size(); ++i) {
    const AutoscaledNode& node = loop.input.nodes[i];
    if (left_out[i] || node.group >= loop.targets.size() || node.deletion != NodeDeletionKind::None) continue;
    if (loop.targets[node.group] <= loop.input.groups[node.group].min) continue;
    const bool empty = load_of(loop, cluster, i).empty;
    found.push_back({i, empty, is_previous(node.id)});
  }
  std::ranges::stable_sort(found, [](const Candidate& a, const Candidate& b) {
    return a.empty != b.empty ? a.empty : a.previous && !b.previous;
  });
  std::vector<std::size_t> positions;
  for (const Candidate& candidate : found) positions.push_back(candidate.position);
  return positions;
}

UnremovableReason ScaleDownPlanner::ineligible(const AutoscalerLoop& loop, const SimulatedCluster& cluster, std::size_t position) {
  const AutoscaledNode& node = loop.input.nodes[position];
  if (being_deleted(node, loop.now)) return UnremovableReason::CurrentlyBeingDeleted;
  if (node.scale_down_disabled) return UnremovableReason::ScaleDownDisabledAnnotation;
  if (!loop.options.scale_down_unready_enabled && !node.ready) return UnremovableReason::ScaleDownUnreadyDisabled;
  const NodeLoad asked = load_of(loop, cluster, position);
  const Resources& allocatable = node.object->allocatable;
  if (allocatable.gpu > 0) {
    const bool low = utilization(asked.pods.gpu, allocatable.gpu, asked.daemonsets.gpu) < loop.options.gpu_utilization_threshold;
    return low ? UnremovableReason::None : UnremovableReason::NotUnderutilized;
  }
  const double cpu = utilization(asked.pods.cpu.value, allocatable.cpu.value, asked.daemonsets.cpu.value);
  const double memory = utilization(asked.pods.memory.value, allocatable.memory.value, asked.daemonsets.memory.value);
  const bool low = (cpu > memory ? cpu : memory) < loop.options.utilization_threshold;
  return low ? UnremovableReason::None : UnremovableReason::NotUnderutilized;
}

/// Nodes after which looking for more is pointless: what can be deleted in the coming loops, plus a reserve.
std::size_t ScaleDownPlanner::unneeded_limit(const ClusterAutoscalerOptions& options) const {
  const std::int64_t parallel = options.max_scale_down_parallelism;
  const Duration unneeded = std::max(options.scale_down_unneeded_time, Duration{0});
  // The first evaluation has no interval yet; upstream starts with the unneeded time.
  const Duration interval = shortest_interval_.value_or(std::max(unneeded, Duration{1}));
  const std::int64_t loops = std::max(unneeded, interval) / interval;
  const std::int64_t bound = parallel * loops + parallel;
  return static_cast<std::size_t>(std::min(bound, static_cast<std::int64_t>(unneeded_.size()) + 2 * parallel));
}

bool ScaleDownPlanner::move_pods(SimulatedCluster& cluster, std::span<const AutoscaledPod* const> pods, NodeIndex from) {
  const std::size_t mark = cluster.simulation.mark();
  std::vector<NodeIndex> moved_to;
  UnschedulableShapes failed;
  for (const AutoscaledPod* const pod : pods) cluster.simulation.remove_pod(from, pod->uid);
  for (const AutoscaledPod* const pod : pods) {
    const NodeIndex node = place_pod(cluster, *pod, destinations_, hints_, failed);
    if (node == kNoNode) {
      cluster.simulation.revert(mark);
      for (auto to = moved_to.rbegin(); to != moved_to.rend(); ++to) cluster.added[*to].pop_back();
      return false;
    }
    moved_to.push_back(node);
  }
  return true;
}

UnremovableNode ScaleDownPlanner::simulate_removal(AutoscalerLoop& loop, SimulatedCluster& cluster, std::size_t position, UnneededNode& found) {
  const AutoscaledNode& node = loop.input.nodes[position];
  const DrainContext context{.options = loop.options, .now = loop.now, .budgets = &budgets_, .controllers_known = true};
  std::vector<const AutoscaledPod*> to_move;
  for (const AutoscaledPod* const pod : pods_of(loop, cluster, position)) {
    const DrainVerdict verdict = drain_verdict(*pod, context);
    if (verdict.outcome == DrainVerdict::Outcome::Block) return {node.id, UnremovableReason::BlockedByPod, verdict.reason, pod->name};
    if (verdict.outcome == DrainVerdict::Outcome::Move && pod->owner_kind != PodOwnerKind::DaemonSet) to_move.push_back(pod);
  }
  const NodeIndex index = cluster.simulation.index_of(position);
  const bool was_destination = destinations_[index] != 0;
  destinations_[index] = 0;
  if (!move_pods(cluster, to_move, index)) {
    destinations_[index] = was_destination ? 1 : 0;
    return {node.id, UnremovableReason::NoPlaceToMovePods, BlockingReason::None};
  }
  const auto before = std::ranges::find(unneeded_, node.id, &UnneededNode::node);
  found = {.node = node.id,
           .name = node.object->name,
           .since = before == unneeded_.end() ? loop.now : before->since,
           .drain = !to_move.empty(),
           .risky = !budgets_.can_remove_in_parallel(to_move)};
  budgets_.remove(to_move);
  return {node.id, UnremovableReason::None, BlockingReason::None};
}

void ScaleDownPlanner::update(AutoscalerLoop& loop, SimulatedCluster& cluster, const std::vector<bool>& left_out) {
  if (latest_) shortest_interval_ = std::min(loop.now - *latest_, shortest_interval_.value_or(std::max(loop.options.scale_down_unneeded_time, Duration{1})));
  latest_ = loop.now;
  const std::size_t mark = cluster.simulation.mark();
  budgets_.reset(loop.input.budgets);
  destinations_.assign(cluster.node_id.size(), 0);
  for (std::size_t i = 0; i < loop.input.nodes.size(); ++i)
    if (!left_out[i] && loop.input.nodes[i].deletion == NodeDeletionKind::None) destinations_[cluster.simulation.index_of(i)] = 1;
  const std::size_t timeouts = recently_unremovable_.size();
  std::erase_if(recently_unremovable_, [&](const Timeout& timeout) {
    return timeout.until <= loop.now || cluster.find(timeout.node) == kNoNode;
  });
  changed_ = timeouts != recently_unremovable_.size();

  std::vector<std::size_t> eligible;
  for (const std::size_t position : candidates(loop, cluster, left_out)) {
    const std::uint64_t node = loop.input.nodes[position].id;
    const bool recent = std::ranges::find(recently_unremovable_, node, &Timeout::node) != recently_unremovable_.end();
    const UnremovableReason reason = recent ? UnremovableReason::RecentlyUnremovable : ineligible(loop, cluster, position);
    if (reason == UnremovableReason::None) eligible.push_back(position);
    else loop.out.unremovable.push_back({node, reason, BlockingReason::None});
  }
  std::vector<UnneededNode> removable;
  for (const std::size_t position : eligible) {
    if (removable.size() >= unneeded_limit(loop.options)) break;
    UnneededNode found;
    const UnremovableNode verdict = simulate_removal(loop, cluster, position, found);
    if (verdict.reason == UnremovableReason::None) {
      removable.push_back(found);
      continue;
    }
    recently_unremovable_.push_back({verdict.node, loop.now + loop.options.unremovable_node_recheck_timeout, verdict});
    loop.out.unremovable.push_back(verdict);
    changed_ = true;
  }
  std::ranges::sort(removable, {}, &UnneededNode::name);
  changed_ = !std::ranges::equal(removable, unneeded_, {}, &UnneededNode::node, &UnneededNode::node) || changed_;
  unneeded_ = std::move(removable);
  if (!hints_.drop_old()) changed_ = true;
  previous_candidates_.clear();
  for (const UnneededNode& node : unneeded_) previous_candidates_.push_back(node.node);
  cluster.simulation.revert(mark);
}

const ScaleDownPlanner::Timeout* ScaleDownPlanner::recently_unremovable(std::uint64_t node) const {
  const auto found = std::ranges::find(recently_unremovable_, node, &Timeout::node);
  return found == recently_unremovable_.end() ? nullptr : &*found;
}

void ScaleDownPlanner::forget_unneeded() { unneeded_.clear(); }

SimTime ScaleDownPlanner::next_change(const ClusterAutoscalerOptions& options, const ClusterAutoscalerInput& input, SimTime now) const {
  SimTime next = kNever;
  const auto at = [&](SimTime when) {
    if (when > now) next = std::min(next, when);
  };
  for (const Timeout& timeout : recently_unremovable_) at(timeout.until);
  for (const AutoscaledNode& node : input.nodes) {
    if (node.deletion_taint) at(*node.deletion_taint + kBeingDeleted);
    for (const AutoscaledPod& pod : node.pods)
      if (pod.deleted) at(long_terminating_at(pod));
    const auto unneeded = std::ranges::find(unneeded_, node.id, &UnneededNode::node);
    if (unneeded != unneeded_.end()) at(unneeded->since + (node.ready ? options.scale_down_unneeded_time : options.scale_down_unready_time) + Duration{1});
  }
  return next;
}

}  // namespace akstwin
