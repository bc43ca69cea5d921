/// `akstwin subnets plan`: an address plan for clusters that do not exist yet.
#pragma once
#include <string>
#include <vector>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"
#include "reports/address_plan.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct SubnetsArguments {
  AddressPlanRequest request;
  std::string mode = "overlay", surge = "10%", output = "table";
  double growth = 1.5;
  std::vector<std::string> within, avoid;
};

CLI::App* declare(CLI::App& app, SubnetsArguments& arguments);
ExitCode execute(SubnetsArguments arguments, Console& console);

}  // namespace akstwin
