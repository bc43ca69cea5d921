/// `akstwin validate`: reads a scenario with its variants and says what is wrong, without simulating.
#pragma once
#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"
#include "adapters/cli/scenario_arguments.hpp"

namespace akstwin {

struct ValidateArguments {
  ScenarioArguments scenario;
  bool quiet = false;
};

CLI::App* declare(CLI::App& app, ValidateArguments& arguments);
ExitCode execute(const ValidateArguments& arguments, Console& console);

}  // namespace akstwin
