#include "adapters/drive/guard.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "adapters/kube/decode.hpp"

namespace akstwin {
namespace {

using Kind = RequestSubject::Kind;

bool is_delivery_namespace(std::string_view name) { return name == "flux-system" || name == "argocd"; }

constexpr const char* kSecondKey = "akstwin.io/allow";

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) out.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return out;
}

bool is_plain(const std::string& name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos && name != "." && name != "..";
}

/// Members of a merge patch beside the one that is meant: a patch that could do more is refused.
bool only_touches(const std::string& body, std::initializer_list<const char*> allowed_roots) {
  const nlohmann::json patch = nlohmann::json::parse(body, nullptr, false);
  if (patch.is_discarded()) return false;
  if (patch.is_array())   // a JSON patch: put back a template
    return std::ranges::all_of(patch, [](const auto& step) { return text_in(step, {"op"}) == "replace" && text_in(step, {"path"}) == "/spec/template"; });
  if (!patch.is_object()) return false;
  for (const auto& [key, value] : patch.items()) {
    if (std::ranges::find(allowed_roots, key) == allowed_roots.end()) return false;
    if (key == "metadata" && !(value.is_object() && value.size() == 1 && value.contains("annotations"))) return false;
  }
  return true;
}

}  // namespace

RequestSubject subject_of(const HttpRequest& request) {
  const std::vector<std::string> s = segments_of(path_of(request.target));
  if (request.target.find("..") != std::string::npos || !std::ranges::all_of(s, [](const std::string& part) { return part.find('%') == std::string::npos; })) return {};
  const bool patch = request.method == "PATCH";
  // /api/v1/nodes/NAME
  if (patch && s.size() == 4 && s[0] == "api" && s[1] == "v1" && s[2] == "nodes" && is_plain(s[3]) && only_touches(request.body, {"spec"})) return {Kind::Node, "", s[3]};
  // /api/v1/namespaces/NS/pods/NAME[/eviction]
  if (s.size() >= 6 && s[0] == "api" && s[1] == "v1" && s[2] == "namespaces" && s[4] == "pods" && is_plain(s[3]) && is_plain(s[5])) {
    if (request.method == "POST" && s.size() == 7 && s[6] == "eviction") return {Kind::Eviction, s[3], s[5]};
    if (request.method == "DELETE" && s.size() == 6) return {Kind::PodDeletion, s[3], s[5]};
    return {};
  }
  // /apis/GROUP/VERSION/namespaces/NS/RESOURCE/NAME[/scale]
  if (!patch || s.size() < 7 || s[0] != "apis" || s[3] != "namespaces" || !is_plain(s[4]) || !is_plain(s[6])) return {};
  if (s[1] == "apps") {
    const bool known = s[5] == "deployments" || s[5] == "statefulsets" || s[5] == "daemonsets";
    if (known && ((s.size() == 8 && s[7] == "scale") || s.size() == 7) && only_touches(request.body, {"spec"})) return {Kind::Workload, s[4], s[6]};
    return {};
  }
  const bool delivery = (s[1] == "kustomize.toolkit.fluxcd.io" && s[5] == "kustomizations") || (s[1] == "source.toolkit.fluxcd.io" && s[5] == "gitrepositories") ||
                        (s[1] == "helm.toolkit.fluxcd.io" && s[5] == "helmreleases") || (s[1] == "argoproj.io" && s[5] == "applications");
  if (delivery && s.size() == 7 && only_touches(request.body, {"spec", "metadata", "operation"})) return {Kind::Delivery, s[4], s[6]};
  return {};
}

DriveGuard::DriveGuard(const DriveAllowList& allow, const ClusterCache& cache, std::string context, std::function<std::int64_t()> now_us)
    : allow_(allow), cache_(cache), context_(std::move(context)), now_us_(std::move(now_us)) {
  count_from_zero();
}

void DriveGuard::count_from_zero() {
  pods_.clear();
  nodes_.clear();
  scaled_away_ = 0;
  pods_at_start_ = cache_.state().pods.live();
  nodes_at_start_ = cache_.state().nodes.live();
}

Result<void> DriveGuard::check_time() const {
  if (undoing_) return {};
  const std::int64_t now = now_us_();
  if (!allow_.window.contains(now)) return fail("it is outside the window of the allow-list");
  if (now >= deadline_us_) return fail("the run has taken its maxDuration");
  return {};
}

Result<void> DriveGuard::check_namespace(const std::string& name) const {
  if (is_protected_namespace(name)) return fail("namespace " + name + " is never changed");
  if (!allow_.allows_namespace(name)) return fail("namespace " + name + " is not on the allow-list");
  const Labels* labels = cache_.namespace_labels(name);
  if (labels == nullptr) return fail("namespace " + name + " is not known");
  const Name* key = labels->find(Name(kSecondKey));
  if (key == nullptr || key->text() != "drive") return fail("namespace " + name + " lacks the label " + kSecondKey + "=drive, the second key");
  return {};
}

