/// `akstwin compare-real SCENARIO RECORDING`: what the twin says minus what was seen.
#pragma once
#include <string>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"
#include "adapters/cli/scenario_arguments.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct CompareRealArguments {
  ScenarioArguments scenario;
  std::string recording, cluster, output = "table";
};

CLI::App* declare(CLI::App& app, CompareRealArguments& arguments);
ExitCode execute(const CompareRealArguments& arguments, Console& console);

}  // namespace akstwin
