#include "models/controllers/autoscaling/node_deletion.hpp"

#include <algorithm>

#include "models/controllers/autoscaling/drain_rules.hpp"

namespace akstwin {
namespace {

constexpr Duration kEvictionRetry{10'000'000};     // DefaultEvictionRetryTime
constexpr Duration kEvictionHeadroom{30'000'000};  // DefaultPodEvictionHeadroom
constexpr Duration kPoll{5'000'000};

/// What the last look before a deletion finds.
struct LastLook {
  bool blocked = false, occupied = false;
};

LastLook look_again(const AutoscaledNode& node, NodeDeletionKind kind, std::span<const DisruptionBudget> allowed,
                    const ClusterAutoscalerOptions& options, SimTime now) {
  const bool drain = kind == NodeDeletionKind::Drain;
  RemainingBudgets budgets;
  budgets.reset(allowed);
  const DrainContext context{.options = options, .now = now, .budgets = drain ? &budgets : nullptr, .controllers_known = drain};
  LastLook found;
  for (const AutoscaledPod& pod : node.pods) {
    if (pod.spec->priority < options.expendable_pods_priority_cutoff) continue;
    const DrainVerdict verdict = drain_verdict(pod, context);
    found.blocked = found.blocked || verdict.outcome == DrainVerdict::Outcome::Block;
    found.occupied = found.occupied || (verdict.outcome == DrainVerdict::Outcome::Move && pod.owner_kind != PodOwnerKind::DaemonSet);
  }
  return found;
}

}  // namespace

void NodeDeletions::start(std::uint64_t node, std::uint32_t group, NodeDeletionKind kind, const ClusterAutoscalerOptions& options, SimTime now) {
  jobs_.push_back({.node = node, .group = group, .kind = kind, .due = now + options.node_delete_delay_after_taint, .deadline = {}, .evictions = {}});
}

SimTime NodeDeletions::advance(NodeDeletionHands& hands, const ClusterAutoscalerOptions& options, SimTime now) {
  // A window that closes now was opened before anything that wants to join it now.
  for (const Batch& batch : batches_) {
    if (batch.due > now) continue;
    std::vector<std::uint64_t> nodes;
    for (const auto& [node, kind] : batch.nodes) nodes.push_back(node);
    delete_now(batch.group, nodes, hands);
  }
  std::erase_if(batches_, [now](const Batch& batch) { return batch.due <= now; });
  std::vector<Job> kept;
  for (Job& job : jobs_) {
    bool goes_on = true;
    while (goes_on && job.due <= now) goes_on = step(job, hands, options, now);   // several steps can fall into one instant
    if (goes_on) kept.push_back(std::move(job));
  }
  jobs_ = std::move(kept);
  SimTime next = kNever;
  for (const Job& job : jobs_) next = std::min(next, job.due);
  for (const Batch& batch : batches_) next = std::min(next, batch.due);
  return next;
}

NodeDeletionKind NodeDeletions::in_progress(std::uint64_t node) const {
  if (const auto job = std::ranges::find(jobs_, node, &Job::node); job != jobs_.end()) return job->kind;
  for (const Batch& batch : batches_)
    for (const auto& [waiting, kind] : batch.nodes)
      if (waiting == node) return kind;
  return NodeDeletionKind::None;
}

bool NodeDeletions::step(Job& job, NodeDeletionHands& hands, const ClusterAutoscalerOptions& options, SimTime now) {
  switch (job.stage) {
    case Stage::Tainted: return begin(job, hands, options, now);
    case Stage::Evicting: return evict(job, hands, options, now);
    case Stage::Waiting: return wait(job, hands, options, now);
  }
  return false;
}

bool NodeDeletions::begin(Job& job, NodeDeletionHands& hands, const ClusterAutoscalerOptions& options, SimTime now) {
  const std::vector<DisruptionBudget> allowed(hands.budgets().begin(), hands.budgets().end());
  const AutoscaledNode* const node = hands.look_at(job.node);
  const LastLook found = node ? look_again(*node, job.kind, allowed, options, now) : LastLook{.blocked = true};
  const bool drain = job.kind == NodeDeletionKind::Drain;
  if (found.blocked || (!drain && found.occupied)) {   // a pod came in between: the deletion is given up
    hands.given_up(job.node, NodeDeletionFailure::Internal);
    return false;
  }
  if (!drain) {
    hand_over(job, hands, options, now);
    return false;
  }
  for (const AutoscaledPod& pod : node->pods) {
    const bool daemon = pod.owner_kind == PodOwnerKind::DaemonSet;
    if (!daemon || options.daemonset_eviction_for_occupied_nodes) job.evictions.push_back({.pod = pod.uid, .best_effort = daemon});
  }
  job.stage = Stage::Evicting;
  job.deadline = now + options.max_pod_eviction_time;
  return true;
}

bool NodeDeletions::evict(Job& job, NodeDeletionHands& hands, const ClusterAutoscalerOptions& options, SimTime now) {
  const bool in_time = !job.tried || now < job.deadline;
  job.tried = true;
  if (in_time) {
    for (Eviction& eviction : job.evictions)
      if (!eviction.asked) eviction.asked = hands.evict(eviction.pod) != EvictionAnswer::Refused;
  }
  if (std::ranges::all_of(job.evictions, &Eviction::asked)) {
    job.stage = Stage::Waiting;
    job.deadline = now + options.max_graceful_termination + kEvictionHeadroom;
    return true;
  }
  if (!in_time) {
    hands.given_up(job.node, NodeDeletionFailure::FailedToEvictPods);
    return false;
  }
  job.due = now + kEvictionRetry;
  return true;
}

bool NodeDeletions::wait(Job& job, NodeDeletionHands& hands, const ClusterAutoscalerOptions& options, SimTime now) {
  if (now >= job.deadline) {
    hands.given_up(job.node, NodeDeletionFailure::FailedToEvictPods);
    return false;
  }
  if (std::ranges::all_of(job.evictions, [&](const Eviction& eviction) { return eviction.best_effort || hands.is_gone(eviction.pod); })) {
    hand_over(job, hands, options, now);
    return false;
  }
  job.due = now + kPoll;
  return true;
}

void NodeDeletions::hand_over(const Job& job, NodeDeletionHands& hands, const ClusterAutoscalerOptions& options, SimTime now) {
  const Duration interval = options.node_deletion_batcher_interval;
  if (interval == Duration{0}) {
    delete_now(job.group, std::span(&job.node, 1), hands);
    return;
  }
  const auto open = std::ranges::find(batches_, job.group, &Batch::group);
  if (open != batches_.end()) open->nodes.emplace_back(job.node, job.kind);
  else batches_.push_back({job.group, now + interval, {{job.node, job.kind}}});
}

void NodeDeletions::delete_now(std::uint32_t group, std::span<const std::uint64_t> nodes, NodeDeletionHands& hands) {
  const bool taken = hands.delete_nodes(group, nodes);
  for (const std::uint64_t node : nodes) {
    if (taken) hands.deleted(node);
    else hands.given_up(node, NodeDeletionFailure::FailedToDelete);
  }
}

}  // namespace akstwin
