// Placing 10,000 pods one by one on 1,000 nodes with the whole default profile: prepare, filter 420 feasible nodes, score, put there.
// Budget: 0.5 s of CPU. What varies is what the pods ask for, and how many templates they have.
#include <benchmark/benchmark.h>

#include <deque>
#include <string>

#include "models/fit/filters.hpp"
#include "models/fit/nodes_to_score.hpp"
#include "models/fit/scores.hpp"

namespace {

using namespace akstwin;

constexpr std::int64_t kNodes = 1'000, kPods = 10'000;
const Name kHostname("kubernetes.io/hostname"), kZone("topology.kubernetes.io/zone"), kApp("app");

/// What a template asks for beside its requests.
enum Asks { ServicesOnly, Constraints };

NodeInput node(std::int64_t i) {
  NodeInput input;
  input.name = Name("node" + std::to_string(i));
  input.labels.set(kHostname, input.name);
  input.labels.set(kZone, Name("eastus2-" + std::to_string(i % 3 + 1)));
  input.labels.set(Name("agentpool"), Name(i % 10 == 0 ? "system" : "user"));
  if (i % 10 == 0) input.taints.push_back({Name("CriticalAddonsOnly"), Name("true"), TaintEffect::NoSchedule});
  input.allocatable = {{15'740}, {56LL << 30}, {}, 0};   // about a D16ds_v5
  input.pod_capacity = 250;
  return input;
}

LabelSelector selecting(Name app) {
  LabelSelector selector;
  selector.requirements.push_back({kApp, SelectorRequirement::Operator::In, {app}});
  return selector;
}

PodSpec pod_template(std::int64_t i, Asks asks) {
  PodSpec spec;
  const Name app("app" + std::to_string(i));
  spec.name_space = Name("team" + std::to_string(i % 10));
  spec.labels.set(kApp, app);
  ContainerSpec container;
  container.requests = {{100 + 50 * (i % 8)}, {(128 + 64 * (i % 6)) << 20}, {}, 0};
  container.states_cpu_request = container.states_memory_request = true;
  spec.containers.push_back(container);
  if (asks == ServicesOnly) return spec;
  TopologySpreadConstraint spread;
  spread.topology_key = kZone;
  spread.selector = selecting(app);
  spec.topology_spread.push_back(spread);
  PodAffinityTerm term;
  term.topology_key = kHostname;
  term.selector = selecting(app);
  if (i % 10 == 0) spec.affinity.pod_anti_required.push_back(term);
  else spec.affinity.pod_anti_preferred.push_back({100, term});
  return spec;
}

/// Places all pods; the nodes chosen, folded into one number so that nothing is left out.
std::uint64_t place_all(const Snapshot& empty, const std::deque<PodSpec>& templates, const FitContext& context) {
  Snapshot snapshot = empty;
  PreparedPod prepared;
  std::vector<NodeIndex> feasible;
  ScoreTable scores;
  std::size_t start = 0;
  std::uint64_t folded = 0;
  const auto wanted = static_cast<std::size_t>(nodes_to_score(kNodes));
  for (std::int64_t i = 0; i < kPods; ++i) {
    const PodSpec& spec = templates[static_cast<std::size_t>(i) % templates.size()];
    prepare({.spec = &spec}, snapshot, context, prepared);
    start = (start + find_feasible(prepared, snapshot, start, wanted, feasible)) % static_cast<std::size_t>(kNodes);
    if (feasible.empty()) continue;
    score_nodes(prepared, snapshot, feasible, scores);
    const std::vector<NodeIndex> best = best_nodes(scores);
    const NodeIndex chosen = best[static_cast<std::size_t>(i) % best.size()];
    snapshot.add_pod(chosen, {.spec = &spec, .name = {}, .tag = static_cast<std::uint64_t>(i) + 1, .start_us = 0, .terminating = false});
    folded = folded * 31 + chosen;
  }
  return folded;
}

void place(benchmark::State& state, Asks asks) {
  Snapshot empty;
  for (std::int64_t i = 0; i < kNodes; ++i) empty.add_node(node(i));
  std::deque<PodSpec> templates;
  FitContext context;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    templates.push_back(pod_template(i, asks));
    context.services.push_back({templates.back().name_space, templates.back().labels});
  }
  for (auto _ : state) benchmark::DoNotOptimize(place_all(empty, templates, context));
  state.SetItemsProcessed(state.iterations() * kPods);
}
BENCHMARK_CAPTURE(place, services, ServicesOnly)->Arg(50)->Arg(500)->Unit(benchmark::kMillisecond)->Iterations(3);
BENCHMARK_CAPTURE(place, constraints, Constraints)->Arg(50)->Arg(500)->Unit(benchmark::kMillisecond)->Iterations(3);

}  // namespace

BENCHMARK_MAIN();
