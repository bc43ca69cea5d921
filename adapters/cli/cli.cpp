#include "adapters/cli/cli.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <functional>
#include <vector>

#include "adapters/cli/calibrate_command.hpp"
#include "adapters/cli/compare_real_command.hpp"
#include "adapters/cli/completion_command.hpp"
#include "adapters/cli/drive_command.hpp"
#include "adapters/cli/explain_command.hpp"
#include "adapters/cli/explain_decision_command.hpp"
#include "adapters/cli/export_command.hpp"
#include "adapters/cli/headroom_command.hpp"
#include "adapters/cli/import_command.hpp"
#include "adapters/cli/init_command.hpp"
#include "adapters/cli/observe_command.hpp"
#include "adapters/cli/run_command.hpp"
#include "adapters/cli/schema_command.hpp"
#include "adapters/cli/serve_command.hpp"
#include "adapters/cli/subnets_command.hpp"
#include "adapters/cli/upgrade_forecast_command.hpp"
#include "adapters/cli/validate_command.hpp"
#include "adapters/cli/version_command.hpp"
#include "sim/base/diagnostic.hpp"

namespace akstwin {
namespace {

/// The arguments of every verb; a verb is a file of its own with `declare` and `execute`.
struct Arguments {
  RunArguments run;
  ValidateArguments validate;
  SchemaArguments schema;
  ImportArguments imported;
  InitArguments init;
  ExportArguments exported;
  HeadroomArguments headroom;
  SubnetsArguments subnets;
  ServeArguments serve;
  UpgradeForecastArguments upgrade_forecast;
  DriveArguments drive;
  ObserveArguments observe;
  ShadowArguments shadow;
  CalibrateArguments calibrate;
  CompareRealArguments compare_real;
  ExplainArguments explain;
  ExplainDecisionArguments explain_decision;
  VersionArguments version;
  CompletionArguments completion;
};

struct Verb {
  CLI::App* app;
  std::function<ExitCode()> execute;
};

std::vector<Verb> declare_verbs(CLI::App& app, Arguments& arguments, Console& console) {
  return {{declare(app, arguments.run), [&] { return execute(arguments.run, console); }},
          {declare(app, arguments.validate), [&] { return execute(arguments.validate, console); }},
          {declare(app, arguments.imported), [&] { return execute(arguments.imported, console); }},
          {declare(app, arguments.init), [&] { return execute(arguments.init, console); }},
          {declare(app, arguments.exported), [&] { return execute(arguments.exported, console); }},
          {declare(app, arguments.drive), [&] { return execute(arguments.drive, console); }},
          {declare(app, arguments.observe), [&] { return execute(arguments.observe, console); }},
          {declare(app, arguments.shadow), [&] { return execute(arguments.shadow, console); }},
          {declare(app, arguments.calibrate), [&] { return execute(arguments.calibrate, console); }},
          {declare(app, arguments.compare_real), [&] { return execute(arguments.compare_real, console); }},
          {declare(app, arguments.explain), [&] { return execute(arguments.explain, console); }},
          {declare(app, arguments.headroom), [&] { return execute(arguments.headroom, console); }},
          {declare(app, arguments.subnets), [&] { return execute(arguments.subnets, console); }},
          {declare(app, arguments.upgrade_forecast), [&] { return execute(arguments.upgrade_forecast, console); }},
          {declare(app, arguments.serve), [&] { return execute(arguments.serve, console); }},
          {declare(app, arguments.explain_decision), [&] { return execute(arguments.explain_decision, console); }},
          {declare(app, arguments.schema), [&] { return execute(arguments.schema, console); }},
          {declare(app, arguments.version), [&] { return execute(arguments.version, console); }},
          {declare(app, arguments.completion), [&] { return execute(arguments.completion, app, console); }}};
}

/// Wrong usage: what is wrong, the nearest verb if the verb is wrong, and where help is.
int usage_error(const CLI::App& app, const CLI::ParseError& error, int argc, const char* const* argv, Console& console) {
  std::vector<std::string> verbs;
  std::string help = "akstwin --help";
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    verbs.push_back(verb->get_name());
    if (verb->parsed()) help = fmt::format("akstwin {} --help", verb->get_name());
  }
  const std::string word = argc > 1 ? argv[1] : "";
  const bool known = std::find(verbs.begin(), verbs.end(), word) != verbs.end();
  if (!word.empty() && word[0] != '-' && !known) {
    const std::string near = closest(word, verbs);
    console.err << fmt::format("akstwin: there is no verb '{}'{}\n", word, near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
  } else if (word.empty()) {
    console.err << fmt::format("akstwin: a verb is missing, one of {}\n", fmt::join(verbs, ", "));
  } else {
    console.err << "akstwin: " << error.what() << '\n';
  }
  console.err << "Try: " << help << '\n';
  return static_cast<int>(ExitCode::Usage);
}

int parse_and_execute(int argc, const char* const* argv, Console& console) {
  CLI::App app("akstwin: a digital twin of an Azure Kubernetes Service platform", "akstwin");
  app.set_version_flag("--version", version_line(), "Print the version and exit");
  app.require_subcommand(1);
  app.footer(std::string("\n") + kExitCodeHelp +
             "\nStandard output carries data only; progress and complaints go to standard error.\n"
             "NO_COLOR, CLICOLOR_FORCE and TERM=dumb are honoured. Documentation: docs/README.md\n");
  Arguments arguments;
  const std::vector<Verb> verbs = declare_verbs(app, arguments, console);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto parsed = app.get_subcommands();
    return static_cast<int>(deliver(console, parsed.empty() ? app.help() : parsed.front()->help("akstwin")));
  } catch (const CLI::CallForVersion&) {
    return static_cast<int>(deliver(console, version_line()));
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, argc, argv, console);
  }
  for (const Verb& verb : verbs)
    if (verb.app->parsed()) return static_cast<int>(verb.execute());
  return static_cast<int>(ExitCode::Usage);
}

}  // namespace

int run_cli(int argc, const char* const* argv, Console console) {
  try {
    return parse_and_execute(argc, argv, console);
  } catch (const std::exception& error) {
    return static_cast<int>(complain(console, {std::string("internal error: ") + error.what()}));
  }
}

}  // namespace akstwin
