#include "models/controllers/workloads/job.hpp"

#include <algorithm>
#include <tuple>

#include "models/api/job_status.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kPodsPerSync = 500;   // MaxPodCreateDeletePerSync

std::vector<PodId> active_pods(const ClusterState& state, JobId id) {
  std::vector<PodId> pods;
  for (const PodId pod : state.workloads[state.jobs[id].workload].pods)
    if (state.pods[pod].job == id && state.pods[pod].live()) pods.push_back(pod);
  return pods;
}

/// Why a Job has failed by now, in upstream's order; empty while it has not.
Name failure(const Job& job, const WorkloadSpec& workload, SimTime now) {
  const JobSpec& spec = workload.job;
  if (job.policy_failed) return Name("PodFailurePolicy");
  const bool per_index = spec.indexed && spec.backoff_limit_per_index.has_value();
  if (!per_index && job.failed > spec.backoff_limit) return Name("BackoffLimitExceeded");
  const std::int64_t restarts = std::max<std::int64_t>(spec.backoff_limit, 1);
  if (workload.pod.restart_on_failure && job.restarts >= restarts) return Name("BackoffLimitExceeded");
  if (spec.active_deadline && job.started + *spec.active_deadline <= now) return Name("DeadlineExceeded");
  const auto ended = static_cast<std::int64_t>(job.done.size() + job.failed_indexes.size());
  if (per_index && !job.failed_indexes.empty() && ended >= spec.completions.value_or(0)) return Name("FailedIndexes");
  return {};
}

bool complete(const Job& job, const JobSpec& spec) {
  if (!spec.completions) return job.succeeded > 0 && job.active == 0;
  return job.succeeded >= *spec.completions;
}

std::int64_t wanted(const Job& job, const JobSpec& spec) {
  if (spec.suspend) return 0;
  // With a failure policy a pod is replaced when it has ended, without one as soon as it begins to.
  const std::int64_t leaving = spec.pod_failure_policy.empty() ? 0 : job.terminating;
  if (!spec.completions) return job.succeeded > 0 ? job.active : spec.parallelism - leaving;
  const auto failed = static_cast<std::int64_t>(job.failed_indexes.size());
  return std::min(spec.parallelism, *spec.completions - job.succeeded - failed) - leaving;
}

/// The lowest indexes that have neither succeeded nor failed nor a pod.
std::vector<std::int64_t> free_indexes(const ClusterState& state, const Job& job, const JobSpec& spec, const std::vector<PodId>& active, std::int64_t count) {
  std::vector<std::int64_t> taken;
  for (const PodId pod : active) taken.push_back(state.pods[pod].ordinal);
  std::ranges::sort(taken);
  std::vector<std::int64_t> free;
  for (std::int64_t index = 0; index < spec.completions.value_or(0) && static_cast<std::int64_t>(free.size()) < count; ++index)
    if (!std::ranges::binary_search(taken, index) && !std::ranges::binary_search(job.done, index) && !std::ranges::binary_search(job.failed_indexes, index))
      free.push_back(index);
  return free;
}

void delete_surplus(ControllerContext& context, std::vector<PodId> pods, std::int64_t count, Name reason) {
  const ClusterState& state = context.cluster.state();
  std::ranges::sort(pods, {}, [&](PodId id) {
    const Pod& pod = state.pods[id];
    return std::tuple(!pod.node.null(), pod.ready, -pod.created.us, ~id.row);
  });
  for (std::int64_t i = 0; i < count && i < static_cast<std::int64_t>(pods.size()); ++i)
    context.cluster.submit(DeletePod{pods[static_cast<std::size_t>(i)], reason});
}

}  // namespace

SimTime sync_job(ControllerContext& context, JobId id) {
  const ClusterState& state = context.cluster.state();
  const Job& job = state.jobs[id];
  const JobSpec& spec = state.workloads[job.workload].spec->job;
  const SimTime now = context.now;
  if (job.result != JobResult::Running) {
    if (!spec.ttl_after_finished) return kNever;
    const SimTime due = job.finished + *spec.ttl_after_finished;
    if (due > now) return due;
    context.cluster.submit(DeleteJob{id});
    return kNever;
  }
  if (const Name reason = failure(job, *state.workloads[job.workload].spec, now); !reason.empty()) {
    context.cluster.submit(FinishJob{id, false, reason});
    return spec.ttl_after_finished ? now + *spec.ttl_after_finished : kNever;
  }
  if (complete(job, spec)) {
    context.cluster.submit(FinishJob{id, true, {}});
    return spec.ttl_after_finished ? now + *spec.ttl_after_finished : kNever;
  }
  SimTime next = spec.active_deadline ? job.started + *spec.active_deadline : kNever;
  const std::vector<PodId> active = active_pods(state, id);
  const std::int64_t missing = wanted(job, spec) - static_cast<std::int64_t>(active.size());
  if (missing < 0) delete_surplus(context, active, -missing, Name(spec.suspend ? "JobSuspended" : "ScaledDown"));
  if (missing <= 0) return next;
  if (const SimTime rested = backoff_until(job); rested > now) return std::min(next, rested);
  const std::int64_t count = std::min(missing, kPodsPerSync);
  if (missing > count) next = now + Duration{1'000'000};
  const WorkloadId workload = job.workload;
  if (spec.indexed) {
    for (const std::int64_t index : free_indexes(state, job, spec, active, count)) context.cluster.submit(CreatePod{workload, index, {}, id});
  } else {
    for (std::int64_t i = 0; i < count; ++i) context.cluster.submit(CreatePod{workload, 0, {}, id});
  }
  return next;
}

std::vector<JobId> jobs_of(const ClusterState& state, WorkloadId workload) {
  std::vector<JobId> jobs;
  state.jobs.for_each([&](JobId id, const Job& job) {
    if (job.workload == workload) jobs.push_back(id);
  });
  std::ranges::sort(jobs, {}, [&](JobId id) { return std::pair(state.jobs[id].created, id.row); });
  return jobs;
}

void trim_history(ControllerContext& context, WorkloadId workload, std::int64_t successful, std::int64_t failed) {
  const ClusterState& state = context.cluster.state();
  const std::vector<JobId> jobs = jobs_of(state, workload);
  for (const JobResult result : {JobResult::Complete, JobResult::Failed}) {
    std::int64_t kept = result == JobResult::Complete ? successful : failed;
    for (auto entry = jobs.rbegin(); entry != jobs.rend(); ++entry) {
      if (!state.jobs.contains(*entry) || state.jobs[*entry].result != result) continue;
      if (--kept < 0) context.cluster.submit(DeleteJob{*entry});
    }
  }
}

}  // namespace akstwin
