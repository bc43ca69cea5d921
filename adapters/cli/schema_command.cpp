#include "adapters/cli/schema_command.hpp"

#include <CLI/CLI.hpp>

#include "scenarios/schema.hpp"

namespace akstwin {

CLI::App* declare(CLI::App& app, SchemaArguments& arguments) {
  CLI::App* verb = app.add_subcommand("schema", "Print the JSON Schema of a scenario, for editors");
  verb->add_flag("--reference", arguments.reference, "Print the reference page (Markdown) instead");
  return verb;
}

ExitCode execute(const SchemaArguments& arguments, Console& console) {
  return deliver(console, arguments.reference ? scenario_reference() : scenario_schema());
}

}  // namespace akstwin
