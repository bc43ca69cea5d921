#include "reports/upgrade_forecast.hpp"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "reports/text.hpp"

namespace akstwin {
namespace {

using OrderedJson = nlohmann::ordered_json;

/// Requests that failed from the begin of the upgrade on are those of the whole run less those of the same run without it.
double errors_of(const Answers& answers) {
  double errors = 0;
  for (const ServiceCapacity& service : answers.capacity.services) errors += static_cast<double>(service.errors);
  return errors;
}

bool meant(const ForecastOrder& order, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  return order.pools.empty() || std::ranges::find(order.pools, cluster.name.str() + "/" + pool.name.str()) != order.pools.end();
}

StepSpec step_of(const ForecastOrder& order, ActionKind kind, const std::string& target) {
  StepSpec step;
  step.at = order.at;
  ActionSpec action;
  action.kind = kind;
  action.target = Name(target);
  step.actions.push_back(action);
  return step;
}

std::string minutes_text(double minutes) { return human(Duration{static_cast<std::int64_t>(minutes * 60e6 + 0.5)}); }

/// The three that hold it up longest; the table of budgets has all.
std::string budgets_text(const ForecastRow& row) {
  constexpr std::size_t kNamed = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, row.budgets.size()); ++i) text += (i == 0 ? "" : ", ") + row.budgets[i].budget + " (" + human(row.budgets[i].longest) + ")";
  if (row.budgets.size() > kNamed) text += " and " + std::to_string(row.budgets.size() - kNamed) + " more";
  return text;
}

ReportTable budgets_table(const std::vector<ForecastRow>& rows) {
  ReportTable table{"budgets", "Disruption budgets that refuse evictions", {{"maxSurge", false}, {"Budget", false}, {"Evictions refused", true}, {"Drains held up", true}, {"Longest", true}}, {}, true};
  for (const ForecastRow& row : rows)
    for (const BlockingBudget& budget : row.budgets) table.rows.push_back({row.setting.name, budget.budget, grouped(budget.pods), grouped(budget.nodes), human(budget.longest)});
  return table;
}

const ForecastRow* best_of(const std::vector<ForecastRow>& rows) {
  const ForecastRow* best = nullptr;
  for (const ForecastRow& row : rows) {
    if (row.runs == 0 || row.succeeded < row.runs) continue;
    if (best == nullptr || row.requests_lost.quantile(0.95) < best->requests_lost.quantile(0.95) ||
        (row.requests_lost.quantile(0.95) == best->requests_lost.quantile(0.95) && row.minutes.quantile(0.5) < best->minutes.quantile(0.5)))
      best = &row;
  }
  return best;
}

std::string row_sentence(const ForecastRow& row) {
  if (row.succeeded == 0) return "With maxSurge " + row.setting.name + " the upgrade does not succeed: " + row.result + (row.budgets.empty() ? "" : "; refused by " + budgets_text(row)) + ".";
  std::string text = "With maxSurge " + row.setting.name + " the upgrade takes " + minutes_text(row.minutes.quantile(0.5)) + " (p95 " + minutes_text(row.minutes.quantile(0.95)) + ") and needs " +
                     counted(row.surge_nodes, "extra node") + ", " + std::to_string(row.extra_addresses) + " addresses, " + std::to_string(row.extra_cores) + " vCPUs and $" + fixed(row.extra_cost.quantile(0.5), 2) + "; " +
                     grouped(static_cast<std::int64_t>(row.requests_lost.quantile(0.5) + 0.5)) + " requests are lost (p95 " + grouped(static_cast<std::int64_t>(row.requests_lost.quantile(0.95) + 0.5)) + ")";
  return text + (row.budgets.empty() ? "; no disruption budget holds it up." : "; held up by " + budgets_text(row) + ".");
}

OrderedJson spread(const Summary& values) {
  if (values.count() == 0) return nullptr;
  return {{"p50", values.quantile(0.5)}, {"p95", values.quantile(0.95)}, {"mean", values.mean()}};
}

}  // namespace

std::optional<IntOrPercent> parse_surge(std::string_view text) {
  const bool is_percent = text.ends_with('%');
  const std::string_view digits = is_percent ? text.substr(0, text.size() - 1) : text;
  if (digits.empty() || digits.size() > 4) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return IntOrPercent{value, is_percent};
}

std::string unknown_pools(const Scenario& scenario, const ForecastOrder& order) {
  std::vector<std::string> known;
  for (const ClusterSpec& cluster : scenario.clusters)
    for (const NodePoolSpec& pool : cluster.pools) known.push_back(cluster.name.str() + "/" + pool.name.str());
  for (const std::string& pool : order.pools) {
    if (std::ranges::find(known, pool) != known.end()) continue;
    std::string all;
    for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
    return "there is no pool '" + pool + "'; there are: " + all;
  }
  return {};
}

