/// One HorizontalPodAutoscaler's decision, as pure as it can be: memory in, inputs in, replicas out. No cluster, no clock.
/// Source: kubernetes/kubernetes v1.32 pkg/controller/podautoscaler/horizontal.go, compared trace by trace.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/controllers/autoscaling/replica_calculator.hpp"
#include "models/spec/workload_spec.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// Flags of kube-controller-manager for all autoscalers of a cluster.
struct HpaOptions {
  ReplicaCalculatorOptions calculator;
  // --horizontal-pod-autoscaler-downscale-stabilization, default 5 m (kube-controller-manager 1.32).
  Duration downscale_stabilization{300'000'000};
};

/// The options of the calculator, with the tolerances of the autoscaler's own behavior where it states them.
ReplicaCalculatorOptions calculator_of(const HorizontalPodAutoscalerSpec& spec, const HpaOptions& options);

/// What the metrics APIs say of one entry of spec.metrics at this sync.
struct MetricInput {
  std::span<const PodReading> readings;          ///< parallel to HpaInputs::pods; Resource, ContainerResource and Pods metrics
  std::span<const ExtraReading> extra;
  std::span<const std::int64_t> values_milli;    ///< Object and External metrics; empty = unavailable
};

/// Everything one sync looks at.
struct HpaInputs {
  std::int64_t spec_replicas = 0;                ///< scale.spec.replicas
  std::int64_t status_replicas = 0;              ///< scale.status.replicas
  std::span<const PodGroup> pods;
  std::span<const MetricInput> metrics;          ///< parallel to spec.metrics
};

/// Reasons of the three conditions, in upstream's words (see to_string).
enum class HpaReason : std::uint8_t {
  NotSet,
  SucceededGetScale, ReadyForNewScale, ScaleDownStabilized, ScaleUpStabilized, SucceededRescale,           // AbleToScale
  ValidMetricFound, ScalingDisabled, FailedGetResourceMetric, FailedGetContainerResourceMetric,             // ScalingActive
  FailedGetPodsMetric, FailedGetObjectMetric, FailedGetExternalMetric,
  DesiredWithinRange, TooFewReplicas, TooManyReplicas, ScaleUpLimit, ScaleDownLimit,                        // ScalingLimited
};
/// "ReadyForNewScale" and so on; empty for NotSet.
std::string_view to_string(HpaReason reason);

struct HpaCondition {
  HpaReason reason = HpaReason::NotSet;
  bool status = false;                           ///< True or False
  bool operator==(const HpaCondition&) const = default;
};

/// The outcome of one sync.
struct HpaResult {
  std::int64_t desired = 0;                      ///< what spec.replicas shall be; equal to the input when nothing changes
  bool rescale = false;                          ///< desired differs: the caller updates the scale
  std::optional<std::int64_t> raw;               ///< recommendation of the metrics before normalisation
  std::optional<std::int64_t> stabilized;        ///< the recommendation after the stabilisation window, before rates and bounds
  /// Replicas that each metric asks for, parallel to spec.metrics; nothing where it failed. Valid until the next reconcile.
  std::span<const std::optional<std::int64_t>> proposals;
  bool error = false;                            ///< reconcile returns an error (some or all metrics failed)
  MetricError first_error = MetricError::None;   ///< of the first metric that failed
  HpaCondition able_to_scale, scaling_active, scaling_limited;
  /// status.currentMetrics, parallel to spec.metrics: percent for utilisation, else thousandths; nothing where the metric failed.
  /// Empty when metrics were not evaluated. Valid until the next reconcile.
  std::span<const std::optional<std::int64_t>> current_metrics;
  /// True when every later sync with the same inputs answers exactly this again, so that the caller may leave syncs out. Holds when
  /// nothing is rescaled, stabilisation does not alter the recommendation, and the recommendation equals the current replicas or
  /// is cut off by min, max or a disabled direction (not by a rate, which time lifts); no pod is within its CPU initialisation
  /// period. "Same inputs" may differ in metric timestamps. Syncs without metrics (target at zero) or with failed metrics hold too.
  /// After leaving syncs out call skipped_until() with the time of the last one before the next reconcile().
  bool fixed_point = false;
  /// The same for a while: up to and including this time every sync with the same inputs answers this again, because the
  /// recommendation that stabilisation holds on to stays in its window; kNever at a fixed point, the start of time for no promise.
  SimTime holds_until;
};

/// The memory of one HPA between syncs and its reconcile.
class HorizontalPodAutoscalerCore {
 public:
  /// One sync at `now`. `spec` and `options` may change between syncs. Linear in pods and stored recommendations; allocates only
  /// while the stores grow.
  HpaResult reconcile(const HorizontalPodAutoscalerSpec& spec, const HpaOptions& options, const HpaInputs& inputs, SimTime now);

  /// Makes the memory what it would be had the syncs after a fixed point taken place, the last one at `last_sync`.
  void skipped_until(SimTime last_sync);

 private:
  struct Recommendation {
    std::int64_t replicas;
    SimTime at;
  };
  struct ScaleEvent {
    std::int64_t change;
    SimTime at;
  };
  struct Limits {
    std::int64_t current, min, max;
  };

  void evaluate_metrics(const HorizontalPodAutoscalerSpec& spec, const HpaOptions& options, const HpaInputs& inputs, HpaResult& result);
  void normalize(const HorizontalPodAutoscalerSpec& spec, const HpaOptions& options, const Limits& limits, HpaResult& result);
  std::int64_t stabilize_legacy(std::int64_t raw, Duration window);
  std::int64_t stabilize(std::int64_t raw, std::int64_t current, Duration up_window, Duration down_window);
  std::int64_t limit_up(std::int64_t current, const ScalingRules& rules) const;
  std::int64_t limit_down(std::int64_t current, const ScalingRules& rules) const;
  std::int64_t period_start(std::int64_t current, std::int64_t period_seconds) const;
  void store_event(const ScalingBehavior& behavior, std::int64_t from, std::int64_t to);
  /// When a recommendation of so many replicas was last stored.
  SimTime youngest(std::int64_t replicas) const;
  void record(std::int64_t raw, std::optional<std::size_t> outdated_slot);

  SimTime now_;
  bool started_ = false;
  bool time_dependent_ = false;                  ///< of the metrics in this sync
  std::optional<std::int64_t> last_raw_;         ///< recommendation of the last sync, if it stored one
  HpaCondition able_, active_, limited_;         ///< conditions persist in the object's status
  std::vector<Recommendation> recommendations_;  ///< reused slots, not a queue
  std::vector<ScaleEvent> up_events_, down_events_;
  std::vector<std::optional<std::int64_t>> current_metrics_, proposals_;
};

/// Fills what the API server defaults in spec.behavior: the scale-up window 0 s, the policies of a direction that has none.
void apply_behavior_defaults(ScalingBehavior& behavior);

}  // namespace akstwin
