#include "models/controllers/scheduling/scheduler.hpp"

#include <algorithm>

#include "models/fit/nodes_to_score.hpp"

namespace akstwin {

ChangeMask Scheduler::interests() const {
  using enum ChangeKind;
  return mask(PodCreated) | mask(PodGone) | mask(PodResized) | mask(NodeAdded) | mask(NodeUpdated) | mask(NodeGone) | mask(VolumeUpdated);
}

void Scheduler::enqueue(ControllerContext& context, PodId id) {
  const Pod& pod = context.cluster.state().pods[id];
  if (pod.node || pod.terminating() || queue_.place(id) != QueuePlace::None) return;
  const bool gated = !pod.spec->scheduling_gates.empty();
  queue_.add(id, pod.spec->priority, pod.created, gated);
  if (gated && asked(context, id)) tell_gated(context, id);
}

void Scheduler::moved(const ClusterState& state, const ClusterEvent& event, SimTime now) {
  if (!queue_.has_unschedulable()) return;
  queue_.move_if(now, [&](const QueuedPod& waiting) {
    return state.pods.contains(waiting.pod) && worth_requeuing(*state.pods[waiting.pod].spec, waiting.rejected_by, event, fit_);
  });
}

void Scheduler::pod_gone(const ClusterState& state, PodId id, SimTime now) {
  queue_.remove(id);
  const PodSpec* spec = cache_.bound_spec(id);
  cache_.forget_pod(id);
  if (spec != nullptr) moved(state, {.kind = ClusterEvent::Kind::PodGone, .pod = spec}, now);
}

void Scheduler::pod_noticed(ControllerContext& context, PodId id, ChangeKind kind) {
  const ClusterState& state = context.cluster.state();
  if (!state.pods.contains(id)) return pod_gone(state, id, context.now);
  const PodSpec* const before = cache_.bound_spec(id);
  cache_.see_pod(state, id);
  if (kind == ChangeKind::PodCreated) enqueue(context, id);
  // Resized in place: what it requested before is free, as after a pod that went.
  if (before != nullptr && cache_.bound_spec(id) != before) moved(state, {.kind = ClusterEvent::Kind::PodGone, .pod = before}, context.now);
  if (before == nullptr && cache_.bound_spec(id) != nullptr) {
    queue_.remove(id);
    moved(state, {.kind = ClusterEvent::Kind::PodAssigned, .pod = state.pods[id].spec}, context.now);
  }
}

void Scheduler::node_changed(const ClusterState& state, NodeId id, SimTime now) {
  const NodeIndex known = cache_.index_of(id);
  if (known == kNoNode) {
    cache_.see_node(state, id);
    const NodeIndex added = cache_.index_of(id);
    if (added == kNoNode) return;
    moved(state, {.kind = ClusterEvent::Kind::NodeAdded, .after = &snapshot().node(added)}, now);
    return;
  }
  if (!queue_.has_unschedulable()) return cache_.see_node(state, id);
  const NodeInput before = snapshot().node(known);
  cache_.see_node(state, id);
  if (cache_.index_of(id) != kNoNode) moved(state, {.kind = ClusterEvent::Kind::NodeChanged, .before = &before, .after = &snapshot().node(known)}, now);
}

void Scheduler::node_gone(const ClusterState& state, NodeId id, SimTime now) {
  const NodeIndex known = cache_.index_of(id);
  if (known == kNoNode) return;
  const NodeInput before = snapshot().node(known);
  cache_.forget_node(id);
  moved(state, {.kind = ClusterEvent::Kind::NodeGone, .before = &before}, now);
}

void Scheduler::list(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  cache_ = {};
  queue_.clear();
  state.nodes.for_each([&](NodeId id, const Node&) { cache_.see_node(state, id); });
  state.pods.for_each([&](PodId id, const Pod&) {
    cache_.see_pod(state, id);
    enqueue(context, id);
  });
}

void Scheduler::notice(ControllerContext& context, const Change& change) {
  const ClusterState& state = context.cluster.state();
  switch (change.kind) {
    case ChangeKind::PodGone: pod_gone(state, {change.row, change.generation}, context.now); break;
    case ChangeKind::PodCreated:
    case ChangeKind::PodBound:
    case ChangeKind::PodResized:
    case ChangeKind::PodDeleting: pod_noticed(context, {change.row, change.generation}, change.kind); break;
    case ChangeKind::NodeAdded:
    case ChangeKind::NodeUpdated: node_changed(state, {change.row, change.generation}, context.now); break;
    case ChangeKind::NodeGone: node_gone(state, {change.row, change.generation}, context.now); break;
    case ChangeKind::VolumeUpdated: moved(state, {.kind = ClusterEvent::Kind::VolumeChanged}, context.now); break;
    default: break;
  }
}

void Scheduler::catch_up(ControllerContext& context) {
  const ChangeSpan span = context.cluster.changes_since(cursor_);
  cursor_ = span.next;
  if (!listed_ || span.expired) {
    listed_ = true;
    list(context);
    return;
  }
  for (const Change& change : span.changes) notice(context, change);
}

// Upstream looks at the nominated node first, and at the others only when that one does not do.
void Scheduler::find_nodes(NodeIndex nominated) {
  feasible_.clear();
  looked_at_ = 0;
  if (nominated != kNoNode && fits(prepared_, snapshot(), nominated)) {
    feasible_.push_back(nominated);
    looked_at_ = 1;
    return;
  }
  const auto nodes = static_cast<std::int64_t>(snapshot().node_count());
  if (nodes == 0) return;
  const std::int64_t wanted = nodes_to_score(nodes, options_.percentage_of_nodes_to_score);
  looked_at_ = find_feasible(prepared_, snapshot(), start_, static_cast<std::size_t>(wanted), feasible_);
  start_ = (start_ + looked_at_) % static_cast<std::size_t>(nodes);
}

NodeIndex Scheduler::choose() {
  tied_ = 1;
  if (feasible_.size() == 1) return feasible_.front();
  score_nodes(prepared_, snapshot(), feasible_, scores_);
  const std::vector<NodeIndex> best = best_nodes(scores_);
  tied_ = best.size();
  return best.size() == 1 ? best.front() : best[ties_.below(best.size(), decisions_)];
}

void Scheduler::schedule(ControllerContext& context, QueuedPod queued) {
  const ClusterState& state = context.cluster.state();
  const PodId id = queued.pod;
  const Pod& pod = state.pods[id];
  volume_zones_.clear();
  for (const VolumeClaimId claim : pod.volumes)
    if (!state.volume_claims[claim].zone.empty()) volume_zones_.push_back(state.volume_claims[claim].zone);
  cache_.assume_nominated(id, pod.spec->priority);
  prepare(pod_of(*state.workloads[pod.owner].spec, *pod.spec, volume_zones_), snapshot(), fit_, prepared_);
  find_nodes(cache_.index_of(pod.nominated));
  ++decisions_;
  if (feasible_.empty()) {
    fail(context, queued);
    cache_.forget_assumed();
    return;
  }
  const NodeIndex node = choose();
  if (asked(context, id)) tell_placed(context, id, queued, node, looked_at_);
  cache_.forget_assumed();
  if (context.cluster.submit(BindPod{id, cache_.node_at(node)}) != Verdict::Accepted) {
    queued.rejected_by = 0;
    queue_.put_back(queued, context.now);
    return;
  }
  // The assumed pod: the watch event that follows finds it here already.
  pod_noticed(context, id, ChangeKind::PodBound);
}

void Scheduler::fail(ControllerContext& context, QueuedPod queued) {
  const PodId id = queued.pod;
  const Pod& pod = context.cluster.state().pods[id];
  run_filters(prepared_, snapshot(), verdicts_);
  queued.rejected_by = rejectors(verdicts_);
  std::string message = "no nodes available to schedule pods";
  if (!verdicts_.empty()) {
    message = unschedulable_message(verdicts_, snapshot());
    if (const std::string preemption = preempt(context, pod, id); !preemption.empty()) message += " preemption: " + preemption;
  }
  if (asked(context, id)) tell_failed(context, id, queued, message);
  const Name said(message);
  const bool news = !pod.unschedulable || said != queued.message;
  queued.message = said;
  queue_.put_back(queued, context.now);
  if (news) context.cluster.submit(MarkUnschedulable{id, said});
}

SimTime Scheduler::reconcile(ControllerContext& context) {
  if (context.now < busy_until_) return busy_until_;
  catch_up(context);
  queue_.flush(context.now);
  std::int64_t tried = 0;
  QueuedPod queued;
  while (tried < options_.pods_per_pass && queue_.pop(queued)) {
    const ClusterState& state = context.cluster.state();
    if (!state.pods.contains(queued.pod) || state.pods[queued.pod].node || state.pods[queued.pod].terminating()) continue;
    ++tried;
    schedule(context, queued);
  }
  busy_until_ = context.now + options_.time_per_pod * tried;
  const SimTime next = queue_.next(context.now);
  return next == kNever ? kNever : std::max(next, busy_until_);
}

}  // namespace akstwin
