/// Disruption budget arithmetic, the same for the eviction API and for whoever plans evictions.
#pragma once
#include <cstdint>

#include "models/api/cluster_state.hpp"

namespace akstwin {

/// Evictions that `workload` would still allow: the smallest over the budgets that select its pods; INT64_MAX without one.
/// allowed = healthy − desired healthy, where minAvailable and maxUnavailable percentages round up.
/// Source: kubernetes pkg/controller/disruption/disruption.go (1.32), facts section E.
std::int64_t disruptions_allowed(const ClusterState& state, WorkloadId workload);

/// Evictions that one budget still allows.
std::int64_t disruptions_allowed(const ClusterState& state, const PodDisruptionBudgetSpec& budget);

/// Whether a budget selects the pods of a workload.
bool selects(const PodDisruptionBudgetSpec& budget, const Workload& workload);

}  // namespace akstwin
