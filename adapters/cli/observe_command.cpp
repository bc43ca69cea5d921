#include "adapters/cli/observe_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "adapters/cli/interrupt.hpp"
#include "adapters/cli/report_files.hpp"
#include "adapters/live/observe.hpp"
#include "reports/answers.hpp"

namespace akstwin {
namespace {

std::string check_length(const std::string& text) {
  const auto parsed = parse_duration(text);
  return parsed && parsed->us > 0 ? std::string{} : fmt::format("'{}' is no duration; write it as 90s, 10m or 8h", text);
}

void add_options(CLI::App& verb, ObserveArguments& a) {
  verb.add_option("SCENARIO", a.scenario.path, "A scenario that describes the cluster: names, prices, thresholds (default: read from the cluster)")->type_name("FILE");
  verb.add_option("--context", a.context, "The kubeconfig context to watch (default: the current one); in-cluster for a pod's service account")->type_name("NAME");
  verb.add_option("--kubeconfig", a.kubeconfig, "A kubeconfig file (default: KUBECONFIG, ~/.kube/config)")->type_name("FILE");
  verb.add_option("--cluster", a.cluster, "The cluster of the scenario that the context stands for (default: the first)")->type_name("NAME");
  verb.add_option("--for", a.length, "How long to watch")->capture_default_str()->type_name("DURATION")->check(CLI::Validator(check_length, ""));
  verb.add_option("--record", a.record, "Write every exchange with the API server to this file, without credentials")->type_name("FILE");
  verb.add_option("--replay", a.replay, "Watch a recording instead of a cluster")->type_name("FILE");
  verb.add_flag("-q,--quiet", a.quiet, "No progress on standard error");
}

/// The observation that the arguments ask for; a complaint is printed, its exit code is the error.
tl::expected<Observation, ExitCode> observation(const ObserveArguments& a, bool shadow, Console& console) {
  ObserveOptions options;
  options.session = {a.context, a.kubeconfig, a.record, a.replay, false};
  options.length = *parse_duration(a.length);
  options.cluster = a.cluster;
  options.shadow = shadow;
  options.stop = watch_for_interrupt();
  if (!a.quiet) options.say = [&](const std::string& text) { console.err << text << '\n'; };
  if (!a.scenario.path.empty()) {
    auto loaded = load_with_variants(a.scenario, {.none = true, .only = {}}, console);
    if (!loaded) return tl::unexpected<ExitCode>(complain(console, loaded.error(), ExitCode::Usage));
    if (!*loaded) return tl::unexpected<ExitCode>(ExitCode::InvalidScenario);
    options.scenario = std::move((*loaded)->front().scenario);
  }
  auto seen = observe(options);
  if (!seen) return tl::unexpected<ExitCode>(complain(console, seen.error()));
  for (const std::string& fault : seen->faults) console.err << "akstwin: not whole at the end: " << fault << '\n';
  return std::move(*seen);
}

Result<void> write_recording(const Observation& seen, const std::filesystem::path& folder) {
  std::ostringstream text;
  write_timeline(seen.recorded, text);
  return write_file(folder / "timeline.jsonl", text.str());
}

ExitCode judge(const Observation& seen, const Outcome& outcome, Console& console) {
  if (seen.interrupted) return ExitCode::Aborted;
  if (outcome.verdict() != Judgement::Fail) return ExitCode::Ok;
  for (const auto& threshold : outcome.thresholds)
    if (threshold.verdict == Judgement::Fail) console.err << fmt::format("akstwin: threshold breached: {}: {}\n", threshold.metric, threshold.explanation);
  return ExitCode::ThresholdBreached;
}

std::string shadow_table(const ShadowScore& score) {
  std::string out;
  for (const Agreement& one : score.agreements)
    out += one.compared == 0 ? fmt::format("{:<26} nothing to compare   {}\n", one.controller, one.what)
                             : fmt::format("{:<26} {:>6.1f} % of {:<8} {}\n", one.controller, one.share() * 100, one.compared, one.what);
  for (const std::string& text : score.disagreements) out += "  " + text + "\n";
  return out;
}

std::string shadow_json(const ShadowScore& score) {
  nlohmann::json out{{"agreements", nlohmann::json::array()}, {"disagreements", score.disagreements}};
  for (const Agreement& one : score.agreements) out["agreements"].push_back({{"controller", one.controller}, {"what", one.what}, {"compared", one.compared}, {"agreed", one.agreed}});
  return out.dump(2) + "\n";
}

}  // namespace

CLI::App* declare(CLI::App& app, ObserveArguments& a) {
  CLI::App* verb = app.add_subcommand("observe", "Watch a real cluster and report on it as on a simulation");
  add_options(*verb, a);
  verb->add_option("--out", a.out, "Folder for the reports and timeline.jsonl")->required()->type_name("DIR");
  return verb;
}

ExitCode execute(const ObserveArguments& a, Console& console) {
  if (auto ready = prepare_folder(a.out); !ready) return complain(console, ready.error());
  auto seen = observation(a, false, console);
  if (!seen) return seen.error();
  if (auto written = write_recording(*seen, a.out); !written) return complain(console, written.error());
  const Outcome outcome = merge(seen->scenario, {analyse(seen->scenario, seen->recorded.timeline)});
  auto files = write_report_files(a.out, outcome, {});
  if (!files) return complain(console, files.error());
  std::string text = (std::filesystem::path(a.out) / "timeline.jsonl").string() + "\n";
  for (const auto& path : *files) text += path.string() + "\n";
  const ExitCode delivered = deliver(console, text);
  return delivered != ExitCode::Ok ? delivered : judge(*seen, outcome, console);
}

CLI::App* declare(CLI::App& app, ShadowArguments& a) {
  CLI::App* verb = app.add_subcommand("shadow", "Run the modelled scheduler, HPA and Cluster Autoscaler beside the real ones and score how they agree");
  add_options(*verb, a.observe);
  verb->add_option("-o,--output", a.observe.format, "table or json")->capture_default_str()->check(CLI::IsMember({"table", "json"}));
  return verb;
}

ExitCode execute(const ShadowArguments& a, Console& console) {
  auto seen = observation(a.observe, true, console);
  if (!seen) return seen.error();
  const ExitCode delivered = deliver(console, a.observe.format == "json" ? shadow_json(*seen->shadow) : shadow_table(*seen->shadow));
  return seen->interrupted && delivered == ExitCode::Ok ? ExitCode::Aborted : delivered;
}

}  // namespace akstwin
