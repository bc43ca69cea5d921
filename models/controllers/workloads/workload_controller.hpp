/// The workload controllers of kube-controller-manager in one loop: Deployment with its ReplicaSets, StatefulSet, DaemonSet.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/controller.hpp"

namespace akstwin {

/// Looks only at workloads that something happened to; idle workloads cost nothing.
class WorkloadController final : public Controller {
 public:
  std::string_view name() const override { return "workload-controller"; }
  ChangeMask interests() const override;
  SimTime reconcile(ControllerContext& context) override;

 private:
  void collect(const ClusterState& state, const ClusterApi& api);
  void mark(std::uint32_t row);

  ChangeCursor cursor_;
  bool listed_ = false;
  std::vector<std::uint32_t> dirty_;        // workload rows, ascending when processed
  std::vector<std::uint8_t> is_dirty_;
};

/// One pass over a Deployment: creates and deletes pods towards its replicas and its newest template.
/// Source: kubernetes v1.32 pkg/controller/deployment/rolling.go and replicaset/replica_set.go. Returns when to look again by itself.
SimTime sync_deployment(ControllerContext& context, WorkloadId id);
/// One pass over a StatefulSet: ordered creation, deletion from the highest ordinal, rolling update one pod at a time.
/// Source: pkg/controller/statefulset/stateful_set_control.go.
SimTime sync_stateful_set(ControllerContext& context, WorkloadId id);
/// One pass over a DaemonSet: one pod on every node that wants one; rolling update with maxUnavailable 1.
/// Source: pkg/controller/daemon/daemon_controller.go. Its pods are bound by the API server at creation: they never wait for a place,
/// because the reservation for them is part of every node's template.
SimTime sync_daemon_set(ControllerContext& context, WorkloadId id);

}  // namespace akstwin
