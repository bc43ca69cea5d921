/// `akstwin schema`: what a scenario may say, as JSON Schema for editors or as the reference page.
#pragma once
#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct SchemaArguments {
  bool reference = false;                            ///< the reference page instead
};

CLI::App* declare(CLI::App& app, SchemaArguments& arguments);
ExitCode execute(const SchemaArguments& arguments, Console& console);

}  // namespace akstwin
