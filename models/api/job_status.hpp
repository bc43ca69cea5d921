/// How the end of a pod changes the status of its Job.
#pragma once
#include "models/api/cluster_state.hpp"

namespace akstwin {

/// A pod of a Job that has ended, by itself or because the platform ended it.
struct EndedPod {
  bool success = false;
  bool disrupted = false;             ///< condition DisruptionTarget
  std::int64_t exit_code = 0;
  std::int64_t index = 0;             ///< Indexed Jobs
  SimTime at;
};

/// Counts it: successes, failures as the failure rules say, indexes. A finished Job counts nothing any more.
/// Source: kubernetes v1.32 pkg/controller/job (job_controller.go, pod_failure_policy.go, indexed_job_utils.go).
void count_ended_pod(Job& job, const JobSpec& spec, const EndedPod& pod);

/// The back-off before new pods: 10 s after the first failure since the last success, doubling up to 10 minutes; time zero when there is none.
SimTime backoff_until(const Job& job);

}  // namespace akstwin
