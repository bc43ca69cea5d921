#include "models/controllers/autoscaling/horizontal_pod_autoscaler.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

using Select = ScalingRules::Select;

const Name kCpu("cpu");

Duration seconds(std::int64_t n) { return {n * 1'000'000}; }

HpaReason failure_reason(MetricSource source) {
  switch (source) {
    case MetricSource::Resource: return HpaReason::FailedGetResourceMetric;
    case MetricSource::ContainerResource: return HpaReason::FailedGetContainerResourceMetric;
    case MetricSource::Pods: return HpaReason::FailedGetPodsMetric;
    case MetricSource::Object: return HpaReason::FailedGetObjectMetric;
    case MetricSource::External: return HpaReason::FailedGetExternalMetric;
  }
  return HpaReason::NotSet;
}

bool is_resource(MetricSource source) { return source == MetricSource::Resource || source == MetricSource::ContainerResource; }
bool is_total(MetricSource source) { return source == MetricSource::Object || source == MetricSource::External; }

ReplicaProposal propose(const MetricSpec& metric, const MetricInput& input, const HpaInputs& inputs, SimTime now,
                        const ReplicaCalculatorOptions& options) {
  ReplicaQuery query{.pods = inputs.pods,
                     .readings = input.readings,
                     .extra = input.extra,
                     .values_milli = input.values_milli,
                     .cpu = is_resource(metric.source) && metric.name == kCpu,
                     .current = inputs.spec_replicas,
                     .target = metric.value,
                     .now = now};
  if (is_total(metric.source)) {
    if (metric.target == MetricTarget::Value) return replicas_for_total_value(query, options);
    query.current = inputs.status_replicas;
    return replicas_for_total_average(query, options);
  }
  if (metric.target == MetricTarget::Utilization) return replicas_for_utilization(query, options);
  return replicas_for_average_value(query, options);
}

std::int64_t change_since(const auto& events, SimTime cutoff) {
  std::int64_t sum = 0;
  for (const auto& event : events)
    if (event.at > cutoff) sum += event.change;
  return sum;
}

std::int64_t longest_period(const ScalingRules& rules) {
  std::int64_t longest = 0;
  for (const ScalingPolicy& policy : rules.policies) longest = std::max(longest, policy.period_seconds);
  return longest;
}

/// True when only min, max or a disabled direction keeps `raw` from being reached: time will not lift it.
bool held_for_good(std::int64_t raw, std::int64_t current, std::int64_t min, std::int64_t max, const ScalingBehavior* behavior) {
  if (raw == current) return true;
  if (raw > current) return current >= max || (behavior && behavior->scale_up.select == Select::Disabled);
  return current <= min || (behavior && behavior->scale_down.select == Select::Disabled);
}

}  // namespace

std::string_view to_string(HpaReason reason) {
  switch (reason) {
    case HpaReason::NotSet: return "";
    case HpaReason::SucceededGetScale: return "SucceededGetScale";
    case HpaReason::ReadyForNewScale: return "ReadyForNewScale";
    case HpaReason::ScaleDownStabilized: return "ScaleDownStabilized";
    case HpaReason::ScaleUpStabilized: return "ScaleUpStabilized";
    case HpaReason::SucceededRescale: return "SucceededRescale";
    case HpaReason::ValidMetricFound: return "ValidMetricFound";
    case HpaReason::ScalingDisabled: return "ScalingDisabled";
    case HpaReason::FailedGetResourceMetric: return "FailedGetResourceMetric";
    case HpaReason::FailedGetContainerResourceMetric: return "FailedGetContainerResourceMetric";
    case HpaReason::FailedGetPodsMetric: return "FailedGetPodsMetric";
    case HpaReason::FailedGetObjectMetric: return "FailedGetObjectMetric";
    case HpaReason::FailedGetExternalMetric: return "FailedGetExternalMetric";
    case HpaReason::DesiredWithinRange: return "DesiredWithinRange";
    case HpaReason::TooFewReplicas: return "TooFewReplicas";
    case HpaReason::TooManyReplicas: return "TooManyReplicas";
    case HpaReason::ScaleUpLimit: return "ScaleUpLimit";
    case HpaReason::ScaleDownLimit: return "ScaleDownLimit";
  }
  return "";
}

