#include "models/controllers/autoscaling/event_driven.hpp"

#include <algorithm>

#include "models/controllers/autoscaling/horizontal_pod_autoscaler.hpp"
#include "sim/base/check.hpp"

namespace akstwin {
namespace {

bool is_cron(const ScaledObjectSpec::Trigger& trigger) { return trigger.type.text() == "cron"; }

struct Activity {
  bool active = false, error = false;
};

Activity activity_of(const ScaledObjectSpec& spec, const ScaledObjectInputs& inputs) {
  Activity activity;
  bool only_resources = true;
  for (std::size_t i = 0; i < spec.triggers.size(); ++i) {
    const ScaledObjectSpec::Trigger& trigger = spec.triggers[i];
    if (is_resource_trigger(trigger)) continue;
    only_resources = false;
    const std::optional<std::int64_t> value = inputs.values_milli[i];
    if (!value) activity.error = true;
    else if (*value > trigger.activation_milli) activity.active = true;
  }
  // Without an external trigger nothing can wake the target again, so KEDA never lets it go to zero.
  activity.active = activity.active || only_resources;
  return activity;
}

/// Where an inactive target goes: idleReplicaCount, else minReplicaCount (which is 0 when it may go at all).
std::int64_t resting_replicas(const ScaledObjectSpec& spec) { return spec.idle_replicas.value_or(spec.min_replicas); }

bool may_rest(const ScaledObjectSpec& spec, std::int64_t replicas) {
  if (spec.idle_replicas) return replicas > *spec.idle_replicas;
  return replicas > 0 && spec.min_replicas == 0;
}

}  // namespace

bool is_resource_trigger(const ScaledObjectSpec::Trigger& trigger) {
  return trigger.type.text() == "cpu" || trigger.type.text() == "memory";
}

ScaledObjectDecision ScaledObjectCore::poll(const ScaledObjectSpec& spec, const ScaledObjectInputs& inputs, SimTime now) {
  AKSTWIN_CHECK(inputs.values_milli.size() == spec.triggers.size(), "one value for each trigger");
  const Activity activity = activity_of(spec, inputs);
  ScaledObjectDecision decision{.scale_to = std::nullopt, .active = activity.active, .error = activity.error, .next_poll = now + spec.polling_interval};
  const auto scale = [&](std::int64_t replicas, ScaledObjectReason reason) {
    decision.scale_to = replicas;
    decision.reason = reason;
    decision.next_interesting = decision.next_poll;
    return decision;
  };
  was_active_ = false;
  if (spec.paused_replicas) {
    if (inputs.replicas != *spec.paused_replicas) return scale(*spec.paused_replicas, ScaledObjectReason::Paused);
    return decision;
  }
  if (activity.active) {
    const bool asleep = inputs.replicas == 0 || (spec.idle_replicas && inputs.replicas < spec.min_replicas);
    if (asleep) {
      last_active_ = now;
      return scale(std::max<std::int64_t>(spec.min_replicas, 1), ScaledObjectReason::Activated);
    }
    // A failing scaler beside an active one does not move the clock of the cooldown.
    was_active_ = !activity.error;
    if (was_active_) last_active_ = now;
    return decision;
  }
  if (activity.error) {
    const bool has_fallback = spec.fallback && spec.fallback->replicas != 0;
    if (has_fallback && inputs.replicas != spec.fallback->replicas) return scale(spec.fallback->replicas, ScaledObjectReason::Fallback);
    if (has_fallback || !spec.fallback) return decision;
  }
  if (may_rest(spec, inputs.replicas)) {
    const SimTime rested = last_active_ ? *last_active_ + spec.cooldown : inputs.created + spec.initial_cooldown;
    if (rested < now) return scale(resting_replicas(spec), ScaledObjectReason::Deactivated);
    // The first poll strictly after the end of the cooldown.
    const std::int64_t polls = (rested - now) / spec.polling_interval + 1;
    decision.next_interesting = now + spec.polling_interval * polls;
    return decision;
  }
  if (inputs.replicas < spec.min_replicas && !spec.idle_replicas) return scale(spec.min_replicas, ScaledObjectReason::RaisedToMinimum);
  return decision;
}

void ScaledObjectCore::skipped_until(SimTime last_poll) {
  if (was_active_ && last_active_ && last_poll > *last_active_) last_active_ = last_poll;
}

std::optional<std::int64_t> ScaledObjectCore::serve_metric(const ScaledObjectSpec& spec, std::size_t trigger,
                                                           std::optional<std::int64_t> value_milli) {
  AKSTWIN_CHECK(trigger < spec.triggers.size(), "a metric of one of the triggers");
  failures_.resize(spec.triggers.size(), 0);
  // Outside its window the cron scaler still reports one replica (defaultDesiredReplicas), for the HPA to shrink to.
  if (value_milli && is_cron(spec.triggers[trigger])) value_milli = std::max<std::int64_t>(*value_milli, 1'000);
  if (value_milli) {
    failures_[trigger] = 0;
    return value_milli;
  }
  ++failures_[trigger];
  if (!spec.fallback || failures_[trigger] <= spec.fallback->failure_threshold) return std::nullopt;
  const std::int64_t target = is_cron(spec.triggers[trigger]) ? 1'000 : spec.triggers[trigger].target_milli;
  return target * spec.fallback->replicas;
}

Name external_metric_name(const ScaledObjectSpec& spec, std::size_t trigger) {
  return Name("s" + std::to_string(trigger) + "-" + spec.triggers[trigger].type.str());
}

HorizontalPodAutoscalerSpec generated_autoscaler(const ScaledObjectSpec& spec) {
  HorizontalPodAutoscalerSpec hpa;
  hpa.name_space = spec.name_space;
  hpa.name = Name("keda-hpa-" + spec.name.str());
  hpa.target_kind = spec.target_kind;
  hpa.target = spec.target;
  hpa.min_replicas = std::max<std::int64_t>(spec.min_replicas, 1);
  hpa.max_replicas = spec.max_replicas;
  hpa.behavior = spec.behavior;
  if (hpa.behavior) apply_behavior_defaults(*hpa.behavior);
  hpa.declared_at = spec.declared_at;
  for (std::size_t i = 0; i < spec.triggers.size(); ++i) {
    const ScaledObjectSpec::Trigger& trigger = spec.triggers[i];
    MetricSpec metric{.source = MetricSource::External, .name = external_metric_name(spec, i), .container = {},
                      .target = MetricTarget::AverageValue, .value = is_cron(trigger) ? 1'000 : trigger.target_milli};
    if (is_resource_trigger(trigger)) {
      // cpu and memory triggers state whole percent; target_milli holds thousandths of it.
      metric = {.source = MetricSource::Resource, .name = trigger.type, .container = {}, .target = MetricTarget::Utilization,
                .value = trigger.target_milli / 1'000};
    }
    hpa.metrics.push_back(metric);
  }
  return hpa;
}

}  // namespace akstwin
