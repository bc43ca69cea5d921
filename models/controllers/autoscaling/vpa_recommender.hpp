/// The Vertical Pod Autoscaler's recommender: what containers used becomes what they should request.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/api/vertical_recommendation.hpp"
#include "models/controllers/autoscaling/vpa_histogram.hpp"

namespace akstwin {

/// Settings of the recommender. Defaults: kubernetes/autoscaler vertical-pod-autoscaler 1.3.1, pkg/recommender
/// (logic/recommender.go, model/aggregations_config.go); the same figures as facts/defaults.csv rows "vpa".
struct VpaRecommenderOptions {
  Duration half_life{86'400'000'000};                ///< 24 h, CPU and memory
  Duration memory_window{86'400'000'000};            ///< one peak of a container counts per 24 h
  Duration memory_kept{8 * 86'400'000'000};          ///< --memory-aggregation-interval-count 8
  double target_percentile = 0.9, lower_percentile = 0.5, upper_percentile = 0.95;
  double margin = 0.15;                              ///< --recommendation-margin-fraction
  double oom_bump_ratio = 1.2;                       ///< --oom-bump-up-ratio
  Bytes oom_bump_min{100LL << 20};                   ///< --oom-min-bump-up-bytes
  Millicores pod_min_cpu{25};                        ///< --pod-recommendation-min-cpu-millicores, shared by the containers
  Bytes pod_min_memory{250LL << 20};                 ///< --pod-recommendation-min-memory-mb, shared by the containers
};

/// What all containers of one name in one workload used.
class VpaContainerHistory {
 public:
  explicit VpaContainerHistory(const VpaRecommenderOptions& options);
  /// `count` equal samples at one time. The weight is the request in cores, at least 0.1; upstream's feeder leaves the request at zero.
  void add_cpu(Millicores usage, Millicores request, SimTime at, std::int64_t count = 1);
  void add_memory_peak(Bytes peak, SimTime window_end, std::int64_t count = 1);
  void remove_memory_peak(Bytes peak, SimTime window_end, std::int64_t count = 1);

  const DecayingHistogram& cpu() const { return cpu_; }
  const DecayingHistogram& memory() const { return memory_; }
  std::int64_t samples() const { return samples_; }
  SimTime first_sample() const { return first_; }
  SimTime last_sample() const { return last_; }
  /// min(days between the first and the last CPU sample, CPU samples / 1440): N after N days of a sample a minute.
  double confidence() const;

 private:
  DecayingHistogram cpu_, memory_;
  SimTime first_ = kNever, last_ = kNever;
  std::int64_t samples_ = 0;
};

/// One container of one pod: thins its memory samples to one peak a window, and turns an OOM kill into a larger peak.
/// `count` stands for that many containers that do the same at the same times.
class VpaContainerUsage {
 public:
  explicit VpaContainerUsage(const VpaRecommenderOptions& options, std::int64_t count = 1) : options_(&options), count_(count) {}
  void sample_cpu(VpaContainerHistory& history, Millicores usage, Millicores request, SimTime at);
  void sample_memory(VpaContainerHistory& history, Bytes usage, SimTime at);
  /// The container was killed for memory while it requested `request`.
  void out_of_memory(VpaContainerHistory& history, Bytes request, SimTime at);

 private:
  bool is_new_peak(VpaContainerHistory& history, Bytes usage, SimTime at);

  const VpaRecommenderOptions* options_;
  std::int64_t count_;
  SimTime last_cpu_ = kNever, last_memory_ = kNever, window_end_ = kNever;
  Bytes usage_peak_, oom_peak_;                      ///< of the current window
};

struct VpaEstimate {
  ContainerAmounts target, lower_bound, upper_bound;
  bool operator==(const VpaEstimate&) const = default;
};

/// The recommendation for each container of a pod, before any resource policy.
std::vector<VpaEstimate> estimate(std::span<const VpaContainerHistory* const> containers, const VpaRecommenderOptions& options);

}  // namespace akstwin
