#include "adapters/cli/calibrate_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "adapters/import/import_files.hpp"
#include "adapters/live/calibrate.hpp"
#include "adapters/record/timeline_file.hpp"

namespace akstwin {
namespace {

const char* judgement(const LogNormalFit& fit) {
  if (fit.samples < 5) return "too few to judge";
  return fit.fits() ? "fits" : "does not fit a log-normal";
}

const char* judgement(const ServiceFit& fit) {
  if (fit.samples < 5) return "too few to judge";
  return fit.fits() ? "fits" : "requests do not explain it";
}

std::string table(const Calibration& found) {
  std::string out = fmt::format("{:<44} {:>8} {:>10} {:>10} {:>8} {:>8}  {}\n", "what", "samples", "p50", "p95", "KS", "limit", "judgement");
  for (const LogNormalFit& fit : found.times)
    out += fmt::format("{:<44} {:>8} {:>10} {:>10} {:>8.3f} {:>8.3f}  {}\n", fit.name, fit.samples, fmt::format("{:.2f} {}", fit.p50, fit.unit), fmt::format("{:.2f} {}", fit.p95, fit.unit), fit.distance, fit.critical, judgement(fit));
  for (const ServiceFit& fit : found.services)
    out += fmt::format("{}: {:.3f} ± {:.3f} ms of CPU a request, {:.0f}m idle, R² {:.3f} over {} samples, {}\n", fit.name, fit.cpu_ms_per_request, fit.cpu_ms_error, fit.idle_millicores, fit.r_squared, fit.samples, judgement(fit));
  return out;
}

std::string duration_text(double seconds) { return fmt::format("{}ms", static_cast<std::int64_t>(seconds * 1'000 + 0.5)); }

/// The fields of a scenario that these numbers belong into.
std::string yaml(const Calibration& found) {
  std::string out = "# From akstwin calibrate; put each where its comment says.\n";
  for (const LogNormalFit& fit : found.times) {
    if (fit.unit != "s" || fit.samples < 2) continue;
    const bool boot = fit.name.starts_with("times.boot of "), startup = fit.name.starts_with("startup of ");
    if (!boot && !startup) continue;
    out += fmt::format("# {}: {} samples, KS {:.3f} (limit {:.3f}), {}\n", fit.name, fit.samples, fit.distance, fit.critical, judgement(fit));
    out += fmt::format("{}: {{p50: {}, p95: {}}}\n", boot ? "boot" : "startup", duration_text(fit.p50), duration_text(fit.p95));
  }
  for (const ServiceFit& fit : found.services) {
    out += fmt::format("# {}: {} samples, R² {:.3f}, standard error {:.3f} ms, {}\n", fit.name, fit.samples, fit.r_squared, fit.cpu_ms_error, judgement(fit));
    if (fit.fits()) out += fmt::format("cpuPerRequest: {:.0f}us\ncpuIdle: {:.0f}m\n", fit.cpu_ms_per_request * 1'000, fit.idle_millicores);
  }
  return out;
}

std::string json(const Calibration& found) {
  nlohmann::json out{{"times", nlohmann::json::array()}, {"services", nlohmann::json::array()}};
  for (const LogNormalFit& fit : found.times)
    out["times"].push_back({{"name", fit.name}, {"unit", fit.unit}, {"samples", fit.samples}, {"p50", fit.p50}, {"p95", fit.p95}, {"distance", fit.distance}, {"critical", fit.critical}, {"fits", fit.fits()}});
  for (const ServiceFit& fit : found.services)
    out["services"].push_back({{"name", fit.name}, {"samples", fit.samples}, {"cpuMsPerRequest", fit.cpu_ms_per_request}, {"cpuMsStandardError", fit.cpu_ms_error}, {"idleMillicores", fit.idle_millicores}, {"rSquared", fit.r_squared}, {"fits", fit.fits()}});
  return out.dump(2) + "\n";
}

}  // namespace

CLI::App* declare(CLI::App& app, CalibrateArguments& a) {
  CLI::App* verb = app.add_subcommand("calibrate", "Fit boot times, pulls, start-up and CPU per request to a recording");
  verb->add_option("RECORDING", a.recording, "timeline.jsonl of akstwin observe, or its folder")->type_name("PATH");
  verb->add_option("--prometheus", a.prometheus, "Answers of /api/v1/query_range with the load and the CPU of workloads at the same times")->type_name("FILE");
  verb->add_option("-o,--output", a.output, "table, yaml (for a scenario) or json")->capture_default_str()->check(CLI::IsMember({"table", "yaml", "json"}));
  return verb;
}

namespace {

/// Load and CPU of workloads, as a Prometheus server answered.
Result<std::vector<ServiceFit>> read_prometheus(const std::vector<std::string>& files, Console& console) {
  Diagnostics diagnostics;
  const Imported imported = import_files(ImportKind::Prometheus, files, SeriesMeaning::Auto, diagnostics);
  diagnostics.print(console.err);
  if (diagnostics.has_errors()) return fail("the answers cannot be read");
  return fit_services(imported.services);
}

}  // namespace

ExitCode execute(const CalibrateArguments& a, Console& console) {
  if (a.recording.empty() && a.prometheus.empty()) return complain(console, {"name a recording, or answers of Prometheus with --prometheus"}, ExitCode::Usage);
  Calibration found;
  if (!a.recording.empty()) {
    auto recorded = read_timeline_file(a.recording);
    if (!recorded) return complain(console, recorded.error());
    found = calibrate(recorded->timeline);
  }
  if (!a.prometheus.empty()) {
    auto services = read_prometheus(a.prometheus, console);
    if (!services) return complain(console, services.error());
    found.services.insert(found.services.end(), services->begin(), services->end());
  }
  if (found.times.empty() && found.services.empty()) return complain(console, {"nothing happened in this recording that a parameter could be fitted to"});
  return deliver(console, a.output == "json" ? json(found) : a.output == "yaml" ? yaml(found) : table(found));
}

}  // namespace akstwin