Scenario with_upgrade(Scenario scenario, const ForecastOrder& order, const SurgeSetting* setting) {
  scenario.steps.clear();
  scenario.variants.clear();
  scenario.thresholds.clear();
  scenario.reference.clear();
  scenario.horizon = order.at.since_start() + order.within;
  for (ClusterSpec& cluster : scenario.clusters) {
    cluster.maintenance.channel = UpgradeChannel::None;
    cluster.maintenance.node_os = NodeOsChannel::None;
    cluster.maintenance.power.clear();
    if (setting == nullptr) continue;
    if (order.pools.empty()) scenario.steps.push_back(step_of(order, order.kubernetes ? ActionKind::UpgradeCluster : ActionKind::UpgradeNodeImage, cluster.name.str()));
    for (NodePoolSpec& pool : cluster.pools) {
      if (!meant(order, cluster, pool)) continue;
      if (!order.pools.empty()) scenario.steps.push_back(step_of(order, order.kubernetes ? ActionKind::UpgradePool : ActionKind::UpgradeNodeImage, cluster.name.str() + "/" + pool.name.str()));
      if (!setting->surge) continue;
      pool.max_surge = *setting->surge;
      pool.upgrade.strategy = UpgradeStrategy::Rolling;
      // In place where no surge is wanted; system pools take no maxUnavailable and keep one surge machine.
      if (setting->surge->value > 0) continue;
      if (pool.mode == PoolMode::System) pool.max_surge = {1, false};
      else if (pool.upgrade.max_unavailable.value == 0) pool.upgrade.max_unavailable = {1, false};
    }
  }
  return scenario;
}

ForecastRun judge_upgrade(const Answers& with, const Answers& without) {
  ForecastRun run;
  SimTime first = kNever, last{};
  std::map<std::string, BlockingBudget> budgets;
  run.ended = !with.upgrades.upgrades.empty();
  run.succeeded = run.ended;
  for (const UpgradeAnswer& upgrade : with.upgrades.upgrades) {
    first = std::min(first, upgrade.began);
    run.ended = run.ended && upgrade.took.has_value();
    run.succeeded = run.succeeded && upgrade.succeeded;
    if (upgrade.took) last = std::max(last, upgrade.began + *upgrade.took);
    if (upgrade.pool.empty()) continue;
    if (!upgrade.succeeded && run.result.empty()) run.result = upgrade.cluster + "/" + upgrade.pool + ": " + upgrade.result;
    run.surge_nodes = std::max(run.surge_nodes, upgrade.surge_nodes);
    run.extra_addresses = std::max(run.extra_addresses, upgrade.extra_addresses);
    run.extra_cores = std::max(run.extra_cores, upgrade.extra_cores);
    run.extra_cost += upgrade.extra_cost.dollars();
    run.reimaged += upgrade.reimaged;
    for (const BlockingBudget& budget : upgrade.budgets) {
      BlockingBudget& of = budgets[budget.budget];
      of.budget = budget.budget;
      of.pods += budget.pods;
      of.nodes += budget.nodes;
      of.longest = std::max(of.longest, budget.longest);
    }
  }
  if (run.ended) run.minutes = (last - first).seconds_real() / 60;
  run.requests_lost = std::max(0.0, errors_of(with) - errors_of(without));
  for (auto& [name, budget] : budgets) run.budgets.push_back(budget);
  return run;
}

ForecastRow add_up(const SurgeSetting& setting, const std::vector<ForecastRun>& runs) {
  ForecastRow row;
  row.setting = setting;
  std::map<std::string, BlockingBudget> budgets;
  for (const ForecastRun& run : runs) {
    ++row.runs;
    row.succeeded += run.succeeded ? 1 : 0;
    if (run.ended) row.minutes.add(run.minutes);
    row.extra_cost.add(run.extra_cost);
    row.requests_lost.add(run.requests_lost);
    row.surge_nodes = std::max(row.surge_nodes, run.surge_nodes);
    row.extra_addresses = std::max(row.extra_addresses, run.extra_addresses);
    row.extra_cores = std::max(row.extra_cores, run.extra_cores);
    row.reimaged = std::max(row.reimaged, run.reimaged);
    if (row.result.empty()) row.result = run.result;
    for (const BlockingBudget& budget : run.budgets) {
      BlockingBudget& of = budgets[budget.budget];
      of.budget = budget.budget;
      of.pods = std::max(of.pods, budget.pods);
      of.nodes = std::max(of.nodes, budget.nodes);
      of.longest = std::max(of.longest, budget.longest);
    }
  }
  for (auto& [name, budget] : budgets) row.budgets.push_back(budget);
  std::ranges::stable_sort(row.budgets, [](const auto& a, const auto& b) { return a.longest > b.longest; });
  return row;
}

