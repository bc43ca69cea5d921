#include "adapters/cli/completion_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <vector>

namespace akstwin {
namespace {

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    for (const auto& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::string bash_script(const CLI::App& app) {
  std::vector<std::string> verbs;
  std::string cases;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    verbs.push_back(verb->get_name());
    cases += fmt::format("    {}) words=\"{}\" ;;\n", verb->get_name(), fmt::join(option_names(*verb), " "));
  }
  return fmt::format(
      "# bash completion of akstwin: source <(akstwin completion bash)\n"
      "_akstwin() {{\n"
      "  local words current=${{COMP_WORDS[COMP_CWORD]}}\n"
      "  case ${{COMP_WORDS[1]}} in\n{}"
      "    *) words=\"{}\" ;;\n"
      "  esac\n"
      "  ((COMP_CWORD == 1)) && words=\"{} {}\"\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "}}\n"
      "complete -o default -F _akstwin akstwin\n",
      cases, fmt::join(verbs, " "), fmt::join(verbs, " "), fmt::join(option_names(app), " "));
}

}  // namespace

CLI::App* declare(CLI::App& app, CompletionArguments& arguments) {
  CLI::App* verb = app.add_subcommand("completion", "Print a completion script for the shell");
  verb->add_option("SHELL", arguments.shell, "bash")->capture_default_str()->check(CLI::IsMember({"bash"}));
  return verb;
}

ExitCode execute(const CompletionArguments&, const CLI::App& app, Console& console) {
  return deliver(console, bash_script(app));
}

}  // namespace akstwin
