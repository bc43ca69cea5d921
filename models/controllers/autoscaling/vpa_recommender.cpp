#include "models/controllers/autoscaling/vpa_recommender.hpp"

#include <algorithm>
#include <cmath>

#include "models/controllers/autoscaling/reproducible_math.hpp"
#include "sim/base/check.hpp"

// Semantics: kubernetes/autoscaler vertical-pod-autoscaler 1.3.1, pkg/recommender/model and pkg/recommender/logic.

namespace akstwin {
namespace {

// Buckets grow by 5 %: 0.01 core … 1000 cores, 10 MB … 1 TB (model/aggregations_config.go, 1.3.1; facts D4).
constexpr double kBucketRatio = 1.05;
ExponentialBuckets cpu_buckets() { return {1000.0, 0.01, kBucketRatio}; }
ExponentialBuckets memory_buckets() { return {1e12, 1e7, kBucketRatio}; }
// Smallest weight of a CPU sample, in cores of request (model/aggregations_config.go, 1.3.1).
constexpr double kWeightMin = 0.1;
// Largest amount that upstream can say: 10^14 millicores or bytes (model/types.go, 1.3.1).
constexpr double kAmountMax = 1e14;
constexpr Duration kDay{86'400'000'000};

/// Truncated to a whole number between 0 and the largest; no number at all (0 · ∞) counts as none.
std::int64_t amount(double value) {
  if (!(value > 0)) return 0;
  return value > kAmountMax ? static_cast<std::int64_t>(kAmountMax) : static_cast<std::int64_t>(value);
}

std::int64_t scaled(std::int64_t of, double factor) { return amount(static_cast<double>(of) * factor); }

/// The percentile in integer units, truncated, with the margin on top, truncated again.
std::int64_t with_margin(double percentile, double unit, double margin) {
  const std::int64_t base = amount(percentile * unit);
  return base + scaled(base, margin);
}

}  // namespace

VpaContainerHistory::VpaContainerHistory(const VpaRecommenderOptions& options)
    : cpu_(cpu_buckets(), options.half_life), memory_(memory_buckets(), options.half_life) {}

void VpaContainerHistory::add_cpu(Millicores usage, Millicores request, SimTime at, std::int64_t count) {
  const double weight = std::max(static_cast<double>(request.value) / 1000.0, kWeightMin);
  cpu_.add(static_cast<double>(usage.value) / 1000.0, count == 1 ? weight : weight * static_cast<double>(count), at);
  if (samples_ == 0 || at > last_) last_ = at;
  if (samples_ == 0 || at < first_) first_ = at;
  samples_ += count;
}

void VpaContainerHistory::add_memory_peak(Bytes peak, SimTime window_end, std::int64_t count) {
  memory_.add(static_cast<double>(peak.value), static_cast<double>(count), window_end);
}

void VpaContainerHistory::remove_memory_peak(Bytes peak, SimTime window_end, std::int64_t count) {
  memory_.subtract(static_cast<double>(peak.value), static_cast<double>(count), window_end);
}

double VpaContainerHistory::confidence() const {
  const double days = samples_ == 0 ? 0.0 : static_cast<double>((last_ - first_).us) / static_cast<double>(kDay.us);
  return std::min(days, static_cast<double>(samples_) / (60 * 24));
}

void VpaContainerUsage::sample_cpu(VpaContainerHistory& history, Millicores usage, Millicores request, SimTime at) {
  if (usage < Millicores{0} || (last_cpu_ != kNever && at <= last_cpu_)) return;   // invalid, repeated or out of order
  history.add_cpu(usage, request, at, count_);
  last_cpu_ = at;
}

void VpaContainerUsage::sample_memory(VpaContainerHistory& history, Bytes usage, SimTime at) {
  if (usage < Bytes{0} || (last_memory_ != kNever && at < last_memory_)) return;
  if (is_new_peak(history, usage, at)) usage_peak_ = usage;
}

void VpaContainerUsage::out_of_memory(VpaContainerHistory& history, Bytes request, SimTime at) {
  if (request < Bytes{0} || (window_end_ != kNever && at < window_end_ - options_->memory_window)) return;   // too old
  // An earlier OOM's estimate is left out, so that repeated kills do not raise one another.
  const Bytes used = std::max(request, usage_peak_);
  const Bytes needed{std::max(used.value + options_->oom_bump_min.value, scaled(used.value, options_->oom_bump_ratio))};
  if (is_new_peak(history, needed, at)) oom_peak_ = needed;
}

/// Moves the window on and writes the peak into the history; false when `usage` changes nothing.
bool VpaContainerUsage::is_new_peak(VpaContainerHistory& history, Bytes usage, SimTime at) {
  last_memory_ = at;
  if (window_end_ == kNever) window_end_ = at;
  if (at < window_end_) {
    const Bytes peak = std::max(usage_peak_, oom_peak_);
    if (peak == Bytes{0} || usage <= peak) return false;
    history.remove_memory_peak(peak, window_end_, count_);
  } else {
    window_end_ += options_->memory_window * ((at - window_end_) / options_->memory_window + 1);
    usage_peak_ = oom_peak_ = Bytes{0};
  }
  history.add_memory_peak(usage, window_end_, count_);
  return true;
}

std::vector<VpaEstimate> estimate(std::span<const VpaContainerHistory* const> containers, const VpaRecommenderOptions& options) {
  std::vector<VpaEstimate> estimates;
  if (containers.empty()) return estimates;
  const double share = 1.0 / static_cast<double>(containers.size());
  const ContainerAmounts floor{{scaled(options.pod_min_cpu.value, share)}, {scaled(options.pod_min_memory.value, share)}};
  for (const VpaContainerHistory* history : containers) {
    const auto bound = [&](double percentile, double factor) {
      const std::int64_t cpu = with_margin(history->cpu().percentile(percentile), 1000.0, options.margin);
      const std::int64_t memory = with_margin(history->memory().percentile(percentile), 1.0, options.margin);
      return ContainerAmounts{{std::max(scaled(cpu, factor), floor.cpu.value)}, {std::max(scaled(memory, factor), floor.memory.value)}};
    };
    // A short history widens the bounds: upper × (1 + 1/c), lower × (1 + 0.001/c)^−2; none at all gives ∞ and 0.
    const double confidence = history->confidence();
    estimates.push_back({bound(options.target_percentile, 1.0), bound(options.lower_percentile, reproducible_power(1.0 + 0.001 / confidence, -2)),
                         bound(options.upper_percentile, 1.0 + 1.0 / confidence)});
  }
  return estimates;
}

}  // namespace akstwin
