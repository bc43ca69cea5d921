#include "models/controllers/autoscaling/vpa_updater.hpp"

#include <algorithm>

#include "sim/base/int128.hpp"

// Semantics: kubernetes/autoscaler vertical-pod-autoscaler 1.3.1, pkg/updater/priority and pkg/updater/eviction.

namespace akstwin {
namespace {

/// One resource over the containers of a pod.
struct Total {
  std::int64_t requested = 0, recommended = 0;
  bool counted = false;

  void add(bool stated, std::int64_t request, std::int64_t target) {
    counted = true;
    recommended += target;
    if (stated) requested += request;
  }
  /// Relative to the request, which counts as one thousandth of a unit at least.
  std::int64_t difference_ppb(std::int64_t thousandths) const {
    if (!counted) return 0;
    constexpr std::int64_t kWhole = 1'000'000'000, kMost = INT64_MAX / 4;
    const Int128 base = std::max<Int128>(static_cast<Int128>(requested) * thousandths, 1);
    const Int128 apart = static_cast<Int128>(std::max(requested, recommended) - std::min(requested, recommended)) * thousandths;
    return static_cast<std::int64_t>(std::min<Int128>(apart * kWhole / base, kMost));
  }
};

}  // namespace

PodChange change_of(const PodSpec& pod, std::span<const ContainerRecommendation> recommendation) {
  PodChange change;
  Total cpu, memory;
  for (const ContainerSpec& container : pod.containers) {
    const auto entry = std::ranges::find(recommendation, container.name, &ContainerRecommendation::container);
    if (entry == recommendation.end()) continue;
    const auto compare = [&](Total& total, bool stated, auto request, auto of) {
      const auto target = of(entry->target);
      total.add(stated, request.value, target.value);
      change.grows = change.grows || !stated || target > request;
      change.outside = change.outside || !stated || request < of(entry->lower_bound) || request > of(entry->upper_bound);
    };
    if (entry->controls_cpu) compare(cpu, container.states_cpu_request, container.requests.cpu, [](const ContainerAmounts& a) { return a.cpu; });
    if (entry->controls_memory)
      compare(memory, container.states_memory_request, container.requests.memory, [](const ContainerAmounts& a) { return a.memory; });
  }
  // Upstream's base is one thousandth of a unit: a millicore, or a thousandth of a byte.
  change.difference_ppb = cpu.difference_ppb(1) + memory.difference_ppb(1'000);
  return change;
}

bool wants_update(const PodChange& change, SimTime started, bool quick_oom, SimTime now, const VpaUpdaterOptions& options) {
  if (quick_oom) return change.difference_ppb != 0;
  if (change.outside) return true;
  return started != kNever && now >= started + options.lifetime && change.difference_ppb >= options.change_min_ppb;
}

bool goes_before(const PodChange& a, const PodChange& b) {
  if (a.grows != b.grows) return a.grows;
  return a.difference_ppb > b.difference_ppb;
}

DisruptionGroup::DisruptionGroup(std::int64_t configured, std::int64_t running, double tolerance)
    : configured_(configured), running_(running), tolerance_(static_cast<std::int64_t>(static_cast<double>(configured) * tolerance)) {}

bool DisruptionGroup::may_disturb() const {
  if (running_ - disturbed_ > configured_ - tolerance_) return true;
  return configured_ == running_ && tolerance_ == 0 && disturbed_ == 0;   // else a single replica would never be updated
}

}  // namespace akstwin