ReplicaCalculatorOptions calculator_of(const HorizontalPodAutoscalerSpec& spec, const HpaOptions& options) {
  ReplicaCalculatorOptions calculator = options.calculator;
  if (spec.behavior && (spec.behavior->scale_up.tolerance || spec.behavior->scale_down.tolerance)) {
    calculator.directional = true;
    calculator.tolerance_up = spec.behavior->scale_up.tolerance.value_or(calculator.tolerance_up);
    calculator.tolerance_down = spec.behavior->scale_down.tolerance.value_or(calculator.tolerance_down);
  }
  return calculator;
}

HpaResult HorizontalPodAutoscalerCore::reconcile(const HorizontalPodAutoscalerSpec& spec, const HpaOptions& options, const HpaInputs& inputs,
                                                 SimTime now) {
  AKSTWIN_CHECK(inputs.metrics.size() == spec.metrics.size(), "one input for each metric of the spec");
  now_ = now;
  time_dependent_ = false;
  last_raw_.reset();
  const Limits limits{inputs.spec_replicas, spec.min_replicas, spec.max_replicas};
  if (!started_) recommendations_.push_back({limits.current, now});
  started_ = true;
  able_ = {HpaReason::SucceededGetScale, true};

  HpaResult result;
  result.desired = limits.current;
  if (limits.current == 0 && limits.min != 0) {
    active_ = {HpaReason::ScalingDisabled, false};
    result.fixed_point = true;
  } else if (limits.current > limits.max) {
    result.desired = limits.max;
  } else if (limits.current < limits.min) {
    result.desired = limits.min;
  } else {
    evaluate_metrics(spec, options, inputs, result);
    if (result.raw) {
      last_raw_ = result.raw;
      normalize(spec, options, limits, result);
    } else {
      result.fixed_point = !time_dependent_;
    }
  }
  result.rescale = result.desired != limits.current;
  if (result.fixed_point) result.holds_until = kNever;
  if (result.rescale) {
    able_ = {HpaReason::SucceededRescale, true};
    if (spec.behavior) store_event(*spec.behavior, limits.current, result.desired);
  }
  result.able_to_scale = able_;
  result.scaling_active = active_;
  result.scaling_limited = limited_;
  return result;
}

void HorizontalPodAutoscalerCore::evaluate_metrics(const HorizontalPodAutoscalerSpec& spec, const HpaOptions& options,
                                                   const HpaInputs& inputs, HpaResult& result) {
  const ReplicaCalculatorOptions calculator = calculator_of(spec, options);
  current_metrics_.assign(spec.metrics.size(), std::nullopt);
  proposals_.assign(spec.metrics.size(), std::nullopt);
  std::int64_t replicas = 0;
  std::size_t failures = 0;
  HpaReason first_failure = HpaReason::NotSet;
  for (std::size_t i = 0; i < spec.metrics.size(); ++i) {
    const MetricSpec& metric = spec.metrics[i];
    const ReplicaProposal proposal = propose(metric, inputs.metrics[i], inputs, now_, calculator);
    time_dependent_ = time_dependent_ || proposal.time_dependent;
    if (proposal.error != MetricError::None) {
      if (failures++ == 0) {
        first_failure = failure_reason(metric.source);
        result.first_error = proposal.error;
      }
      continue;
    }
    current_metrics_[i] = metric.target == MetricTarget::Utilization ? proposal.utilization : proposal.usage_milli;
    proposals_[i] = proposal.replicas;
    if (replicas == 0 || proposal.replicas > replicas) replicas = proposal.replicas;
  }
  result.error = failures > 0;
  result.current_metrics = current_metrics_;
  result.proposals = proposals_;
  // One broken metric may hide load, so the others may add replicas but not take any away.
  if (failures >= spec.metrics.size() || (failures > 0 && replicas < inputs.spec_replicas)) {
    active_ = {first_failure, false};
    return;
  }
  active_ = {HpaReason::ValidMetricFound, true};
  result.raw = std::max<std::int64_t>(replicas, 0);
}

