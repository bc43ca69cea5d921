/// The cost report: the month, what it consists of, and who caused it.
#include <algorithm>
#include <map>

#include "reports/document.hpp"
#include "reports/text.hpp"

namespace akstwin {
namespace {

// Cents: an amount is rounded for the eye here, never in the JSON.
std::string dollars(Money amount) { return amount.nano < 0 ? "-" + dollars(-amount) : "$" + fixed(amount.dollars(), 2); }

std::string share_of(Money part, Money whole) {
  return whole > Money{0} ? percent(static_cast<double>(part.nano) / static_cast<double>(whole.nano)) : "-";
}

std::string quantity(const PriceLine& line) {
  const double value = static_cast<double>(line.quantity_micro) / 1e6;
  return fixed(value, value < 10 ? 3 : value < 1'000 ? 2 : 0);
}

std::string where(const PriceLine& line) {
  if (line.cluster.empty()) return "(shared)";
  return line.pool.empty() ? line.cluster : line.cluster + "/" + line.pool;
}

std::string cost_answer(const Outcome& outcome) {
  const CostAnswer& cost = outcome.details.cost;
  std::string text;
  const FigureSummary* monthly = outcome.figure("cost.monthly");
  if (monthly != nullptr && monthly->values.count() > 1)
    text = "$" + fixed(monthly->values.mean(), 0) + " a month on average over " +
           counted(static_cast<std::int64_t>(monthly->values.count()), "replication") + " ($" + fixed(monthly->values.min(), 0) + " to $" +
           fixed(monthly->values.max(), 0) + "). The first, shown here: ";
  text += whole_dollars(cost.monthly_total) + " a month";
  const char* separator = ": ";
  for (const CostPart& part : cost.by_category) {
    text += separator + part.name + " " + whole_dollars(part.amount);
    separator = ", ";
  }
  if (cost.spot_list > Money{0})
    text += "; spot pools pay " + percent(1 - static_cast<double>(cost.spot_paid.nano) / static_cast<double>(cost.spot_list.nano), 0) +
            " less than list";
  return text + ".";
}

ReportTable parts_table(const char* id, const char* title, const char* what, const std::vector<CostPart>& parts, Money total) {
  ReportTable table{id, title, {{what, false}, {"A month", true}, {"Share", true}}, {}, false};
  for (const CostPart& part : parts) table.rows.push_back({part.name, dollars(part.amount), share_of(part.amount, total)});
  return table;
}

// Category by cluster: the matrix behind the stacked bars.
Chart category_chart(const CostAnswer& cost) {
  Chart chart;
  chart.kind = ChartKind::Bars;
  chart.id = "chart-cost";
  chart.title = "Monthly cost by category and cluster";
  chart.unit = "USD";
  for (const CostPart& part : cost.by_category) chart.categories.push_back(part.name);
  std::map<std::pair<std::string, std::string>, Money> cells;
  for (const PriceLine& line : cost.lines) cells[{line.cluster.empty() ? "(shared)" : line.cluster, line.category}] += line.amount;
  for (const CostPart& cluster : cost.by_cluster) {
    ChartSeries series{cluster.name, {}};
    for (const CostPart& category : cost.by_category) series.values.push_back(cells[{cluster.name, category.name}].dollars());
    chart.series.push_back(std::move(series));
  }
  if (!cost.by_category.empty())
    chart.caption = "The largest part, " + cost.by_category.front().name + ", is " +
                    share_of(cost.by_category.front().amount, cost.monthly_total) + " of the bill.";
  return chart;
}

ReportTable namespaces_table(const CostAnswer& cost) {
  ReportTable table{
      "namespaces",
      "Showback by namespace",
      {{"Cluster", false}, {"Namespace", false}, {"Own requests", true}, {"Share of idle", true}, {"A month", true}, {"Share", true}},
      {},
      false};
  for (const NamespaceCost& row : cost.by_namespace)
    table.rows.push_back({row.cluster.empty() ? "(shared)" : row.cluster, row.name_space, dollars(row.direct), dollars(row.idle),
                          dollars(row.total), share_of(row.total, cost.monthly_total)});
  return table;
}

ReportTable budgets_table(const CostAnswer& cost) {
  ReportTable table{
      "budgets", "Budgets", {{"Namespace", false}, {"Budget", true}, {"A month", true}, {"Used", true}, {"Alerts", false}}, {}, false};
  for (const BudgetUse& use : cost.budgets) {
    std::string alerts;
    for (const double alert : use.alerts_reached) alerts += (alerts.empty() ? "" : ", ") + percent(alert, 0);
    table.rows.push_back(
        {use.name_space, dollars(use.budget), dollars(use.cost), share_of(use.cost, use.budget), alerts.empty() ? "none" : alerts});
  }
  return table;
}

ReportTable commitments_table(const CostAnswer& cost) {
  ReportTable table{"commitments",
              "Commitments",
              {{"Commitment", false}, {"Committed", true}, {"Used", true}, {"Unused", true}, {"Use", true}},
              {},
              false};
  for (const CommitmentUse& use : cost.commitments)
    table.rows.push_back(
        {use.description, dollars(use.committed), dollars(use.used), dollars(use.unused), share_of(use.used, use.committed)});
  return table;
}

ReportTable lines_table(const CostAnswer& cost) {
  ReportTable table{"lines",
              "Price lines: quantity × unit price = amount",
              {{"Category", false},
               {"Item", false},
               {"Where", false},
               {"Quantity", true},
               {"Unit", false},
               {"Unit price", true},
               {"A month", true},
               {"Sure", false}},
              {},
              false};
  for (const PriceLine& line : cost.lines)
    table.rows.push_back({line.category, line.item, where(line), quantity(line), line.unit, unit_price(line.unit_price),
                          dollars(line.amount), line.confidence});
  table.rows.push_back({"total", "", "", "", "", "", dollars(cost.monthly_total), ""});
  return table;
}

ReportTable sources_table(const CostAnswer& cost) {
  ReportTable table{"sources",
              "Where the prices come from",
              {{"Meter", false}, {"Unit price", true}, {"Unit", false}, {"As of", false}, {"Sure", false}, {"Source", false}},
              {},
              true};
  std::map<std::pair<std::string, Money>, const PriceLine*> meters;
  for (const PriceLine& line : cost.lines) meters.insert({{line.meter, line.unit_price}, &line});
  for (const auto& [meter, line] : meters)
    table.rows.push_back({line->meter, unit_price(line->unit_price), line->unit, line->as_of.empty() ? "undated" : line->as_of,
                          line->confidence, line->source});
  return table;
}

}  // namespace

Section cost_section(const Outcome& outcome) {
  const CostAnswer& cost = outcome.details.cost;
  Section section{"cost", "Cost", cost_answer(outcome), {}};
  const auto add = [&](ReportTable table) {
    if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
  };
  add(parts_table("categories", "By category", "Category", cost.by_category, cost.monthly_total));
  if (!cost.lines.empty()) section.blocks.emplace_back(category_chart(cost));
  add(parts_table("cost-clusters", "By cluster", "Cluster", cost.by_cluster, cost.monthly_total));
  add(parts_table("cost-pools", "By node pool", "Pool", cost.by_pool, cost.monthly_total));
  add(namespaces_table(cost));
  add(budgets_table(cost));
  add(commitments_table(cost));
  if (!cost.lines.empty()) add(lines_table(cost));
  add(sources_table(cost));
  return section;
}

}  // namespace akstwin
