/// The Job and CronJob controllers of kube-controller-manager.
#pragma once
#include <optional>
#include <vector>

#include "models/api/controller.hpp"
#include "models/spec/cron.hpp"

namespace akstwin {

/// One pass over a Job: finishes it, or creates and deletes pods towards its parallelism. Returns when to look again by itself.
/// Source: kubernetes v1.32 pkg/controller/job/job_controller.go syncJob, manageJob; ttlafterfinished.
SimTime sync_job(ControllerContext& context, JobId id);

/// The Jobs of a workload, oldest first.
std::vector<JobId> jobs_of(const ClusterState& state, WorkloadId workload);

/// Deletes the oldest finished Jobs beyond the history limits of their owner.
void trim_history(ControllerContext& context, WorkloadId workload, std::int64_t successful, std::int64_t failed);

/// What a CronJob remembers between passes.
struct CronMemory {
  std::optional<CronSchedule> schedule;     ///< nothing: unreadable, which the scenario reader reports
  SimTime created;                          ///< when it was applied
  SimTime last = kNever;                    ///< status.lastScheduleTime
};

/// One pass over a CronJob. Source: kubernetes v1.32 pkg/controller/cronjob/cronjob_controllerv2.go syncCronJob.
SimTime sync_cron_job(ControllerContext& context, WorkloadId id, CronMemory& memory, const Epoch& start);

}  // namespace akstwin
