/// Disruption budget arithmetic, the same for the eviction API and for whoever plans evictions.
#pragma once
#include <cstdint>

#include "models/api/cluster_state.hpp"

namespace akstwin {

/// Evictions that one budget still allows: healthy − desired healthy over all workloads that it selects, where percentages round up.
/// Source: kubernetes pkg/controller/disruption/disruption.go (1.32), facts section E.
std::int64_t disruptions_allowed(const ClusterState& state, const AppliedBudget& budget);

/// Evictions that `workload` would still allow: the smallest over the budgets that select its pods; INT64_MAX without one.
std::int64_t disruptions_allowed(const ClusterState& state, WorkloadId workload);

/// Whether a budget selects the pods of a workload.
bool selects(const PodDisruptionBudgetSpec& budget, const Workload& workload);

}  // namespace akstwin
