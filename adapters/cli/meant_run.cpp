#include "adapters/cli/meant_run.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "adapters/cli/run_record.hpp"
#include "reports/version.hpp"

namespace akstwin {
namespace {

namespace fs = std::filesystem;

bool is_record(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error) || path.extension() == ".json";
}

}  // namespace

tl::expected<MeantRun, ExitCode> load_meant_run(const std::string& source, const std::string& variant, Console& console) {
  ScenarioArguments arguments;
  arguments.path = source;
  std::optional<RunRecord> record;
  if (is_record(source)) {
    auto read = read_run_record(source);
    if (!read) return tl::unexpected(complain(console, read.error()));
    record = std::move(*read);
    arguments = arguments_of(*record);
  }
  auto loaded = load_with_variants(arguments, {.none = variant.empty(), .only = variant}, console);
  if (!loaded) return tl::unexpected(complain(console, loaded.error(), ExitCode::Usage));
  if (!*loaded) return tl::unexpected(ExitCode::InvalidScenario);
  if (record && (**loaded).front().scenario.sha256 != record->sha256)
    return tl::unexpected(complain(
        console, {arguments.path + " or a file that it reads has changed since that run; run it again, or give the scenario file itself"}));
  if (record && record->version != tool_version())
    console.err << fmt::format("akstwin: note: that run was made by version {}, this is {}\n", record->version, tool_version());
  return MeantRun{std::move((**loaded).back().scenario), record && record->kernel == "calendar" ? KernelKind::Calendar : KernelKind::Simgrid};
}

Result<SimTime> point_in_time(const char* option, const std::string& text, const Scenario& scenario) {
  std::optional<SimTime> at;
  if (const auto since = parse_duration(text)) at = SimTime{} + *since;
  else if (const auto utc = parse_utc(text)) at = SimTime{} + Duration{(*utc - scenario.start.unix_seconds) * 1'000'000};
  if (!at) return fail(fmt::format("{}: '{}' is no time; write it as 2h30m after the start or as {}", option, text, scenario.start.iso(SimTime{})));
  if (at->us >= 0 && at->since_start() <= scenario.horizon) return *at;
  return fail(fmt::format("{}: {} is outside the run, which is from {} to {} ({})", option, text, scenario.start.iso(SimTime{}),
                          scenario.start.iso(SimTime{} + scenario.horizon), to_string(scenario.horizon)));
}

}  // namespace akstwin
