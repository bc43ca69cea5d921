/// `akstwin explain PATH`: what a key of a scenario means, its unit, default and source.
#pragma once
#include <string>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct ExplainArguments {
  std::string path;
};

CLI::App* declare(CLI::App& app, ExplainArguments& arguments);
ExitCode execute(const ExplainArguments& arguments, Console& console);

}  // namespace akstwin
