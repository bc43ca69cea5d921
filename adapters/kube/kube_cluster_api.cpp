#include "adapters/kube/kube_cluster_api.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "adapters/kube/decode.hpp"
#include "adapters/kube/timestamp.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

constexpr Duration kLongStep{1'000'000};
constexpr Duration kNamespaceLook{15'000'000};   // how long a label of a namespace that cannot be watched may be out of date
constexpr const char* kNamespaces = "/api/v1/namespaces";
constexpr const char* kNodes = "/api/v1/nodes";

ObjectName split(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return {"", std::string(key)};
  return {std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

Verdict verdict_of(const HttpResponse& response) {
  if (response.ok()) return Verdict::Accepted;
  switch (response.status) {
    case 404: return Verdict::NotFound;
    case 409: return Verdict::Conflict;
    case 429: return Verdict::TooManyRequests;
    default: return response.status >= 500 ? Verdict::InternalError : Verdict::Refused;
  }
}

std::int64_t revision_of(const json& replica_set) {
  const std::string text = text_in(replica_set, {"metadata", "annotations", "deployment.kubernetes.io/revision"});
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool owned_by(const json& object, const std::string& uid) {
  const json* owners = find_in(object, {"metadata", "ownerReferences"});
  return owners != nullptr && owners->is_array() && std::ranges::any_of(*owners, [&](const json& owner) { return text_in(owner, {"uid"}) == uid; });
}

}  // namespace

KubeClusterApi::KubeClusterApi(KubeClient& client, const ClusterSpec& spec, Timeline& timeline, std::int64_t epoch_us, ClusterReading reading)
    : client_(client), cache_(spec, epoch_us, timeline), reading_(std::move(reading)) {
  // The order is that of the first list: what others refer to comes first.
  watch(kNamespaces, false, &ClusterCache::namespace_event);
  watch(kNodes, false, &ClusterCache::node_event);
  watch_workloads("/apis/apps/v1/deployments", WorkloadKind::Deployment);
  watch_workloads("/apis/apps/v1/statefulsets", WorkloadKind::StatefulSet);
  watch_workloads("/apis/apps/v1/daemonsets", WorkloadKind::DaemonSet);
  watch("/api/v1/pods", false, &ClusterCache::pod_event);
  watch("/apis/autoscaling/v2/horizontalpodautoscalers", true, &ClusterCache::autoscaler_event);
  watch("/apis/policy/v1/poddisruptionbudgets", true, &ClusterCache::budget_event);
  watch("/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations", true, &ClusterCache::kustomization_event);
  watch("/apis/source.toolkit.fluxcd.io/v1/gitrepositories", true, &ClusterCache::git_repository_event);
  watch("/api/v1/events", true, &ClusterCache::kubernetes_event);
}

void KubeClusterApi::watch(const char* path, bool optional, CacheEvent event) {
  begin({path, optional, [this, event](const ObjectEvent& change) { (cache_.*event)(change, now()); }});
}

void KubeClusterApi::watch_workloads(const char* path, WorkloadKind kind) {
  begin({path, false, [this, kind](const ObjectEvent& change) { cache_.workload_event(kind, change, now()); }});
}

void KubeClusterApi::begin(Watched what) {
  InformerOptions options{.path = what.path, .label_selector = {}, .field_selector = {}};
  options.optional = what.optional;
  options.streaming = reading_.streaming_lists;
  informers_.emplace_back(client_, options, what.handler);
  watched_.push_back(std::move(what));
}

bool KubeClusterApi::narrow(std::size_t informer) {
  const Watched whole = watched_[informer];
  if (reading_.namespaces.empty() || whole.path.find("/namespaces/") != std::string::npos) return false;
  narrowed_ = true;
  informers_[informer].retire();
  if (whole.path == kNodes) {
    sees_nodes_ = false;
  } else if (whole.path == kNamespaces) {
    read_namespaces();
  } else {
    const std::size_t kind = whole.path.rfind('/');
    for (const std::string& name : reading_.namespaces) begin({whole.path.substr(0, kind) + "/namespaces/" + encode_query(name) + whole.path.substr(kind), whole.optional, whole.handler});
  }
  return true;
}

void KubeClusterApi::read_namespaces() {
  namespaces_due_us_ = client_.transport().now_us() + kNamespaceLook.us;
  for (const std::string& name : reading_.namespaces) {
    const auto response = client_.send({.target = std::string(kNamespaces) + "/" + encode_query(name)});
    if (!response || response->status >= 500 || response->status == 429) continue;   // as it was
    const json object = response->ok() ? json::parse(response->body, nullptr, false) : json();
    cache_.namespace_event({object.is_object() ? ObjectChange::Modified : ObjectChange::Deleted, name, &object}, now());
  }
}

std::string KubeClusterApi::narrowed() const {
  if (!narrowed_) return {};
  std::string names;
  for (const std::string& name : reading_.namespaces) names += (names.empty() ? "" : ", ") + name;
  return "this credential may not read the whole cluster: of namespaces only " + names + (sees_nodes_ ? "" : ", and no nodes");
}

Result<void> KubeClusterApi::sync(Duration patience) {
  const std::int64_t deadline = client_.transport().now_us() + patience.us;
  const auto whole = [](const Informer& informer) { return informer.synced() || informer.absent(); };
  while (true) {
    bool denied = false;
    for (std::size_t i = 0; i < informers_.size(); ++i) {
      Informer& informer = informers_[i];
      informer.step();   // those that are whole keep watching
      if (informer.forbidden() && narrow(i)) continue;
      denied = informer.denied() && !informer.absent();
      // One after the other: what others refer to comes first.
      if (denied || !whole(informer)) break;
    }
    if (std::ranges::all_of(informers_, whole)) break;
    if (denied || client_.transport().now_us() >= deadline) {
      const auto missing = std::ranges::find_if(informers_, [&](const Informer& informer) { return denied ? informer.denied() && !informer.absent() : !whole(informer); });
      return fail("cannot list " + missing->path() + ": " + missing->fault() + (missing->forbidden() && reading_.namespaces.empty() ? "; no namespace is stated that could be read alone" : ""));
    }
    client_.transport().wait(Duration{200'000});
  }
  cache_.begin_live();
  return {};
}

void KubeClusterApi::step() {
  if (client_.transport().now_us() >= namespaces_due_us_) read_namespaces();
  for (std::size_t i = 0; i < informers_.size(); ++i) {
    const std::int64_t began = client_.transport().now_us();
    informers_[next_informer_].step();
    next_informer_ = (next_informer_ + 1) % informers_.size();
    if (client_.transport().now_us() - began >= kLongStep.us) return;   // a server that does not answer: the caller looks up in between
  }
}

bool KubeClusterApi::sample_metrics() {
  auto response = client_.send({.target = "/apis/metrics.k8s.io/v1beta1/pods"});
  // A server that is away, or whose metrics-server is, will have some again.
  if (!response || response->status >= 500 || response->status == 429) return true;
  if (!response->ok()) return false;
  const json list = json::parse(response->body, nullptr, false);
  if (!list.is_discarded()) cache_.pod_metrics(list, now());
  return true;
}

std::vector<std::string> KubeClusterApi::faults() const {
  std::vector<std::string> out;
  for (const Informer& informer : informers_)
    if (!informer.fault().empty()) out.push_back(informer.fault());
  return out;
}

std::string KubeClusterApi::blindness() const {
  for (const Informer& informer : informers_)
    if (!informer.optional() && !informer.fault().empty()) return informer.fault();
  return {};
}

ObjectName KubeClusterApi::pod_name(PodId id) const { return split(cache_.bare(state().pods[id].name)); }
ObjectName KubeClusterApi::workload_name(WorkloadId id) const { return split(state().workloads[id].key.text()); }

Result<std::vector<KubeRequest>> KubeClusterApi::gitops_requests(bool suspended) const {
  std::vector<KubeRequest> out;
  state().kustomizations.for_each([&](KustomizationId, const Kustomization& row) {
    if (row.suspended != suspended) out.push_back(suspend_kustomization_request({row.spec->name_space.str(), row.spec->name.str()}, suspended));
  });
  return out;
}

Result<std::vector<KubeRequest>> KubeClusterApi::roll_back_requests(WorkloadId id) {
  const ObjectName name = workload_name(id);
  auto deployment = client_.get(workload_path(WorkloadKind::Deployment, name));
  if (!deployment) return tl::unexpected(deployment.error());
  auto sets = client_.get("/apis/apps/v1/namespaces/" + encode_query(name.name_space) + "/replicasets");
  if (!sets) return tl::unexpected(sets.error());
  const std::int64_t current = revision_of(*deployment);
  const std::string uid = text_in(*deployment, {"metadata", "uid"});
  const json* best = nullptr;
  for (const json& set : sets->at("items"))
    if (owned_by(set, uid) && revision_of(set) < current && (best == nullptr || revision_of(set) > revision_of(*best))) best = &set;
  if (best == nullptr) return fail("deployment " + name.name_space + "/" + name.name + " has no older revision");
  return std::vector{template_request(name, best->at("spec").at("template"))};
}

Result<std::vector<KubeRequest>> KubeClusterApi::requests_for(const Action& action) {
  const ClusterState& cluster = state();
  if (const auto* scale = std::get_if<ScaleWorkload>(&action)) {
    if (!cluster.workloads.contains(scale->workload)) return fail("the workload is gone");
    return std::vector{scale_request(cluster.workloads[scale->workload].spec->kind, workload_name(scale->workload), scale->replicas)};
  }
  if (const auto* evict = std::get_if<EvictPod>(&action)) {
    if (!cluster.pods.contains(evict->pod)) return fail("the pod is gone");
    return std::vector{evict_request(pod_name(evict->pod))};
  }
  if (const auto* remove = std::get_if<DeletePod>(&action)) {
    if (!cluster.pods.contains(remove->pod)) return fail("the pod is gone");
    return std::vector{delete_pod_request(pod_name(remove->pod))};
  }
  if (const auto* cordon = std::get_if<CordonNode>(&action)) {
    if (!cluster.nodes.contains(cordon->node)) return fail("the node is gone");
    return std::vector{cordon_request(cache_.bare(cluster.nodes[cordon->node].name), cordon->on)};
  }
  if (const auto* taint = std::get_if<TaintNode>(&action)) {
    if (!cluster.nodes.contains(taint->node)) return fail("the node is gone");
    return std::vector{taint_request(cache_.bare(cluster.nodes[taint->node].name), taint->taint, taint->on)};
  }
  if (const auto* suspend = std::get_if<SuspendGitOps>(&action)) return gitops_requests(suspend->suspended);
  if (const auto* fetch = std::get_if<FetchSource>(&action)) {
    if (fetch->source >= cluster.git_sources.size()) return fail("the source is gone");
    const GitRepositorySpec& spec = *cluster.git_sources[fetch->source].spec;
    return std::vector{reconcile_git_repository_request({spec.name_space.str(), spec.name.str()}, rfc3339(client_.transport().now_us()))};
  }
  if (const auto* back = std::get_if<RollBack>(&action)) {
    if (!cluster.workloads.contains(back->workload)) return fail("the workload is gone");
    return roll_back_requests(back->workload);
  }
  return fail("this is done by the cluster's own controllers, or never on a real cluster");
}

KubeAnswer KubeClusterApi::perform(const KubeRequest& request) {
  KubeAnswer answer;
  if (mode_ == WriteMode::Refuse || guard_ == nullptr) {
    answer.verdict = Verdict::Refused;
    answer.message = request.what + ": writes are off";
    return answer;
  }
  if (auto allowed = guard_->check(request); !allowed) {
    answer.verdict = Verdict::Refused;
    answer.message = request.what + ": " + allowed.error().message;
    return answer;
  }
  HttpRequest http = with_field_manager(request.http);
  if (mode_ == WriteMode::DryRun) http = with_dry_run(std::move(http));
  auto response = client_.send(std::move(http));
  if (!response) {
    answer.message = request.what + ": " + response.error().message;
    return answer;
  }
  answer.verdict = verdict_of(*response);
  answer.status = response->status;
  answer.by_budget = refused_by_budget(*response);
  if (!response->ok()) answer.message = request.what + ": " + status_of(*response).words();
  answer.body = std::move(response->body);
  return answer;
}

Verdict KubeClusterApi::submit(const Action& action) {
  auto requests = requests_for(action);
  if (!requests) {
    last_refusal_ = requests.error().message;
    return Verdict::Refused;
  }
  for (const KubeRequest& request : *requests) {
    const KubeAnswer answer = perform(request);
    if (answer.verdict == Verdict::Accepted) continue;
    last_refusal_ = answer.message;
    return answer.verdict;
  }
  return Verdict::Accepted;
}

}  // namespace akstwin
