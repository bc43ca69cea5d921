#include "models/controllers/autoscaling/event_driven_controller.hpp"

#include <algorithm>

namespace akstwin {
namespace {

Name reason_name(ScaledObjectReason reason) {
  switch (reason) {
    case ScaledObjectReason::Paused: return Name("KEDAScaleTargetPaused");
    case ScaledObjectReason::Activated: return Name("KEDAScaleTargetActivated");
    case ScaledObjectReason::Deactivated: return Name("KEDAScaleTargetDeactivated");
    case ScaledObjectReason::Fallback: return Name("KEDAScaleTargetFallback");
    default: return Name("KEDAScaleTarget");
  }
}

}  // namespace

void EventDrivenController::poll(ControllerContext& context, ScaledObjectId id, Entry& entry) {
  const ClusterState& state = context.cluster.state();
  const ScaledObject& object = state.scaled_objects[id];
  const std::int64_t replicas = state.workloads[object.target].replicas;
  std::vector<std::optional<std::int64_t>> values(object.trigger_values_milli.begin(), object.trigger_values_milli.end());
  const ScaledObjectDecision decision = entry.core.poll(*object.spec, {replicas, entry.created, values}, context.now);
  entry.last_values = object.trigger_values_milli;
  entry.last_replicas = replicas;
  entry.next_poll = context.now + object.spec->polling_interval;
  entry.interesting = decision.next_interesting;
  if (decision.scale_to) {
    context.cluster.submit(ScaleWorkload{object.target, *decision.scale_to, object.spec->name, reason_name(decision.reason)});
    entry.interesting = entry.next_poll;   // the target moved: look again at the next poll
  }
}

SimTime EventDrivenController::reconcile(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  if (entries_.size() < state.scaled_objects.size()) entries_.resize(state.scaled_objects.size());
  SimTime next = kNever;
  for (std::uint32_t row = 0; row < state.scaled_objects.size(); ++row) {
    const ScaledObjectId id = state.scaled_objects.at(row);
    const ScaledObject& object = state.scaled_objects[id];
    Entry& entry = entries_[row];
    if (!object.applied) {
      entry.created = kNever;
      continue;
    }
    if (entry.created == kNever) {
      entry.created = context.now;
      entry.next_poll = context.now;
      entry.interesting = context.now;
    }
    const Duration interval = object.spec->polling_interval;
    const bool moved = object.trigger_values_milli != entry.last_values || state.workloads[object.target].replicas != entry.last_replicas;
    // Polls that were left out since the last one, up to just before now.
    if (context.now > entry.next_poll) {
      const std::int64_t missed = (context.now - entry.next_poll) / interval;
      const SimTime last = entry.next_poll + interval * missed;
      if (last < context.now || !moved) entry.core.skipped_until(last < context.now ? last : last - interval);
      entry.next_poll = last < context.now ? last + interval : last;
    }
    if (entry.next_poll == context.now && (moved || entry.interesting <= context.now)) poll(context, id, entry);
    else if (entry.next_poll == context.now) entry.next_poll = context.now + interval;
    if (moved) next = std::min(next, entry.next_poll);
    if (entry.interesting != kNever) next = std::min(next, std::max(entry.next_poll, entry.interesting));
  }
  return next;
}

}  // namespace akstwin
