/// KEDA's part of scaling on events: 0 ↔ 1 by polling, 1 ↔ N through the HPA that it creates.
/// Source: kedacore/keda v2.21 pkg/scaling/executor/scale_scaledobjects.go, controllers/keda/hpa.go; facts D3.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "models/spec/workload_spec.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// What one poll of a ScaledObject looks at.
struct ScaledObjectInputs {
  std::int64_t replicas = 0;                       ///< spec.replicas of the target
  SimTime created;                                 ///< creationTimestamp of the ScaledObject, for initialCooldownPeriod
  /// What the scalers read, in thousandths, parallel to spec.triggers; nothing = the scaler failed.
  std::span<const std::optional<std::int64_t>> values_milli;
};

enum class ScaledObjectReason : std::uint8_t {
  None, Paused, Activated, Deactivated, RaisedToMinimum, Fallback
};

/// The outcome of one poll.
struct ScaledObjectDecision {
  std::optional<std::int64_t> scale_to;            ///< set spec.replicas to this
  ScaledObjectReason reason = ScaledObjectReason::None;
  bool active = false;                             ///< some trigger is above its activation threshold
  bool error = false;                              ///< some scaler failed
  SimTime next_poll;                               ///< now + pollingInterval
  /// With the same inputs no poll before this time decides anything: the end of a cooldown, or kNever. Polls left out are
  /// made up for with skipped_until().
  SimTime next_interesting = kNever;
};

/// The memory of one ScaledObject: when it was last active, and how often its scalers failed in a row.
class ScaledObjectCore {
 public:
  ScaledObjectDecision poll(const ScaledObjectSpec& spec, const ScaledObjectInputs& inputs, SimTime now);

  /// Makes the memory what it would be had the polls since the last one taken place with the same inputs, the last at `last_poll`.
  void skipped_until(SimTime last_poll);

  /// What KEDA's metrics server answers the HPA for an external trigger: the value, the fallback's once more than failureThreshold
  /// reads failed in a row, or nothing (metric unavailable). Counts failures, so call it once a metric and sync.
  std::optional<std::int64_t> serve_metric(const ScaledObjectSpec& spec, std::size_t trigger, std::optional<std::int64_t> value_milli);

 private:
  std::optional<SimTime> last_active_;
  bool was_active_ = false;
  std::vector<std::int64_t> failures_;             // by trigger, consecutive
};

/// True when the trigger is a cpu or memory one: a resource metric of the HPA that takes no part in activation.
bool is_resource_trigger(const ScaledObjectSpec::Trigger& trigger);

/// The HPA that KEDA creates, "keda-hpa-<name>": one metric a trigger, in order (external averages; cpu and memory as utilisation).
HorizontalPodAutoscalerSpec generated_autoscaler(const ScaledObjectSpec& spec);

/// The name of the external metric of a trigger: "s0-azure-servicebus" and so on.
Name external_metric_name(const ScaledObjectSpec& spec, std::size_t trigger);

}  // namespace akstwin
