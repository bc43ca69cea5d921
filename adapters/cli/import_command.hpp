/// `akstwin import`: what files of other tools hold, and the same as parts of a scenario.
#pragma once
#include <string>
#include <vector>

#include "adapters/cli/console.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct ImportArguments {
  std::string kind, format = "table", out, meaning = "auto";
  std::vector<std::string> paths;
  bool quiet = false;
};

CLI::App* declare(CLI::App& app, ImportArguments& arguments);
ExitCode execute(const ImportArguments& arguments, Console& console);

}  // namespace akstwin
