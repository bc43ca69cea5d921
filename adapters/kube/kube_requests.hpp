/// Each change that akstwin can ask of a real cluster, as the one request that makes it. Pure: what is planned is what is sent.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "adapters/http/client.hpp"
#include "models/api/cluster_state.hpp"

namespace akstwin {

/// A request with the sentence that plans, journals and messages show for it.
struct KubeRequest {
  std::string what;                      ///< "scale deployment orders/api to 5"
  HttpRequest http;
};

struct ObjectName {
  std::string name_space, name;
};

/// "deployments", "statefulsets": the resource of a workload in apps/v1.
std::string_view resource_of(WorkloadKind kind);
std::string workload_path(WorkloadKind kind, const ObjectName& object);
std::string pod_path(const ObjectName& pod);
std::string node_path(std::string_view node);
std::string kustomization_path(const ObjectName& object);
std::string git_repository_path(const ObjectName& object);
std::string application_path(const ObjectName& object);

KubeRequest scale_request(WorkloadKind kind, const ObjectName& object, std::int64_t replicas);
KubeRequest cordon_request(std::string_view node, bool on);
KubeRequest taint_request(std::string_view node, const Taint& taint, bool on);
/// policy/v1 Eviction: honours disruption budgets.
KubeRequest evict_request(const ObjectName& pod);
KubeRequest delete_pod_request(const ObjectName& pod);
/// What `kubectl rollout restart` does.
KubeRequest restart_request(WorkloadKind kind, const ObjectName& object, const std::string& at);
/// What `kubectl rollout undo` does: the template of an older ReplicaSet, put back.
KubeRequest template_request(const ObjectName& deployment, const nlohmann::json& pod_template);
KubeRequest suspend_kustomization_request(const ObjectName& object, bool suspended);
KubeRequest suspend_git_repository_request(const ObjectName& object, bool suspended);
KubeRequest reconcile_kustomization_request(const ObjectName& object, const std::string& at);
KubeRequest reconcile_git_repository_request(const ObjectName& object, const std::string& at);
/// Argo CD: `operation` starts a sync, the annotation a comparison with Git.
KubeRequest sync_application_request(const ObjectName& object, const std::string& revision);
KubeRequest refresh_application_request(const ObjectName& object, bool hard);
/// An annotation of any object; an empty value takes it away.
KubeRequest annotate_request(const std::string& path, const std::string& annotation, const std::string& value);

/// The same request with dryRun=All: the server admits, checks and answers, and keeps nothing.
HttpRequest with_dry_run(HttpRequest request);
/// With fieldManager=akstwin, so that managedFields say who wrote.
HttpRequest with_field_manager(HttpRequest request);

}  // namespace akstwin
