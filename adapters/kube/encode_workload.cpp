// Deployments with their ReplicaSets, StatefulSets, DaemonSets, Jobs and CronJobs.
#include <algorithm>

#include "adapters/kube/encode_parts.hpp"

namespace akstwin {
namespace {

Json int_or_percent(const IntOrPercent& value) { return value.percent ? Json(std::to_string(value.value) + "%") : Json(value.value); }

/// What a controller counts of the pods of one workload; `revision` 0: of all.
struct PodCounts {
  std::int64_t live = 0, updated = 0, ready = 0, available = 0, updated_ready = 0;
};

PodCounts count(const ClusterState& state, const Workload& workload, std::uint32_t revision) {
  PodCounts counts;
  for (const PodId id : workload.pods) {
    const Pod& pod = state.pods[id];
    if (!pod.live()) continue;
    if (revision != 0 && pod.revision != revision) continue;
    ++counts.live;
    const bool updated = pod.revision == workload.revision;
    counts.updated += updated ? 1 : 0;
    counts.ready += pod.ready ? 1 : 0;
    counts.updated_ready += updated && pod.ready ? 1 : 0;
  }
  counts.available = counts.ready;
  return counts;
}

void set_unless_zero(Json& object, std::string_view key, std::int64_t value) {
  if (value != 0) object[std::string(key)] = value;
}

Json deployment_status(const EncodeSource& source, const Workload& workload) {
  const PodCounts counts = count(source.state, workload, 0);
  Json status = Json::object();
  set_unless_zero(status, "replicas", counts.live);
  set_unless_zero(status, "updatedReplicas", counts.updated);
  set_unless_zero(status, "readyReplicas", counts.ready);
  set_unless_zero(status, "availableReplicas", counts.available);
  set_unless_zero(status, "unavailableReplicas", std::max<std::int64_t>(0, workload.replicas - counts.available));
  std::int64_t unavailable = workload.spec->max_unavailable.scaled(workload.replicas, false);
  const std::int64_t surge = workload.spec->max_surge.scaled(workload.replicas, true);
  if (surge == 0 && unavailable == 0) unavailable = 1;   // upstream ResolveFenceposts
  const bool available = counts.available >= workload.replicas - unavailable;
  const bool complete = counts.updated == workload.replicas && counts.live == workload.replicas && counts.available >= workload.replicas;
  const std::string at = source.epoch.iso(workload.changed);
  const std::string set = replica_set_name(workload, workload.revision);
  Json progress{{"type", "Progressing"}, {"lastUpdateTime", at}, {"lastTransitionTime", at}, {"status", workload.stalled ? "False" : "True"}};
  progress["reason"] = workload.stalled ? "ProgressDeadlineExceeded" : complete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated";
  progress["message"] = "ReplicaSet \"" + set + "\" " + (workload.stalled ? "has timed out progressing." : complete ? "has successfully progressed." : "is progressing.");
  status["conditions"] = Json::array(
      {Json{{"type", "Available"}, {"status", available ? "True" : "False"}, {"lastUpdateTime", at}, {"lastTransitionTime", at},
            {"reason", available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable"},
            {"message", available ? "Deployment has minimum availability." : "Deployment does not have minimum availability."}},
       std::move(progress)});
  return status;
}

Json stateful_set_status(const EncodeSource& source, const Workload& workload) {
  const PodCounts counts = count(source.state, workload, 0);
  const std::string name = workload.spec->name.str() + "-r";
  const std::uint32_t current = workload.good_revision == 0 ? workload.revision : workload.good_revision;
  Json status{{"replicas", counts.live}, {"availableReplicas", counts.available}, {"collisionCount", 0},
              {"currentRevision", name + std::to_string(counts.updated == counts.live ? workload.revision : current)},
              {"updateRevision", name + std::to_string(workload.revision)}};
  set_unless_zero(status, "readyReplicas", counts.ready);
  set_unless_zero(status, "currentReplicas", counts.updated == counts.live ? counts.live : counts.live - counts.updated);
  set_unless_zero(status, "updatedReplicas", counts.updated);
  return status;
}

Json daemon_set_status(const EncodeSource& source, const Workload& workload) {
  const PodCounts counts = count(source.state, workload, 0);
  Json status{{"currentNumberScheduled", counts.live}, {"desiredNumberScheduled", counts.live}, {"numberMisscheduled", 0}, {"numberReady", counts.ready}};
  set_unless_zero(status, "numberAvailable", counts.available);
  set_unless_zero(status, "numberUnavailable", counts.live - counts.available);
  set_unless_zero(status, "updatedNumberScheduled", counts.updated);
  return status;
}

Json job_status(const EncodeSource& source, const Job& job) {
  Json status = Json::object();
  set_unless_zero(status, "active", job.active);
  set_unless_zero(status, "succeeded", job.succeeded);
  set_unless_zero(status, "failed", job.failed);
  set_unless_zero(status, "ready", job.active - job.pending);
  set_unless_zero(status, "terminating", job.terminating);
  status["uncountedTerminatedPods"] = Json::object();
  if (job.started != kNever) status["startTime"] = source.epoch.iso(job.started);
  if (job.result == JobResult::Running) return status;
  const bool complete = job.result == JobResult::Complete;
  const std::string at = source.epoch.iso(job.finished);
  if (complete) status["completionTime"] = at;
  Json condition{{"type", complete ? "Complete" : "Failed"}, {"status", "True"}, {"lastProbeTime", at}, {"lastTransitionTime", at}};
  condition["reason"] = complete ? "CompletionsReached" : job.reason.str();
  status["conditions"] = Json::array({std::move(condition)});
  return status;
}

Json job_spec(const JobSpec& spec, const PodSpec& pod) {
  Json out{{"parallelism", spec.parallelism}, {"backoffLimit", spec.backoff_limit}, {"completionMode", spec.indexed ? "Indexed" : "NonIndexed"},
           {"suspend", spec.suspend}, {"template", batch_template_object(pod)}};
  if (spec.completions) out["completions"] = *spec.completions;
  if (spec.active_deadline) out["activeDeadlineSeconds"] = spec.active_deadline->seconds();
  if (spec.ttl_after_finished) out["ttlSecondsAfterFinished"] = spec.ttl_after_finished->seconds();
  if (spec.backoff_limit_per_index) out["backoffLimitPerIndex"] = *spec.backoff_limit_per_index;
  return out;
}

JobId job_of_manifest(const EncodeSource& source, WorkloadId id) {
  JobId found;
  source.state.jobs.for_each([&](JobId job, const Job& row) {
    if (row.workload == id) found = job;
  });
  return found;
}

Json spec_of(const EncodeSource&, const Workload& workload) {
  const WorkloadSpec& spec = *workload.spec;
  const PodSpec& pod = *workload.pod_template;
  if (spec.kind == WorkloadKind::Job) return job_spec(spec.job, pod);
  if (spec.kind == WorkloadKind::CronJob || spec.kind == WorkloadKind::ScaledJob) {
    constexpr std::string_view kPolicies[] = {"Allow", "Forbid", "Replace"};
    Json out{{"schedule", spec.schedule.empty() ? "0 0 31 2 *" : spec.schedule}, {"suspend", spec.cron.suspend},
             {"concurrencyPolicy", kPolicies[static_cast<std::size_t>(spec.cron.concurrency)]},
             {"successfulJobsHistoryLimit", spec.cron.successful_history}, {"failedJobsHistoryLimit", spec.cron.failed_history}};
    if (!spec.cron.time_zone.empty()) out["timeZone"] = spec.cron.time_zone;
    out["jobTemplate"] = {{"metadata", Json::object()}, {"spec", job_spec(spec.job, pod)}};
    return out;
  }
  Json out{{"selector", selector_object(spec.selector)}, {"template", pod_template_object(pod)}, {"revisionHistoryLimit", spec.keeps_history ? 10 : 0}};
  if (spec.min_ready.seconds() > 0) out["minReadySeconds"] = spec.min_ready.seconds();
  if (spec.kind == WorkloadKind::DaemonSet) {
    out["updateStrategy"] = {{"type", "RollingUpdate"}, {"rollingUpdate", {{"maxSurge", 0}, {"maxUnavailable", 1}}}};
    return out;
  }
  out["replicas"] = workload.replicas;
  if (spec.kind == WorkloadKind::Deployment) {
    out["progressDeadlineSeconds"] = spec.progress_deadline.seconds();
    if (spec.recreate) out["strategy"] = {{"type", "Recreate"}};
    else
      out["strategy"] = {{"type", "RollingUpdate"}, {"rollingUpdate", {{"maxSurge", int_or_percent(spec.max_surge)}, {"maxUnavailable", int_or_percent(spec.max_unavailable)}}}};
    return out;
  }
  out["serviceName"] = spec.name.text();
  out["podManagementPolicy"] = spec.parallel_pods ? "Parallel" : "OrderedReady";
  out["updateStrategy"] = {{"type", spec.update_on_delete ? "OnDelete" : "RollingUpdate"}};
  if (!spec.update_on_delete) out["updateStrategy"]["rollingUpdate"] = {{"partition", spec.partition}};
  for (const VolumeClaimSpec& claim : spec.volume_claim_templates)
    out["volumeClaimTemplates"].push_back({{"metadata", {{"name", claim.name.text()}}},
                                           {"spec", {{"accessModes", {"ReadWriteOnce"}}, {"resources", {{"requests", {{"storage", to_string(claim.size)}}}}}}}});
  return out;
}

}  // namespace

std::string_view kind_of(WorkloadKind kind) {
  constexpr std::string_view kKinds[] = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "CronJob"};
  return kKinds[static_cast<std::size_t>(kind)];
}

std::string_view api_version_of(WorkloadKind kind) {
  return kind == WorkloadKind::Deployment || kind == WorkloadKind::StatefulSet || kind == WorkloadKind::DaemonSet ? "apps/v1" : "batch/v1";
}

std::string replica_set_name(const Workload& workload, std::uint32_t revision) { return workload.spec->name.str() + "-r" + std::to_string(revision); }

Json workload_status(const EncodeSource& source, WorkloadId id) {
  const Workload& workload = source.state.workloads[id];
  switch (workload.spec->kind) {
    case WorkloadKind::Deployment: return deployment_status(source, workload);
    case WorkloadKind::StatefulSet: return stateful_set_status(source, workload);
    case WorkloadKind::DaemonSet: return daemon_set_status(source, workload);
    case WorkloadKind::Job: {
      const JobId job = job_of_manifest(source, id);
      return job ? job_status(source, source.state.jobs[job]) : Json::object();
    }
    case WorkloadKind::CronJob:
    case WorkloadKind::ScaledJob: break;
  }
  Json status = Json::object();
  SimTime last = kNever;
  source.state.jobs.for_each([&](JobId, const Job& job) {
    if (!(job.workload == id)) return;
    if (last == kNever || job.scheduled > last) last = job.scheduled;
    if (job.result != JobResult::Running) return;
    const std::string name(own_name(job.name.text()));
    status["active"].push_back({{"apiVersion", "batch/v1"}, {"kind", "Job"}, {"namespace", workload.spec->name_space.text()}, {"name", name},
                                {"uid", uid_text("Job/" + workload.spec->name_space.str() + "/" + name)}});
  });
  if (last != kNever) status["lastScheduleTime"] = source.epoch.iso(last);
  return status;
}

Json encode_workload(const EncodeSource& source, WorkloadId id) {
  const Workload& workload = source.state.workloads[id];
  const std::string kind(kind_of(workload.spec->kind));
  Json metadata = metadata_object(source, kind, workload.spec->name_space, workload.spec->name.text());
  metadata["generation"] = workload.revision;
  if (!workload.spec->pod.labels.pairs.empty()) metadata["labels"] = labels_object(workload.spec->pod.labels);
  if (!workload.spec->kustomization.empty()) metadata["labels"]["kustomize.toolkit.fluxcd.io/name"] = workload.spec->kustomization.text();
  if (workload.spec->kind == WorkloadKind::Deployment) metadata["annotations"]["deployment.kubernetes.io/revision"] = std::to_string(workload.revision);
  return {{"apiVersion", api_version_of(workload.spec->kind)}, {"kind", kind}, {"metadata", std::move(metadata)}, {"spec", spec_of(source, workload)},
          {"status", workload_status(source, id)}};
}

Json encode_replica_set(const EncodeSource& source, WorkloadId id, std::uint32_t revision) {
  const Workload& workload = source.state.workloads[id];
  const bool newest = revision == workload.revision;
  const PodCounts counts = count(source.state, workload, revision);
  const PodCounts all = count(source.state, workload, 0);
  const std::string name = replica_set_name(workload, revision), hash = "r" + std::to_string(revision);
  Json metadata = metadata_object(source, "ReplicaSet", workload.spec->name_space, name);
  metadata["generation"] = 1;
  metadata["labels"] = labels_object(workload.pod_template->labels);
  metadata["labels"]["pod-template-hash"] = hash;
  metadata["annotations"] = {{"deployment.kubernetes.io/revision", std::to_string(revision)}, {"deployment.kubernetes.io/desired-replicas", std::to_string(workload.replicas)}};
  metadata["ownerReferences"] = Json::array({Json{{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"name", workload.spec->name.text()},
                                                  {"uid", uid_text("Deployment/" + workload.key.str())}, {"controller", true}, {"blockOwnerDeletion", true}}});
  const bool alone = newest && all.live == counts.live;
  Json spec{{"replicas", alone ? workload.replicas : counts.live}, {"selector", selector_object(workload.spec->selector)}, {"template", pod_template_object(*workload.pod_template)}};
  spec["selector"]["matchLabels"]["pod-template-hash"] = hash;
  spec["template"]["metadata"]["labels"]["pod-template-hash"] = hash;
  Json status{{"replicas", counts.live}, {"observedGeneration", 1}};
  set_unless_zero(status, "fullyLabeledReplicas", counts.live);
  set_unless_zero(status, "readyReplicas", counts.ready);
  set_unless_zero(status, "availableReplicas", counts.available);
  return {{"apiVersion", "apps/v1"}, {"kind", "ReplicaSet"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}, {"status", std::move(status)}};
}

Json encode_job(const EncodeSource& source, JobId id) {
  const Job& job = source.state.jobs[id];
  const Workload& workload = source.state.workloads[job.workload];
  const std::string name(own_name(job.name.text()));
  Json metadata = metadata_object(source, "Job", workload.spec->name_space, name, job.created);
  metadata["labels"] = labels_object(workload.pod_template->labels);
  if (workload.spec->kind != WorkloadKind::Job)
    metadata["ownerReferences"] = Json::array({Json{{"apiVersion", "batch/v1"}, {"kind", "CronJob"}, {"name", workload.spec->name.text()},
                                                    {"uid", uid_text("CronJob/" + workload.key.str())}, {"controller", true}, {"blockOwnerDeletion", true}}});
  Json spec = job_spec(workload.spec->job, *workload.pod_template);
  const std::string uid = metadata["uid"];
  spec["selector"] = {{"matchLabels", {{"batch.kubernetes.io/controller-uid", uid}}}};
  return {{"apiVersion", "batch/v1"}, {"kind", "Job"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}, {"status", job_status(source, job)}};
}

}  // namespace akstwin
