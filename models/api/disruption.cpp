#include "models/api/disruption.hpp"

#include <algorithm>

namespace akstwin {

bool selects(const PodDisruptionBudgetSpec& budget, const Workload& workload) {
  return budget.name_space == workload.spec->name_space && budget.selector.matches(workload.pod_template->labels);
}

std::int64_t disruptions_allowed(const ClusterState& state, const AppliedBudget& budget) {
  std::int64_t expected = 0, healthy = 0;
  for (const WorkloadId id : budget.workloads) {
    const Workload& workload = state.workloads[id];
    if (!workload.applied) continue;
    expected += workload.replicas;
    healthy += workload.ready;
  }
  const PodDisruptionBudgetSpec& spec = *budget.spec;
  const std::int64_t desired =
      spec.min_available ? spec.min_available->scaled(expected, true) : expected - spec.max_unavailable.value_or(IntOrPercent{}).scaled(expected, true);
  return std::max<std::int64_t>(0, healthy - desired);
}

std::int64_t disruptions_allowed(const ClusterState& state, WorkloadId id) {
  std::int64_t allowed = INT64_MAX;
  for (const AppliedBudget& budget : state.disruption_budgets)
    if (budget.applied && std::ranges::find(budget.workloads, id) != budget.workloads.end()) allowed = std::min(allowed, disruptions_allowed(state, budget));
  return allowed;
}

}  // namespace akstwin
