// What an event and a flow cost on either kernel. A process has one SimGrid engine, so all its benchmarks share one kernel.
// Budget: with no flow under way 1.5 million events a CPU second on SimGrid; a flow 40 µs with ten at a time.
#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <string>

#include "sim/kernel.hpp"
#include "sim/replicate.hpp"
#include "sim/rng.hpp"

namespace {

using namespace akstwin;
using namespace akstwin::literals;

constexpr std::int64_t kPopulation = 100'000;
constexpr std::int64_t kSpan = 1'000'000'000;   // random times within 1,000 s
constexpr std::uint32_t kSites = 400;

Topology topology_of(std::uint32_t sites) {
  Topology topology;
  const std::uint32_t region = topology.add_region(Name("region"));
  for (std::uint32_t i = 0; i < sites; ++i)
    topology.add_site({.name = Name("site" + std::to_string(i)), .region = region, .access_rate = {i == 0 ? 1'250'000'000 : 125'000'000}});
  return topology;
}

/// A kernel with 100,000 events that post their successors for ever, and flows that replace themselves when they end.
class Load {
 public:
  explicit Load(KernelKind kind) : kernel(make_kernel(kind, topology_of(kSites))) {
    event_ = kernel->handlers().add<&Load::on_event>("load.event", Phase::Plant, *this);
    done_ = kernel->handlers().add<&Load::on_done>("load.done", Phase::Plant, *this);
  }
  void fill() {
    for (std::uint32_t i = 0; i < kPopulation && !filled_; ++i) kernel->after({delay()}, event_, {i, 0});
    filled_ = true;
  }
  void flows(int count) {
    for (; under_way < count; ++under_way) start();
    wanted_ = count;
  }
  std::unique_ptr<Kernel> kernel;
  int under_way = 0;

 private:
  std::int64_t delay() { return 1 + static_cast<std::int64_t>(stream_.below(kSpan, draw_++)); }
  void start() {
    const SiteId to{1 + static_cast<std::uint32_t>(draw_++ % (kSites - 1))};
    kernel->transfer({.from = {0}, .to = to, .size = {500'000'000 + delay() / 10}, .done = done_, .failed = done_});
  }
  void on_event(Subject subject) { kernel->after({delay()}, event_, subject); }
  void on_done(Subject) {
    if (under_way > wanted_) --under_way;
    else start();
  }
  RngStream stream_{{.seed = 1}, "kernel_bench"};
  std::uint64_t draw_ = 0;
  bool filled_ = false;
  int wanted_ = 0;
  HandlerId event_, done_;
};

/// Runs whole seconds of simulated time: 100 events each at this population.
void events(benchmark::State& state, Load& load) {
  load.fill();
  load.flows(static_cast<int>(state.range(0)));
  const std::uint64_t before = load.kernel->statistics().events;
  for (auto _ : state) load.kernel->run_until(load.kernel->now() + 10_s);
  state.SetItemsProcessed(static_cast<std::int64_t>(load.kernel->statistics().events - before));
}

/// Runs flows only, so many at a time: items are flows from start to end.
void flows(benchmark::State& state, Load& load) {
  load.flows(static_cast<int>(state.range(0)));
  const std::uint64_t before = load.kernel->statistics().flows;
  for (auto _ : state) load.kernel->run_until(load.kernel->now() + 100_s);
  state.SetItemsProcessed(static_cast<std::int64_t>(load.kernel->statistics().flows - before));
}

/// Builds a kernel over n sites in a child process each time; the child takes the time.
void build(benchmark::State& state) {
  const Topology topology = topology_of(static_cast<std::uint32_t>(state.range(0)));
  const auto work = [&](std::uint32_t) -> Result<std::string> {
    const auto start = std::chrono::steady_clock::now();
    const auto kernel = make_kernel(KernelKind::Simgrid, topology);
    return std::to_string(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  };
  for (auto _ : state) state.SetIterationTime(std::stod(replicate(1, 1, work, {}, nullptr)[0].bytes.value()));
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RegisterBenchmark("simgrid_build", build)->Arg(200)->Arg(2'000)->UseManualTime()->Iterations(20)->Unit(benchmark::kMillisecond);
  // The engine starts on first use, so that the children above are forked from a process without one.
  std::unique_ptr<Load> simgrid;
  const auto on_simgrid = [&]() -> Load& {
    if (!simgrid) simgrid = std::make_unique<Load>(KernelKind::Simgrid);
    return *simgrid;
  };
  benchmark::RegisterBenchmark("simgrid_flow", [&](benchmark::State& state) { flows(state, on_simgrid()); })->Arg(10)->Arg(100);
  benchmark::RegisterBenchmark("simgrid_event", [&](benchmark::State& state) { events(state, on_simgrid()); })->Arg(0)->Arg(10);
  Load calendar(KernelKind::Calendar), calendar_flows(KernelKind::Calendar);
  benchmark::RegisterBenchmark("calendar_event", [&](benchmark::State& state) { events(state, calendar); })->Arg(0)->Arg(10);
  benchmark::RegisterBenchmark("calendar_flow", [&](benchmark::State& state) { flows(state, calendar_flows); })->Arg(10)->Arg(100);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
