#include "adapters/cli/upgrade_forecast_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <thread>

#include "adapters/cli/interrupt.hpp"
#include "models/world/simulate.hpp"
#include "reports/render_text.hpp"
#include "reports/upgrade_forecast.hpp"
#include "sim/replicate.hpp"

namespace akstwin {
namespace {

// Quantiles of fewer runs say little; a scenario that asks for replications gets as many as it says.
constexpr std::uint32_t kReplications = 10;

std::string check_surge(const std::string& text) {
  return parse_surge(text) ? std::string{} : fmt::format("'{}' is no surge; write it as 1 or 33%", text);
}

std::string check_time(const std::string& text) {
  const auto parsed = parse_duration(text);
  return parsed && parsed->us >= 0 ? std::string{} : fmt::format("'{}' is no duration; write it as 2h or 1d", text);
}

std::vector<SurgeSetting> settings_of(const UpgradeForecastArguments& arguments) {
  if (!arguments.surges.empty()) {
    std::vector<SurgeSetting> settings;
    for (const std::string& text : arguments.surges) settings.push_back({text, parse_surge(text)});
    return settings;
  }
  return {{"as stated", std::nullopt}, {"1", IntOrPercent{1, false}}, {"33%", IntOrPercent{33, true}}, {"100%", IntOrPercent{100, true}}};
}

std::string render(const Scenario& scenario, const ForecastOrder& order, const std::vector<ForecastRow>& rows, const UpgradeForecastArguments& arguments, bool color) {
  if (arguments.output == "json") return forecast_json(scenario, order, rows);
  std::ostringstream text;
  const Document document = forecast_document(scenario, order, rows);
  if (arguments.output == "csv") render_csv(document, text);
  else if (arguments.output == "md") render_markdown(document, text);
  else render_table(document, color, text);
  return text.str();
}

/// Every run in a process of its own: run 0 … R−1 without the upgrade, then R for each setting.
struct Forecast {
  const Scenario& scenario;
  ForecastOrder order;
  std::vector<SurgeSetting> settings;
  std::uint32_t replications = kReplications;

