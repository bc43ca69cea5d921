/// `akstwin drive plan|apply|abort|status`: the command line of driving a real cluster.
#pragma once
#include "adapters/cli/console.hpp"
#include "adapters/cli/drive_verbs.hpp"
#include "adapters/cli/exit_code.hpp"
#include "adapters/cli/scenario_arguments.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct DriveArguments {
  ScenarioArguments scenario;
  DriveCall call;
  CLI::App* apps[4] = {};                ///< plan, apply, abort, status
};

CLI::App* declare(CLI::App& app, DriveArguments& arguments);
ExitCode execute(const DriveArguments& arguments, Console& console);

}  // namespace akstwin
