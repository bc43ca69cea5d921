/// Changes of a cluster → Timeline rows. The simulated API server and a live informer call the same functions.
#pragma once
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "models/api/cloud_state.hpp"
#include "models/api/cluster_state.hpp"
#include "models/observe/kinds.hpp"

namespace akstwin {

/// Records one cluster. Call each function after the state has changed (pod_gone and node_gone: before the row goes).
class ClusterRecorder {
 public:
  /// `cluster` and `pools` give the labels; all outlive the recorder.
  ClusterRecorder(Name cluster, const ClusterState& state, const CloudState& cloud, Timeline& timeline);

  void pod_created(PodId id, SimTime now);
  /// A pod that was there before anybody looked: counted, but no event says when it came.
  void pod_found(PodId id, SimTime now);
  void pod_bound(PodId id, SimTime now);
  void pod_unschedulable(PodId id, Name reason, SimTime now);
  void pod_nominated(PodId id, NodeId node, std::int64_t victims, SimTime now);
  void pod_started(PodId id, Duration pull, SimTime now);
  void pod_ready_changed(PodId id, SimTime now);
  void pod_deleting(PodId id, Name reason, SimTime now);
  void pod_gone(PodId id, SimTime now);
  /// `before`: the effective request that it had.
  void pod_resized(PodId id, const Resources& before, SimTime now);
  void resources_recommended(const VerticalAutoscaler& autoscaler, SimTime now);
  void node_added(NodeId id, SimTime now);
  void node_ready_changed(NodeId id, SimTime now);
  void node_gone(NodeId id, SimTime now);
  void replicas_changed(WorkloadId id, SimTime now);

 private:
  struct PoolSeries {
    SeriesId ready, cpu_allocatable, memory_allocatable, cpu_requested, memory_requested;
    std::int64_t fullest = 0;        ///< most pods that a node has had, from 80 % of maxPods on
  };
  struct WorkloadSeries { SeriesId desired, ready; bool made = false; };

  PoolSeries& pool_series(PoolId pool);
  SeriesId by_namespace(GaugeKind kind, Name pool, Name name_space);
  Name workload_name(WorkloadId id) const;
  void account(const Pod& pod, std::int64_t sign, SimTime now);
  void note_fullest(const Node& node, SimTime now);
  void account_request(const Pod& pod, Millicores cpu, Bytes memory, SimTime now);
  void record_ready(WorkloadId id, SimTime now);
  void count_ready_node(const Node& node, std::int64_t sign, SimTime now);

  Name cluster_;
  const ClusterState& state_;
  const CloudState& cloud_;
  Timeline& timeline_;
  SeriesId pending_;
  std::map<std::uint32_t, PoolSeries> pools_;                              // by pool row
  std::map<std::tuple<std::uint16_t, std::uint32_t, std::uint32_t>, SeriesId> by_namespace_;   // lookup only
  std::vector<WorkloadSeries> workloads_;                                  // by workload row
  mutable std::vector<Name> workload_names_;                               // by workload row
  std::set<std::pair<std::uint32_t, std::uint32_t>> unschedulable_seen_;   // {pod name, reason}: once per pod and reason
};

}  // namespace akstwin
