#include "adapters/cli/explain_decision_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "adapters/cli/decision_answer.hpp"
#include "adapters/cli/interrupt.hpp"
#include "adapters/cli/meant_run.hpp"
#include "sim/base/diagnostic.hpp"

namespace akstwin {
namespace {

struct Question {
  SubjectKind kind = SubjectKind::Pod;
  std::string name;
};

Question question_of(const ExplainDecisionArguments& arguments) {
  if (!arguments.pod.empty()) return {SubjectKind::Pod, arguments.pod};
  if (!arguments.node.empty()) return {SubjectKind::Node, arguments.node};
  if (!arguments.pool.empty()) return {SubjectKind::Pool, arguments.pool};
  return {SubjectKind::Autoscaler, arguments.hpa};
}

/// The full names that may be meant: in the cluster said, or in any.
Result<std::vector<Name>> possible_names(const Question& question, const std::string& cluster, const Scenario& scenario) {
  std::vector<std::string> clusters;
  for (const ClusterSpec& spec : scenario.clusters) clusters.push_back(spec.name.str());
  if (!cluster.empty() && std::ranges::find(clusters, cluster) == clusters.end()) {
    const std::string near = closest(cluster, clusters);
    return fail(fmt::format("--cluster: there is no cluster '{}'; {}", cluster,
                            near.empty() ? fmt::format("there is {}", fmt::join(clusters, ", ")) : fmt::format("did you mean '{}'?", near)));
  }
  std::vector<Name> names;
  for (const std::string& one : clusters) {
    if (!cluster.empty() && one != cluster) continue;
    const bool complete = question.name.starts_with(one + "/");
    const std::string full = complete ? question.name : one + "/" + question.name;
    names.emplace_back(full);
    if (question.kind != SubjectKind::Autoscaler) continue;
    const auto slash = full.rfind('/');   // KEDA's autoscaler of a ScaledObject of that name
    names.emplace_back(full.substr(0, slash + 1) + "keda-hpa-" + full.substr(slash + 1));
  }
  return names;
}

/// Nobody by that name: the nearest, or the pods of a workload of that name.
std::string unknown(const Question& question, const std::vector<Name>& names, const std::vector<std::string>& known, const std::string& when) {
  std::string text = fmt::format("there is no {} '{}' up to {}", word_of(question.kind), question.name, when);
  std::vector<std::string> of_workload;
  for (const std::string& one : known)
    for (const Name name : names)
      if (one.starts_with(name.str() + "-") && of_workload.size() < 3) of_workload.push_back(one);
  if (!of_workload.empty()) return fmt::format("{}; there is {}", text, fmt::join(of_workload, ", "));
  std::string near;
  for (const Name name : names)
    if (near.empty()) near = closest(name.text(), known);
  if (!near.empty()) return fmt::format("{}; did you mean '{}'?", text, near);
  if (known.empty()) return text + "; there is none at all";
  const std::size_t shown = std::min<std::size_t>(known.size(), 5);
  return fmt::format("{}; there is {}{}", text, fmt::join(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                     known.size() > shown ? ", …" : "");
}

}  // namespace

CLI::App* declare(CLI::App& app, ExplainDecisionArguments& arguments) {
  CLI::App* verb = app.add_subcommand("explain-decision", "Why a pod waits, a node stays, a pool or an autoscaler has its size");
  verb->add_option("RESULT", arguments.result, "A folder of 'run --out', its result.json, or a scenario file")->required()->type_name("PATH");
  CLI::Option_group* subject = verb->add_option_group("Subject", "What the question is about; exactly one");
  subject->add_option("--pod", arguments.pod, "[CLUSTER/]NAMESPACE/POD")->type_name("NAME");
  subject->add_option("--node", arguments.node, "[CLUSTER/]NODE")->type_name("NAME");
  subject->add_option("--pool", arguments.pool, "[CLUSTER/]POOL")->type_name("NAME");
  subject->add_option("--hpa", arguments.hpa, "[CLUSTER/]NAMESPACE/NAME, of a HorizontalPodAutoscaler or a ScaledObject")->type_name("NAME");
  subject->require_option(1);
  verb->add_option("--at", arguments.at, "When: 2h30m after the start, or 2026-03-02T14:05:00Z")->required()->type_name("TIME");
  verb->add_option("--cluster", arguments.cluster, "The cluster, when several have something of that name")->type_name("NAME");
  verb->add_option("--variant", arguments.variant, "In this variant of the scenario")->type_name("NAME");
  verb->add_option("--replication", arguments.replication, "In replication number N (default: 0)")->type_name("N");
  verb->add_option("-o,--output", arguments.format, "text or json")->capture_default_str()->type_name("FORMAT")->check(CLI::IsMember({"text", "json"}));
  return verb;
}

ExitCode execute(const ExplainDecisionArguments& arguments, Console& console) {
  const auto loaded = load_meant_run(arguments.result, arguments.variant, console);
  if (!loaded) return loaded.error();
  const Scenario& scenario = loaded->scenario;
  const Question question = question_of(arguments);
  const auto at = point_in_time("--at", arguments.at, scenario);
  if (!at) return complain(console, at.error(), ExitCode::Usage);
  const auto names = possible_names(question, arguments.cluster, scenario);
  if (!names) return complain(console, names.error(), ExitCode::Usage);

  // Runs are deterministic: the same run again, listening, up to the moment asked about.
  DecisionLog log(question.kind, *names);
  const volatile bool* stop = watch_for_interrupt();
  const RunOutcome outcome = simulate(scenario, {.replication = arguments.replication, .kernel = loaded->kernel, .until = *at, .decisions = &log,
                                                 .stop = stop, .progress = {}});
  if (*stop) return complain(console, {"interrupted before the moment that was asked about"}, ExitCode::Aborted);

  const std::vector<std::string> known = known_subjects(question.kind, scenario, outcome.timeline);
  std::vector<Name> found;
  for (const Name name : *names)
    if (std::ranges::binary_search(known, name.str())) found.push_back(name);
  if (found.empty()) return complain(console, {unknown(question, *names, known, scenario.start.iso(*at))}, ExitCode::Usage);
  if (found.size() > 1)
    return complain(console, {fmt::format("'{}' may be {} or {}; say --cluster", question.name, found[0].text(), found[1].text())}, ExitCode::Usage);
  const DecisionAnswer answer = answer_for(question.kind, found.front(), *at, scenario, outcome.timeline, log);
  return deliver(console, arguments.format == "json" ? as_json(answer, scenario, arguments.replication) : as_text(answer, scenario));
}

}  // namespace akstwin
