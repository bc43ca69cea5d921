#include "models/kube/api_server.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

#include "models/api/disruption.hpp"
#include "models/catalog/allocatable.hpp"
#include "models/catalog/vm_sizes.hpp"

namespace akstwin {

ApiServer::ApiServer(const ApiServerParts& parts)
    : spec_(parts.spec),
      cloud_(parts.cloud),
      kernel_(parts.kernel),
      timeline_(parts.timeline),
      images_(parts.images),
      repository_(parts.repository),
      region_(parts.region),
      recorder_(parts.spec.name, state_, parts.cloud, parts.timeline),
      boot_draws_(parts.rng, "kube/region_return/cluster=" + parts.spec.name.str()) {
  state_.spec = &spec_;
  kubelet_ = std::make_unique<Kubelet>(kernel_, *this, images_, parts.rng, spec_.name, region_);
  load(parts.manifests);
  repository_.watch(*this);
  region_boot_ = kernel_.handlers().add<&ApiServer::on_region_boot>("api_server.region_boot", Phase::Plant, *this);
}

void ApiServer::changed(ChangeKind kind, std::uint32_t row, std::uint32_t generation, std::uint32_t owner) {
  log_.append({kind, row, generation, owner});
  if (listener_) listener_(kind);
}

void ApiServer::pod_changed(ChangeKind kind, PodId id) { changed(kind, id.row, id.generation, state_.pods[id].owner.row); }

struct ApiServer::Submit {
  ApiServer& server;
  Verdict operator()(const CreatePod& a) const { return server.create_pod(a); }
  Verdict operator()(const DeletePod& a) const {
    if (!server.state_.pods.contains(a.pod)) return Verdict::NotFound;
    return server.delete_pod(a.pod, a.reason, server.state_.pods[a.pod].spec->termination_grace);
  }
  Verdict operator()(const EvictPod& a) const { return server.evict_pod(a.pod, a.reason); }
  Verdict operator()(const BindPod& a) const { return server.bind_pod(a.pod, a.node); }
  Verdict operator()(const MarkUnschedulable& a) const {
    if (!server.state_.pods.contains(a.pod)) return Verdict::NotFound;
    server.state_.pods[a.pod].unschedulable = true;
    server.recorder_.pod_unschedulable(a.pod, a.reason, server.kernel_.now());
    server.pod_changed(ChangeKind::PodUpdated, a.pod);
    return Verdict::Accepted;
  }
  Verdict operator()(const NominateNode& a) const { return server.nominate(a); }
  Verdict operator()(const ScaleWorkload& a) const { return server.scale(a); }
  Verdict operator()(const MarkNodeUnknown& a) const { return server.mark_node_unknown(a.node); }
  Verdict operator()(const MarkPodUnready& a) const {
    if (!server.state_.pods.contains(a.pod)) return Verdict::NotFound;
    server.pod_ready(a.pod, false);
    return Verdict::Accepted;
  }
  Verdict operator()(const CreateJob& a) const { return server.create_job(a); }
  Verdict operator()(const FinishJob& a) const { return server.finish_job(a); }
  Verdict operator()(const DeleteJob& a) const { return server.delete_job(a.job); }
  Verdict operator()(const SetRolloutState& a) const { return server.set_rollout_state(a); }
  Verdict operator()(const RollBack& a) const { return server.roll_back(a.workload); }
  Verdict operator()(const CordonNode& a) const {
    if (!server.state_.nodes.contains(a.node)) return Verdict::NotFound;
    server.state_.nodes[a.node].unschedulable = a.on;
    server.changed(ChangeKind::NodeUpdated, a.node.row, a.node.generation);
    return Verdict::Accepted;
  }
  Verdict operator()(const TaintNode& a) const {
    if (!server.state_.nodes.contains(a.node)) return Verdict::NotFound;
    auto& taints = server.state_.nodes[a.node].taints;
    std::erase_if(taints, [&](const Taint& t) { return t.key == a.taint.key && t.effect == a.taint.effect; });
    if (a.on) taints.push_back(a.taint);
    server.changed(ChangeKind::NodeUpdated, a.node.row, a.node.generation);
    return Verdict::Accepted;
  }
  Verdict operator()(const ApplyKustomization& a) const {
    server.apply_kustomization(a.kustomization, a.revision);
    return Verdict::Accepted;
  }
  Verdict operator()(const SetKustomizationReady& a) const {
    server.state_.kustomizations[a.kustomization].ready = a.ready;
    server.changed(ChangeKind::KustomizationUpdated, a.kustomization.row, a.kustomization.generation);
    return Verdict::Accepted;
  }
  Verdict operator()(const FetchSource& a) const {
    GitSource& source = server.state_.git_sources[a.source];
    source.fetched = source.head;
    server.changed(ChangeKind::SourceUpdated, a.source, 1);
    return Verdict::Accepted;
  }
  Verdict operator()(const SuspendGitOps& a) const {
    for (GitSource& source : server.state_.git_sources) source.suspended = a.suspended;
    for (std::uint32_t row = 0; row < server.state_.kustomizations.size(); ++row)
      if (const KustomizationId id = server.state_.kustomizations.at(row)) server.state_.kustomizations[id].suspended = a.suspended;
    server.changed(ChangeKind::SourceUpdated, 0, 1);
    return Verdict::Accepted;
  }
  Verdict operator()(const RemoveWorkloads&) const {
    server.remove_workloads();
    return Verdict::Accepted;
  }
  Verdict operator()(const RecommendResources& a) const { return server.recommend(a); }
  Verdict operator()(const ResizePod& a) const { return server.resize_pod(a); }
  Verdict operator()(const ApplyWorkload& a) const { return server.apply(a); }
  Verdict operator()(const ApplyAutoscaler& a) const { return server.apply(a); }
  Verdict operator()(const ApplyBudget& a) const { return server.apply(a); }
  Verdict operator()(const LabelNode& a) const { return server.apply(a); }
  Verdict operator()(const SuspendKustomization& a) const { return server.apply(a); }
  Verdict operator()(const SuspendSource& a) const { return server.apply(a); }
  Verdict operator()(const DeleteWorkload& a) const { return server.remove(a); }
  Verdict operator()(const DeleteAutoscaler& a) const { return server.remove(a); }
  Verdict operator()(const DeleteBudget& a) const { return server.remove(a); }
  Verdict operator()(const ProtectNode& a) const {
    if (!server.state_.nodes.contains(a.node)) return Verdict::NotFound;
    server.state_.nodes[a.node].scale_down_disabled = a.on;
    server.changed(ChangeKind::NodeUpdated, a.node.row, a.node.generation);
    return Verdict::Accepted;
  }
  Verdict operator()(const DeleteNode& a) const {
    if (!server.state_.nodes.contains(a.node)) return Verdict::NotFound;
    server.node_gone(a.node, Name("NodeDeleted"));
    return Verdict::Accepted;
  }
};

Verdict ApiServer::submit(const Action& action) {
  if (!state_.reachable) return Verdict::Refused;
  return std::visit(Submit{*this}, action);
}

/// A Deployment's template with the label of its newest ReplicaSet, by which spreading, and selectors with matchLabelKeys, tell revisions apart.
const PodSpec* ApiServer::of_revision(WorkloadId id) {
  const Workload& workload = state_.workloads[id];
  if (workload.spec->kind != WorkloadKind::Deployment) return workload.pod_template;
  if (newest_revisions_.size() <= id.row) newest_revisions_.resize(id.row + 1);
  Revision& newest = newest_revisions_[id.row];
  if (newest.original != workload.pod_template || newest.number != workload.revision) {
    PodSpec& spec = revision_specs_.emplace_back(*workload.pod_template);
    spec.labels.set(Name(kPodTemplateHash), Name("r" + std::to_string(workload.revision)));
    newest = {workload.pod_template, workload.revision, &spec};
  }
  return newest.spec;
}

Verdict ApiServer::create_pod(const CreatePod& action) {
  if (!state_.workloads.contains(action.workload)) return Verdict::NotFound;
  Workload& workload = state_.workloads[action.workload];
  if (pods_created_.size() <= action.workload.row) pods_created_.resize(action.workload.row + 1);
  const std::int64_t number = pods_created_[action.workload.row]++;
  Pod pod;
  const bool ordered = workload.spec->kind == WorkloadKind::StatefulSet;
  if (action.job && !state_.jobs.contains(action.job)) return Verdict::NotFound;
  char suffix[48];
  if (ordered) std::snprintf(suffix, sizeof suffix, "-%lld", static_cast<long long>(action.ordinal));
  else std::snprintf(suffix, sizeof suffix, "-r%u-%05lld", workload.revision, static_cast<long long>(number));
  pod.name = Name(spec_.name.str() + "/" + workload.key.str() + suffix);
  pod.spec = admitted(action.workload);
  pod.owner = action.workload;
  // Ordinals below the partition keep the template that the set had before the update.
  const bool held_back = ordered && action.ordinal < workload.spec->partition && workload.good_revision != 0;
  pod.revision = held_back ? workload.good_revision : workload.revision;
  pod.created = kernel_.now();
  pod.ordinal = ordered || (action.job && workload.spec->job.indexed) ? action.ordinal : number;
  pod.job = action.job;
  if (!pod.spec->volume_claims.empty()) attach_claims(pod, workload);
  const PodId id = state_.pods.insert(pod);
  workload.pods.push_back(id);
  if (pod.job) count_job_pod(pod.job, {.active = 1, .pending = 1});
  ++state_.pending;
  recorder_.pod_created(id, kernel_.now());
  pod_changed(ChangeKind::PodCreated, id);
  if (action.pinned) return bind_pod(id, action.pinned);
  return Verdict::Accepted;
}

Verdict ApiServer::bind_pod(PodId id, NodeId node) {
  if (!state_.pods.contains(id) || !state_.nodes.contains(node)) return Verdict::NotFound;
  Pod& pod = state_.pods[id];
  if (pod.node || pod.terminating()) return Verdict::Conflict;
  pod.node = node;
  pod.bound = kernel_.now();
  pod.unschedulable = false;
  pod.nominated = {};
  if (!pod.volumes.empty()) provision_volumes(pod);
  state_.nodes[node].pods.push_back(id);
  --state_.pending;
  recorder_.pod_bound(id, kernel_.now());
  pod_changed(ChangeKind::PodBound, id);
  if (state_.nodes[node].silent_since != kNever) state_.pods[id].silent = true;   // nobody there to start it
  else kubelet_->start(id, nic_[node.row]);
  return Verdict::Accepted;
}

void ApiServer::set_ready_condition(Pod& pod, bool ready) {
  if (pod.ready == ready) return;
  Workload& owner = state_.workloads[pod.owner];
  pod.ready = ready;
  pod.ready_transition = kernel_.now();
  owner.ready += ready ? 1 : -1;
  if (pod.silent) owner.silent += ready ? 1 : -1;
}

Verdict ApiServer::delete_pod(PodId id, Name reason, Duration grace) {
  Pod& pod = state_.pods[id];
  if (pod.terminating()) return Verdict::Accepted;
  pod.deleting = kernel_.now();
  set_ready_condition(pod, false);
  if (!pod.node) --state_.pending;
  if (pod.job) job_pod_deleting(pod, reason);
  recorder_.pod_deleting(id, reason, kernel_.now());
  pod_changed(ChangeKind::PodDeleting, id);
  if (!pod.node) pod_gone(id);
  else if (!pod.silent) kubelet_->terminate(id, grace);   // a silent machine carries it out when it is back
  return Verdict::Accepted;
}

Verdict ApiServer::evict_pod(PodId id, Name reason) {
  if (!state_.pods.contains(id)) return Verdict::NotFound;
  if (const Verdict verdict = eviction_verdict(state_, id); verdict != Verdict::Accepted) return verdict;
  return delete_pod(id, reason, state_.pods[id].spec->termination_grace);
}

Verdict ApiServer::scale(const ScaleWorkload& action) {
  if (!state_.workloads.contains(action.workload)) return Verdict::NotFound;
  Workload& workload = state_.workloads[action.workload];
  if (workload.replicas == action.replicas) return Verdict::Accepted;
  workload.replicas = action.replicas;
  workload.changed = kernel_.now();
  if (!action.by.empty()) {
    const Name name(spec_.name.str() + "/" + workload.key.str());
    timeline_.event({kernel_.now(), code(EventKind::HpaRescaled), name, action.by, action.reason, action.replicas});
  }
  recorder_.replicas_changed(action.workload, kernel_.now());
  changed(ChangeKind::WorkloadUpdated, action.workload.row, action.workload.generation);
  return Verdict::Accepted;
}

void ApiServer::pod_started(PodId id, Duration pull) {
  Pod& pod = state_.pods[id];
  pod.phase = PodPhase::Running;
  pod.started = kernel_.now();
  pod.ready_transition = kernel_.now();
  if (pod.job && pod.restarts == 0) count_job_pod(pod.job, {.pending = -1});
  recorder_.pod_started(id, pull, kernel_.now());
  pod_changed(ChangeKind::PodUpdated, id);
}

void ApiServer::pod_ready(PodId id, bool ready) {
  Pod& pod = state_.pods[id];
  if (pod.ready == ready || pod.terminating()) return;
  set_ready_condition(pod, ready);
  recorder_.pod_ready_changed(id, kernel_.now());
  pod.was_ready = pod.was_ready || ready;
  pod_changed(ChangeKind::PodUpdated, id);
}

void ApiServer::pod_gone(PodId id) {
  const Pod& pod = state_.pods[id];
  recorder_.pod_gone(id, kernel_.now());
  kubelet_->pod_gone(id, pod.node);
  if (pod.node && state_.nodes.contains(pod.node)) std::erase(state_.nodes[pod.node].pods, id);
  std::erase(state_.workloads[pod.owner].pods, id);
  if (pod.job) job_pod_gone(pod);
  const std::uint32_t owner = pod.owner.row;
  state_.pods.erase(id);
  changed(ChangeKind::PodGone, id.row, id.generation, owner);
}

void ApiServer::lose_pod(PodId id, Name reason) {
  Pod& pod = state_.pods[id];
  kubelet_->abandon(id);
  set_ready_condition(pod, false);
  if (!pod.terminating()) {
    pod.deleting = kernel_.now();
    if (pod.job) job_pod_deleting(pod, reason);
    recorder_.pod_deleting(id, reason, kernel_.now());
    pod_changed(ChangeKind::PodDeleting, id);
  }
  pod_gone(id);
}

void ApiServer::metrics_sampled(const UsageTruth& usage) {
  state_.metrics.resize(state_.workloads.size());
  for (std::size_t row = 0; row < state_.metrics.size() && row < usage.by_workload.size(); ++row) {
    const WorkloadUsage& truth = usage.by_workload[row];
    state_.metrics[row] = {kernel_.now(), spec_.metric_resolution, truth.cpu, truth.memory, truth.cpu_idle, truth.requests_milli};
  }
  state_.external_metrics = usage.queues;
  changed(ChangeKind::MetricsSampled, 0, 1);
}

void ApiServer::set_trigger(ScaledObjectId object, std::uint32_t trigger, std::int64_t value_milli) {
  ScaledObject& row = state_.scaled_objects[object];
  if (row.trigger_values_milli.size() <= trigger) row.trigger_values_milli.resize(trigger + 1);
  if (row.trigger_values_milli[trigger] == value_milli) return;
  row.trigger_values_milli[trigger] = value_milli;
  changed(ChangeKind::ScaledObjectUpdated, object.row, object.generation);
}

}  // namespace akstwin
