/// Disruption budget arithmetic, the same for the eviction API and for whoever plans evictions.
#pragma once
#include <cstdint>

#include "models/api/actions.hpp"

namespace akstwin {

/// status of a PodDisruptionBudget.
struct BudgetStatus {
  std::int64_t expected = 0, healthy = 0, desired = 0, allowed = 0;
};
/// Source: kubernetes v1.32 pkg/controller/disruption/disruption.go getExpectedPodCount; facts section E.
BudgetStatus budget_status(const ClusterState& state, const AppliedBudget& budget);

/// What the eviction API answers for a pod: Accepted, TooManyRequests (429), or InternalError (500) when several budgets select it.
/// Pods that do not run, or go already, are no matter of budgets; one that is not ready may leave a healthy application, or any
/// with unhealthyPodEvictionPolicy AlwaysAllow. Source: pkg/registry/core/pod/storage/eviction.go, Kubernetes 1.32.
Verdict eviction_verdict(const ClusterState& state, PodId pod);

/// Evictions that one budget still allows: healthy − desired healthy over all workloads that it selects, where percentages round up.
/// Source: kubernetes pkg/controller/disruption/disruption.go (1.32), facts section E.
std::int64_t disruptions_allowed(const ClusterState& state, const AppliedBudget& budget);

/// Whether a budget selects the pods of a workload.
bool selects(const PodDisruptionBudgetSpec& budget, const Workload& workload);

}  // namespace akstwin
