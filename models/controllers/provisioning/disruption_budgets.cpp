#include "models/controllers/provisioning/disruption_budgets.hpp"

#include <algorithm>

#include "models/spec/cron.hpp"

namespace akstwin {

Name to_name(DisruptionReason reason) {
  switch (reason) {
    case DisruptionReason::Underutilized: return Name("Underutilized");
    case DisruptionReason::Empty: return Name("Empty");
    case DisruptionReason::Drifted: break;
  }
  return Name("Drifted");
}

std::int64_t allowed_disruptions(const KarpenterNodePoolSpec& pool, DisruptionReason reason, std::int64_t nodes, const Epoch& start, SimTime now) {
  std::int64_t allowed = INT64_MAX;
  for (const NodeDisruptionBudgetSpec& budget : pool.budgets) {
    if (!budget.reasons.empty() && std::ranges::find(budget.reasons, reason) == budget.reasons.end()) continue;
    if (!budget.schedule.empty()) {
      const auto schedule = parse_cron(budget.schedule);
      if (schedule && !hit_within(*schedule, start, now, budget.duration)) continue;
      if (!schedule) return 0;   // upstream fails closed
    }
    allowed = std::min(allowed, budget.percent ? (budget.nodes * nodes + 99) / 100 : budget.nodes);
  }
  return allowed;
}

}  // namespace akstwin
