/// The monthly bill, put together and summed up.
#include <algorithm>
#include <map>

#include "reports/analysis.hpp"
#include "reports/bill.hpp"

namespace akstwin {
namespace {

template <class NameOf>
std::vector<CostPart> sum_by(const std::vector<PriceLine>& lines, NameOf name_of) {
  std::map<std::string, Money> sums;
  for (const PriceLine& line : lines) {
    const std::string name = name_of(line);
    if (!name.empty()) sums[name] += line.amount;
  }
  std::vector<CostPart> parts;
  for (const auto& [name, amount] : sums) parts.push_back({name, amount});
  std::stable_sort(parts.begin(), parts.end(), [](const CostPart& a, const CostPart& b) { return a.amount > b.amount; });
  return parts;
}

std::vector<BudgetUse> budgets(const Scenario& scenario, const std::vector<NamespaceCost>& rows) {
  std::vector<BudgetUse> uses;
  for (const BudgetSpec& budget : scenario.cost.budgets) {
    BudgetUse use{budget.name_space.str(), budget.monthly, {}, {}};
    for (const NamespaceCost& row : rows)
      if (row.name_space == use.name_space) use.cost += row.total;
    for (const PartsPerMillion alert : budget.alert_at)
      if (use.cost >= scale(budget.monthly, alert.value, kMicro)) use.alerts_reached.push_back(static_cast<double>(alert.value) / 1e6);
    uses.push_back(std::move(use));
  }
  return uses;
}

}  // namespace

CostAnswer analyse_cost(const Scenario& scenario, const Timeline& timeline) {
  CostAnswer out;
  Bill bill(scenario, timeline.end());
  const SpotCost spot = bill_nodes(bill, timeline, out.commitments);
  bill_clusters(bill, timeline);
  bill_services(bill, timeline);
  out.spot_paid = spot.paid;
  out.spot_list = spot.list;
  out.lines = bill.take_lines();
  out.not_priced = bill.take_not_priced();
  for (const PriceLine& line : out.lines) out.monthly_total += line.amount;
  out.by_category = sum_by(out.lines, [](const PriceLine& line) { return line.category; });
  out.by_cluster = sum_by(out.lines, [](const PriceLine& line) { return line.cluster.empty() ? "(shared)" : line.cluster; });
  out.by_pool = sum_by(out.lines, [](const PriceLine& line) { return line.pool.empty() ? "" : line.cluster + "/" + line.pool; });
  out.by_namespace = showback(scenario, timeline, out.lines);
  out.budgets = budgets(scenario, out.by_namespace);
  return out;
}

}  // namespace akstwin