void HorizontalPodAutoscalerCore::normalize(const HorizontalPodAutoscalerSpec& spec, const HpaOptions& options, const Limits& limits,
                                            HpaResult& result) {
  const std::int64_t raw = *result.raw, current = limits.current;
  std::int64_t stabilized = 0, desired = 0;
  HpaReason stabilized_reason = HpaReason::ScaleDownStabilized, limit_reason = HpaReason::DesiredWithinRange;
  if (!spec.behavior) {
    stabilized = stabilize_legacy(raw, options.downscale_stabilization);
    // At most a doubling per sync, but four are always allowed (scaleUpLimitFactor, scaleUpLimitMinimum).
    const std::int64_t limit = std::max<std::int64_t>(2 * current, 4);
    const std::int64_t highest = std::min(limits.max, limit);
    desired = stabilized;
    if (stabilized < limits.min) {
      desired = limits.min;
      limit_reason = HpaReason::TooFewReplicas;
    } else if (stabilized > highest) {
      desired = highest;
      limit_reason = limits.max > limit ? HpaReason::ScaleUpLimit : HpaReason::TooManyReplicas;
    }
  } else {
    const ScalingRules& up = spec.behavior->scale_up;
    const ScalingRules& down = spec.behavior->scale_down;
    const Duration down_window = down.stabilization_seconds ? seconds(*down.stabilization_seconds) : options.downscale_stabilization;
    stabilized = stabilize(raw, current, seconds(up.stabilization_seconds.value_or(0)), down_window);
    stabilized_reason = raw >= current ? HpaReason::ScaleUpStabilized : HpaReason::ScaleDownStabilized;
    desired = stabilized;
    if (stabilized > current) {
      const std::int64_t limit = std::max(limit_up(current, up), current);
      desired = std::min({stabilized, limits.max, limit});
      if (desired < stabilized) limit_reason = limits.max > limit ? HpaReason::ScaleUpLimit : HpaReason::TooManyReplicas;
    } else if (stabilized < current) {
      const std::int64_t limit = std::min(limit_down(current, down), current);
      desired = std::max({stabilized, limits.min, limit});
      if (desired > stabilized) limit_reason = limits.min < limit ? HpaReason::ScaleDownLimit : HpaReason::TooFewReplicas;
    }
  }
  able_ = {stabilized == raw ? HpaReason::ReadyForNewScale : stabilized_reason, true};
  limited_ = {limit_reason, desired != stabilized};
  result.desired = desired;
  result.stabilized = stabilized;
  result.fixed_point = desired == current && stabilized == raw && !time_dependent_ &&
                       held_for_good(raw, current, limits.min, limits.max, spec.behavior ? &*spec.behavior : nullptr);
  if (!spec.behavior && desired == current && raw < stabilized && !time_dependent_) result.holds_until = youngest(stabilized) + options.downscale_stabilization;
}

SimTime HorizontalPodAutoscalerCore::youngest(std::int64_t replicas) const {
  SimTime at;
  for (const Recommendation& entry : recommendations_)
    if (entry.replicas == replicas) at = std::max(at, entry.at);
  return at;
}

std::int64_t HorizontalPodAutoscalerCore::stabilize_legacy(std::int64_t raw, Duration window) {
  std::int64_t highest = raw;
  std::optional<std::size_t> outdated;
  for (std::size_t i = 0; i < recommendations_.size(); ++i) {
    // An entry exactly as old as the window still counts here; with behavior it does not.
    if (recommendations_[i].at < now_ - window) outdated = i;
    else highest = std::max(highest, recommendations_[i].replicas);
  }
  record(raw, outdated);
  return highest;
}

std::int64_t HorizontalPodAutoscalerCore::stabilize(std::int64_t raw, std::int64_t current, Duration up_window, Duration down_window) {
  std::int64_t up = raw, down = raw;
  const SimTime up_cutoff = now_ - up_window, down_cutoff = now_ - down_window;
  std::optional<std::size_t> outdated;
  for (std::size_t i = 0; i < recommendations_.size(); ++i) {
    const Recommendation& entry = recommendations_[i];
    if (entry.at > up_cutoff) up = std::min(up, entry.replicas);
    if (entry.at > down_cutoff) down = std::max(down, entry.replicas);
    if (entry.at < up_cutoff && entry.at < down_cutoff) outdated = i;
  }
  record(raw, outdated);
  return std::min(std::max(current, up), down);
}

