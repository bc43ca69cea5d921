// The whole main job: Northwind loaded, simulated over 30 days and answered, one replication. A process has one SimGrid engine, so each
// run is a child process; what counts is the child's own CPU time and its peak memory. Budget: 2 s and 150 MB.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/world/simulate.hpp"
#include "reports/answers.hpp"
#include "scenarios/load.hpp"

namespace {

using namespace akstwin;

/// Loads, simulates, answers; the exit code of the child.
int run_northwind(KernelKind kernel, Duration horizon) {
  LoadOptions options;
  options.path = std::string(AKSTWIN_SOURCE_DIR) + "/scenarios/catalog/northwind.yaml";
  Diagnostics diagnostics;
  auto scenario = load_scenario(options, diagnostics);
  if (!scenario) return 1;
  scenario->horizon = horizon;
  const RunOutcome outcome = simulate(*scenario, {.replication = 0, .kernel = kernel, .stop = nullptr, .progress = {}});
  const Answers answers = analyse(*scenario, outcome.timeline);
  benchmark::DoNotOptimize(answers);
  return 0;
}

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; }

void northwind(benchmark::State& state, KernelKind kernel) {
  double peak_mb = 0;
  for (auto _ : state) {
    const pid_t child = fork();
    if (child == 0) _exit(run_northwind(kernel, Duration{state.range(0) * 86'400'000'000}));
    int status = 0;
    rusage used{};
    if (child < 0 || wait4(child, &status, 0, &used) != child || status != 0) {
      state.SkipWithError("the run failed");
      break;
    }
    state.SetIterationTime(seconds(used.ru_utime) + seconds(used.ru_stime));
    peak_mb = static_cast<double>(used.ru_maxrss) / 1024;
  }
  state.counters["peak_MB"] = peak_mb;
}
BENCHMARK_CAPTURE(northwind, simgrid, KernelKind::Simgrid)->Arg(1)->Arg(30)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(3);
BENCHMARK_CAPTURE(northwind, calendar, KernelKind::Calendar)->Arg(1)->Arg(30)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(3);

}  // namespace

BENCHMARK_MAIN();
