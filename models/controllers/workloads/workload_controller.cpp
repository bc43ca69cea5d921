#include "models/controllers/workloads/workload_controller.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace akstwin {

ChangeMask WorkloadController::interests() const {
  using enum ChangeKind;
  return mask(PodUpdated) | mask(PodDeleting) | mask(PodGone) | mask(NodeAdded) | mask(NodeUpdated) | mask(NodeGone) | mask(WorkloadUpdated) | mask(JobUpdated);
}

void WorkloadController::mark(std::uint32_t row) {
  if (is_dirty_.size() <= row) is_dirty_.resize(row + 1);
  if (is_dirty_[row] != 0) return;
  is_dirty_[row] = 1;
  dirty_.push_back(row);
}

void WorkloadController::collect(const ClusterState& state, const ClusterApi& api) {
  const ChangeSpan span = api.changes_since(cursor_);
  cursor_ = span.next;
  if (!listed_ || span.expired) {
    listed_ = true;
    for (std::uint32_t row = 0; row < state.workloads.size(); ++row) mark(row);
    return;
  }
  bool nodes_changed = false;
  for (const Change& change : span.changes) {
    switch (change.kind) {
      case ChangeKind::PodUpdated:
      case ChangeKind::PodDeleting:
      case ChangeKind::JobUpdated:
      case ChangeKind::PodGone: mark(change.owner_row); break;
      case ChangeKind::WorkloadUpdated: mark(change.row); break;
      case ChangeKind::NodeAdded:
      case ChangeKind::NodeGone: nodes_changed = true; break;
      default: break;
    }
  }
  if (!nodes_changed) return;
  state.workloads.for_each([&](WorkloadId id, const Workload& workload) {
    if (workload.spec->kind == WorkloadKind::DaemonSet) mark(id.row);
  });
}

SimTime WorkloadController::reconcile(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  collect(state, context.cluster);
  for (auto entry = again_.begin(); entry != again_.end();) {
    const bool due = entry->second <= context.now;
    if (due) mark(entry->first);
    entry = due ? again_.erase(entry) : std::next(entry);
  }
  std::ranges::sort(dirty_);
  const std::vector<std::uint32_t> rows = std::exchange(dirty_, {});
  for (const std::uint32_t row : rows) {
    is_dirty_[row] = 0;
    again_.erase(row);
    const WorkloadId id = state.workloads.at(row);
    if (!id) continue;
    if (const SimTime again = sync(context, id); again != kNever) again_[row] = again;
  }
  SimTime next = kNever;
  for (const auto& [row, again] : again_) next = std::min(next, again);
  return next;
}

SimTime WorkloadController::sync(ControllerContext& context, WorkloadId id) {
  switch (context.cluster.state().workloads[id].spec->kind) {
    case WorkloadKind::Deployment: {
      const SimTime again = sync_deployment(context, id);
      if (rollouts_.size() <= id.row) rollouts_.resize(id.row + 1);
      return std::min(again, watch_rollout(context, id, rollouts_[id.row]));
    }
    case WorkloadKind::StatefulSet: return sync_stateful_set(context, id);
    case WorkloadKind::DaemonSet: return sync_daemon_set(context, id);
    case WorkloadKind::Job:
    case WorkloadKind::CronJob:
    case WorkloadKind::ScaledJob: break;
  }
  return sync_batch(context, id);
}

/// The first failed Job of a workload is a finding; a CronJob that fails every hour is not seven hundred of them.
void WorkloadController::tell_failure(ControllerContext& context, WorkloadId id) {
  const ClusterState& state = context.cluster.state();
  if (failure_told_.contains(id.row)) return;
  for (const JobId job : jobs_of(state, id)) {
    if (state.jobs[job].result != JobResult::Failed) continue;
    failure_told_.insert(id.row);
    const Name subject(state.spec->name.str() + "/" + state.workloads[id].key.str());
    context.notes.note({NoteKind::Finding, subject, {}, Name("a Job failed (" + state.jobs[job].reason.str() + ")"), state.jobs[job].failed});
    return;
  }
}

SimTime WorkloadController::sync_batch(ControllerContext& context, WorkloadId id) {
  const ClusterState& state = context.cluster.state();
  const Workload& workload = state.workloads[id];
  if (!workload.applied) {
    crons_.erase(id.row);
    job_made_.erase(id.row);
    for (const JobId job : jobs_of(state, id)) context.cluster.submit(DeleteJob{job});
    return kNever;
  }
  SimTime next = kNever;
  if (workload.spec->kind == WorkloadKind::Job && job_made_.emplace(id.row, true).second) context.cluster.submit(CreateJob{id, context.now});
  if (workload.spec->kind == WorkloadKind::CronJob) {
    const auto memory = crons_.try_emplace(id.row, CronMemory{parse_cron(workload.spec->schedule), context.now}).first;
    next = sync_cron_job(context, id, memory->second, start_);
  }
  for (const JobId job : jobs_of(state, id))
    if (state.jobs.contains(job)) next = std::min(next, sync_job(context, job));
  tell_failure(context, id);
  return next;
}

}  // namespace akstwin
