// Jobs and rollouts in the API server: objects appear, pods end, counters follow.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "models/api/job_status.hpp"
#include "models/kube/api_server.hpp"

namespace akstwin {
namespace {

// What the Job controller itself deletes is no failure of the pod.
constexpr std::array<std::string_view, 4> kOwnReasons{"JobFinished", "JobDeleted", "JobSuspended", "ScaledDown"};

bool deleted_by_its_controller(Name reason) { return std::ranges::find(kOwnReasons, reason.text()) != kOwnReasons.end(); }

}  // namespace

void ApiServer::job_changed(JobId id) { changed(ChangeKind::JobUpdated, id.row, id.generation, state_.jobs[id].workload.row); }

void ApiServer::count_job_pod(JobId id, JobCount change) {
  if (!state_.jobs.contains(id)) return;
  Job& job = state_.jobs[id];
  job.active += change.active;
  job.pending += change.pending;
  job.terminating += change.terminating;
}

void ApiServer::job_pod_deleting(Pod& pod, Name reason) {
  pod.disrupted = !deleted_by_its_controller(reason);
  if (!state_.jobs.contains(pod.job)) return;
  count_job_pod(pod.job, {.active = -1, .pending = pod.phase == PodPhase::Pending ? -1 : 0, .terminating = 1});
  state_.jobs[pod.job].restarts -= pod.restarts;
}

void ApiServer::job_pod_gone(const Pod& pod) {
  if (!state_.jobs.contains(pod.job)) return;
  Job& job = state_.jobs[pod.job];
  const JobSpec& spec = state_.workloads[job.workload].spec->job;
  if (pod.phase == PodPhase::Succeeded || pod.phase == PodPhase::Failed) {
    const bool success = pod.phase == PodPhase::Succeeded;
    count_ended_pod(job, spec, {.success = success, .exit_code = success ? 0 : spec.exit_code, .index = pod.ordinal, .at = kernel_.now()});
  } else {
    --job.terminating;
    // A pod that the platform ended counts as failed (SIGTERM: 143), one that the controller deleted does not.
    if (pod.disrupted) count_ended_pod(job, spec, {.disrupted = true, .exit_code = 143, .index = pod.ordinal, .at = kernel_.now()});
  }
  job_changed(pod.job);
}

void ApiServer::pod_finished(PodId id, bool success) {
  Pod& pod = state_.pods[id];
  if (pod.terminating()) return;
  kubelet_->abandon(id);
  pod.phase = success ? PodPhase::Succeeded : PodPhase::Failed;
  set_ready_condition(pod, false);
  if (state_.jobs.contains(pod.job)) {
    --state_.jobs[pod.job].active;
    state_.jobs[pod.job].restarts -= pod.restarts;
  }
  pod.deleting = kernel_.now();
  recorder_.pod_deleting(id, Name(success ? "Completed" : "Failed"), kernel_.now());
  pod_changed(ChangeKind::PodDeleting, id);
  pod_gone(id);
}

void ApiServer::pod_restarting(PodId id) {
  Pod& pod = state_.pods[id];
  ++pod.restarts;
  set_ready_condition(pod, false);
  recorder_.pod_ready_changed(id, kernel_.now());
  pod_changed(ChangeKind::PodUpdated, id);
  if (!state_.jobs.contains(pod.job)) return;
  ++state_.jobs[pod.job].restarts;
  job_changed(pod.job);
}

Verdict ApiServer::create_job(const CreateJob& action) {
  if (!state_.workloads.contains(action.workload)) return Verdict::NotFound;
  const Workload& workload = state_.workloads[action.workload];
  if (jobs_created_.size() <= action.workload.row) jobs_created_.resize(action.workload.row + 1);
  char suffix[32] = "";
  const std::int64_t number = jobs_created_[action.workload.row]++;
  if (workload.spec->kind != WorkloadKind::Job) std::snprintf(suffix, sizeof suffix, "-%06lld", static_cast<long long>(number));
  Job job;
  job.workload = action.workload;
  job.name = Name(spec_.name.str() + "/" + workload.key.str() + suffix);
  job.created = job.started = kernel_.now();
  job.scheduled = action.scheduled;
  const JobId id = state_.jobs.insert(std::move(job));
  timeline_.event({kernel_.now(), code(EventKind::JobCreated), state_.jobs[id].name, Name(spec_.name.str() + "/" + workload.key.str()), {},
                   (kernel_.now() - action.scheduled).us});
  job_changed(id);
  return Verdict::Accepted;
}

Verdict ApiServer::finish_job(const FinishJob& action) {
  if (!state_.jobs.contains(action.job)) return Verdict::NotFound;
  Job& job = state_.jobs[action.job];
  if (job.result != JobResult::Running) return Verdict::Conflict;
  job.result = action.complete ? JobResult::Complete : JobResult::Failed;
  job.reason = action.reason;
  job.finished = kernel_.now();
  const Name workload(spec_.name.str() + "/" + state_.workloads[job.workload].key.str());
  timeline_.event({kernel_.now(), code(action.complete ? EventKind::JobCompleted : EventKind::JobFailed), job.name, workload, job.reason,
                   (kernel_.now() - job.started).us});
  const std::vector<PodId> pods = state_.workloads[job.workload].pods;
  for (const PodId pod : pods)
    if (state_.pods[pod].job == action.job) delete_pod(pod, Name("JobFinished"), state_.pods[pod].spec->termination_grace);
  job_changed(action.job);
  return Verdict::Accepted;
}

Verdict ApiServer::delete_job(JobId id) {
  if (!state_.jobs.contains(id)) return Verdict::NotFound;
  const WorkloadId workload = state_.jobs[id].workload;
  const std::vector<PodId> pods = state_.workloads[workload].pods;
  for (const PodId pod : pods)
    if (state_.pods[pod].job == id) delete_pod(pod, Name("JobDeleted"), state_.pods[pod].spec->termination_grace);
  state_.jobs.erase(id);
  changed(ChangeKind::JobUpdated, id.row, id.generation, workload.row);
  return Verdict::Accepted;
}

Verdict ApiServer::set_rollout_state(const SetRolloutState& action) {
  if (!state_.workloads.contains(action.workload)) return Verdict::NotFound;
  Workload& workload = state_.workloads[action.workload];
  if (action.complete && workload.good_revision != workload.revision) {
    if (complete_before_.size() <= action.workload.row) complete_before_.resize(action.workload.row + 1);
    complete_before_[action.workload.row] = std::exchange(workload.good_revision, workload.revision);
  }
  if (workload.stalled == action.stalled) return Verdict::Accepted;
  workload.stalled = action.stalled;
  if (action.stalled) {
    const Name name(spec_.name.str() + "/" + workload.key.str());
    timeline_.event({kernel_.now(), code(EventKind::RolloutStalled), name, {}, Name("ProgressDeadlineExceeded"), workload.revision});
  }
  return Verdict::Accepted;
}

Verdict ApiServer::roll_back(WorkloadId id) {
  if (!state_.workloads.contains(id)) return Verdict::NotFound;
  Workload& workload = state_.workloads[id];
  // While a rollout is under way: what was complete before it. Afterwards: the one before that, as kubectl rollout undo does it.
  std::uint32_t target = workload.good_revision;
  if (target == workload.revision) target = id.row < complete_before_.size() ? complete_before_[id.row] : 0;
  if (!workload.applied || !workload.spec->keeps_history || target == 0) return Verdict::Conflict;
  const Name name(spec_.name.str() + "/" + workload.key.str());
  timeline_.event({kernel_.now(), code(EventKind::RolledBack), name, {}, {}, target});
  workload.revision = target;
  workload.changed = kernel_.now();
  workload.stalled = false;
  changed(ChangeKind::WorkloadUpdated, id.row, id.generation);
  return Verdict::Accepted;
}

}  // namespace akstwin
