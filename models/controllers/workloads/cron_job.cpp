#include <algorithm>

#include "models/controllers/workloads/job.hpp"
#include "models/spec/cron_times.hpp"

namespace akstwin {

SimTime sync_cron_job(ControllerContext& context, WorkloadId id, CronMemory& memory, const Epoch& start) {
  const ClusterState& state = context.cluster.state();
  const WorkloadSpec& spec = *state.workloads[id].spec;
  trim_history(context, id, spec.cron.successful_history, spec.cron.failed_history);
  if (spec.cron.suspend || !memory.schedule) return kNever;
  const auto next_after = [&](SimTime time) { return next_hit(*memory.schedule, spec.cron.offsets, start, time); };
  const SimTime next = next_after(context.now);
  // The newest time that has passed since the last start; older ones are given up.
  SimTime earliest = memory.last == kNever ? memory.created : memory.last;
  if (spec.cron.starting_deadline) earliest = std::max(earliest, context.now - *spec.cron.starting_deadline);
  SimTime due = kNever;
  for (SimTime time = next_after(earliest); time <= context.now; time = next_after(time)) due = time;
  if (due == kNever) return next;
  std::vector<JobId> active;
  for (const JobId job : jobs_of(state, id))
    if (state.jobs[job].result == JobResult::Running) active.push_back(job);
  // Forbidden for now: when the running Job ends, this pass comes again and starts the newest time that was missed.
  if (spec.cron.concurrency == ConcurrencyPolicy::Forbid && !active.empty()) return next;
  if (spec.cron.concurrency == ConcurrencyPolicy::Replace)
    for (const JobId job : active) context.cluster.submit(DeleteJob{job});
  context.cluster.submit(CreateJob{id, due});
  memory.last = due;
  return next;
}

}  // namespace akstwin
