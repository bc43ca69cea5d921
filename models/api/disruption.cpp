#include "models/api/disruption.hpp"

#include <algorithm>

namespace akstwin {

bool selects(const PodDisruptionBudgetSpec& budget, const Workload& workload) {
  return budget.name_space == workload.spec->name_space && budget.selector.matches(workload.pod_template->labels);
}

std::int64_t disruptions_allowed(const ClusterState& state, const PodDisruptionBudgetSpec& budget) {
  // A budget may span several workloads: expected and healthy counts are summed over all that it selects.
  std::int64_t expected = 0, healthy = 0;
  state.workloads.for_each([&](WorkloadId, const Workload& workload) {
    if (!workload.applied || !selects(budget, workload)) return;
    expected += workload.replicas;
    healthy += workload.ready;
  });
  const std::int64_t desired =
      budget.min_available ? budget.min_available->scaled(expected, true) : expected - budget.max_unavailable.value_or(IntOrPercent{}).scaled(expected, true);
  return std::max<std::int64_t>(0, healthy - desired);
}

std::int64_t disruptions_allowed(const ClusterState& state, WorkloadId id) {
  const Workload& workload = state.workloads[id];
  std::int64_t allowed = INT64_MAX;
  for (const AppliedBudget& budget : state.disruption_budgets)
    if (budget.applied && selects(*budget.spec, workload)) allowed = std::min(allowed, disruptions_allowed(state, *budget.spec));
  return allowed;
}

}  // namespace akstwin