  Result<std::string> work(std::uint32_t index, const volatile bool* stop) const {
    become_interruptible_worker();
    const std::uint32_t setting = index / replications;
    const Scenario one = with_upgrade(scenario, order, setting == 0 ? nullptr : &settings[setting - 1]);
    // Both kernels give the same bytes; this one is the faster for runs without large transfers.
    const RunOutcome outcome = simulate(one, {.replication = index % replications, .kernel = KernelKind::Calendar, .stop = stop, .progress = {}});
    return serialize(analyse(one, outcome.timeline, false));
  }
};

struct ForecastResult {
  std::vector<ForecastRow> rows;
  std::vector<std::string> failures;
};

ForecastResult conclude(const Forecast& forecast, const std::vector<ReplicationOutcome>& outcomes) {
  std::vector<std::optional<Answers>> answers;
  ForecastResult result;
  for (const ReplicationOutcome& outcome : outcomes) {
    auto answered = outcome.bytes.and_then([](const std::string& bytes) { return deserialize(bytes); });
    if (!answered) result.failures.push_back(answered.error().message);
    answers.push_back(answered ? std::optional(std::move(*answered)) : std::nullopt);
  }
  for (std::size_t s = 0; s < forecast.settings.size(); ++s) {
    std::vector<ForecastRun> runs;
    for (std::uint32_t r = 0; r < forecast.replications; ++r) {
      const auto& without = answers[r];
      const auto& with = answers[(s + 1) * forecast.replications + r];
      if (with && without) runs.push_back(judge_upgrade(*with, *without));
    }
    if (!runs.empty()) result.rows.push_back(add_up(forecast.settings[s], runs));
  }
  return result;
}

}  // namespace

CLI::App* declare(CLI::App& app, UpgradeForecastArguments& arguments) {
  CLI::App* verb = app.add_subcommand("upgrade-forecast", "How long an upgrade takes, what blocks it, what it needs and loses");
  add_scenario_arguments(*verb, arguments.scenario);
  verb->add_option("--pool", arguments.pools, "A pool as CLUSTER/POOL; may be repeated (default: every pool)")->type_name("CLUSTER/POOL");
  verb->add_option("--max-surge", arguments.surges, "A surge to try, as 1 or 33%; 0: in place; may be repeated (default: as stated, 1, 33%, 100%)")
      ->type_name("N|N%")
      ->check(CLI::Validator(check_surge, ""));
  verb->add_option("--kind", arguments.kind, "What is upgraded: nodeImage or kubernetes")->capture_default_str()->type_name("KIND")->check(CLI::IsMember({"nodeImage", "kubernetes"}));
  verb->add_option("--at", arguments.at, "When the upgrade begins, from the start of the scenario")->capture_default_str()->type_name("DURATION")->check(CLI::Validator(check_time, ""));
  verb->add_option("--within", arguments.within, "How long it is watched")->capture_default_str()->type_name("DURATION")->check(CLI::Validator(check_time, ""));
  verb->add_option("--jobs", arguments.jobs, "Processes at a time (default: one a core)")->type_name("N")->check(CLI::Range(1, 4096));
  verb->add_option("-o,--output", arguments.output, "table, json, csv or md")->capture_default_str()->check(CLI::IsMember({"table", "json", "csv", "md"}));
  verb->add_flag("-q,--quiet", arguments.quiet, "No progress on standard error");
  return verb;
}

ExitCode execute(const UpgradeForecastArguments& arguments, Console& console) {
  auto loaded = load_with_variants(arguments.scenario, {.none = true, .only = {}}, console);
  if (!loaded) return complain(console, loaded.error(), ExitCode::Usage);
  if (!*loaded) return ExitCode::InvalidScenario;
  const Scenario& scenario = (*loaded)->front().scenario;
  Forecast forecast{scenario, {}, settings_of(arguments), kReplications};
  forecast.order.pools = arguments.pools;
  forecast.order.kubernetes = arguments.kind == "kubernetes";
  forecast.order.at = SimTime{} + *parse_duration(arguments.at);
  forecast.order.within = *parse_duration(arguments.within);
  if (const std::string wrong = unknown_pools(scenario, forecast.order); !wrong.empty()) return complain(console, {wrong}, ExitCode::Usage);
  if (scenario.replications > 1) forecast.replications = scenario.replications;
  if (arguments.scenario.replications) forecast.replications = std::max<std::uint32_t>(1, *arguments.scenario.replications);

  const volatile bool* stop = watch_for_interrupt();
  const auto runs = forecast.replications * static_cast<std::uint32_t>(forecast.settings.size() + 1);
  const std::uint32_t jobs = arguments.jobs == 0 ? std::max(1U, std::thread::hardware_concurrency()) : arguments.jobs;
  const auto outcomes = replicate(runs, jobs, [&](std::uint32_t index) { return forecast.work(index, stop); },
                                  [&](std::uint32_t done, std::uint32_t total) {
                                    if (!arguments.quiet && (done == total || done % forecast.replications == 0)) console.err << fmt::format("{} of {} runs\n", done, total);
                                  },
                                  stop);
  if (*stop) return complain(console, {"interrupted before the forecast was complete"}, ExitCode::Aborted);
  const ForecastResult result = conclude(forecast, outcomes);
  if (result.rows.empty()) return complain(console, {result.failures.empty() ? "no run answered" : "no run answered: " + result.failures.front()});
  const ExitCode delivered = deliver(console, render(scenario, forecast.order, result.rows, arguments, console.color));
  if (result.failures.empty()) return delivered;
  console.err << fmt::format("akstwin: {} of {} runs failed: {}\n", result.failures.size(), runs, result.failures.front());
  return ExitCode::Error;
}

}  // namespace akstwin
