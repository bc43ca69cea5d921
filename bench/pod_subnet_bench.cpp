// 30 days of up to 300 nodes with a dynamic pod subnet and hourly scaling, on the calendar kernel, answers included. Budget: 3 s of CPU.
#include <benchmark/benchmark.h>

#include "models/observe/kinds.hpp"
#include "models/world/simulate.hpp"
#include "reports/answers.hpp"
#include "scenarios/load.hpp"

namespace {

using namespace akstwin;

void pod_subnet(benchmark::State& state) {
  LoadOptions options;
  options.path = std::string(AKSTWIN_SOURCE_DIR) + "/bench/pod-subnet/pod-subnet.yaml";
  Diagnostics diagnostics;
  auto scenario = load_scenario(options, diagnostics);
  if (!scenario) return state.SkipWithError("the scenario cannot be read");
  scenario->horizon = Duration{state.range(0) * 86'400'000'000};
  std::int64_t nodes = 0;
  for (auto _ : state) {
    const RunOutcome outcome = simulate(*scenario, {.replication = 0, .kernel = KernelKind::Calendar, .stop = nullptr, .progress = {}});
    const Answers answers = analyse(*scenario, outcome.timeline);
    nodes = answers.capacity.nodes_peak;
  }
  state.counters["nodes_peak"] = static_cast<double>(nodes);
}
BENCHMARK(pod_subnet)->Arg(30)->Unit(benchmark::kMillisecond)->Iterations(2);

}  // namespace

BENCHMARK_MAIN();
