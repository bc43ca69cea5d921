// One sharing of n node pulls from one registry, every fifth behind a slow NIC: what CalendarKernel does at each change.
#include <benchmark/benchmark.h>

#include <vector>

#include "sim/max_min.hpp"

namespace {

using namespace akstwin;

void max_min_pulls(benchmark::State& state) {
  const auto nodes = static_cast<std::uint32_t>(state.range(0));
  std::vector<double> capacity{12.5 * nodes};
  std::vector<FlowRoute> routes;
  for (std::uint32_t i = 0; i < nodes; ++i) {
    capacity.push_back(i % 5 == 0 ? 5.0 + 0.01 * i : 125.0);   // each slow NIC is a bottleneck of its own
    routes.push_back({.links = {0, i + 1}, .count = 2});
  }
  const std::vector<double> weights(nodes, 0.005);
  std::vector<double> rates(nodes);
  for (auto _ : state) {
    max_min_rates(capacity, routes, weights, rates);
    benchmark::DoNotOptimize(rates.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(max_min_pulls)->Arg(10)->Arg(100)->Arg(1'000);

}  // namespace

BENCHMARK_MAIN();
