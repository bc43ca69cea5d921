#include "adapters/serve/served_world.hpp"

#include "adapters/serve/object_end.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace akstwin {
namespace {

// Watchers see the states between: simulated time goes forward by at most that much before they are told.
constexpr Duration kSlice{500'000};
// While nobody can follow anyway.
constexpr Duration kLargeSlice{2'000'000};
// Work of one tick; requests wait no longer than that.
constexpr std::chrono::milliseconds kBudget{25};
constexpr std::chrono::milliseconds kPause{20};

EncodeSource source_of(ClusterRuntime& runtime, std::uint32_t index, World& world) {
  return {runtime.server().state(), world.cloud().state(), runtime.manifests(), world.scenario().start, index};
}

}  // namespace

Result<Pace> parse_pace(std::string_view text) {
  if (text == "paused") return Pace{Pace::Mode::Paused, 0};
  if (text == "max") return Pace{Pace::Mode::Maximum, 0};
  double factor = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), factor);
  if (fault != std::errc{} || std::string_view(end, static_cast<std::size_t>(text.data() + text.size() - end)) != "x" || !(factor >= 0.001) || factor > 1e6)
    return fail("'" + std::string(text) + "' is no speed; write 60x, 0.5x, max or paused");
  return Pace{Pace::Mode::Scaled, std::llround(factor * 1'000)};
}

std::string to_string(const Pace& pace) {
  if (pace.mode == Pace::Mode::Paused) return "paused";
  if (pace.mode == Pace::Mode::Maximum) return "max";
  std::string text = std::to_string(pace.permille / 1'000);
  if (const std::int64_t rest = pace.permille % 1'000; rest != 0) {
    std::string digits = std::to_string(1'000 + rest).substr(1);
    while (digits.back() == '0') digits.pop_back();
    text += "." + digits;
  }
  return text + "x";
}

ServedCluster::ServedCluster(ClusterRuntime& cluster_runtime, std::uint32_t cluster_index, World& world, std::size_t log_bytes)
    : runtime(cluster_runtime),
      index(cluster_index),
      store(log_bytes),
      projection(runtime.server(), source_of(runtime, index, world), store),
      events(runtime.spec().name, world.timeline(), projection, store) {}

ServedWorld::ServedWorld(const Scenario& scenario, Pace pace, std::size_t log_bytes)
    // The calendar kernel: a host that is asked for a step every few milliseconds has no use for the other, and both give the same bytes.
    : world_(scenario, RngRoot{scenario.seed, 0, false}, KernelKind::Calendar), pace_(pace), anchor_wall_(Clock::now()) {
  world_.begin();
  world_.kernel().run_until(SimTime{});
  std::uint32_t index = 0;
  for (ClusterRuntime& runtime : world_.clusters()) clusters_.emplace_back(runtime, index++, world_, log_bytes);
  for (ServedCluster& cluster : clusters_) cluster.projection.begin();
}

void ServedWorld::refresh() {
  bool changed = false;
  for (ServedCluster& cluster : clusters_) {
    const std::uint64_t before = cluster.told;
    cluster.projection.sync();
    cluster.events.sync(now());
    end_foreground(cluster);
    end_namespaces(cluster, now());
    cluster.endpoints.sync();
    cluster.told = cluster.store.version();
    changed = changed || cluster.told != before;
  }
  if (changed && listener_) listener_();
}

void ServedWorld::step(SimTime target) {
  world_.kernel().run_until(target);
  refresh();
}

void ServedWorld::run_to(SimTime target) {
  target = std::min(target, horizon());
  while (now() < target) step(std::min(now() + kSlice, target));
  anchor_wall_ = Clock::now();
  anchor_sim_ = now();
}

void ServedWorld::set_pace(Pace pace) {
  pace_ = pace;
  anchor_wall_ = Clock::now();
  anchor_sim_ = now();
}

std::chrono::milliseconds ServedWorld::tick() {
  const Clock::time_point began = Clock::now();
  if (pace_.mode == Pace::Mode::Paused || now() >= horizon()) return kPause;
  SimTime target = horizon();
  if (pace_.mode == Pace::Mode::Scaled) {
    const auto wall = std::chrono::duration_cast<std::chrono::microseconds>(began - anchor_wall_).count();
    target = std::min(target, anchor_sim_ + Duration{wall * pace_.permille / 1'000});
  }
  const Duration slice = pace_.mode == Pace::Mode::Maximum ? kLargeSlice : kSlice;
  while (now() < target && Clock::now() - began < kBudget) step(std::min(now() + slice, target));
  if (now() < target && pace_.mode == Pace::Mode::Scaled) set_pace(pace_);   // too much to do: time passes more slowly, and is not made up for
  return now() < target ? std::chrono::milliseconds(0) : kPause;
}

}  // namespace akstwin
