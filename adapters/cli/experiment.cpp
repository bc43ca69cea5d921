#include "adapters/cli/experiment.hpp"

#include <fmt/format.h>

#include "adapters/cli/interrupt.hpp"
#include "models/world/simulate.hpp"
#include "reports/answers.hpp"
#include "sim/replicate.hpp"

namespace akstwin {
namespace {

/// Which scenario and which replication a numbered run is: replications of the scenario as written come first.
struct RunKey {
  std::size_t scenario = 0;
  std::uint32_t replication = 0;
};

std::vector<RunKey> plan(const std::vector<NamedScenario>& scenarios, const RunSettings& settings) {
  std::vector<RunKey> runs;
  for (std::size_t s = 0; s < scenarios.size(); ++s) {
    if (settings.only_replication) {
      runs.push_back({s, *settings.only_replication});
      continue;
    }
    for (std::uint32_t r = 0; r < scenarios[s].scenario.replications; ++r) runs.push_back({s, r});
  }
  return runs;
}

/// One run reduced to its answers. Charts and tables are drawn from the first replication only.
Answers answer(const Scenario& scenario, const RunOptions& options, bool details, std::uint64_t* events) {
  const RunOutcome outcome = simulate(scenario, options);
  if (events != nullptr) *events = outcome.statistics.events;
  Answers answers = analyse(scenario, outcome.timeline, details);
  if (outcome.interrupted)
    answers.warnings.push_back(fmt::format("Interrupted at {}: all numbers cover {} of the {} asked for.",
                                           scenario.start.iso(outcome.reached), to_string(outcome.reached.since_start()),
                                           to_string(scenario.horizon)));
  return answers;
}

/// Of interrupted replications only the complete ones count, unless there are none: windows of different length do not mix.
std::vector<Answers> comparable(std::vector<Answers> all, Duration horizon) {
  std::vector<Answers> complete;
  for (const auto& answers : all)
    if (answers.window == horizon) complete.push_back(answers);
  if (!complete.empty()) return complete;
  if (all.size() > 1) all.resize(1);
  return all;
}

/// Collects what the runs said, scenario by scenario, and compares the variants with the first.
void conclude(const std::vector<NamedScenario>& scenarios, std::vector<std::vector<Answers>> answers, ExperimentResult& result) {
  for (std::size_t s = 0; s < scenarios.size(); ++s) {
    const Scenario& scenario = scenarios[s].scenario;
    auto usable = result.interrupted ? comparable(std::move(answers[s]), scenario.horizon) : std::move(answers[s]);
    if (usable.empty()) continue;
    Outcome outcome = merge(scenario, std::move(usable));
    if (s == 0)
      result.outcome = std::move(outcome);
    else if (result.outcome)
      result.comparisons.push_back(compare(*result.outcome, scenarios[s].name, outcome));
  }
}

}  // namespace

ExperimentResult run_experiment(const std::vector<NamedScenario>& scenarios, const RunSettings& settings, Progress& progress,
                                const volatile bool* stop) {
  const std::vector<RunKey> runs = plan(scenarios, settings);
  const std::uint32_t first = settings.only_replication.value_or(0);
  ExperimentResult result;
  std::vector<std::vector<Answers>> answers(scenarios.size());

  if (runs.size() == 1) {
    const RunOptions options{.replication = first, .kernel = settings.kernel, .stop = stop,
                             .progress = [&](const RunProgress& now) { progress.run(now); }};
    answers[0].push_back(answer(scenarios[0].scenario, options, true, &result.events));
    result.interrupted = *stop;
    conclude(scenarios, std::move(answers), result);
    return result;
  }

  const ReplicationWork work = [&](std::uint32_t index) -> Result<std::string> {
    become_interruptible_worker();
    const RunKey& key = runs[index];
    const RunOptions options{.replication = key.replication, .kernel = settings.kernel, .stop = stop, .progress = {}};
    return serialize(answer(scenarios[key.scenario].scenario, options, key.replication == first, nullptr));
  };
  const auto outcomes = replicate(static_cast<std::uint32_t>(runs.size()), settings.jobs, work,
                                  [&](std::uint32_t done, std::uint32_t total) { progress.runs(done, total); }, stop);
  result.interrupted = *stop;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const RunKey& key = runs[i];
    auto answered = outcomes[i].bytes.and_then([](const std::string& bytes) { return deserialize(bytes); });
    if (answered)
      answers[key.scenario].push_back(std::move(*answered));
    else if (!result.interrupted)
      result.failures.push_back({scenarios[key.scenario].name, key.replication, answered.error().message});
  }
  conclude(scenarios, std::move(answers), result);
  return result;
}

}  // namespace akstwin
