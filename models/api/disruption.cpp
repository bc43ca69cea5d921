#include "models/api/disruption.hpp"

#include <algorithm>

namespace akstwin {

bool selects(const PodDisruptionBudgetSpec& budget, const Workload& workload) {
  return budget.name_space == workload.spec->name_space && budget.selector.matches(workload.pod_template->labels);
}

BudgetStatus budget_status(const ClusterState& state, const AppliedBudget& budget) {
  const PodDisruptionBudgetSpec& spec = *budget.spec;
  // Percentages and maxUnavailable need the scale of the owner; DaemonSets and Jobs have none, and the controller then allows nothing.
  const bool needs_scale = !spec.min_available || spec.min_available->percent;
  BudgetStatus status;
  bool failed = false;
  for (const WorkloadId id : budget.workloads) {
    const Workload& workload = state.workloads[id];
    if (!workload.applied) continue;
    const bool has_scale = workload.spec->kind == WorkloadKind::Deployment || workload.spec->kind == WorkloadKind::StatefulSet;
    failed = failed || (needs_scale && !has_scale);
    status.expected += needs_scale ? workload.replicas : static_cast<std::int64_t>(workload.pods.size());
    status.healthy += workload.ready;
  }
  status.desired = spec.min_available ? spec.min_available->scaled(status.expected, true)
                                      : status.expected - spec.max_unavailable.value_or(IntOrPercent{}).scaled(status.expected, true);
  status.desired = std::max<std::int64_t>(0, status.desired);
  if (failed) status.expected = status.desired = 0;   // as recorded of pods without a controller under a percentage (1.32.13, pod.pdb.pct)
  if (status.expected > 0) status.allowed = std::max<std::int64_t>(0, status.healthy - status.desired);
  return status;
}

Verdict eviction_verdict(const ClusterState& state, PodId id) {
  const Pod& pod = state.pods[id];
  if (pod.phase != PodPhase::Running || pod.terminating()) return Verdict::Accepted;
  const AppliedBudget* only = nullptr;
  for (const AppliedBudget& budget : state.disruption_budgets) {
    if (!budget.applied || std::ranges::find(budget.workloads, pod.owner) == budget.workloads.end()) continue;
    if (only != nullptr) return Verdict::InternalError;
    only = &budget;
  }
  if (only == nullptr) return Verdict::Accepted;
  const BudgetStatus status = budget_status(state, *only);
  if (!pod.ready && (only->spec->always_allow_unhealthy || (status.healthy >= status.desired && status.desired > 0))) return Verdict::Accepted;
  return status.allowed > 0 ? Verdict::Accepted : Verdict::TooManyRequests;
}

std::int64_t disruptions_allowed(const ClusterState& state, const AppliedBudget& budget) { return budget_status(state, budget).allowed; }

}  // namespace akstwin
