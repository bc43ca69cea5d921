#include "models/controllers/autoscaling/event_driven_controller.hpp"

#include <algorithm>

#include "models/controllers/autoscaling/scaled_job.hpp"
#include "models/controllers/workloads/job.hpp"

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

void EventDrivenController::poll_jobs(ControllerContext& context, ScaledObjectId id) {
  const ClusterState& state = context.cluster.state();
  const ScaledObject& object = state.scaled_objects[id];
  values_.assign(object.trigger_values_milli.begin(), object.trigger_values_milli.end());
  ScaledJobInputs inputs{0, 0, values_};
  for (const JobId job_id : jobs_of(state, object.target)) {
    const Job& job = state.jobs[job_id];
    if (job.result != JobResult::Running) continue;
    ++inputs.running;
    if (job.active == job.pending) ++inputs.pending;
  }
  const ScaledJobDecision decision = poll_scaled_job(*object.spec, inputs);
  for (std::int64_t i = 0; i < decision.create; ++i) context.cluster.submit(CreateJob{object.target, context.now});
  trim_history(context, object.target, object.spec->jobs->successful_history, object.spec->jobs->failed_history);
}

void EventDrivenController::poll(ControllerContext& context, ScaledObjectId id, Entry& entry) {
  const ClusterState& state = context.cluster.state();
  const ScaledObject& object = state.scaled_objects[id];
  values_.assign(object.trigger_values_milli.begin(), object.trigger_values_milli.end());
  const ScaledObjectInputs inputs{state.workloads[object.target].replicas, entry.created, values_};
  const ScaledObjectDecision decision = entry.core.poll(*object.spec, inputs, context.now);
  entry.next_poll = decision.next_poll;
  if (decision.scale_to) context.cluster.submit(ScaleWorkload{object.target, *decision.scale_to, object.spec->name, reason_name(decision.reason)});
}

SimTime EventDrivenController::reconcile(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  if (entries_.size() < state.scaled_objects.size()) entries_.resize(state.scaled_objects.size());
  SimTime next = kNever;
  for (std::uint32_t row = 0; row < state.scaled_objects.size(); ++row) {
    const ScaledObjectId id = state.scaled_objects.at(row);
    Entry& entry = entries_[row];
    const bool applied = state.scaled_objects[id].applied;
    if (applied && !entry.applied) entry = {{}, true, context.now, context.now};
    entry.applied = applied;
    if (!applied) continue;
    if (entry.next_poll <= context.now && state.scaled_objects[id].spec->jobs) {
      poll_jobs(context, id);
      entry.next_poll = context.now + state.scaled_objects[id].spec->polling_interval;
    } else if (entry.next_poll <= context.now) {
      poll(context, id, entry);
    }
    next = std::min(next, entry.next_poll);
  }
  return next;
}

}  // namespace akstwin
