#include "adapters/cli/headroom_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <sstream>

#include "adapters/cli/interrupt.hpp"
#include "models/world/simulate.hpp"
#include "reports/load_headroom.hpp"
#include "reports/render_text.hpp"
#include "reports/text.hpp"

namespace akstwin {
namespace {

std::string check_wait(const std::string& text) {
  const auto parsed = parse_duration(text);
  return parsed && parsed->us > 0 ? std::string{} : fmt::format("'{}' is no duration; write it as 90s or 10m", text);
}

/// One load: simulated on the calendar kernel, because a process has one SimGrid engine; both kernels give the same bytes.
std::optional<LoadLevel> simulate_level(const Scenario& scenario, std::int64_t permille, const LoadLimits& limits, const volatile bool* stop) {
  const Scenario scaled = with_load(scenario, permille);
  const RunOutcome outcome = simulate(scaled, {.replication = 0, .kernel = KernelKind::Calendar, .stop = stop, .progress = {}});
  if (outcome.interrupted) return std::nullopt;
  return judge_load(scaled, analyse(scaled, outcome.timeline, false), permille, limits);
}

std::string render(const Scenario& scenario, const LoadSearch& search, const LoadLimits& limits, const HeadroomArguments& arguments, bool color) {
  if (arguments.output == "json") return load_json(scenario, search, limits);
  std::ostringstream text;
  const Document document = load_document(scenario, search, limits);
  if (arguments.output == "csv") render_csv(document, text);
  else if (arguments.output == "md") render_markdown(document, text);
  else render_table(document, color, text);
  return text.str();
}

}  // namespace

CLI::App* declare(CLI::App& app, HeadroomArguments& arguments) {
  CLI::App* verb = app.add_subcommand("headroom", "How much more load the platform carries, and what gives way first");
  add_scenario_arguments(*verb, arguments.scenario);
  verb->add_option("--to", arguments.to, "The largest multiple of the load to try")->capture_default_str()->check(CLI::Range(1.0, 100.0));
  verb->add_option("--precision", arguments.precision, "How close to come to the load that breaks it")->capture_default_str()->check(CLI::Range(0.01, 1.0));
  verb->add_option("--wait", arguments.wait, "Pods may wait this long for a node (99th percentile)")->capture_default_str()->type_name("DURATION")->check(CLI::Validator(check_wait, ""));
  verb->add_option("--failed", arguments.failed, "Share of requests that may fail")->capture_default_str()->check(CLI::Range(0.0, 1.0));
  verb->add_option("-o,--output", arguments.output, "table, json, csv or md")->capture_default_str()->check(CLI::IsMember({"table", "json", "csv", "md"}));
  verb->add_flag("-q,--quiet", arguments.quiet, "No progress on standard error");
  return verb;
}

ExitCode execute(const HeadroomArguments& arguments, Console& console) {
  auto loaded = load_with_variants(arguments.scenario, {.none = true, .only = {}}, console);
  if (!loaded) return complain(console, loaded.error(), ExitCode::Usage);
  if (!*loaded) return ExitCode::InvalidScenario;
  const Scenario& scenario = (*loaded)->front().scenario;
  const LoadLimits limits{*parse_duration(arguments.wait), PartsPerMillion{std::llround(arguments.failed * 1e6)}};
  LoadSearch search(std::llround(arguments.to * 1'000), std::llround(arguments.precision * 1'000));
  const volatile bool* stop = watch_for_interrupt();
  bool interrupted = false;
  while (const auto permille = search.next()) {
    auto level = simulate_level(scenario, *permille, limits, stop);
    if (!level) {
      interrupted = true;
      break;
    }
    if (!arguments.quiet)
      console.err << fmt::format("load ×{:.2f} {}: 99 % of pods scheduled within {}, {} of requests failed\n", static_cast<double>(*permille) / 1'000,
                                 level->holds ? "holds" : "breaks", human(level->pending_p99), percent(level->failed_share, 2));
    search.add(std::move(*level));
  }
  const ExitCode delivered = deliver(console, render(scenario, search, limits, arguments, console.color));
  return interrupted ? ExitCode::Aborted : delivered;
}

}  // namespace akstwin
