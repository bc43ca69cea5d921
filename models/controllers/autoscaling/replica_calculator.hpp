/// How many replicas one HPA metric asks for: Kubernetes 1.32 ReplicaCalculator on groups of identical pods.
/// Source: kubernetes/kubernetes v1.32 pkg/controller/podautoscaler/replica_calculator.go, compared case by case.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sim/base/time.hpp"

namespace akstwin {

/// `count` pods that no autoscaler can tell apart; a group of one is a pod.
struct PodGroup {
  enum class Phase : std::uint8_t { Pending, Running, Succeeded, Failed, Unknown };
  /// status of the Ready condition; Absent when the pod has none.
  enum class Ready : std::uint8_t { Absent, True, False, Unknown };

  std::int64_t count = 1;
  Phase phase = Phase::Running;
  Ready ready = Ready::True;
  bool deleting = false;                   ///< has a deletionTimestamp
  std::optional<SimTime> start;            ///< status.startTime
  SimTime ready_transition;                ///< lastTransitionTime of the Ready condition
};

/// What the metrics API says of one pod for one metric. All amounts are thousandths of the unit
/// (cpu: millicores; memory: bytes × 1000), because upstream works on MilliValue.
struct PodReading {
  enum class State : std::uint8_t {
    Absent,            ///< the metrics API has no item for the pod
    Incomplete,        ///< an item, but a container lacks the resource
    ContainerAbsent,   ///< an item without the container that the metric names
    Present,
  };
  State state = State::Absent;
  bool request_stated = true;              ///< false: a considered container states no request
  std::int64_t usage_milli = 0;            ///< sum of the considered containers, per pod
  std::int64_t request_milli = 0;          ///< sum over containers and restartable init containers, per pod
  SimTime timestamp;                       ///< end of the measured window
  Duration window;
};

/// Metrics items of pods that match the query but are no longer in the pod list.
struct ExtraReading {
  std::int64_t count = 1;
  PodReading reading;
};

/// Flags of kube-controller-manager that shape a proposal.
struct ReplicaCalculatorOptions {
  // Defaults: kube-controller-manager 1.32 --horizontal-pod-autoscaler-tolerance 0.1, -cpu-initialization-period 5m,
  // -initial-readiness-delay 30s.
  double tolerance_up = 0.1, tolerance_down = 0.1;
  /// True: the per-direction comparison of Kubernetes 1.33; false: |1 - ratio| <= tolerance_up as in 1.32.
  bool directional = false;
  Duration cpu_initialization_period{300'000'000};
  Duration initial_readiness_delay{30'000'000};

  bool within_tolerance(double ratio) const;
};

/// Why a metric yields no proposal.
enum class MetricError : std::uint8_t {
  None, NoMetrics, ContainerNotInMetrics, NoPods, NoUsableMetrics, MissingRequest, ZeroTotalRequest,
};
/// The class as the oracles write it: "no_metrics"; empty for None.
std::string_view to_string(MetricError error);

/// One metric and everything its calculation may look at.
struct ReplicaQuery {
  std::span<const PodGroup> pods;
  std::span<const PodReading> readings;    ///< parallel to pods; unused by object and external metrics
  std::span<const ExtraReading> extra;
  std::span<const std::int64_t> values_milli;   ///< object (one) or external (any number) values
  bool cpu = false;                        ///< only cpu looks at readiness
  std::int64_t current = 0;                ///< spec.replicas; status.replicas for averages of object and external metrics
  std::int64_t target = 0;                 ///< percent for utilisation, otherwise thousandths
  SimTime now;
};

/// The proposal of one metric.
struct ReplicaProposal {
  MetricError error = MetricError::None;
  std::int64_t replicas = 0;
  std::int64_t utilization = 0;            ///< percent of the requests, truncated; utilisation targets only
  std::int64_t usage_milli = 0;            ///< per pod, or the total for Value targets
  bool time_dependent = false;             ///< a pod was within its CPU initialisation period: asking later may answer differently
};

/// Resource and ContainerResource metrics with averageUtilization. Linear in groups, no allocation.
ReplicaProposal replicas_for_utilization(const ReplicaQuery& query, const ReplicaCalculatorOptions& options);
/// The plain case of it: `ready` pods, all measured, that use `percent` (whole, truncated) of their requests.
std::int64_t replicas_for_percent(std::int64_t percent, std::int64_t target, std::int64_t ready, std::int64_t current,
                                  const ReplicaCalculatorOptions& options);
/// Resource and Pods metrics with averageValue. Linear in groups, no allocation.
ReplicaProposal replicas_for_average_value(const ReplicaQuery& query, const ReplicaCalculatorOptions& options);
/// Object and External metrics with value: the ratio multiplies the ready pods.
ReplicaProposal replicas_for_total_value(const ReplicaQuery& query, const ReplicaCalculatorOptions& options);
/// Object and External metrics with averageValue: the total divided by the target, independent of the pods.
ReplicaProposal replicas_for_total_average(const ReplicaQuery& query, const ReplicaCalculatorOptions& options);

/// Go's int32(float64) on amd64: truncation, and the smallest int32 for what does not fit.
std::int64_t go_int32(double value);

}  // namespace akstwin
