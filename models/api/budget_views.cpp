#include "models/api/budget_views.hpp"

#include "models/api/disruption.hpp"

namespace akstwin {

std::span<const DisruptionBudget> BudgetViews::read(const ClusterState& state) {
  std::size_t count = 0;
  for (const AppliedBudget& budget : state.disruption_budgets) {
    if (!budget.applied) continue;
    if (count == views_.size() || specs_[count] != budget.spec) {
      views_.resize(count);
      specs_.resize(count);
      views_.push_back({budget.spec->name_space, budget.spec->name, budget.spec->selector, 0, {}});
      specs_.push_back(budget.spec);
    }
    views_[count++].disruptions_allowed = disruptions_allowed(state, budget);
  }
  views_.resize(count);
  specs_.resize(count);
  return views_;
}

}  // namespace akstwin
