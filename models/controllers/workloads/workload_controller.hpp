/// The workload controllers of kube-controller-manager in one loop: Deployment with its ReplicaSets, StatefulSet, DaemonSet, Job, CronJob.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "models/api/controller.hpp"
#include "models/controllers/workloads/job.hpp"

namespace akstwin {

/// How far a Deployment's rollout has come, and when it last came further.
struct RolloutProgress {
  std::uint32_t revision = 0;
  std::int64_t newest = 0, older = 0, ready = 0, available = 0;
  SimTime since;
};

/// Looks only at workloads that something happened to; idle workloads cost nothing.
class WorkloadController final : public Controller {
 public:
  explicit WorkloadController(Epoch start = {}) : start_(start) {}
  std::string_view name() const override { return "workload-controller"; }
  ChangeMask interests() const override;
  SimTime reconcile(ControllerContext& context) override;

 private:
  void collect(const ClusterState& state, const ClusterApi& api);
  void mark(std::uint32_t row);
  SimTime sync(ControllerContext& context, WorkloadId id);
  SimTime sync_batch(ControllerContext& context, WorkloadId id);
  void tell_failure(ControllerContext& context, WorkloadId id);

  Epoch start_;
  ChangeCursor cursor_;
  bool listed_ = false;
  std::vector<std::uint32_t> dirty_;        // workload rows, ascending when processed
  std::vector<std::uint8_t> is_dirty_;
  std::map<std::uint32_t, SimTime> again_;  // rows that want another look without any change
  std::vector<RolloutProgress> rollouts_;   // by workload row
  std::map<std::uint32_t, CronMemory> crons_;
  std::map<std::uint32_t, bool> job_made_;  // by row of a Job manifest: once made, it is not made again
  std::set<std::uint32_t> failure_told_;    // rows whose first failed Job has been told
};

/// One pass over a Deployment: creates and deletes pods towards its replicas and its newest template.
/// Source: kubernetes v1.32 pkg/controller/deployment/rolling.go and replicaset/replica_set.go. Returns when to look again by itself.
SimTime sync_deployment(ControllerContext& context, WorkloadId id);
/// Says when a rollout is complete, or makes no progress for progressDeadlineSeconds (the Progressing condition).
/// Source: pkg/controller/deployment/progress.go, util.DeploymentTimedOut. Returns when to look again.
SimTime watch_rollout(ControllerContext& context, WorkloadId id, RolloutProgress& progress);
/// One pass over a StatefulSet: ordered or parallel creation, deletion from the highest ordinal, rolling update one pod at a time down to
/// its partition. Source: pkg/controller/statefulset/stateful_set_control.go.
SimTime sync_stateful_set(ControllerContext& context, WorkloadId id);
/// One pass over a DaemonSet: one pod on every node that wants one; rolling update with maxUnavailable 1.
/// Source: pkg/controller/daemon/daemon_controller.go. Its pods are bound by the API server at creation: they never wait for a place,
/// because the reservation for them is part of every node's template.
SimTime sync_daemon_set(ControllerContext& context, WorkloadId id);

}  // namespace akstwin
