#include "adapters/cli/serve_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>
#include <tuple>

#include "adapters/cli/interrupt.hpp"
#include "adapters/serve/serve.hpp"

namespace akstwin {

CLI::App* declare(CLI::App& app, ServeArguments& arguments) {
  CLI::App* verb = app.add_subcommand("serve", "The twin as a Kubernetes API over TLS, for kubectl and everything that speaks like it");
  add_scenario_arguments(*verb, arguments.scenario);
  verb->add_option("--listen", arguments.listen, "Address and port; port 0 takes a free one")->capture_default_str()->type_name("ADDRESS:PORT");
  verb->add_option("--speed", arguments.speed, "Simulated seconds a second (60x), max, or paused")->capture_default_str()->type_name("SPEED");
  verb->add_option("--kubeconfig", arguments.kubeconfig, "Where to write the kubeconfig with the server's certificate and token")->capture_default_str()->type_name("FILE");
  verb->add_flag("--allow-remote", arguments.allow_remote, "Listen on an address that other machines can reach");
  verb->add_flag("-q,--quiet", arguments.quiet, "Do not say where it listens");
  return verb;
}

ExitCode execute(const ServeArguments& arguments, Console& console) {
  const auto listen = parse_listen_address(arguments.listen);
  if (!listen) return complain(console, listen.error(), ExitCode::Usage);
  const auto pace = parse_pace(arguments.speed);
  if (!pace) return complain(console, pace.error(), ExitCode::Usage);
  auto loaded = load_with_variants(arguments.scenario, {.none = true, .only = {}}, console);
  if (!loaded) return complain(console, loaded.error(), ExitCode::Usage);
  if (!*loaded) return ExitCode::InvalidScenario;
  ServeOptions options;
  std::tie(options.address, options.port) = *listen;
  options.allow_remote = arguments.allow_remote;
  options.pace = *pace;
  options.kubeconfig = arguments.kubeconfig;
  const volatile bool* stop = watch_for_interrupt();
  TwinServer server((*loaded)->front().scenario, std::move(options));
  if (auto started = server.start(); !started)
    return complain(console, started.error(), listen->first.starts_with("127.") || arguments.allow_remote ? ExitCode::Error : ExitCode::Refused);
  if (!arguments.quiet)
    console.err << fmt::format("Serving {} on https://{}:{} at {}. Try: kubectl --kubeconfig {} get nodes\n", (*loaded)->front().scenario.name, listen->first, server.port(),
                               to_string(*pace), arguments.kubeconfig)
                << std::flush;
  server.run([stop] { return *stop; });
  return ExitCode::Ok;
}

}  // namespace akstwin
