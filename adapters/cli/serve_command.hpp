/// `akstwin serve SCENARIO`: the twin as a Kubernetes API, for kubectl and everything that speaks like it.
#pragma once
#include <string>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"
#include "adapters/cli/scenario_arguments.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct ServeArguments {
  ScenarioArguments scenario;
  std::string listen = "127.0.0.1:8443", speed = "1x", kubeconfig = "akstwin.kubeconfig";
  bool allow_remote = false;
  bool quiet = false;
};

CLI::App* declare(CLI::App& app, ServeArguments& arguments);
ExitCode execute(const ServeArguments& arguments, Console& console);

}  // namespace akstwin
