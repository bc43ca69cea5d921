#include "models/controllers/autoscaling/drain_rules.hpp"

#include <algorithm>

namespace akstwin {
namespace {

constexpr Duration kLongTerminatingExtra{30'000'000};   // drain.PodLongTerminatingExtraThreshold

const Name kSafeToEvict("cluster-autoscaler.kubernetes.io/safe-to-evict");

bool annotated(const AutoscaledPod& pod, std::string_view value) {
  if (pod.spec->annotations.pairs.empty()) return false;   // nearly all pods; interning the key costs more
  const Name* const safe = pod.spec->annotations.find(kSafeToEvict);
  return safe && safe->text() == value;
}

bool of_known_kind(PodOwnerKind kind) {
  return kind == PodOwnerKind::ReplicaSet || kind == PodOwnerKind::StatefulSet || kind == PodOwnerKind::Job;
}

BlockingReason controller_verdict(const AutoscaledPod& pod, const ClusterAutoscalerOptions& options) {
  if (pod.owner == 0 || pod.owner_kind == PodOwnerKind::Custom) return BlockingReason::None;
  if (pod.owner_missing) return BlockingReason::ControllerNotFound;
  if (pod.owner_kind == PodOwnerKind::ReplicaSet && pod.owner_replicas < options.min_replica_count) return BlockingReason::MinReplicasReached;
  return BlockingReason::None;
}

}  // namespace

bool RemainingBudgets::matches(const DisruptionBudget& budget, const AutoscaledPod& pod) {
  return budget.name_space == pod.spec->name_space && budget.selector.matches(pod.spec->labels);
}

void RemainingBudgets::reset(std::span<const DisruptionBudget> budgets) {
  budgets_ = budgets;
  left_.clear();
  for (const DisruptionBudget& budget : budgets) left_.push_back(budget.disruptions_allowed);
}

bool RemainingBudgets::covers(const AutoscaledPod& pod) const {
  return std::ranges::any_of(budgets_, [&](const DisruptionBudget& budget) { return matches(budget, pod); });
}

bool RemainingBudgets::exhausted(const AutoscaledPod& pod) const {
  for (std::size_t i = 0; i < budgets_.size(); ++i)
    if (left_[i] < 1 && matches(budgets_[i], pod)) return true;
  return false;
}

bool RemainingBudgets::can_remove_in_parallel(std::span<const AutoscaledPod* const> pods) const {
  for (std::size_t i = 0; i < budgets_.size(); ++i) {
    const auto count = std::ranges::count_if(pods, [&](const AutoscaledPod* pod) { return matches(budgets_[i], *pod); });
    if (count > 0 && left_[i] < count) return false;
  }
  return true;
}

void RemainingBudgets::remove(std::span<const AutoscaledPod* const> pods) {
  for (std::size_t i = 0; i < budgets_.size(); ++i)
    left_[i] -= std::ranges::count_if(pods, [&](const AutoscaledPod* pod) { return matches(budgets_[i], *pod); });
}

SimTime long_terminating_at(const AutoscaledPod& pod) {
  if (!pod.deleted) return kNever;
  return *pod.deleted + pod.spec->termination_grace + kLongTerminatingExtra + Duration{1};
}

bool long_terminating(const AutoscaledPod& pod, SimTime now) { return long_terminating_at(pod) <= now; }

DrainVerdict drain_verdict(const AutoscaledPod& pod, const DrainContext& context) {
  using Outcome = DrainVerdict::Outcome;
  const ClusterAutoscalerOptions& options = context.options;
  const auto blocked = [](BlockingReason reason) { return DrainVerdict{Outcome::Block, reason}; };
  if (pod.mirror || long_terminating(pod, context.now)) return {Outcome::Skip};
  if (options.skip_nodes_with_custom_controller_pods && context.controllers_known)
    if (const BlockingReason reason = controller_verdict(pod, options); reason != BlockingReason::None) return blocked(reason);
  if (pod.owner_kind == PodOwnerKind::DaemonSet || annotated(pod, "true") || pod.finished) return {};
  const bool replicated = pod.owner != 0 && (!options.skip_nodes_with_custom_controller_pods || of_known_kind(pod.owner_kind));
  if (!replicated) return blocked(BlockingReason::NotReplicated);
  if (options.skip_nodes_with_system_pods && context.now - pod.created < options.blocking_system_pod_timeout &&
      pod.spec->name_space.text() == "kube-system" && !(context.budgets && context.budgets->covers(pod)))
    return blocked(BlockingReason::UnmovableKubeSystemPod);
  if (annotated(pod, "false")) return blocked(BlockingReason::NotSafeToEvictAnnotation);
  if (options.skip_nodes_with_local_storage && pod.spec->has_local_storage) return blocked(BlockingReason::LocalStorageRequested);
  if (context.budgets && context.budgets->exhausted(pod)) return blocked(BlockingReason::NotEnoughPdb);
  return {};
}

}  // namespace akstwin
