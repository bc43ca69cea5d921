/// Disruption budgets as the fit library takes them, with what each allows now.
#pragma once
#include <span>
#include <vector>

#include "models/api/cluster_state.hpp"
#include "models/fit/preemption.hpp"

namespace akstwin {

/// Keeps the copies of names and selectors while the objects stay: they are asked for in every loop of two controllers.
class BudgetViews {
 public:
  /// All applied budgets, in the cluster's order; valid until the next call.
  std::span<const DisruptionBudget> read(const ClusterState& state);

 private:
  std::vector<DisruptionBudget> views_;
  std::vector<const PodDisruptionBudgetSpec*> specs_;   // parallel to views_
};

}  // namespace akstwin
