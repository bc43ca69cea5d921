#include "adapters/cli/explain_command.hpp"

#include <CLI/CLI.hpp>

#include "scenarios/schema.hpp"

namespace akstwin {

CLI::App* declare(CLI::App& app, ExplainArguments& arguments) {
  CLI::App* verb = app.add_subcommand("explain", "What a key of a scenario means: unit, default, source");
  verb->add_option("PATH", arguments.path, "Such as spec.clusters.autoScalerProfile.scan-interval; spec alone lists the parts")->required();
  return verb;
}

ExitCode execute(const ExplainArguments& arguments, Console& console) {
  const Explanation explanation = explain(arguments.path);
  if (!explanation.found) return complain(console, {explanation.text}, ExitCode::Usage);
  return deliver(console, explanation.text);
}

}  // namespace akstwin