Document forecast_document(const Scenario& scenario, const ForecastOrder& order, const std::vector<ForecastRow>& rows) {
  Document document;
  document.title = scenario.name;
  document.question = "What would an upgrade take?";
  const ForecastRow* best = best_of(rows);
  if (!rows.empty()) document.answer = row_sentence(rows.front());
  if (best != nullptr && best != &rows.front())
    document.answer += " Fewest requests are lost, and then the least time is needed, with maxSurge " + best->setting.name + ": " + minutes_text(best->minutes.quantile(0.5)) + ".";
  Section section{"upgrade-forecast", "Upgrade forecast", document.answer, {}};
  ReportTable table{"settings", "Settings compared", {{"maxSurge", false}, {"Takes p50", true}, {"p95", true}, {"Nodes reimaged", true}, {"Extra nodes", true}, {"Extra addresses", true}, {"Extra vCPUs", true}, {"Extra cost p50", true}, {"p95", true}, {"Requests lost p50", true}, {"p95", true}, {"Held up by", false}, {"Succeeded", true}, {"Result", false}}, {}, false};
  for (const ForecastRow& row : rows) {
    const bool timed = row.minutes.count() > 0;
    table.rows.push_back({row.setting.name, timed ? minutes_text(row.minutes.quantile(0.5)) : "-", timed ? minutes_text(row.minutes.quantile(0.95)) : "-", grouped(row.reimaged), grouped(row.surge_nodes), grouped(row.extra_addresses), grouped(row.extra_cores),
                          "$" + fixed(row.extra_cost.quantile(0.5), 2), "$" + fixed(row.extra_cost.quantile(0.95), 2), grouped(static_cast<std::int64_t>(row.requests_lost.quantile(0.5) + 0.5)), grouped(static_cast<std::int64_t>(row.requests_lost.quantile(0.95) + 0.5)),
                          row.budgets.empty() ? "none" : budgets_text(row), std::to_string(row.succeeded) + " of " + std::to_string(row.runs), row.result.empty() ? "Succeeded" : row.result});
  }
  section.blocks.emplace_back(std::move(table));
  if (ReportTable budgets = budgets_table(rows); !budgets.rows.empty()) section.blocks.emplace_back(std::move(budgets));
  document.sections.push_back(std::move(section));
  document.assumptions = {std::string(order.kubernetes ? "Kubernetes version" : "Node images") + " of " + (order.pools.empty() ? std::string("all pools") : counted(static_cast<std::int64_t>(order.pools.size()), "pool")) + ", from " + day_and_clock(order.at, scenario.start) +
                              ", watched for " + human(order.within) + ". The scenario's own game day, channels and schedules are left out.",
                          "Requests lost are those that fail beyond the ones that fail in the same replication without the upgrade; addresses and vCPUs are the most at once, what quotas and subnets must have free.",
                          "Seed " + std::to_string(scenario.seed) + "; quantiles over the replications."};
  return document;
}

std::string forecast_json(const Scenario& scenario, const ForecastOrder& order, const std::vector<ForecastRow>& rows) {
  OrderedJson out;
  out["schemaVersion"] = 1;
  out["scenario"] = {{"name", scenario.name}, {"sha256", scenario.sha256}, {"seed", scenario.seed}};
  out["upgrade"] = {{"kind", order.kubernetes ? "kubernetes" : "nodeImage"}, {"pools", order.pools}, {"atSeconds", order.at.since_start().seconds_real()}, {"withinSeconds", order.within.seconds_real()}};
  out["settings"] = OrderedJson::array();
  for (const ForecastRow& row : rows) {
    OrderedJson budgets = OrderedJson::array();
    for (const BlockingBudget& b : row.budgets)
      budgets.push_back({{"budget", b.budget}, {"evictionsRefused", b.pods}, {"drainsHeldUp", b.nodes}, {"longestSeconds", b.longest.seconds_real()}});
    out["settings"].push_back({{"maxSurge", row.setting.name}, {"replications", row.runs}, {"succeeded", row.succeeded}, {"result", row.result}, {"minutes", spread(row.minutes)}, {"nodesReimaged", row.reimaged},
                               {"surgeNodes", row.surge_nodes}, {"extraAddresses", row.extra_addresses}, {"extraCores", row.extra_cores}, {"extraCost", spread(row.extra_cost)}, {"requestsLost", spread(row.requests_lost)}, {"budgets", budgets}});
  }
  return out.dump(2) + "\n";
}

}  // namespace akstwin
