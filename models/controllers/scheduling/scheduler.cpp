#include "models/controllers/scheduling/scheduler.hpp"

#include <algorithm>

#include "models/api/node_input.hpp"
#include "models/fit/nodes_to_score.hpp"

namespace akstwin {
namespace {

// Binding throughput: "≈ 100–300 pods/s on default QPS settings" [recall], facts section E; the lower end.
constexpr Duration kTimePerPod{10'000};
constexpr std::int64_t kPodsPerPass = 20;
// podInitialBackoffSeconds 1, podMaxBackoffSeconds 10; unschedulable pods are retried after 5 min at the latest (facts section E).
constexpr Duration kInitialBackoff{1'000'000}, kMaxBackoff{10'000'000}, kUnschedulableLimit{300'000'000};

Duration backoff(int attempts) {
  Duration wait = kInitialBackoff;
  for (int i = 1; i < attempts && wait < kMaxBackoff; ++i) wait = wait * 2;
  return std::min(wait, kMaxBackoff);
}

}  // namespace

ChangeMask Scheduler::interests() const {
  using enum ChangeKind;
  return mask(PodCreated) | mask(PodGone) | mask(PodResized) | mask(NodeAdded) | mask(NodeUpdated);
}

void Scheduler::enqueue(const ClusterState& state, PodId id) {
  const Pod& pod = state.pods[id];
  if (pod.node || pod.terminating()) return;
  waiting_.push_back({id, pod.spec->priority, pod.created, SimTime{}, kNever, 0});
}

void Scheduler::forget(PodId id) {
  std::erase_if(waiting_, [&](const Waiting& w) { return w.pod == id; });
  if (id.row < placed_.size() && placed_[id.row] == id) {
    snapshot_.remove_pod(placed_at_[id.row], uid_of(id));
    placed_[id.row] = {};
  }
}

void Scheduler::see_node(const ClusterState& state, NodeId id) {
  if (index_of_.size() <= id.row) index_of_.resize(id.row + 1, kNoNode);
  NodeIndex& index = index_of_[id.row];
  if (index != kNoNode && node_of_[index] != id) {
    snapshot_.remove_node(index);
    index = kNoNode;
  }
  if (!state.nodes.contains(id)) return;
  if (index != kNoNode) {
    snapshot_.update_node(index, node_input(state.nodes[id]));
    return;
  }
  index = snapshot_.add_node(node_input(state.nodes[id]));
  if (node_of_.size() <= index) node_of_.resize(index + 1);
  node_of_[index] = id;
}

void Scheduler::see_pod(const ClusterState& state, const Change& change, SimTime now) {
  const PodId id{change.row, change.generation};
  if (change.kind == ChangeKind::PodGone || !state.pods.contains(id)) {
    forget(id);
    if (change.kind == ChangeKind::PodGone) flush(now);
    return;
  }
  const Pod& pod = state.pods[id];
  if (change.kind == ChangeKind::PodCreated) enqueue(state, id);
  if (change.kind == ChangeKind::PodDeleting && id.row < placed_.size() && placed_[id.row] == id)
    snapshot_.set_terminating(placed_at_[id.row], uid_of(id));
  if (change.kind == ChangeKind::PodResized) {   // counted anew with its other requests; a smaller one leaves room
    forget(id);
    flush(now);
  }
  if (!pod.node || pod.node.row >= index_of_.size() || index_of_[pod.node.row] == kNoNode) return;
  if (placed_.size() <= id.row) {
    placed_.resize(id.row + 1);
    placed_at_.resize(id.row + 1, kNoNode);
  }
  if (placed_[id.row] == id) return;
  placed_[id.row] = id;
  placed_at_[id.row] = index_of_[pod.node.row];
  snapshot_.add_pod(placed_at_[id.row], {pod.spec, pod.name, uid_of(id), pod.bound.us, pod.terminating()});
}

void Scheduler::list(const ClusterState& state) {
  snapshot_ = Snapshot{};
  waiting_.clear();
  index_of_.clear();
  node_of_.clear();
  placed_.clear();
  placed_at_.clear();
  state.nodes.for_each([&](NodeId id, const Node&) { see_node(state, id); });
  state.pods.for_each([&](PodId id, const Pod&) {
    see_pod(state, {ChangeKind::PodBound, id.row, id.generation, 0}, SimTime{});
    enqueue(state, id);
  });
}

void Scheduler::flush(SimTime now) {
  // Something changed that may make room: unschedulable pods become active once their back-off has passed.
  for (Waiting& w : waiting_) {
    if (w.failed == kNever) continue;
    w.not_before = std::max(w.failed + backoff(w.attempts), now);
    w.failed = kNever;
  }
}

void Scheduler::catch_up(const ClusterApi& api, SimTime now) {
  const ClusterState& state = api.state();
  const ChangeSpan span = api.changes_since(cursor_);
  cursor_ = span.next;
  if (!listed_ || span.expired) {
    listed_ = true;
    list(state);
    return;
  }
  for (const Change& change : span.changes) {
    switch (change.kind) {
      case ChangeKind::PodCreated:
      case ChangeKind::PodBound:
      case ChangeKind::PodDeleting:
      case ChangeKind::PodResized:
      case ChangeKind::PodGone: see_pod(state, change, now); break;
      case ChangeKind::NodeAdded:
      case ChangeKind::NodeUpdated:
        see_node(state, {change.row, change.generation});
        flush(now);
        break;
      case ChangeKind::NodeGone:
        if (change.row < index_of_.size() && index_of_[change.row] != kNoNode && node_of_[index_of_[change.row]] == NodeId{change.row, change.generation}) {
          snapshot_.remove_node(index_of_[change.row]);
          index_of_[change.row] = kNoNode;
        }
        break;
      default: break;
    }
  }
}

NodeIndex Scheduler::choose(const PreparedPod& pod) {
  if (feasible_.size() == 1) return feasible_.front();
  score_nodes(pod, snapshot_, feasible_, scores_);
  const std::vector<NodeIndex> best = best_nodes(scores_);
  return best.size() == 1 ? best.front() : best[chooser_.below(best.size(), decisions_)];
}

bool Scheduler::place(ControllerContext& context, Waiting& waiting) {
  const ClusterState& state = context.cluster.state();
  const Pod& pod = state.pods[waiting.pod];
  const Workload& owner = state.workloads[pod.owner];
  prepare({pod.spec, &owner.spec->selector}, snapshot_, fit_, prepared_);
  feasible_.clear();
  const auto nodes = static_cast<std::int64_t>(snapshot_.node_count());
  if (nodes > 0) {
    const std::size_t looked = find_feasible(prepared_, snapshot_, start_, static_cast<std::size_t>(nodes_to_score(nodes)), feasible_);
    start_ = (start_ + looked) % static_cast<std::size_t>(nodes);
  }
  ++decisions_;
  if (feasible_.empty()) {
    run_filters(prepared_, snapshot_, verdicts_);
    ++waiting.attempts;
    waiting.failed = context.now;
    if (!pod.unschedulable) context.cluster.submit(MarkUnschedulable{waiting.pod, Name(unschedulable_message(verdicts_, snapshot_))});
    return false;
  }
  const NodeIndex node = choose(prepared_);
  if (context.cluster.submit(BindPod{waiting.pod, node_of_[node]}) != Verdict::Accepted) {
    waiting.failed = context.now;
    ++waiting.attempts;
    return false;
  }
  // The assumed pod: the watch event that follows finds it here already.
  see_pod(state, {ChangeKind::PodBound, waiting.pod.row, waiting.pod.generation, 0}, context.now);
  return true;
}

SimTime Scheduler::reconcile(ControllerContext& context) {
  catch_up(context.cluster, context.now);
  for (Waiting& w : waiting_)
    if (w.failed != kNever && w.failed + kUnschedulableLimit <= context.now) {
      w.failed = kNever;
      w.not_before = context.now;
    }
  const auto before = [](const Waiting& a, const Waiting& b) {
    if (a.priority != b.priority) return a.priority > b.priority;
    if (a.created != b.created) return a.created < b.created;
    return a.pod.row < b.pod.row;
  };
  std::ranges::sort(waiting_, before);
  std::int64_t tried = 0;
  bool more = false;
  std::vector<PodId> done;
  for (Waiting& w : waiting_) {
    if (w.failed != kNever || w.not_before > context.now) continue;
    if (tried == kPodsPerPass) {
      more = true;
      break;
    }
    ++tried;
    const ClusterState& state = context.cluster.state();
    if (!state.pods.contains(w.pod) || state.pods[w.pod].node || place(context, w)) done.push_back(w.pod);
  }
  std::erase_if(waiting_, [&](const Waiting& w) { return std::ranges::find(done, w.pod) != done.end(); });
  SimTime next = more ? context.now + kTimePerPod * tried : kNever;
  for (const Waiting& w : waiting_) next = std::min(next, w.failed != kNever ? w.failed + kUnschedulableLimit : std::max(w.not_before, context.now + kTimePerPod * tried));
  return next;
}

}  // namespace akstwin
