#include "adapters/serve/validation/validate.hpp"

#include <algorithm>
#include <array>

#include "adapters/serve/validation/rules.hpp"

namespace akstwin {
namespace validation {
namespace {

using KindRule = void (*)(FieldErrors&, const Field&);
struct RuleOfKind { std::string_view group, kind; KindRule check; };

constexpr auto kRules = std::to_array<RuleOfKind>({
    {"", "Pod", &check_pod}, {"", "Service", &check_service}, {"", "ConfigMap", &check_config_map}, {"", "Secret", &check_secret}, {"", "ReplicationController", &check_replication_controller},
    {"", "PersistentVolumeClaim", &check_claim}, {"", "PersistentVolume", &check_volume}, {"", "ResourceQuota", &check_quota}, {"", "LimitRange", &check_limit_range}, {"", "Node", &check_node}, {"", "Namespace", &check_namespace}, {"", "Endpoints", &check_endpoints},
    {"", "PodTemplate", [](FieldErrors& errors, const Field& object) { check_metadata(errors, object["metadata"], {}), check_pod_template(errors, object["template"]); }},
    {"apps", "ControllerRevision", [](FieldErrors& errors, const Field& object) {
       check_metadata(errors, object["metadata"], {}), errors.not_negative(object["revision"]);
       if (!object["data"]) errors.required(object["data"], "data is mandatory");
     }},
    {"apps", "Deployment", &check_deployment}, {"apps", "ReplicaSet", &check_replica_set}, {"apps", "StatefulSet", &check_stateful_set}, {"apps", "DaemonSet", &check_daemon_set},
    {"batch", "Job", &check_job}, {"batch", "CronJob", &check_cron_job},
    {"autoscaling", "HorizontalPodAutoscaler", &check_autoscaler}, {"policy", "PodDisruptionBudget", &check_budget},
    {"networking.k8s.io", "Ingress", &check_ingress}, {"networking.k8s.io", "IngressClass", &check_ingress_class}, {"networking.k8s.io", "NetworkPolicy", &check_network_policy},
    {"rbac.authorization.k8s.io", "Role", &check_role}, {"rbac.authorization.k8s.io", "ClusterRole", &check_cluster_role}, {"rbac.authorization.k8s.io", "RoleBinding", &check_role_binding}, {"rbac.authorization.k8s.io", "ClusterRoleBinding", &check_cluster_role_binding},
    {"storage.k8s.io", "StorageClass", &check_storage_class}, {"scheduling.k8s.io", "PriorityClass", &check_priority_class}, {"coordination.k8s.io", "Lease", &check_lease}, {"discovery.k8s.io", "EndpointSlice", &check_endpoint_slice},
});

/// Kinds without rules of their own: names and metadata, as those of all objects.
void check_any(FieldErrors& errors, const ResourceKind& kind, const Field& object) {
  const bool strict = kind.kind == "ServiceAccount" || kind.custom;
  check_metadata(errors, object["metadata"], {.name = strict ? &dns_subdomain : &path_segment, .namespaced = kind.namespaced, .known_finalizers = !kind.custom});
}

FieldErrors rules_broken(const ResourceKind& kind, const Json& object) {
  FieldErrors errors;
  const Field root{&object, ""};
  const auto found = std::ranges::find_if(kRules, [&](const RuleOfKind& rule) { return rule.group == kind.group && rule.kind == kind.kind; });
  if (found != kRules.end()) found->check(errors, root);
  else check_any(errors, kind, root);
  return errors;
}

}  // namespace
}  // namespace validation

FieldProblems validate_object(const ResourceKind& kind, const Json& before, const Json& after) {
  const validation::FieldErrors broken = validation::rules_broken(kind, after);
  if (before.is_null()) return broken.list();
  const validation::Field old{&before, ""}, now{&after, ""};
  validation::FieldErrors errors;
  for (int i = 0; i < 2; ++i) validation::check_metadata_update(errors, old["metadata"], now["metadata"]);   // a genuine server checks metadata twice
  // Objects that the twin made have fewer fields than a cluster's; what was so before is nothing that this update did.
  const FieldProblems known = validation::rules_broken(kind, before).list();
  FieldProblems out = errors.list();
  for (const auto& problem : broken.list())
    if (std::ranges::find(known, problem) == known.end()) out.push_back(problem);
  validation::FieldErrors changes;
  validation::check_changes(changes, kind.kind, old, now);
  out.insert(out.end(), changes.list().begin(), changes.list().end());
  return out;
}

}  // namespace akstwin
