#include "adapters/cli/run_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <thread>

#include "adapters/cli/experiment.hpp"
#include "adapters/cli/interrupt.hpp"
#include "adapters/cli/report_files.hpp"
#include "adapters/cli/run_record.hpp"
#include "reports/render.hpp"

namespace akstwin {
namespace {

std::string check_format(const std::string& text) {
  return parse_format(text) ? std::string{} : fmt::format("'{}' is none of table, json, csv, md, html", text);
}

ProgressStyle style(const RunArguments& arguments, const Console& console) {
  if (arguments.quiet) return ProgressStyle::Quiet;
  return console.err_is_terminal ? ProgressStyle::StatusLine : ProgressStyle::Lines;
}

RunSettings settings(const RunArguments& arguments) {
  const std::uint32_t cores = std::max(1u, std::thread::hardware_concurrency());
  return {.jobs = arguments.jobs == 0 ? cores : arguments.jobs,
          .kernel = arguments.kernel == "calendar" ? KernelKind::Calendar : KernelKind::Simgrid,
          .only_replication = arguments.replication};
}

std::string sentence(const Scenario& scenario, const ExperimentResult& result, double seconds) {
  std::string text = fmt::format("{} {} of '{}' in {:.1f} s", result.interrupted ? "interrupted; simulated part of" : "simulated",
                                 to_string(scenario.horizon), scenario.name, seconds);
  if (result.events > 0) text += fmt::format(", {} events", result.events);
  return text;
}

/// What died, why, and how to see it alone.
std::string description(const FailedRun& failure, const RunArguments& arguments) {
  const bool variant = !failure.variant.empty();
  return fmt::format("akstwin: replication {}{} failed: {}\n  repeat it with the same options and: akstwin run {} --replication {} {}\n",
                     failure.replication, variant ? fmt::format(" of variant '{}'", failure.variant) : "", failure.reason,
                     arguments.scenario.path, failure.replication, variant ? "--variant " + failure.variant : "--no-variants");
}

/// Standard output first: what a pipe waits for. Then the files.
Result<void> report(const RunArguments& arguments, const Scenario& scenario, const ExperimentResult& result, Console& console) {
  std::ostringstream text;
  render(*result.outcome, result.comparisons, *parse_format(arguments.format), text, {.color = console.color});
  if (auto emitted = emit(console, text.str()); !emitted) return emitted;
  if (arguments.out.empty()) return {};
  auto files = write_report_files(arguments.out, *result.outcome, result.comparisons);
  if (!files) return tl::unexpected(files.error());
  const std::filesystem::path record = std::filesystem::path(arguments.out) / "run.json";
  if (auto written = write_file(record, to_json(record_of(arguments.scenario, scenario, arguments.kernel), arguments.out)); !written)
    return tl::unexpected(written.error());
  files->push_back(record);
  if (!arguments.quiet)
    for (const auto& path : *files) console.err << "wrote " << path.string() << '\n';
  return {};
}

ExitCode conclude(const ExperimentResult& result, Console& console) {
  if (result.interrupted) return ExitCode::Aborted;
  if (!result.failures.empty()) return ExitCode::Error;
  if (result.outcome->verdict() != Judgement::Fail) return ExitCode::Ok;
  for (const auto& threshold : result.outcome->thresholds)
    if (threshold.verdict == Judgement::Fail)
      console.err << fmt::format("akstwin: threshold breached: {}: {}\n", threshold.metric, threshold.explanation);
  return ExitCode::ThresholdBreached;
}

}  // namespace

CLI::App* declare(CLI::App& app, RunArguments& arguments) {
  CLI::App* verb = app.add_subcommand("run", "Simulate a scenario and answer its question");
  add_scenario_arguments(*verb, arguments.scenario);
  verb->add_option("-o,--output", arguments.format, "What goes to standard output: table, json, csv, md, html")->capture_default_str()
      ->type_name("FORMAT")
      ->check(CLI::Validator(check_format, ""));
  verb->add_option("--out", arguments.out, "Folder for report.html, result.json, tables.csv, summary.md and run.json")->type_name("DIR");
  verb->add_option("--jobs", arguments.jobs, "Processes at a time for replications and variants (default: one a core)")
      ->type_name("N")
      ->check(CLI::Range(1, 4096));
  verb->add_option("--kernel", arguments.kernel, "Simulation kernel: simgrid or calendar")->capture_default_str()
      ->type_name("NAME")
      ->check(CLI::IsMember({"simgrid", "calendar"}));
  auto* none = verb->add_flag("--no-variants", arguments.variants.none, "Only the scenario as written");
  verb->add_option("--variant", arguments.variants.only, "Only this variant beside the scenario as written")->type_name("NAME")->excludes(none);
  verb->add_option("--replication", arguments.replication, "Only replication number N, from 0: to repeat one that failed")->type_name("N");
  verb->add_flag("-q,--quiet", arguments.quiet, "No progress and no notes on standard error");
  return verb;
}

ExitCode execute(const RunArguments& arguments, Console& console) {
  auto loaded = load_with_variants(arguments.scenario, arguments.variants, console);
  if (!loaded) return complain(console, loaded.error(), ExitCode::Usage);
  if (!*loaded) return ExitCode::InvalidScenario;
  const std::vector<NamedScenario>& scenarios = **loaded;
  if (!arguments.out.empty())
    if (auto ready = prepare_folder(arguments.out); !ready) return complain(console, ready.error());

  const volatile bool* stop = watch_for_interrupt();
  Progress progress(console.err, style(arguments, console), scenarios[0].scenario.start);
  const ExperimentResult result = run_experiment(scenarios, settings(arguments), progress, stop);
  progress.finish(sentence(scenarios[0].scenario, result, progress.elapsed_seconds()));
  for (const auto& failure : result.failures) console.err << description(failure, arguments);
  if (!result.outcome) {
    if (result.interrupted) return complain(console, {"interrupted before any run had something to tell"}, ExitCode::Aborted);
    return ExitCode::Error;
  }
  if (auto reported = report(arguments, scenarios[0].scenario, result, console); !reported) return complain(console, reported.error());
  return conclude(result, console);
}

}  // namespace akstwin
