/// `akstwin init`: a first scenario from what exists.
#pragma once
#include <string>
#include <vector>

#include "adapters/cli/console.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct InitArguments {
  std::vector<std::string> from;
  std::string out = "scenario.yaml", name;
  bool force = false, quiet = false;
};

CLI::App* declare(CLI::App& app, InitArguments& arguments);
ExitCode execute(const InitArguments& arguments, Console& console);

}  // namespace akstwin