void HorizontalPodAutoscalerCore::record(std::int64_t raw, std::optional<std::size_t> outdated_slot) {
  if (outdated_slot) recommendations_[*outdated_slot] = {raw, now_};
  else recommendations_.push_back({raw, now_});
}

std::int64_t HorizontalPodAutoscalerCore::period_start(std::int64_t current, std::int64_t period_seconds) const {
  const SimTime cutoff = now_ - seconds(period_seconds);
  return current - change_since(up_events_, cutoff) + change_since(down_events_, cutoff);
}

std::int64_t HorizontalPodAutoscalerCore::limit_up(std::int64_t current, const ScalingRules& rules) const {
  if (rules.select == Select::Disabled) return current;
  const bool least = rules.select == Select::Min;
  std::int64_t limit = least ? INT32_MAX : INT32_MIN;
  for (const ScalingPolicy& policy : rules.policies) {
    const std::int64_t start = period_start(current, policy.period_seconds);
    // Rounded up, or a small target could never grow by percent.
    const std::int64_t proposed =
        policy.percent ? go_int32(std::ceil(static_cast<double>(start) * (1 + static_cast<double>(policy.value) / 100))) : start + policy.value;
    limit = least ? std::min(limit, proposed) : std::max(limit, proposed);
  }
  return limit;
}

std::int64_t HorizontalPodAutoscalerCore::limit_down(std::int64_t current, const ScalingRules& rules) const {
  if (rules.select == Select::Disabled) return current;
  const bool least = rules.select == Select::Min;
  std::int64_t limit = least ? INT32_MIN : INT32_MAX;
  for (const ScalingPolicy& policy : rules.policies) {
    const std::int64_t start = period_start(current, policy.period_seconds);
    const std::int64_t proposed =
        policy.percent ? go_int32(static_cast<double>(start) * (1 - static_cast<double>(policy.value) / 100)) : start - policy.value;
    limit = least ? std::max(limit, proposed) : std::min(limit, proposed);
  }
  return limit;
}

void HorizontalPodAutoscalerCore::store_event(const ScalingBehavior& behavior, std::int64_t from, std::int64_t to) {
  std::vector<ScaleEvent>& events = to > from ? up_events_ : down_events_;
  // Only the periods of its own direction decide when an event's slot is reused, although both directions read it.
  const SimTime cutoff = now_ - seconds(longest_period(to > from ? behavior.scale_up : behavior.scale_down));
  const ScaleEvent event{to > from ? to - from : from - to, now_};
  const auto reusable = std::find_if(events.rbegin(), events.rend(), [&](const ScaleEvent& old) { return old.at < cutoff; });
  if (reusable != events.rend()) *reusable = event;
  else events.push_back(event);
}

void HorizontalPodAutoscalerCore::skipped_until(SimTime last_sync) {
  // All syncs left out recommend the same, so the youngest of them decides what any later window sees; older ones only repeat it.
  if (!last_raw_ || last_sync <= now_) return;
  const auto latest = std::find_if(recommendations_.begin(), recommendations_.end(),
                                   [&](const Recommendation& entry) { return entry.at == now_ && entry.replicas == *last_raw_; });
  AKSTWIN_CHECK(latest != recommendations_.end(), "a sync with a recommendation stores it");
  latest->at = last_sync;
  now_ = last_sync;
}

void apply_behavior_defaults(ScalingBehavior& behavior) {
  // Source: kubernetes v1.32 pkg/apis/autoscaling/v2/defaults.go.
  if (!behavior.scale_up.stabilization_seconds) behavior.scale_up.stabilization_seconds = 0;
  if (behavior.scale_up.policies.empty())
    behavior.scale_up.policies = {{.percent = false, .value = 4, .period_seconds = 15}, {.percent = true, .value = 100, .period_seconds = 15}};
  if (behavior.scale_down.policies.empty()) behavior.scale_down.policies = {{.percent = true, .value = 100, .period_seconds = 15}};
}

}  // namespace akstwin
