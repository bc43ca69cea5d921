#include "adapters/cli/validate_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace akstwin {
namespace {

std::string summary(const std::vector<NamedScenario>& scenarios) {
  const Scenario& scenario = scenarios[0].scenario;
  std::size_t pools = 0;
  for (const auto& cluster : scenario.clusters) pools += cluster.pools.size();
  return fmt::format("{} is valid: clusters {}, node pools {}, variants {}, thresholds {}, horizon {}\n", scenario.name,
                     scenario.clusters.size(), pools, scenarios.size() - 1, scenario.thresholds.size(), to_string(scenario.horizon));
}

}  // namespace

CLI::App* declare(CLI::App& app, ValidateArguments& arguments) {
  CLI::App* verb = app.add_subcommand("validate", "Check a scenario and all that it references, without simulating");
  add_scenario_arguments(*verb, arguments.scenario);
  verb->add_flag("-q,--quiet", arguments.quiet, "Say nothing when the scenario is valid");
  return verb;
}

ExitCode execute(const ValidateArguments& arguments, Console& console) {
  auto loaded = load_with_variants(arguments.scenario, {}, console);
  if (!loaded || !*loaded) return ExitCode::InvalidScenario;
  if (arguments.quiet) return ExitCode::Ok;
  return deliver(console, summary(**loaded));
}

}  // namespace akstwin
