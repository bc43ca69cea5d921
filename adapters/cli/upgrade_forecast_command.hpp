/// `akstwin upgrade-forecast SCENARIO`: how long an upgrade takes, what blocks it, what it needs and what it costs, by surge setting.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"
#include "adapters/cli/scenario_arguments.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct UpgradeForecastArguments {
  ScenarioArguments scenario;
  std::vector<std::string> pools, surges;
  std::string at = "2h", within = "24h", kind = "nodeImage", output = "table";
  std::uint32_t jobs = 0;
  bool quiet = false;
};

CLI::App* declare(CLI::App& app, UpgradeForecastArguments& arguments);
ExitCode execute(const UpgradeForecastArguments& arguments, Console& console);

}  // namespace akstwin
