#include "adapters/serve/resources.hpp"

#include <array>

namespace akstwin {
namespace {

// Names, short names and categories as kube-apiserver 1.32 lists them (recorded discovery documents of 2026-11).
constexpr std::array kServedKinds = std::to_array<ResourceKind>({
    {"", "v1", "componentstatuses", "componentstatus", "ComponentStatus", false, "cs", "", "", Backing::Components, true, false, "v1 ComponentStatus is deprecated in v1.19+"},
    {"", "v1", "configmaps", "configmap", "ConfigMap", true, "cm"},
    {"", "v1", "endpoints", "endpoints", "Endpoints", true, "ep"},
    {"", "v1", "events", "event", "Event", true, "ev"},
    {"", "v1", "limitranges", "limitrange", "LimitRange", true, "limits"},
    {"", "v1", "namespaces", "namespace", "Namespace", false, "ns", "", "finalize,status"},
    {"", "v1", "nodes", "node", "Node", false, "no", "", "status", Backing::Nodes},
    {"", "v1", "persistentvolumeclaims", "persistentvolumeclaim", "PersistentVolumeClaim", true, "pvc", "", "status"},
    {"", "v1", "persistentvolumes", "persistentvolume", "PersistentVolume", false, "pv", "", "status"},
    {"", "v1", "pods", "pod", "Pod", true, "po", "all", "binding,eviction,log,status", Backing::Pods},
    {"", "v1", "podtemplates", "podtemplate", "PodTemplate", true},
    {"", "v1", "replicationcontrollers", "replicationcontroller", "ReplicationController", true, "rc", "all", "scale,status"},
    {"", "v1", "resourcequotas", "resourcequota", "ResourceQuota", true, "quota", "", "status"},
    {"", "v1", "secrets", "secret", "Secret", true},
    {"", "v1", "serviceaccounts", "serviceaccount", "ServiceAccount", true, "sa", "", "token"},
    {"", "v1", "services", "service", "Service", true, "svc", "all", "status"},
    {"apps", "v1", "controllerrevisions", "controllerrevision", "ControllerRevision", true},
    {"apps", "v1", "daemonsets", "daemonset", "DaemonSet", true, "ds", "all", "status", Backing::Workloads},
    {"apps", "v1", "deployments", "deployment", "Deployment", true, "deploy", "all", "scale,status", Backing::Workloads},
    {"apps", "v1", "replicasets", "replicaset", "ReplicaSet", true, "rs", "all", "scale,status", Backing::ReplicaSets},
    {"apps", "v1", "statefulsets", "statefulset", "StatefulSet", true, "sts", "all", "scale,status", Backing::Workloads},
    {"events.k8s.io", "v1", "events", "event", "Event", true, "ev"},
    {"autoscaling", "v2", "horizontalpodautoscalers", "horizontalpodautoscaler", "HorizontalPodAutoscaler", true, "hpa", "all", "status", Backing::Autoscalers},
    {"autoscaling", "v1", "horizontalpodautoscalers", "horizontalpodautoscaler", "HorizontalPodAutoscaler", true, "hpa", "all", "status", Backing::Autoscalers},
    {"batch", "v1", "cronjobs", "cronjob", "CronJob", true, "cj", "all", "status", Backing::Workloads},
    {"batch", "v1", "jobs", "job", "Job", true, "", "all", "status", Backing::Jobs},
    {"networking.k8s.io", "v1", "ingressclasses", "ingressclass", "IngressClass", false},
    {"networking.k8s.io", "v1", "ingresses", "ingress", "Ingress", true, "ing", "", "status"},
    {"networking.k8s.io", "v1", "networkpolicies", "networkpolicy", "NetworkPolicy", true, "netpol"},
    {"policy", "v1", "poddisruptionbudgets", "poddisruptionbudget", "PodDisruptionBudget", true, "pdb", "", "status", Backing::Budgets},
    {"rbac.authorization.k8s.io", "v1", "clusterrolebindings", "clusterrolebinding", "ClusterRoleBinding", false},
    {"rbac.authorization.k8s.io", "v1", "clusterroles", "clusterrole", "ClusterRole", false},
    {"rbac.authorization.k8s.io", "v1", "rolebindings", "rolebinding", "RoleBinding", true},
    {"rbac.authorization.k8s.io", "v1", "roles", "role", "Role", true},
    {"storage.k8s.io", "v1", "csidrivers", "csidriver", "CSIDriver", false},
    {"storage.k8s.io", "v1", "csinodes", "csinode", "CSINode", false},
    {"storage.k8s.io", "v1", "storageclasses", "storageclass", "StorageClass", false, "sc"},
    {"storage.k8s.io", "v1", "volumeattachments", "volumeattachment", "VolumeAttachment", false, "", "", "status"},
    {"apiextensions.k8s.io", "v1", "customresourcedefinitions", "customresourcedefinition", "CustomResourceDefinition", false, "crd,crds", "api-extensions", "status"},
    {"scheduling.k8s.io", "v1", "priorityclasses", "priorityclass", "PriorityClass", false, "pc"},
    {"flowcontrol.apiserver.k8s.io", "v1", "flowschemas", "flowschema", "FlowSchema", false, "", "", "status"},
    {"flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations", "prioritylevelconfiguration", "PriorityLevelConfiguration", false, "", "", "status"},
    {"coordination.k8s.io", "v1", "leases", "lease", "Lease", true, "", "", "", Backing::Leases},
    {"discovery.k8s.io", "v1", "endpointslices", "endpointslice", "EndpointSlice", true},
    {"metrics.k8s.io", "v1beta1", "nodes", "", "NodeMetrics", false, "", "", "", Backing::Metrics, true},
    {"metrics.k8s.io", "v1beta1", "pods", "", "PodMetrics", true, "", "", "", Backing::Metrics, true},
    {"source.toolkit.fluxcd.io", "v1", "gitrepositories", "gitrepository", "GitRepository", true, "gitrepo", "", "status", Backing::GitRepositories, false, true},
    {"source.toolkit.fluxcd.io", "v1beta2", "gitrepositories", "gitrepository", "GitRepository", true, "gitrepo", "", "status", Backing::GitRepositories, false, true, "v1beta2 GitRepository is deprecated, upgrade to v1"},
    {"kustomize.toolkit.fluxcd.io", "v1", "kustomizations", "kustomization", "Kustomization", true, "ks", "", "status", Backing::Kustomizations, false, true},
    {"kustomize.toolkit.fluxcd.io", "v1beta2", "kustomizations", "kustomization", "Kustomization", true, "ks", "", "status", Backing::Kustomizations, false, true, "v1beta2 Kustomization is deprecated, upgrade to v1"},
    {"argoproj.io", "v1alpha1", "applications", "application", "Application", true, "app,apps", "", "", Backing::Applications, false, true},
    {"keda.sh", "v1alpha1", "scaledobjects", "scaledobject", "ScaledObject", true, "so", "", "status", Backing::Plain, false, true},
    {"keda.sh", "v1alpha1", "scaledjobs", "scaledjob", "ScaledJob", true, "sj", "", "status", Backing::Plain, false, true},
    {"autoscaling.k8s.io", "v1", "verticalpodautoscalers", "verticalpodautoscaler", "VerticalPodAutoscaler", true, "vpa", "", "status", Backing::Plain, false, true},
});

}  // namespace

std::span<const ResourceKind> resource_kinds() { return kServedKinds; }

int find_resource(std::string_view group, std::string_view version, std::string_view plural) {
  for (std::size_t i = 0; i < kServedKinds.size(); ++i)
    if (kServedKinds[i].plural == plural && kServedKinds[i].group == group && kServedKinds[i].version == version) return static_cast<int>(i);
  return -1;
}

int find_kind(std::string_view api_version, std::string_view kind) {
  for (std::size_t i = 0; i < kServedKinds.size(); ++i)
    if (kServedKinds[i].kind == kind && kServedKinds[i].api_version() == api_version) return static_cast<int>(i);
  return -1;
}

std::vector<std::string_view> split_list(std::string_view list) {
  std::vector<std::string_view> out;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    out.push_back(list.substr(0, comma));
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return out;
}

}  // namespace akstwin
