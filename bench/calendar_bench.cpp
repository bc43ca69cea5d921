// The calendar against the heap of the standard library. Budget: 3 million pairs of post and pop a CPU second at 100,000 events.
#include <benchmark/benchmark.h>

#include <queue>
#include <vector>

#include "sim/base/int128.hpp"
#include "sim/calendar.hpp"
#include "sim/rng.hpp"

namespace {

using namespace akstwin;

constexpr std::size_t kDraws = 1 << 16;
constexpr std::int64_t kSpan = 1'000'000'000;   // random times within 1,000 s

std::vector<std::int64_t> random_delays() {
  const RngStream stream({.seed = 1}, "calendar_bench");
  std::vector<std::int64_t> delays(kDraws);
  for (std::size_t i = 0; i < kDraws; ++i) delays[i] = 1 + static_cast<std::int64_t>(stream.below(kSpan, i));
  return delays;
}

void calendar_hold(benchmark::State& state) {
  const std::vector<std::int64_t> delays = random_delays();
  Calendar calendar;
  std::size_t draw = 0;
  const auto post = [&](SimTime now) { calendar.post(now + Duration{delays[draw++ % kDraws]}, Phase::Plant, {1}, {0, 0}); };
  for (std::int64_t i = 0; i < state.range(0); ++i) post({});
  for (auto _ : state) post(calendar.pop().at);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(calendar_hold)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);

/// Many events at few times, as periodic work makes them: the sequence decides.
void calendar_bursts(benchmark::State& state) {
  Calendar calendar;
  for (std::int64_t i = 0; i < 100'000; ++i) calendar.post({i / state.range(0)}, Phase::Plant, {1}, {0, 0});
  for (auto _ : state) calendar.post(calendar.pop().at + Duration{100'000 / state.range(0)}, Phase::Plant, {1}, {0, 0});
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(calendar_bursts)->Arg(100);

struct Later {
  bool operator()(const Event& a, const Event& b) const { return a.at != b.at ? a.at > b.at : a.order > b.order; }
};

/// The yardstick: the binary heap of the standard library on the same events.
void priority_queue_hold(benchmark::State& state) {
  const std::vector<std::int64_t> delays = random_delays();
  std::priority_queue<Event, std::vector<Event>, Later> queue;
  std::uint64_t sequence = 0;
  const auto post = [&](SimTime now) {
    queue.push({now + Duration{delays[sequence % kDraws]}, pack_order(Phase::Plant, sequence, {1}), {0, 0}});
    ++sequence;
  };
  for (std::int64_t i = 0; i < state.range(0); ++i) post({});
  for (auto _ : state) {
    const SimTime now = queue.top().at;
    queue.pop();
    post(now);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(priority_queue_hold)->Arg(100'000);

}  // namespace

BENCHMARK_MAIN();
