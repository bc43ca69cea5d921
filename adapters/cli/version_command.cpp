#include "adapters/cli/version_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "reports/version.hpp"

namespace akstwin {

CLI::App* declare(CLI::App& app, VersionArguments& arguments) {
  CLI::App* verb = app.add_subcommand("version", "Print the version of this program");
  verb->add_option("-o,--output", arguments.format, "table or json")->capture_default_str()->type_name("FORMAT")->check(CLI::IsMember({"table", "json"}));
  return verb;
}

std::string version_line() { return fmt::format("akstwin {} ({})\n", tool_version(), tool_commit()); }

ExitCode execute(const VersionArguments& arguments, Console& console) {
  std::string text = version_line();
  if (arguments.format == "json")
    text = nlohmann::ordered_json{{"name", "akstwin"}, {"version", tool_version()}, {"commit", tool_commit()}, {"compiler", __VERSION__}}.dump(2) + "\n";
  return deliver(console, text);
}

}  // namespace akstwin
