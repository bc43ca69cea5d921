#include "adapters/drive/guard_forms.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "adapters/kube/decode.hpp"

namespace akstwin {
namespace {

using Kind = RequestSubject::Kind;
using nlohmann::json;

/// The parts of "/a/b/c"; nothing when the path holds anything that could be read in two ways: "//", "..", "%2e", "?", upper case.
std::vector<std::string> segments_of(const std::string& path) {
  std::vector<std::string> out;
  if (!path.starts_with('/') || path.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-./") != std::string::npos) return {};
  for (std::size_t from = 1; from <= path.size();) {
    const std::size_t slash = std::min(path.find('/', from), path.size());
    out.push_back(path.substr(from, slash - from));
    if (out.back().empty() || out.back() == "." || out.back() == "..") return {};
    from = slash + 1;
  }
  return out;
}

bool same(const HttpRequest& a, const HttpRequest& b) { return a.method == b.method && a.target == b.target && a.headers == b.headers && a.body == b.body; }
bool same(const HttpRequest& a, const KubeRequest& b) { return same(a, b.http); }
bool same(const ArmRequest& a, const ArmRequest& b) { return a.method == b.method && a.path == b.path && a.body == b.body; }

json body_of(const std::string& text) {
  json parsed = json::parse(text, nullptr, false);
  return parsed.is_object() || parsed.is_array() ? parsed : json::object();
}

/// "2026-09-21T14:13:20Z": what a restart and a reconciliation are stamped with.
bool is_time(const std::string& text) { return text.size() >= 20 && text.size() <= 32 && text.find_first_not_of("0123456789-:.TZ") == std::string::npos; }

std::optional<WorkloadKind> kind_of(const std::string& resource) {
  for (const WorkloadKind kind : {WorkloadKind::Deployment, WorkloadKind::StatefulSet, WorkloadKind::DaemonSet})
    if (resource_of(kind) == resource) return kind;
  return std::nullopt;
}

/// /apis/apps/v1/namespaces/NS/RESOURCE/NAME[/scale]
RequestSubject workload_subject(const HttpRequest& request, const std::vector<std::string>& s) {
  const auto kind = kind_of(s[5]);
  if (!kind || s.size() > 8) return {};
  const ObjectName name{s[4], s[6]};
  const json body = body_of(request.body);
  if (s.size() == 8) {
    const std::int64_t replicas = number_in(body, {"spec", "replicas"}, -1);
    if (replicas < 0 || !same(request, scale_request(*kind, name, replicas))) return {};
    return {Kind::Scale, name.name_space, name.name, replicas};
  }
  const std::string at = text_in(body, {"spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"});
  const bool restart = is_time(at) && same(request, restart_request(*kind, name, at));
  const bool put_back = *kind == WorkloadKind::Deployment && body.is_array() && body.size() == 1 && body[0].is_object() && body[0].contains("value") && body[0]["value"].is_object() &&
                        same(request, template_request(name, body[0]["value"]));
  if (!restart && !put_back) return {};
  return {Kind::Template, name.name_space, name.name, 0};
}

/// /apis/GROUP/VERSION/namespaces/NS/RESOURCE/NAME of Flux and Argo CD
RequestSubject delivery_subject(const HttpRequest& request, const std::vector<std::string>& s) {
  const ObjectName name{s[4], s[6]};
  const json body = body_of(request.body);
  const std::string at = text_in(body, {"metadata", "annotations", "reconcile.fluxcd.io/requestedAt"});
  bool ours = false;
  for (const bool on : {true, false})
    ours = ours || same(request, suspend_kustomization_request(name, on)) || same(request, suspend_git_repository_request(name, on)) || same(request, refresh_application_request(name, on));
  ours = ours || same(request, sync_application_request(name, ""));
  ours = ours || (is_time(at) && (same(request, reconcile_kustomization_request(name, at)) || same(request, reconcile_git_repository_request(name, at))));
  if (!ours) return {};
  return {Kind::Delivery, name.name_space, name.name, 0};
}

}  // namespace

RequestSubject subject_of(const HttpRequest& request) {
  const std::vector<std::string> s = segments_of(request.target);
  if (s.size() == 4 && s[0] == "api" && s[2] == "nodes") {
    const bool ours = same(request, cordon_request(s[3], true)) || same(request, cordon_request(s[3], false));
    return ours ? RequestSubject{Kind::Node, {}, s[3], 0} : RequestSubject{};
  }
  if (s.size() >= 6 && s[0] == "api" && s[2] == "namespaces" && s[4] == "pods") {
    const ObjectName pod{s[3], s[5]};
    if (same(request, evict_request(pod))) return {Kind::Eviction, pod.name_space, pod.name, 0};
    if (same(request, delete_pod_request(pod))) return {Kind::PodDeletion, pod.name_space, pod.name, 0};
    return {};
  }
  if (s.size() < 7 || s[0] != "apis" || s[3] != "namespaces") return {};
  return s[1] == "apps" ? workload_subject(request, s) : delivery_subject(request, s);
}

ArmSubject subject_of(const ArmRequest& request, const AzureCluster& cluster) {
  using ArmKind = ArmSubject::Kind;
  if (request.path.find("..") != std::string::npos || request.path.find_first_of("%#\\ ") != std::string::npos) return {};
  for (const bool on : {true, false}) {
    if (!cluster.resource_id.empty() && same(request, cluster_power_request(cluster, on))) return {ArmKind::Power, {}, -1, !on};
    if (!cluster.origin_id.empty() && same(request, origin_request(cluster, on))) return {ArmKind::Origin, {}, -1, !on};
  }
  const std::string pools = cluster.resource_id + "/agentPools/";
  if (cluster.resource_id.empty() || !request.path.starts_with(pools)) return {};
  const std::string rest = request.path.substr(pools.size()), pool = rest.substr(0, rest.find_first_of("/?"));
  if (pool.empty()) return {};
  if (same(request, upgrade_node_image_request(cluster, pool))) return {ArmKind::NodeImage, pool, -1, false};
  if (request.method != "PUT" || request.path != pool_path(cluster, pool)) return {};
  const json body = body_of(request.body);
  // The pool as it was, with another count or power state: what it says of itself must be about a pool at all, and in one way only.
  if (!body.is_object() || find_in(body, {"properties"}) == nullptr || !body["properties"].is_object() || body.dump() != request.body) return {};
  return {ArmKind::PutPool, pool, number_in(body, {"properties", "count"}, -1), text_in(body, {"properties", "powerState", "code"}) == "Stopped"};
}

std::string fingerprint(const HttpRequest& request) { return request.method + "\n" + request.target + "\n" + request.body; }
std::string fingerprint(const ArmRequest& request) { return "azure\n" + request.method + "\n" + request.path + "\n" + request.body; }

}  // namespace akstwin
