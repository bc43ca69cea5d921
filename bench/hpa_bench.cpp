// One sync of 1,000 HorizontalPodAutoscalers with 20 pods each. Budget: 5 ms.
// "alike": pods that nothing tells apart, as nearly all are; "apart": each pod its own group, as just after a roll-out.
#include <benchmark/benchmark.h>

#include <vector>

#include "models/controllers/autoscaling/horizontal_pod_autoscaler.hpp"

namespace {

using namespace akstwin;
using namespace akstwin::literals;

constexpr std::size_t kAutoscalers = 1'000;
constexpr std::int64_t kPods = 20;
constexpr SimTime kStart{86'400'000'000};

HorizontalPodAutoscalerSpec autoscaler() {
  HorizontalPodAutoscalerSpec spec;
  spec.min_replicas = 2;
  spec.max_replicas = 100;
  spec.metrics = {{.source = MetricSource::Resource, .name = Name("cpu"), .container = {}, .target = MetricTarget::Utilization, .value = 60},
                  {.source = MetricSource::Resource, .name = Name("memory"), .container = {}, .target = MetricTarget::Utilization, .value = 80}};
  return spec;
}

void sync_all(benchmark::State& state, std::size_t groups) {
  const HorizontalPodAutoscalerSpec spec = autoscaler();
  const HpaOptions options;
  std::vector<HorizontalPodAutoscalerCore> cores(kAutoscalers);
  std::vector<PodGroup> pods(groups);
  std::vector<PodReading> cpu(groups), memory(groups);
  for (std::size_t g = 0; g < groups; ++g) {
    pods[g].count = kPods / static_cast<std::int64_t>(groups);
    pods[g].start = SimTime{} + 1_s * static_cast<std::int64_t>(g);
    pods[g].ready_transition = SimTime{} + 10_s * static_cast<std::int64_t>(g);
    cpu[g] = {.state = PodReading::State::Present, .usage_milli = 140 + static_cast<std::int64_t>(g), .request_milli = 250, .timestamp = kStart, .window = 30_s};
    memory[g] = cpu[g];
  }
  const std::vector<MetricInput> metrics{{.readings = cpu, .extra = {}, .values_milli = {}}, {.readings = memory, .extra = {}, .values_milli = {}}};
  SimTime now = kStart;
  for (auto _ : state) {
    now = now + 15_s;
    for (HorizontalPodAutoscalerCore& core : cores)
      benchmark::DoNotOptimize(core.reconcile(spec, options, {.spec_replicas = kPods, .status_replicas = kPods, .pods = pods, .metrics = metrics}, now));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kAutoscalers));
}
BENCHMARK_CAPTURE(sync_all, alike, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sync_all, apart, 20)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
