/// The part of the report about upgrades, repairs and stops.
#include <nlohmann/json.hpp>

#include "reports/outcome.hpp"
#include "reports/text.hpp"
#include "reports/upgrade.hpp"

namespace akstwin {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::string subject_of(const UpgradeAnswer& upgrade) { return upgrade.cluster + (upgrade.pool.empty() ? "" : "/" + upgrade.pool); }
std::string took_text(const UpgradeAnswer& upgrade) { return upgrade.took ? human(*upgrade.took) : "-"; }

std::string answer_of(const UpgradesAnswer& answer) {
  std::int64_t pools = 0, failed = 0, lost = 0, nodes = 0;
  Duration longest;
  std::string slowest;
  for (const UpgradeAnswer& upgrade : answer.upgrades) {
    if (upgrade.pool.empty()) continue;
    ++pools;
    failed += upgrade.took && !upgrade.succeeded ? 1 : 0;
    lost += upgrade.requests_lost;
    nodes += upgrade.reimaged;
    if (!upgrade.took || *upgrade.took < longest) continue;
    longest = *upgrade.took;
    slowest = subject_of(upgrade);
  }
  std::string text;
  if (pools > 0) {
    text = counted(pools, "pool upgrade") + " reimaged " + counted(nodes, "node");
    if (!slowest.empty()) text += ", the longest took " + human(longest) + " (" + slowest + ")";
    text += failed > 0 ? ", " + std::to_string(failed) + " failed" : ", none failed";
    text += "; " + grouped(lost) + (lost == 1 ? " request" : " requests") + " failed meanwhile.";
  }
  for (const OperationAnswer& o : answer.operations) {
    text += (text.empty() ? "" : " ") + o.operation + ": " + std::to_string(o.done) + " done";
    if (o.done > 0) text += " in " + human(o.p50) + " at the median";
    if (o.throttled > 0) text += ", " + std::to_string(o.throttled) + " throttled";
    if (o.refused > 0) text += ", " + std::to_string(o.refused) + " refused";
    text += ".";
  }
  for (const RepairAnswer& repair : answer.repairs)
    if (repair.broke > 0) text += (text.empty() ? "" : " ") + counted(repair.broke, "node") + " of " + repair.pool + " broke, " + std::to_string(repair.repaired) + " were repaired.";
  for (const StoppedAnswer& stopped : answer.stops) text += (text.empty() ? "" : " ") + stopped.cluster + " was stopped for " + human(stopped.stopped) + ".";
  return text.empty() ? "Scheduled events came, and nothing else was to be done." : text;
}

ReportTable upgrades_table(const UpgradesAnswer& answer, const Epoch& start) {
  ReportTable table{"upgrades", "Upgrades", {{"What", false}, {"To", false}, {"How", false}, {"Began", false}, {"Took", true}, {"Nodes", true}, {"Reimaged", true}, {"Extra nodes", true}, {"Extra addresses", true}, {"Extra vCPUs", true}, {"Extra cost", true}, {"Longest drain", true}, {"Requests lost", true}, {"Result", false}}, {}, false};
  for (const UpgradeAnswer& u : answer.upgrades)
    table.rows.push_back({subject_of(u), u.what, u.how, day_and_clock(u.began, start), took_text(u), grouped(u.nodes), grouped(u.reimaged), grouped(u.surge_nodes), grouped(u.extra_addresses),
                          grouped(u.extra_cores), "$" + fixed(u.extra_cost.dollars(), 2), human(u.drain_longest), grouped(u.requests_lost), u.result});
  return table;
}

ReportTable budgets_table(const UpgradesAnswer& answer) {
  ReportTable table{"upgrade-budgets", "Disruption budgets that refused evictions", {{"Pool", false}, {"Budget", false}, {"Evictions refused", true}, {"Drains held up", true}, {"Longest", true}}, {}, false};
  for (const UpgradeAnswer& u : answer.upgrades)
    for (const BlockingBudget& b : u.budgets) table.rows.push_back({subject_of(u), b.budget, grouped(b.pods), grouped(b.nodes), human(b.longest)});
  return table;
}

ReportTable repairs_table(const UpgradesAnswer& answer) {
  ReportTable table{"repairs", "Repairs and scheduled events", {{"Pool", false}, {"Broke", true}, {"Reboots", true}, {"Reimages", true}, {"Redeploys", true}, {"Repaired", true}, {"Given up", true}, {"Not ready, mean", true}, {"Longest", true}, {"Freezes", true}, {"Azure reboots", true}, {"Azure redeploys", true}, {"Azure deletions", true}}, {}, false};
  for (const RepairAnswer& r : answer.repairs)
    table.rows.push_back({r.pool, grouped(r.broke), grouped(r.reboots), grouped(r.reimages), grouped(r.redeploys), grouped(r.repaired), grouped(r.given_up), human(r.not_ready_mean), human(r.not_ready_longest),
                          grouped(r.freezes), grouped(r.event_reboots), grouped(r.event_redeploys), grouped(r.event_terminates)});
  return table;
}

ReportTable operations_table(const UpgradesAnswer& answer) {
  ReportTable table{"operations", "Operations of AKS", {{"Operation", false}, {"Done", true}, {"Failed", true}, {"p50", true}, {"p90", true}, {"Longest", true}, {"Throttled", true}, {"Refused", true}}, {}, false};
  for (const OperationAnswer& o : answer.operations) {
    const auto time = [&](Duration d) { return o.done > 0 ? human(d) : std::string("-"); };
    table.rows.push_back({o.operation, grouped(o.done), grouped(o.failed), time(o.p50), time(o.p90), time(o.longest), grouped(o.throttled), grouped(o.refused)});
  }
  return table;
}

/// The operation that took longest, with its pools.
Chart gantt(const UpgradesAnswer& answer) {
  Chart chart;
  chart.kind = ChartKind::Gantt;
  chart.id = "chart-upgrade";
  chart.unit = "since it began";
  const UpgradeAnswer* longest = nullptr;
  for (const UpgradeAnswer& upgrade : answer.upgrades)
    if (upgrade.took && (longest == nullptr || *upgrade.took > *longest->took)) longest = &upgrade;
  if (longest == nullptr) return chart;
  const SimTime end = longest->began + *longest->took;
  for (const UpgradeAnswer& upgrade : answer.upgrades) {
    if (!upgrade.took || upgrade.cluster != longest->cluster || upgrade.began < longest->began || upgrade.began > end) continue;
    const double from = (upgrade.began - longest->began).seconds_real();
    chart.bars.push_back({subject_of(upgrade) + ": " + upgrade.result, from, from + upgrade.took->seconds_real(), !upgrade.pool.empty()});
  }
  chart.title = "The longest upgrade: " + subject_of(*longest) + " to " + longest->what;
  chart.caption = "It takes " + human(*longest->took) + ".";
  return chart;
}

/// Figures over the replications: what one run cannot say.
ReportTable spread_table(const Outcome& outcome) {
  ReportTable table{"upgrade-spread", "Upgrades over the replications", {{"Figure", false}, {"Mean", true}, {"p50", true}, {"p95", true}, {"Unit", false}}, {}, false};
  if (outcome.replications < 2) return table;
  for (const FigureSummary& figure : outcome.figures)
    if (figure.name.starts_with("upgrade."))
      table.rows.push_back({figure.name, fixed(figure.values.mean(), 2), fixed(figure.values.quantile(0.5), 2), fixed(figure.values.quantile(0.95), 2), figure.unit});
  return table;
}

OrderedJson upgrade_json(const UpgradeAnswer& u) {
  OrderedJson budgets = OrderedJson::array();
  for (const BlockingBudget& b : u.budgets)
    budgets.push_back({{"budget", b.budget}, {"evictionsRefused", b.pods}, {"drainsHeldUp", b.nodes}, {"longestSeconds", b.longest.seconds_real()}});
  return {{"cluster", u.cluster}, {"pool", u.pool}, {"to", u.what}, {"how", u.how}, {"result", u.result}, {"succeeded", u.succeeded},
          {"beganSeconds", u.began.since_start().seconds_real()}, {"tookSeconds", u.took ? OrderedJson(u.took->seconds_real()) : OrderedJson(nullptr)},
          {"nodes", u.nodes}, {"reimaged", u.reimaged}, {"quarantined", u.quarantined}, {"surgeNodes", u.surge_nodes}, {"extraAddresses", u.extra_addresses},
          {"extraCores", u.extra_cores}, {"extraCost", u.extra_cost.dollars()}, {"longestDrainSeconds", u.drain_longest.seconds_real()},
          {"requests", u.requests}, {"requestsLost", u.requests_lost}, {"budgets", budgets}};
}

}  // namespace

