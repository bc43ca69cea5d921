#include "models/controllers/autoscaling/scaled_job.hpp"

#include <algorithm>
#include <vector>

#include "models/controllers/autoscaling/event_driven.hpp"

namespace akstwin {
namespace {

using Jobs = ScaledObjectSpec::Jobs;

struct Reading {
  std::int64_t queue_length = 0, max_scale = 0;
};

std::int64_t divide_up(std::int64_t value, std::int64_t by) { return (value + by - 1) / by; }

/// The active scalers' queue lengths, and the Jobs that each would want.
std::vector<Reading> readings(const ScaledObjectSpec& spec, const ScaledJobInputs& inputs) {
  std::vector<Reading> active;
  for (std::size_t i = 0; i < spec.triggers.size() && i < inputs.values_milli.size(); ++i) {
    const ScaledObjectSpec::Trigger& trigger = spec.triggers[i];
    const std::optional<std::int64_t> value = inputs.values_milli[i];
    if (is_resource_trigger(trigger) || !value || *value <= trigger.activation_milli) continue;
    const std::int64_t length = *value / 1'000, target = trigger.target_milli / 1'000;
    active.push_back({length, target == 0 ? 0 : std::min(spec.max_replicas, divide_up(length, target))});
  }
  return active;
}

Reading together(const std::vector<Reading>& active, Jobs::Calculation calculation) {
  Reading sum, result = active.front();
  for (const Reading& reading : active) {
    sum.queue_length += reading.queue_length;
    sum.max_scale += reading.max_scale;
    const bool less = reading.queue_length < result.queue_length, more = reading.queue_length > result.queue_length;
    if ((calculation == Jobs::Calculation::Min && less) || (calculation == Jobs::Calculation::Max && more)) result = reading;
  }
  const auto count = static_cast<std::int64_t>(active.size());
  if (calculation == Jobs::Calculation::Sum) return sum;
  if (calculation == Jobs::Calculation::Average) return {divide_up(sum.queue_length, count), divide_up(sum.max_scale, count)};
  return result;
}

std::int64_t effective_scale(const ScaledObjectSpec& spec, std::int64_t max_scale, std::int64_t running, std::int64_t pending) {
  switch (spec.jobs->strategy) {
    case Jobs::Strategy::Default: return max_scale - running;
    case Jobs::Strategy::Custom: {
      const std::int64_t counted = running * spec.jobs->running_percentage.value / 1'000'000;
      return std::min(max_scale - spec.jobs->queue_length_deduction - counted, spec.max_replicas);
    }
    case Jobs::Strategy::Accurate: return max_scale + running > spec.max_replicas ? spec.max_replicas - running : max_scale - pending;
    case Jobs::Strategy::Eager: break;
  }
  return std::min(spec.max_replicas - running - pending, max_scale);
}

}  // namespace

ScaledJobDecision poll_scaled_job(const ScaledObjectSpec& spec, const ScaledJobInputs& inputs) {
  ScaledJobDecision decision;
  const std::vector<Reading> active = readings(spec, inputs);
  if (spec.paused_replicas || active.empty()) return decision;   // an inactive ScaledJob starts nothing, not even its minimum
  const Reading reading = together(active, spec.jobs->calculation);
  decision.active = true;
  decision.queue_length = reading.queue_length;
  decision.max_scale = std::min(spec.max_replicas, reading.max_scale);
  const std::int64_t short_of = spec.min_replicas - inputs.running;
  if (short_of > 0) {
    decision.create = short_of;
    return decision;
  }
  const std::int64_t effective = effective_scale(spec, decision.max_scale, inputs.running - spec.min_replicas, inputs.pending);
  const std::int64_t scale_to = spec.jobs->strategy == Jobs::Strategy::Eager ? spec.max_replicas : decision.queue_length;
  decision.create = std::max<std::int64_t>(0, std::min(effective, scale_to));
  return decision;
}

}  // namespace akstwin
