/// The Vertical Pod Autoscaler's updater: which pods no longer fit their recommendation, in what order they go, and how many at once.
#pragma once
#include <cstdint>
#include <span>

#include "models/api/vertical_recommendation.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// Settings of the updater. Defaults: kubernetes/autoscaler vertical-pod-autoscaler 1.3.1, pkg/updater (main.go, priority/
/// update_priority_calculator.go); in place: 1.4.1, pkg/updater/restriction. The same figures as facts/defaults.csv rows "vpa".
struct VpaUpdaterOptions {
  std::int64_t min_replicas = 2;                    ///< --min-replicas: fewer live pods are left alone
  double eviction_tolerance = 0.5;                  ///< --eviction-tolerance: share of the replicas that may be away at once
  std::int64_t change_min_ppb = 100'000'000;        ///< --pod-update-threshold 0.1
  Duration lifetime{12 * 3'600'000'000LL};          ///< --in-recommendation-bounds-eviction-lifetime-threshold
  Duration deferred_max{300'000'000};               ///< a resize that its node has no room for is waited for so long
};

/// How far a pod's requests are from its recommendation.
struct PodChange {
  bool outside = false;                             ///< a request lies below the lower or above the upper bound, or is not stated
  bool grows = false;                               ///< some container shall get more
  std::int64_t difference_ppb = 0;                  ///< |recommended − requested| ÷ requested, summed over CPU and memory; 10^9 = 100 %
};

PodChange change_of(const PodSpec& pod, std::span<const ContainerRecommendation> recommendation);

/// Whether the pod shall be updated. `started`: status.startTime, kNever without; `quick_oom`: killed for memory within ten minutes of its
/// container's start.
bool wants_update(const PodChange& change, SimTime started, bool quick_oom, SimTime now, const VpaUpdaterOptions& options);

/// Growing pods first, then by difference.
bool goes_before(const PodChange& a, const PodChange& b);

/// The pods of one ReplicaSet, StatefulSet, DaemonSet or Job, and how many of them may be away.
class DisruptionGroup {
 public:
  DisruptionGroup(std::int64_t configured, std::int64_t running, double tolerance);
  /// Whether one more running pod may be disturbed in this round.
  bool may_disturb() const;
  void disturbed() { ++disturbed_; }

 private:
  std::int64_t configured_, running_, tolerance_, disturbed_ = 0;
};

}  // namespace akstwin
