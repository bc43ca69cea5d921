#include "adapters/cli/export_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <functional>

#include "adapters/cli/interrupt.hpp"
#include "adapters/cli/meant_run.hpp"
#include "adapters/cli/report_files.hpp"
#include "adapters/export/chrome_trace.hpp"
#include "adapters/export/kubernetes/state.hpp"
#include "adapters/export/mermaid.hpp"
#include "adapters/export/openmetrics.hpp"
#include "adapters/export/sqlite_file.hpp"
#include "reports/answers.hpp"
#include "sim/base/time.hpp"

namespace akstwin {
namespace {

namespace fs = std::filesystem;

/// The part of the run that is asked for, and how finely.
struct Window {
  SimTime from, to;
  Duration step;
};

Result<Window> window_of(const ExportArguments& arguments, const Scenario& scenario) {
  Window window{SimTime{}, SimTime{} + scenario.horizon, Duration{60'000'000}};
  for (const auto& [option, text, target] : {std::tuple{"--from", &arguments.from, &window.from}, std::tuple{"--to", &arguments.to, &window.to}, std::tuple{"--at", &arguments.at, &window.to}}) {
    if (text->empty()) continue;
    const auto at = point_in_time(option, *text, scenario);
    if (!at) return tl::unexpected(at.error());
    *target = *at;
  }
  if (window.to < window.from) return fail("--from is later than --to");
  // Prometheus forgets a series after five minutes without a sample, so that five minutes are the longest step.
  const Duration length = window.to - window.from;
  window.step = length > Duration{172'800'000'000} ? Duration{300'000'000} : length > Duration{21'600'000'000} ? Duration{60'000'000} : Duration{15'000'000};
  if (arguments.step.empty()) return window;
  const auto step = parse_duration(arguments.step);
  if (!step || *step < Duration{1'000'000}) return fail("--step: '" + arguments.step + "' is no duration of at least 1s");
  window.step = *step;
  return window;
}

/// Writes what `write` says to the file, whole or not at all, or to standard output.
Result<void> write_text(const ExportArguments& arguments, Console& console, const std::function<void(const TextSink&)>& write) {
  if (arguments.out.empty()) {
    bool good = true;
    write([&](std::string_view text) { good = good && emit(console, text).has_value(); });
    return good ? Result<void>{} : fail("standard output cannot be written");
  }
  const fs::path partial = arguments.out + ".partial";
  std::ofstream file(partial, std::ios::binary);
  write([&](std::string_view text) { file.write(text.data(), static_cast<std::streamsize>(text.size())); });
  file.close();
  std::error_code error;
  if (file) fs::rename(partial, arguments.out, error);
  if (file && !error) return {};
  fs::remove(partial, error);
  return fail("cannot write " + arguments.out);
}

Result<void> write_csv(const ExportArguments& arguments, Console& console, const std::vector<ExportTable>& tables) {
  if (auto ready = prepare_folder(arguments.out); !ready) return ready;
  for (const ExportTable& table : tables) {
    const fs::path path = fs::path(arguments.out) / (table.name + ".csv");
    if (auto written = write_file(path, table_as_csv(table)); !written) return written;
    if (!arguments.quiet) console.err << "wrote " << path.string() << '\n';
  }
  return {};
}

// A sample is a line of some 150 bytes: 50 million are 7 GB.
constexpr std::int64_t kMostSamples = 50'000'000;

Result<void> write_metrics(const ExportArguments& arguments, const ExportSource& source, Console& console) {
  const std::vector<MetricFamily> families = metric_families(source);
  const std::int64_t samples = sample_count(families, source);
  if (samples > kMostSamples)
    return fail(fmt::format("that are {} million samples; choose a part with --from and --to, or a longer --step", samples / 1'000'000));
  return write_text(arguments, console, [&](const TextSink& sink) { write_openmetrics(families, source, sink); });
}

Result<void> write_export(const ExportArguments& arguments, const Scenario& scenario, const RunOutcome& run, const Window& window, Console& console) {
  const Lives lives = lives_of(scenario, run.timeline);
  const ExportSource source{scenario, run.timeline, lives, window.from, std::min(window.to, run.timeline.end()), window.step};
  const std::string& format = arguments.format;
  if (format == "openmetrics") return write_metrics(arguments, source, console);
  if (format == "prometheus") return write_text(arguments, console, [&](const TextSink& sink) { write_prometheus(metric_families(source), source.to, sink); });
  if (format == "chrome-trace") return write_text(arguments, console, [&](const TextSink& sink) { write_chrome_trace(source, sink); });
  if (format == "mermaid") return write_text(arguments, console, [&](const TextSink& sink) { sink(mermaid_gantt(source)); });
  std::vector<Answers> answers;
  answers.push_back(analyse(scenario, run.timeline, true));
  const Outcome outcome = merge(scenario, std::move(answers));
  const std::vector<ExportTable> tables = export_tables(source, &outcome);
  return format == "csv" ? write_csv(arguments, console, tables) : write_sqlite(arguments.out, tables);
}

ExitCode export_state(const ExportArguments& arguments, const MeantRun& loaded, SimTime at, Console& console) {
  const auto state = kubernetes_state(loaded.scenario, {.replication = arguments.replication, .kernel = loaded.kernel, .at = at, .cluster = arguments.cluster});
  if (!state) return complain(console, state.error(), ExitCode::Usage);
  if (auto written = write_text(arguments, console, [&](const TextSink& sink) { sink(*state); }); !written) return complain(console, written.error());
  if (!arguments.quiet && !arguments.out.empty()) console.err << "wrote " << arguments.out << '\n';
  return ExitCode::Ok;
}

}  // namespace

CLI::App* declare(CLI::App& app, ExportArguments& arguments) {
  CLI::App* verb = app.add_subcommand("export", "A run for other tools: Prometheus, SQLite, CSV, Perfetto, Mermaid, kubectl");
  verb->add_option("SOURCE", arguments.source, "A folder of 'run --out', its result.json, or a scenario file")->required()->type_name("PATH");
  verb->add_option("--format", arguments.format, "openmetrics, prometheus, sqlite, csv, chrome-trace, mermaid or kubernetes")->required()
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"openmetrics", "prometheus", "sqlite", "csv", "chrome-trace", "mermaid", "kubernetes"}));
  verb->add_option("--out", arguments.out, "The file; of csv the folder. Without it standard output, but for sqlite and csv")->type_name("PATH");
  verb->add_option("--from", arguments.from, "Begin of the part exported: 2h30m after the start, or 2026-03-02T14:05:00Z")->type_name("TIME");
  verb->add_option("--to", arguments.to, "Its end")->type_name("TIME");
  verb->add_option("--at", arguments.at, "The moment that prometheus and kubernetes show (default: the end)")->type_name("TIME");
  verb->add_option("--step", arguments.step, "Time between two samples (default: 15s up to six hours, 1m up to two days, 5m above)")->type_name("DURATION");
  verb->add_option("--variant", arguments.variant, "Of this variant of the scenario")->type_name("NAME");
  verb->add_option("--replication", arguments.replication, "Of replication number N (default: 0)")->type_name("N");
  verb->add_option("--cluster", arguments.cluster, "kubernetes: only this cluster")->type_name("NAME");
  verb->add_flag("-q,--quiet", arguments.quiet, "No notes on standard error");
  return verb;
}

ExitCode execute(const ExportArguments& arguments, Console& console) {
  const bool needs_path = arguments.format == "sqlite" || arguments.format == "csv";
  if (needs_path && arguments.out.empty()) return complain(console, {"--format " + arguments.format + " needs --out"}, ExitCode::Usage);
  const auto loaded = load_meant_run(arguments.source, arguments.variant, console);
  if (!loaded) return loaded.error();
  const auto window = window_of(arguments, loaded->scenario);
  if (!window) return complain(console, window.error(), ExitCode::Usage);
  if (arguments.format == "kubernetes") return export_state(arguments, *loaded, window->to, console);
  const volatile bool* stop = watch_for_interrupt();
  const RunOutcome run = simulate(loaded->scenario, {.replication = arguments.replication, .kernel = loaded->kernel, .until = window->to, .stop = stop, .progress = {}});
  if (*stop) return complain(console, {"interrupted; nothing is written"}, ExitCode::Aborted);
  if (auto written = write_export(arguments, loaded->scenario, run, *window, console); !written) return complain(console, written.error());
  if (!arguments.quiet && !arguments.out.empty() && arguments.format != "csv") console.err << "wrote " << arguments.out << '\n';
  return ExitCode::Ok;
}

}  // namespace akstwin
