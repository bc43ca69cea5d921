/// Whether a pod lets its node go.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 simulator/drainability/rules/, core/scaledown/pdb/basic.go.
#pragma once
#include <optional>
#include <vector>

#include "models/controllers/autoscaling/cluster_autoscaler_options.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler_types.hpp"

namespace akstwin {

/// Disruption budgets as one loop spends them in its simulation.
class RemainingBudgets {
 public:
  void reset(std::span<const DisruptionBudget> budgets);
  bool covers(const AutoscaledPod& pod) const;
  /// True when some budget of the pod has no disruption left.
  bool exhausted(const AutoscaledPod& pod) const;
  /// True when all pods could be evicted at once.
  bool can_remove_in_parallel(std::span<const AutoscaledPod* const> pods) const;
  void remove(std::span<const AutoscaledPod* const> pods);

 private:
  static bool matches(const DisruptionBudget& budget, const AutoscaledPod& pod);
  std::span<const DisruptionBudget> budgets_;
  std::vector<std::int64_t> left_;
};

struct DrainVerdict {
  enum class Outcome : std::uint8_t { Move, Skip, Block } outcome = Outcome::Move;
  BlockingReason reason = BlockingReason::None;
};

/// What the rules look at beside the pod. Without budgets and controllers the strictest reading applies: that is how emptiness is judged.
struct DrainContext {
  const ClusterAutoscalerOptions& options;
  SimTime now;
  const RemainingBudgets* budgets = nullptr;
  bool controllers_known = true;
};

DrainVerdict drain_verdict(const AutoscaledPod& pod, const DrainContext& context);

/// Deletion was asked for so long ago that the pod no longer counts: its grace period and half a minute are over.
bool long_terminating(const AutoscaledPod& pod, SimTime now);
/// The moment at which long_terminating() turns true; kNever for pods that are not being deleted.
SimTime long_terminating_at(const AutoscaledPod& pod);

}  // namespace akstwin
