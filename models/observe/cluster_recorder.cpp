#include "models/observe/cluster_recorder.hpp"

#include <string>

namespace akstwin {

ClusterRecorder::ClusterRecorder(Name cluster, const ClusterState& state, const CloudState& cloud, Timeline& timeline)
    : cluster_(cluster), state_(state), cloud_(cloud), timeline_(timeline), pending_(timeline.series(key(GaugeKind::PodsPending, cluster))) {}

ClusterRecorder::PoolSeries& ClusterRecorder::pool_series(PoolId pool) {
  const auto found = pools_.find(pool.row);
  if (found != pools_.end()) return found->second;
  const Name name = cloud_.pools[pool].key;
  const auto make = [&](GaugeKind kind) { return timeline_.series(key(kind, cluster_, name)); };
  return pools_
      .emplace(pool.row, PoolSeries{make(GaugeKind::NodesReady), make(GaugeKind::CpuAllocatable), make(GaugeKind::MemoryAllocatable),
                                    make(GaugeKind::CpuRequested), make(GaugeKind::MemoryRequested), 0})
      .first->second;
}

SeriesId ClusterRecorder::by_namespace(GaugeKind kind, Name pool, Name name_space) {
  const auto [entry, fresh] = by_namespace_.try_emplace({code(kind), pool.id(), name_space.id()});
  if (fresh) {
    entry->second = kind == GaugeKind::PodsRunning ? timeline_.series(key(kind, cluster_, name_space))
                                                   : timeline_.series(key(kind, cluster_, pool, name_space));
  }
  return entry->second;
}

Name ClusterRecorder::workload_name(WorkloadId id) const {
  if (workload_names_.size() <= id.row) workload_names_.resize(id.row + 1);
  Name& name = workload_names_[id.row];
  if (name.empty()) name = Name(cluster_.str() + "/" + state_.workloads[id].key.str());
  return name;
}

void ClusterRecorder::account(const Pod& pod, std::int64_t sign, SimTime now) {
  const Resources request = pod.spec->effective_request();
  if (sign > 0) note_fullest(state_.nodes[pod.node], now);
  account_request(pod, request.cpu * sign, request.memory * sign, now);
  timeline_.add(by_namespace(GaugeKind::PodsRunning, {}, pod.spec->name_space), now, sign);
}

void ClusterRecorder::note_fullest(const Node& node, SimTime now) {
  const auto pods = static_cast<std::int64_t>(node.pods.size());
  if (5 * pods < 4 * node.pod_capacity) return;
  PoolSeries& series = pool_series(node.pool);
  if (pods <= series.fullest) return;
  series.fullest = pods;
  timeline_.set(timeline_.series(key(GaugeKind::PodsOnFullestNode, cluster_, cloud_.pools[node.pool].key)), now, pods);
}

void ClusterRecorder::account_request(const Pod& pod, Millicores cpu, Bytes memory, SimTime now) {
  const Node& node = state_.nodes[pod.node];
  const Name pool = cloud_.pools[node.pool].key;
  PoolSeries& series = pool_series(node.pool);
  timeline_.add(series.cpu_requested, now, cpu.value);
  timeline_.add(series.memory_requested, now, memory.value);
  timeline_.add(by_namespace(GaugeKind::CpuRequestedBy, pool, pod.spec->name_space), now, cpu.value);
  timeline_.add(by_namespace(GaugeKind::MemoryRequestedBy, pool, pod.spec->name_space), now, memory.value);
}

void ClusterRecorder::pod_created(PodId id, SimTime now) {
  const Pod& pod = state_.pods[id];
  timeline_.event({now, code(EventKind::PodCreated), pod.name, workload_name(pod.owner), {}, 0});
  timeline_.set(pending_, now, state_.pending);
}

void ClusterRecorder::pod_found(PodId id, SimTime now) {
  const Pod& pod = state_.pods[id];
  timeline_.set(pending_, now, state_.pending);
  if (pod.node) account(pod, +1, now);
  record_ready(pod.owner, now);
}

void ClusterRecorder::pod_bound(PodId id, SimTime now) {
  const Pod& pod = state_.pods[id];
  timeline_.event({now, code(EventKind::PodScheduled), pod.name, state_.nodes[pod.node].name, {}, (now - pod.created).us});
  timeline_.set(pending_, now, state_.pending);
  account(pod, +1, now);
}

void ClusterRecorder::pod_unschedulable(PodId id, Name reason, SimTime now) {
  const Pod& pod = state_.pods[id];
  if (!unschedulable_seen_.insert({pod.name.id(), reason.id()}).second) return;
  timeline_.event({now, code(EventKind::PodUnschedulable), pod.name, workload_name(pod.owner), reason, 0});
}

void ClusterRecorder::pod_nominated(PodId id, NodeId node, std::int64_t victims, SimTime now) {
  timeline_.event({now, code(EventKind::PodNominated), state_.pods[id].name, state_.nodes[node].name, {}, victims});
}

void ClusterRecorder::pod_started(PodId id, Duration pull, SimTime now) {
  const Pod& pod = state_.pods[id];
  timeline_.event({now, code(EventKind::PodStarted), pod.name, state_.nodes[pod.node].name, {}, pull.us});
}

void ClusterRecorder::record_ready(WorkloadId id, SimTime now) {
  if (workloads_.size() <= id.row) workloads_.resize(id.row + 1);
  WorkloadSeries& series = workloads_[id.row];
  const Name name = workload_name(id);
  if (!series.made) series = {timeline_.series(key(GaugeKind::ReplicasDesired, name)), timeline_.series(key(GaugeKind::ReplicasReady, name)), true};
  const Workload& workload = state_.workloads[id];
  timeline_.set(series.desired, now, workload.applied ? workload.replicas : 0);
  timeline_.set(series.ready, now, workload.ready);
}

void ClusterRecorder::pod_ready_changed(PodId id, SimTime now) {
  const Pod& pod = state_.pods[id];
  if (pod.ready && !pod.was_ready) timeline_.event({now, code(EventKind::PodReady), pod.name, workload_name(pod.owner), {}, (now - pod.created).us});
  record_ready(pod.owner, now);
}

void ClusterRecorder::pod_deleting(PodId id, Name reason, SimTime now) {
  const Pod& pod = state_.pods[id];
  timeline_.event({now, code(EventKind::PodDeleted), pod.name, workload_name(pod.owner), reason, 0});
  timeline_.set(pending_, now, state_.pending);
  record_ready(pod.owner, now);
}

void ClusterRecorder::pod_gone(PodId id, SimTime now) {
  const Pod& pod = state_.pods[id];
  if (pod.node) account(pod, -1, now);
}

void ClusterRecorder::pod_resized(PodId id, const Resources& before, SimTime now) {
  const Pod& pod = state_.pods[id];
  const Resources after = pod.spec->effective_request();
  account_request(pod, after.cpu - before.cpu, after.memory - before.memory, now);
}

void ClusterRecorder::resources_recommended(const VerticalAutoscaler& autoscaler, SimTime now) {
  const Name workload = workload_name(autoscaler.target);
  for (const ContainerRecommendation& entry : autoscaler.recommendation) {
    if (entry.controls_cpu) timeline_.set(timeline_.series(key(GaugeKind::VpaTargetCpu, workload, entry.container)), now, entry.target.cpu.value);
    if (entry.controls_memory)
      timeline_.set(timeline_.series(key(GaugeKind::VpaTargetMemory, workload, entry.container)), now, entry.target.memory.value);
  }
}

void ClusterRecorder::count_ready_node(const Node& node, std::int64_t sign, SimTime now) {
  PoolSeries& series = pool_series(node.pool);
  timeline_.add(series.ready, now, sign);
  timeline_.add(series.cpu_allocatable, now, sign * node.allocatable.cpu.value);
  timeline_.add(series.memory_allocatable, now, sign * node.allocatable.memory.value);
}

void ClusterRecorder::node_added(NodeId id, SimTime now) {
  if (state_.nodes[id].ready) count_ready_node(state_.nodes[id], +1, now);
}

void ClusterRecorder::node_ready_changed(NodeId id, SimTime now) { count_ready_node(state_.nodes[id], state_.nodes[id].ready ? +1 : -1, now); }

void ClusterRecorder::node_gone(NodeId id, SimTime now) {
  if (state_.nodes[id].ready) count_ready_node(state_.nodes[id], -1, now);
}

void ClusterRecorder::replicas_changed(WorkloadId id, SimTime now) { record_ready(id, now); }

}  // namespace akstwin