std::string upgrades_sentence(const UpgradesAnswer& answer) {
  Duration longest;
  std::int64_t pools = 0, failed = 0;
  for (const UpgradeAnswer& upgrade : answer.upgrades) {
    if (upgrade.pool.empty() || !upgrade.took) continue;
    ++pools;
    failed += upgrade.succeeded ? 0 : 1;
    longest = std::max(longest, *upgrade.took);
  }
  if (pools == 0) return {};
  return "; upgrades of its pools take up to " + human(longest) + (failed > 0 ? ", " + std::to_string(failed) + " of " + std::to_string(pools) + " fail" : "");
}

Section upgrades_section(const Outcome& outcome) {
  const UpgradesAnswer& answer = outcome.details.upgrades;
  Section section{"upgrades", "Upgrades and maintenance", answer_of(answer), {}};
  if (Chart chart = gantt(answer); !chart.bars.empty()) section.blocks.emplace_back(std::move(chart));
  for (ReportTable table : {upgrades_table(answer, outcome.scenario.start), operations_table(answer), budgets_table(answer), repairs_table(answer), spread_table(outcome)})
    if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
  return section;
}

OrderedJson upgrades_json(const Outcome& outcome) {
  const UpgradesAnswer& answer = outcome.details.upgrades;
  OrderedJson out;
  out["upgrades"] = OrderedJson::array();
  for (const UpgradeAnswer& upgrade : answer.upgrades) out["upgrades"].push_back(upgrade_json(upgrade));
  out["operations"] = OrderedJson::array();
  for (const OperationAnswer& o : answer.operations)
    out["operations"].push_back({{"operation", o.operation}, {"done", o.done}, {"failed", o.failed}, {"throttled", o.throttled}, {"refused", o.refused},
                                 {"p50Seconds", o.p50.seconds_real()}, {"p90Seconds", o.p90.seconds_real()}, {"longestSeconds", o.longest.seconds_real()}});
  out["repairs"] = OrderedJson::array();
  for (const RepairAnswer& r : answer.repairs)
    out["repairs"].push_back({{"pool", r.pool}, {"broke", r.broke}, {"reboots", r.reboots}, {"reimages", r.reimages}, {"redeploys", r.redeploys}, {"repaired", r.repaired}, {"givenUp", r.given_up},
                              {"notReadyMeanSeconds", r.not_ready_mean.seconds_real()}, {"notReadyLongestSeconds", r.not_ready_longest.seconds_real()}, {"freezes", r.freezes},
                              {"azureReboots", r.event_reboots}, {"azureRedeploys", r.event_redeploys}, {"azureDeletions", r.event_terminates}});
  out["stops"] = OrderedJson::array();
  for (const StoppedAnswer& stopped : answer.stops) out["stops"].push_back({{"cluster", stopped.cluster}, {"stops", stopped.stops}, {"stoppedSeconds", stopped.stopped.seconds_real()}});
  return out;
}

}  // namespace akstwin
