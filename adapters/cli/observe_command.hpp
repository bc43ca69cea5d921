/// `akstwin observe`: a real cluster watched for a while, with the reports that a simulation gets. `akstwin shadow`: the modelled
/// controllers beside the real ones.
#pragma once
#include <string>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"
#include "adapters/cli/scenario_arguments.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct ObserveArguments {
  ScenarioArguments scenario;
  std::string context, kubeconfig, cluster, length = "10m", out, record, replay, format = "table";
  bool quiet = false;
};
CLI::App* declare(CLI::App& app, ObserveArguments& arguments);
ExitCode execute(const ObserveArguments& arguments, Console& console);

struct ShadowArguments {
  ObserveArguments observe;
};
CLI::App* declare(CLI::App& app, ShadowArguments& arguments);
ExitCode execute(const ShadowArguments& arguments, Console& console);

}  // namespace akstwin
