// Autoscalers, budgets, GitOps, storage and what else is neither a pod, a node nor a workload.
#include <algorithm>

#include "adapters/kube/encode_parts.hpp"
#include "models/api/disruption.hpp"

namespace akstwin {
namespace {

Json quantity_of_milli(std::int64_t milli) {
  return milli % 1'000 == 0 ? std::to_string(milli / 1'000) : std::to_string(milli) + "m";
}

/// A value of a resource metric: CPU is counted in thousandths, memory in bytes × 1000.
Json metric_quantity(const MetricSpec& metric, std::int64_t milli) {
  if (metric.name.text() == "memory") return to_string(Bytes{milli / 1'000});
  return quantity_of_milli(milli);
}

std::string_view source_text(MetricSource source) {
  constexpr std::string_view kTexts[] = {"Resource", "ContainerResource", "Pods", "Object", "External"};
  return kTexts[static_cast<std::size_t>(source)];
}

Json metric_target(const MetricSpec& metric) {
  if (metric.target == MetricTarget::Utilization) return {{"type", "Utilization"}, {"averageUtilization", metric.value}};
  const bool average = metric.target == MetricTarget::AverageValue;
  return {{"type", average ? "AverageValue" : "Value"}, {average ? "averageValue" : "value", metric_quantity(metric, metric.value)}};
}

/// One entry of spec.metrics, or of status.currentMetrics when `current` is given.
Json metric_object(const MetricSpec& metric, const Json* current) {
  const std::string type(source_text(metric.source));
  Json body = Json::object();
  const std::string field = current != nullptr ? "current" : "target";
  body[field] = current != nullptr ? *current : metric_target(metric);
  switch (metric.source) {
    case MetricSource::ContainerResource: body["container"] = metric.container.text(); [[fallthrough]];
    case MetricSource::Resource: body["name"] = metric.name.text(); break;
    case MetricSource::Object: body["describedObject"] = {{"apiVersion", "v1"}, {"kind", "Service"}, {"name", metric.name.text()}}; [[fallthrough]];
    case MetricSource::Pods:
    case MetricSource::External: body["metric"] = {{"name", metric.name.text()}}; break;
  }
  constexpr std::string_view kFields[] = {"resource", "containerResource", "pods", "object", "external"};
  return {{"type", type}, {std::string(kFields[static_cast<std::size_t>(metric.source)]), std::move(body)}};
}

Json rules(const ScalingRules& in) {
  constexpr std::string_view kSelect[] = {"Max", "Min", "Disabled"};
  Json out{{"selectPolicy", kSelect[static_cast<std::size_t>(in.select)]}, {"policies", Json::array()}};
  if (in.stabilization_seconds) out["stabilizationWindowSeconds"] = *in.stabilization_seconds;
  for (const ScalingPolicy& policy : in.policies)
    out["policies"].push_back({{"type", policy.percent ? "Percent" : "Pods"}, {"value", policy.value}, {"periodSeconds", policy.period_seconds}});
  return out;
}

/// What the metrics pipeline says of the target now, or null where it says nothing.
Json current_of(const EncodeSource& source, const Autoscaler& autoscaler, const MetricSpec& metric) {
  if (metric.source != MetricSource::Resource && metric.source != MetricSource::ContainerResource) return nullptr;
  const std::uint32_t row = autoscaler.target.row;
  if (row >= source.state.metrics.size() || source.state.metrics[row].at == kNever) return nullptr;
  const PodMetrics& sample = source.state.metrics[row];
  const Resources request = source.state.workloads[autoscaler.target].pod_template->effective_request();
  const bool cpu = metric.name.text() == "cpu";
  const std::int64_t used = cpu ? sample.cpu.value : sample.memory.value, asked = cpu ? request.cpu.value : request.memory.value;
  Json out{{"averageValue", cpu ? Json(to_string(sample.cpu)) : Json(to_string(sample.memory))}};
  if (asked > 0) out["averageUtilization"] = used * 100 / asked;
  return out;
}

Json ready_condition(const EncodeSource& source, bool ready, std::string_view reason, std::string_view message) {
  return Json::array({Json{{"type", "Ready"}, {"status", ready ? "True" : "False"}, {"reason", reason}, {"message", message},
                           {"lastTransitionTime", source.epoch.iso(SimTime{})}}});
}

std::string revision_text(std::uint64_t revision) { return "main@sha1:" + std::string(40 - std::to_string(revision).size(), '0') + std::to_string(revision); }

}  // namespace

Json autoscaler_status(const EncodeSource& source, AutoscalerId id) {
  const Autoscaler& autoscaler = source.state.autoscalers[id];
  const Workload& target = source.state.workloads[autoscaler.target];
  const std::string at = source.epoch.iso(target.changed);
  Json status{{"desiredReplicas", target.replicas}, {"currentReplicas", live_pods(source.state, target)}};
  bool measured = true;
  for (const MetricSpec& metric : autoscaler.spec->metrics) {
    const Json current = current_of(source, autoscaler, metric);
    if (current.is_null()) measured = false;
    else status["currentMetrics"].push_back(metric_object(metric, &current));
  }
  const auto condition = [&](std::string_view type, bool holds, std::string_view reason, std::string_view message) {
    status["conditions"].push_back({{"type", type}, {"status", holds ? "True" : "False"}, {"lastTransitionTime", at}, {"reason", reason}, {"message", message}});
  };
  condition("AbleToScale", true, "ReadyForNewScale", "recommended size matches current size");
  if (measured) condition("ScalingActive", true, "ValidMetricFound", "the HPA was able to successfully calculate a replica count");
  else condition("ScalingActive", false, "FailedGetResourceMetric", "the metrics pipeline has no sample yet");
  const bool at_most = target.replicas >= autoscaler.spec->max_replicas, at_least = target.replicas <= autoscaler.spec->min_replicas;
  condition("ScalingLimited", at_most || at_least, at_most ? "TooManyReplicas" : at_least ? "TooFewReplicas" : "DesiredWithinRange",
            at_most ? "the desired replica count is more than the maximum replica count"
            : at_least ? "the desired replica count is less than the minimum replica count"
                       : "the desired count is within the acceptable range");
  return status;
}

Json encode_autoscaler(const EncodeSource& source, AutoscalerId id) {
  const Autoscaler& autoscaler = source.state.autoscalers[id];
  const HorizontalPodAutoscalerSpec& in = *autoscaler.spec;
  Json spec{{"scaleTargetRef", {{"apiVersion", api_version_of(in.target_kind)}, {"kind", kind_of(in.target_kind)}, {"name", in.target.text()}}},
            {"minReplicas", in.min_replicas}, {"maxReplicas", in.max_replicas}};
  for (const MetricSpec& metric : in.metrics) spec["metrics"].push_back(metric_object(metric, nullptr));
  if (in.behavior) spec["behavior"] = {{"scaleUp", rules(in.behavior->scale_up)}, {"scaleDown", rules(in.behavior->scale_down)}};
  return {{"apiVersion", "autoscaling/v2"}, {"kind", "HorizontalPodAutoscaler"}, {"metadata", metadata_object(source, "HorizontalPodAutoscaler", in.name_space, in.name.text())},
          {"spec", std::move(spec)}, {"status", autoscaler_status(source, id)}};
}

Json encode_scaled_object(const EncodeSource& source, ScaledObjectId id) {
  const ScaledObject& object = source.state.scaled_objects[id];
  const ScaledObjectSpec& in = *object.spec;
  const bool jobs = in.jobs.has_value();
  Json spec{{"pollingInterval", in.polling_interval.seconds()}, {"maxReplicaCount", in.max_replicas}, {"minReplicaCount", in.min_replicas}};
  if (!jobs) {
    spec["scaleTargetRef"] = {{"kind", kind_of(in.target_kind)}, {"name", in.target.text()}};
    spec["cooldownPeriod"] = in.cooldown.seconds();
  }
  for (const ScaledObjectSpec::Trigger& trigger : in.triggers) {
    Json metadata = Json::object();
    if (!trigger.cron_start.empty()) metadata = {{"start", trigger.cron_start}, {"end", trigger.cron_end}, {"timezone", trigger.cron_timezone}, {"desiredReplicas", std::to_string(trigger.cron_replicas)}};
    else if (trigger.target_milli > 0) metadata["value"] = quantity_of_milli(trigger.target_milli);
    Json entry{{"type", trigger.type.text()}, {"metadata", std::move(metadata)}};
    if (!trigger.name.empty()) entry["name"] = trigger.name.text();
    spec["triggers"].push_back(std::move(entry));
  }
  const std::string kind = jobs ? "ScaledJob" : "ScaledObject";
  return {{"apiVersion", "keda.sh/v1alpha1"}, {"kind", kind}, {"metadata", metadata_object(source, kind, in.name_space, in.name.text())}, {"spec", std::move(spec)},
          {"status", {{"conditions", ready_condition(source, true, "ScaledObjectReady", "ScaledObject is defined correctly and is ready for scaling")}}}};
}

Json encode_vertical_autoscaler(const EncodeSource& source, const VerticalAutoscaler& autoscaler) {
  constexpr std::string_view kModes[] = {"Off", "Initial", "Recreate", "Auto", "InPlaceOrRecreate"};
  const VerticalPodAutoscalerSpec& in = *autoscaler.spec;
  Json spec{{"targetRef", {{"apiVersion", api_version_of(in.target_kind)}, {"kind", kind_of(in.target_kind)}, {"name", in.target.text()}}},
            {"updatePolicy", {{"updateMode", kModes[static_cast<std::size_t>(in.mode)]}}}};
  Json status = Json::object();
  const auto pair = [](const ContainerAmounts& amounts_in) { return Json{{"cpu", to_string(amounts_in.cpu)}, {"memory", to_string(amounts_in.memory)}}; };
  for (const ContainerRecommendation& entry : autoscaler.recommendation)
    status["recommendation"]["containerRecommendations"].push_back(
        {{"containerName", entry.container.text()}, {"target", pair(entry.target)}, {"lowerBound", pair(entry.lower_bound)}, {"upperBound", pair(entry.upper_bound)}});
  return {{"apiVersion", "autoscaling.k8s.io/v1"}, {"kind", "VerticalPodAutoscaler"}, {"metadata", metadata_object(source, "VerticalPodAutoscaler", in.name_space, in.name.text())},
          {"spec", std::move(spec)}, {"status", std::move(status)}};
}

Json budget_status_object(const EncodeSource& source, const AppliedBudget& budget) {
  const BudgetStatus status = budget_status(source.state, budget);
  const bool allowed = status.allowed > 0;
  return {{"currentHealthy", status.healthy}, {"desiredHealthy", status.desired}, {"disruptionsAllowed", status.allowed}, {"expectedPods", status.expected},
          {"observedGeneration", 1},
          {"conditions", Json::array({Json{{"type", "DisruptionAllowed"}, {"status", allowed ? "True" : "False"}, {"reason", allowed ? "SufficientPods" : "InsufficientPods"},
                                           {"message", ""}, {"observedGeneration", 1}, {"lastTransitionTime", source.epoch.iso(SimTime{})}}})}};
}

Json encode_budget(const EncodeSource& source, const AppliedBudget& budget) {
  const PodDisruptionBudgetSpec& in = *budget.spec;
  Json spec{{"selector", selector_object(in.selector)}};
  const auto value = [](const IntOrPercent& v) { return v.percent ? Json(std::to_string(v.value) + "%") : Json(v.value); };
  if (in.min_available) spec["minAvailable"] = value(*in.min_available);
  if (in.max_unavailable) spec["maxUnavailable"] = value(*in.max_unavailable);
  if (in.always_allow_unhealthy) spec["unhealthyPodEvictionPolicy"] = "AlwaysAllow";
  Json metadata = metadata_object(source, "PodDisruptionBudget", in.name_space, in.name.text());
  metadata["generation"] = 1;
  return {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}, {"status", budget_status_object(source, budget)}};
}

Json encode_git_repository(const EncodeSource& source, const GitSource& repository) {
  const GitRepositorySpec& in = *repository.spec;
  Json spec{{"interval", to_string(in.interval)}, {"url", "https://git.example/" + in.name.str()}, {"ref", {{"branch", "main"}}}};
  if (repository.suspended) spec["suspend"] = true;
  const std::string revision = revision_text(repository.fetched);
  Json status{{"observedGeneration", 1}, {"conditions", ready_condition(source, repository.fetched > 0, repository.fetched > 0 ? "Succeeded" : "Progressing",
                                                                         repository.fetched > 0 ? "stored artifact for revision '" + revision + "'" : std::string("reconciliation in progress"))}};
  if (repository.fetched > 0) status["artifact"] = {{"revision", revision}};
  return {{"apiVersion", "source.toolkit.fluxcd.io/v1"}, {"kind", "GitRepository"}, {"metadata", metadata_object(source, "GitRepository", in.name_space, in.name.text())},
          {"spec", std::move(spec)}, {"status", std::move(status)}};
}

Json encode_kustomization(const EncodeSource& source, KustomizationId id) {
  const Kustomization& object = source.state.kustomizations[id];
  const KustomizationSpec& in = *object.spec;
  Json spec{{"interval", to_string(in.interval)}, {"path", in.path}, {"prune", in.prune}, {"wait", in.wait}, {"sourceRef", {{"kind", "GitRepository"}, {"name", in.source.text()}}}};
  if (object.suspended) spec["suspend"] = true;
  for (const Name other : in.depends_on) spec["dependsOn"].push_back({{"name", other.text()}});
  const std::string revision = revision_text(object.applied_revision);
  Json status{{"observedGeneration", 1}, {"conditions", ready_condition(source, object.ready, object.ready ? "ReconciliationSucceeded" : "Progressing",
                                                                        object.ready ? "Applied revision: " + revision : std::string("Reconciliation in progress"))}};
  if (object.applied_revision > 0) status["lastAppliedRevision"] = status["lastAttemptedRevision"] = revision;
  return {{"apiVersion", "kustomize.toolkit.fluxcd.io/v1"}, {"kind", "Kustomization"}, {"metadata", metadata_object(source, "Kustomization", in.name_space, in.name.text())},
          {"spec", std::move(spec)}, {"status", std::move(status)}};
}

Json encode_volume_claim(const EncodeSource& source, VolumeClaimId id) {
  const VolumeClaim& claim = source.state.volume_claims[id];
  const std::string_view key = claim.key.text();
  const std::size_t slash = key.find('/');
  Json metadata = metadata_object(source, "PersistentVolumeClaim", Name(key.substr(0, slash)), key.substr(slash + 1));
  Json spec{{"accessModes", Json::array({"ReadWriteOnce"})}, {"resources", {{"requests", {{"storage", to_string(claim.size)}}}}}, {"volumeMode", "Filesystem"}};
  if (claim.storage_class != nullptr) spec["storageClassName"] = claim.storage_class->name.text();
  Json status{{"phase", claim.bound ? "Bound" : "Pending"}};
  if (claim.bound) {
    spec["volumeName"] = "pvc-" + uid_text(std::string("volume/") + claim.key.str());
    status["accessModes"] = Json::array({"ReadWriteOnce"});
    status["capacity"] = {{"storage", to_string(claim.size)}};
  }
  return {{"apiVersion", "v1"}, {"kind", "PersistentVolumeClaim"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}, {"status", std::move(status)}};
}

Json encode_service(const EncodeSource& source, const ServiceSpec& service) {
  const Cidr& range = source.state.spec->network.service_cidr;
  const auto number = static_cast<std::uint32_t>(std::stoull(uid_text(service.name_space.str() + "/" + service.name.str()).substr(0, 8), nullptr, 16));
  const std::uint32_t address = range.base + 16 + number % static_cast<std::uint32_t>(range.size() - 32);
  const std::string text = std::to_string(address >> 24) + "." + std::to_string((address >> 16) & 255U) + "." + std::to_string((address >> 8) & 255U) + "." + std::to_string(address & 255U);
  Json spec{{"type", "ClusterIP"}, {"clusterIP", text}, {"clusterIPs", Json::array({text})}, {"ports", Json::array({Json{{"port", 80}, {"protocol", "TCP"}, {"targetPort", 8080}}})},
            {"sessionAffinity", "None"}, {"ipFamilies", Json::array({"IPv4"})}, {"ipFamilyPolicy", "SingleStack"}, {"internalTrafficPolicy", "Cluster"}};
  if (const Json selector = selector_object(service.selector); selector.contains("matchLabels")) spec["selector"] = selector["matchLabels"];
  return {{"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", metadata_object(source, "Service", service.name_space, service.name.text())}, {"spec", std::move(spec)},
          {"status", {{"loadBalancer", Json::object()}}}};
}

Json encode_namespace(const EncodeSource& source, Name name, const Labels& labels) {
  Json metadata = metadata_object(source, "Namespace", {}, name.text());
  metadata["labels"] = labels_object(labels);
  metadata["labels"]["kubernetes.io/metadata.name"] = name.text();
  return {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", std::move(metadata)}, {"spec", {{"finalizers", Json::array({"kubernetes"})}}}, {"status", {{"phase", "Active"}}}};
}

Json encode_priority_class(const EncodeSource& source, const PriorityClassSpec& spec) {
  return {{"apiVersion", "scheduling.k8s.io/v1"}, {"kind", "PriorityClass"}, {"metadata", metadata_object(source, "PriorityClass", {}, spec.name.text())},
          {"value", spec.value}, {"preemptionPolicy", spec.preempts ? "PreemptLowerPriority" : "Never"}};
}

Json encode_storage_class(const EncodeSource& source, const StorageClassSpec& spec) {
  Json metadata = metadata_object(source, "StorageClass", {}, spec.name.text());
  if (spec.is_default) metadata["annotations"]["storageclass.kubernetes.io/is-default-class"] = "true";
  return {{"apiVersion", "storage.k8s.io/v1"}, {"kind", "StorageClass"}, {"metadata", std::move(metadata)}, {"provisioner", "disk.csi.azure.com"}, {"reclaimPolicy", "Delete"},
          {"volumeBindingMode", spec.wait_for_consumer ? "WaitForFirstConsumer" : "Immediate"}, {"allowVolumeExpansion", true}};
}

}  // namespace akstwin
