#include "adapters/cli/compare_real_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "adapters/cli/interrupt.hpp"
#include "adapters/live/compare_real.hpp"
#include "adapters/record/timeline_file.hpp"
#include "models/world/simulate.hpp"

namespace akstwin {
namespace {

std::string shown(const std::optional<double>& value, const std::string& unit) { return value ? fmt::format("{:.2f}{}{}", *value, unit.empty() ? "" : " ", unit) : "–"; }

std::string table(const std::vector<RealDifference>& rows) {
  std::string out = fmt::format("{:<20} {:<28} {:>14} {:>14} {:>14}\n", "phase", "metric", "twin", "real", "twin − real");
  for (const RealDifference& row : rows)
    out += fmt::format("{:<20} {:<28} {:>14} {:>14} {:>14}\n", row.phase, row.metric, shown(row.twin, row.unit), shown(row.real, row.unit), shown(row.difference(), row.unit));
  return out;
}

std::string csv(const std::vector<RealDifference>& rows) {
  const auto number = [](const std::optional<double>& value) { return value ? fmt::format("{}", *value) : std::string{}; };
  std::string out = "phase,metric,unit,twin,real,difference\n";
  for (const RealDifference& row : rows) out += fmt::format("\"{}\",\"{}\",{},{},{},{}\n", row.phase, row.metric, row.unit, number(row.twin), number(row.real), number(row.difference()));
  return out;
}

std::string json(const std::vector<RealDifference>& rows) {
  const auto number = [](const std::optional<double>& value) { return value ? nlohmann::json(*value) : nlohmann::json(nullptr); };
  nlohmann::json out = nlohmann::json::array();
  for (const RealDifference& row : rows) out.push_back({{"phase", row.phase}, {"metric", row.metric}, {"unit", row.unit}, {"twin", number(row.twin)}, {"real", number(row.real)}, {"difference", number(row.difference())}});
  return out.dump(2) + "\n";
}

}  // namespace

CLI::App* declare(CLI::App& app, CompareRealArguments& a) {
  CLI::App* verb = app.add_subcommand("compare-real", "Twin minus reality, by metric and phase");
  add_scenario_arguments(*verb, a.scenario);
  verb->add_option("RECORDING", a.recording, "timeline.jsonl of akstwin observe, or its folder")->required()->type_name("PATH");
  verb->add_option("--cluster", a.cluster, "The cluster to compare (default: the recording's)")->type_name("NAME");
  verb->add_option("-o,--output", a.output, "table, csv or json")->capture_default_str()->check(CLI::IsMember({"table", "csv", "json"}));
  return verb;
}

ExitCode execute(const CompareRealArguments& a, Console& console) {
  auto recorded = read_timeline_file(a.recording);
  if (!recorded) return complain(console, recorded.error());
  auto loaded = load_with_variants(a.scenario, {.none = true, .only = {}}, console);
  if (!loaded) return complain(console, loaded.error(), ExitCode::Usage);
  if (!*loaded) return ExitCode::InvalidScenario;
  Scenario& scenario = (*loaded)->front().scenario;
  const std::string cluster = a.cluster.empty() ? recorded->cluster : a.cluster;
  if (scenario.cluster(Name(cluster)) == nullptr) return complain(console, {"the scenario has no cluster '" + cluster + "', which the recording is of"}, ExitCode::Usage);
  // The same span of time, begun at the same time of day: rush hours are rush hours.
  scenario.start = recorded->start;
  scenario.horizon = recorded->timeline.end().since_start();
  RunOptions options;
  options.kernel = KernelKind::Calendar;
  options.stop = watch_for_interrupt();
  const RunOutcome twin = simulate(scenario, options);
  if (twin.interrupted) return complain(console, {"interrupted"}, ExitCode::Aborted);
  const auto rows = compare_with_reality(twin.timeline, recorded->timeline, cluster, phases_of(scenario, recorded->timeline.end()));
  return deliver(console, a.output == "json" ? json(rows) : a.output == "csv" ? csv(rows) : table(rows));
}

}  // namespace akstwin
