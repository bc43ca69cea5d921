#include "adapters/kube/kube_requests.hpp"

#include <nlohmann/json.hpp>

#include "adapters/kube/kube_client.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

constexpr const char* kMerge = "application/merge-patch+json";
constexpr const char* kStrategic = "application/strategic-merge-patch+json";
constexpr const char* kJsonPatch = "application/json-patch+json";

KubeRequest patch(std::string what, std::string path, const char* type, const json& body) {
  return {std::move(what), {"PATCH", std::move(path), {{"Content-Type", type}}, body.dump()}};
}

std::string shown(const ObjectName& object) { return object.name_space + "/" + object.name; }

std::string namespaced(const char* group, const char* resource, const ObjectName& object) {
  return std::string(group) + "/namespaces/" + encode_query(object.name_space) + "/" + resource + "/" + encode_query(object.name);
}

std::string_view word(WorkloadKind kind) {
  if (kind == WorkloadKind::StatefulSet) return "stateful set";
  return kind == WorkloadKind::DaemonSet ? "daemon set" : "deployment";
}

const char* to_text(TaintEffect effect) {
  if (effect == TaintEffect::NoExecute) return "NoExecute";
  return effect == TaintEffect::PreferNoSchedule ? "PreferNoSchedule" : "NoSchedule";
}

HttpRequest with_parameter(HttpRequest request, std::string_view parameter) {
  request.target += request.target.find('?') == std::string::npos ? '?' : '&';
  request.target += parameter;
  return request;
}

}  // namespace

std::string_view resource_of(WorkloadKind kind) {
  if (kind == WorkloadKind::StatefulSet) return "statefulsets";
  return kind == WorkloadKind::DaemonSet ? "daemonsets" : "deployments";
}

std::string workload_path(WorkloadKind kind, const ObjectName& object) { return namespaced("/apis/apps/v1", std::string(resource_of(kind)).c_str(), object); }
std::string pod_path(const ObjectName& pod) { return namespaced("/api/v1", "pods", pod); }
std::string node_path(std::string_view node) { return "/api/v1/nodes/" + encode_query(node); }
std::string kustomization_path(const ObjectName& object) { return namespaced("/apis/kustomize.toolkit.fluxcd.io/v1", "kustomizations", object); }
std::string git_repository_path(const ObjectName& object) { return namespaced("/apis/source.toolkit.fluxcd.io/v1", "gitrepositories", object); }
std::string application_path(const ObjectName& object) { return namespaced("/apis/argoproj.io/v1alpha1", "applications", object); }

KubeRequest scale_request(WorkloadKind kind, const ObjectName& object, std::int64_t replicas) {
  return patch("scale " + std::string(word(kind)) + " " + shown(object) + " to " + std::to_string(replicas), workload_path(kind, object) + "/scale", kMerge, {{"spec", {{"replicas", replicas}}}});
}

KubeRequest cordon_request(std::string_view node, bool on) {
  // null takes the field away, as kubectl uncordon does.
  return patch(std::string(on ? "cordon" : "uncordon") + " node " + std::string(node), node_path(node), kStrategic, {{"spec", {{"unschedulable", on ? json(true) : json(nullptr)}}}});
}

KubeRequest taint_request(std::string_view node, const Taint& taint, bool on) {
  json entry{{"key", taint.key.str()}, {"effect", to_text(taint.effect)}};
  if (on) entry["value"] = taint.value.str();
  else entry["$patch"] = "delete";
  return patch(std::string(on ? "taint" : "untaint") + " node " + std::string(node) + " " + taint.key.str(), node_path(node), kStrategic, {{"spec", {{"taints", {entry}}}}});
}

KubeRequest evict_request(const ObjectName& pod) {
  const json body{{"apiVersion", "policy/v1"}, {"kind", "Eviction"}, {"metadata", {{"name", pod.name}, {"namespace", pod.name_space}}}};
  return {"evict pod " + shown(pod), {"POST", pod_path(pod) + "/eviction", {{"Content-Type", "application/json"}}, body.dump()}};
}

KubeRequest delete_pod_request(const ObjectName& pod) { return {"delete pod " + shown(pod), {"DELETE", pod_path(pod), {}, {}}}; }

KubeRequest restart_request(WorkloadKind kind, const ObjectName& object, const std::string& at) {
  const json body{{"spec", {{"template", {{"metadata", {{"annotations", {{"kubectl.kubernetes.io/restartedAt", at}}}}}}}}}};
  return patch("restart " + std::string(word(kind)) + " " + shown(object), workload_path(kind, object), kStrategic, body);
}

KubeRequest template_request(const ObjectName& deployment, const json& pod_template) {
  json body = pod_template;
  if (const auto labels = body.find("metadata"); labels != body.end() && labels->contains("labels")) (*labels)["labels"].erase("pod-template-hash");
  return patch("put back an older template of deployment " + shown(deployment), workload_path(WorkloadKind::Deployment, deployment), kJsonPatch,
               json::array({{{"op", "replace"}, {"path", "/spec/template"}, {"value", body}}}));
}

KubeRequest suspend_kustomization_request(const ObjectName& object, bool suspended) {
  return patch(std::string(suspended ? "suspend" : "resume") + " kustomization " + shown(object), kustomization_path(object), kMerge, {{"spec", {{"suspend", suspended}}}});
}

KubeRequest suspend_git_repository_request(const ObjectName& object, bool suspended) {
  return patch(std::string(suspended ? "suspend" : "resume") + " git repository " + shown(object), git_repository_path(object), kMerge, {{"spec", {{"suspend", suspended}}}});
}

KubeRequest reconcile_kustomization_request(const ObjectName& object, const std::string& at) {
  KubeRequest request = annotate_request(kustomization_path(object), "reconcile.fluxcd.io/requestedAt", at);
  request.what = "reconcile kustomization " + shown(object);
  return request;
}

KubeRequest reconcile_git_repository_request(const ObjectName& object, const std::string& at) {
  KubeRequest request = annotate_request(git_repository_path(object), "reconcile.fluxcd.io/requestedAt", at);
  request.what = "reconcile git repository " + shown(object);
  return request;
}

KubeRequest sync_application_request(const ObjectName& object, const std::string& revision) {
  json sync = json::object();
  if (!revision.empty()) sync["revision"] = revision;
  return patch("sync application " + shown(object), application_path(object), kMerge, {{"operation", {{"initiatedBy", {{"username", "akstwin"}}}, {"sync", sync}}}});
}

KubeRequest refresh_application_request(const ObjectName& object, bool hard) {
  KubeRequest request = annotate_request(application_path(object), "argocd.argoproj.io/refresh", hard ? "hard" : "normal");
  request.what = "refresh application " + shown(object);
  return request;
}

KubeRequest annotate_request(const std::string& path, const std::string& annotation, const std::string& value) {
  return patch("annotate " + path + " with " + annotation, path, kMerge, {{"metadata", {{"annotations", {{annotation, value.empty() ? json(nullptr) : json(value)}}}}}});
}

HttpRequest with_dry_run(HttpRequest request) { return with_parameter(std::move(request), "dryRun=All"); }

HttpRequest with_field_manager(HttpRequest request) {
  if (request.method != "PATCH" && request.method != "PUT" && request.method != "POST") return request;
  return with_parameter(std::move(request), "fieldManager=akstwin");
}

}  // namespace akstwin
