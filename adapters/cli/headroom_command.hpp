/// `akstwin headroom SCENARIO`: up to which multiple of its load the platform holds, and what gives way first.
#pragma once
#include <cstdint>
#include <string>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"
#include "adapters/cli/scenario_arguments.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct HeadroomArguments {
  ScenarioArguments scenario;
  double to = 5, precision = 0.05, failed = 0.01;
  std::string wait = "10m", output = "table";
  bool quiet = false;
};

CLI::App* declare(CLI::App& app, HeadroomArguments& arguments);
ExitCode execute(const HeadroomArguments& arguments, Console& console);

}  // namespace akstwin