Result<void> DriveGuard::check_node(const std::string& name) {
  const NodeId id = cache_.find_node(name);
  if (!id) return fail("node " + name + " is not known");
  const NodePoolSpec& pool = *cache_.cloud().pools[cache_.state().nodes[id].pool].spec;
  if (!allow_.allows_pool(pool.name.text())) return fail("pool " + pool.name.str() + " is not on the allow-list");
  if (!undoing_) nodes_.insert(name);
  return {};
}

Result<void> DriveGuard::check_radius() {
  if (undoing_) return {};
  if (affected_pods() > allow_.max_affected_pods)
    return fail("it would touch " + std::to_string(affected_pods()) + " pods, maxAffectedPods is " + std::to_string(allow_.max_affected_pods));
  const auto within = [&](std::int64_t part, std::int64_t whole) { return part * 100 <= allow_.max_affected_percent * std::max<std::int64_t>(whole, 1); };
  if (within(affected_pods(), pods_at_start_) && within(affected_nodes(), nodes_at_start_)) return {};
  return fail("it would touch " + std::to_string(affected_pods()) + " of " + std::to_string(pods_at_start_) + " pods and " + std::to_string(affected_nodes()) + " of " +
              std::to_string(nodes_at_start_) + " nodes, maxAffectedPercent is " + std::to_string(allow_.max_affected_percent));
}

std::int64_t DriveGuard::scaled_away(const KubeRequest& request, const RequestSubject& subject) const {
  if (subject.kind != Kind::Workload || request.http.target.find("/scale") == std::string::npos) return 0;
  const nlohmann::json body = nlohmann::json::parse(request.http.body, nullptr, false);
  const std::int64_t replicas = body.is_discarded() ? 0 : number_in(body, {"spec", "replicas"}, 0);
  const WorkloadId id = find_workload(cache_.state(), Name(subject.name_space + "/" + subject.name));
  return id ? std::max<std::int64_t>(0, cache_.state().workloads[id].replicas - replicas) : 0;
}

Result<void> DriveGuard::check(const KubeRequest& request) {
  if (!allow_.allows_context(context_)) return fail("context " + context_ + " is not on the allow-list");
  const RequestSubject subject = subject_of(request.http);
  if (subject.kind == Kind::Refused) return fail(request.http.method + " " + std::string(path_of(request.http.target)) + " is nothing that driving may do");
  if (auto in_time = check_time(); !in_time) return in_time;
  if (subject.kind == Kind::Node) {
    if (auto allowed = check_node(subject.name); !allowed) return allowed;
  } else if (auto allowed = check_namespace(subject.name_space); !allowed) {
    return allowed;
  } else if (subject.kind != Kind::Delivery && is_delivery_namespace(subject.name_space)) {
    return fail("namespace " + subject.name_space + " runs the delivery itself: only its objects may be changed, not its pods");
  }
  if (!undoing_) {
    if (subject.kind == Kind::Eviction || subject.kind == Kind::PodDeletion) pods_.insert(subject.name_space + "/" + subject.name);
    scaled_away_ += scaled_away(request, subject);
  }
  return check_radius();
}

Result<void> DriveGuard::check_arm(const ArmRequest& request) {
  if (!allow_.allows_context(context_)) return fail("context " + context_ + " is not on the allow-list");
  if (auto in_time = check_time(); !in_time) return in_time;
  if (request.method == "DELETE") return fail("nothing is ever deleted in Azure");
  const std::string_view path = path_of(request.path);
  for (const auto& [cluster, azure] : allow_.azure) {
    if (path == azure.resource_id + "/start" || path == azure.resource_id + "/stop") return {};
    if (!azure.origin_id.empty() && path == azure.origin_id && request.method == "PATCH") return {};
    const std::string pools = azure.resource_id + "/agentPools/";
    if (!path.starts_with(pools)) continue;
    const std::string_view rest = path.substr(pools.size());
    const std::string pool(rest.substr(0, rest.find('/')));
    const std::string_view verb = rest.size() > pool.size() ? rest.substr(pool.size()) : std::string_view{};
    if (!verb.empty() && verb != "/upgradeNodeImageVersion") return fail("this is nothing that driving may do");
    if (!allow_.allows_pool(pool)) return fail("pool " + pool + " is not on the allow-list");
    return {};
  }
  if (path.find("/virtualMachineScaleSets/") != std::string_view::npos && path.ends_with("/simulateEviction") && request.method == "POST") return {};
  return fail("this resource is not on the allow-list");
}

}  // namespace akstwin
