#include "adapters/cli/drive_command.hpp"

#include <CLI/CLI.hpp>

#include "sim/base/time.hpp"

namespace akstwin {
namespace {

void add_cluster_options(CLI::App& verb, DriveArguments& a) {
  verb.add_option("--context", a.call.context, "The kubeconfig context to drive")->required()->type_name("NAME");
  verb.add_option("--kubeconfig", a.call.kubeconfig, "A kubeconfig file (default: KUBECONFIG, ~/.kube/config)")->type_name("FILE");
  verb.add_option("--cluster", a.call.cluster, "The cluster of the scenario that the context stands for (default: the one of its name, or the only one)")->type_name("NAME");
  verb.add_option("--allow", a.call.allow, "The allow-list (default: drive.allow.yaml beside the scenario)")->type_name("FILE");
  verb.add_option("--record", a.call.record, "Write every exchange to this file, without credentials")->type_name("FILE");
}

void add_plan_options(CLI::App& verb, DriveArguments& a) {
  verb.add_option("--action", a.call.actions, "Do this instead of the scenario's steps, such as 'workload.scale(orders/api, 5)'; may be repeated")->allow_extra_args(false)->type_name("ACTION");
}

}  // namespace

CLI::App* declare(CLI::App& app, DriveArguments& a) {
  CLI::App* verb = app.add_subcommand("drive", "Carry out a scenario's actions on a real cluster: plan, apply, abort, status");
  verb->require_subcommand(1);
  CLI::App* plan = a.apps[0] = verb->add_subcommand("plan", "Show what would be done; the server checks it (dry run), nothing is changed");
  CLI::App* apply = a.apps[1] = verb->add_subcommand("apply", "Do it, watch it, undo it when it must be");
  CLI::App* abort = a.apps[2] = verb->add_subcommand("abort", "Undo a run: its process does, or this one when that is gone");
  CLI::App* status = a.apps[3] = verb->add_subcommand("status", "How a run stands, and whether its journal is whole");
  for (CLI::App* one : {plan, apply, abort}) {
    add_scenario_arguments(*one, a.scenario);
    add_cluster_options(*one, a);
  }
  for (CLI::App* one : {plan, apply}) add_plan_options(*one, a);
  plan->add_option("-o,--out", a.call.output, "Write the plan to this file, for apply --plan")->type_name("FILE");
  plan->add_option("--replay", a.call.replay, "Plan against a recording instead of a cluster")->type_name("FILE");
  apply->add_option("--plan", a.call.plan, "Refuse when the cluster has moved since this plan was made")->type_name("FILE");
  apply->add_option("--confirm", a.call.confirm, "The name of the context, typed in advance")->type_name("NAME");
  apply->add_option("--settle", a.call.settle, "How long the steady state may take to come back")->capture_default_str()->type_name("DURATION");
  apply->add_flag("--undo", a.call.undo, "Take everything back at the end, even when all went well");
  for (CLI::App* one : {apply, abort, status}) one->add_option("--journal", a.call.journal, "The journal (default: drive-TIME.jsonl in this folder, the newest)")->type_name("FILE");
  return verb;
}

ExitCode execute(const DriveArguments& a, Console& console) {
  if (!parse_duration(a.call.settle)) return complain(console, {"'" + a.call.settle + "' is no duration; write it as 90s or 5m"}, ExitCode::Usage);
  if (a.apps[3]->parsed()) return drive_status(a.call, console);
  auto loaded = load_with_variants(a.scenario, {.none = true, .only = {}}, console);
  if (!loaded) return complain(console, loaded.error(), ExitCode::Usage);
  if (!*loaded) return ExitCode::InvalidScenario;
  DriveCall call = a.call;
  call.scenario_path = a.scenario.path;
  call.scenario = std::move((*loaded)->front().scenario);
  if (a.apps[0]->parsed()) return drive_plan(call, console);
  return a.apps[1]->parsed() ? drive_apply(call, console) : drive_abort(call, console);
}

}  // namespace akstwin
