/// `akstwin schema`: the JSON Schema of a scenario, for editors and checkers.
#pragma once
#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct SchemaArguments {};

CLI::App* declare(CLI::App& app, SchemaArguments& arguments);
ExitCode execute(const SchemaArguments& arguments, Console& console);

}  // namespace akstwin
