#include "adapters/drive/guard.hpp"

#include <algorithm>
#include <cctype>

#include "sim/base/text.hpp"

namespace akstwin {
namespace {

using Kind = RequestSubject::Kind;
using ArmKind = ArmSubject::Kind;

bool is_delivery_namespace(std::string_view name) { return name == "flux-system" || name == "argocd"; }

constexpr const char* kSecondKey = "akstwin.io/allow";

/// What follows `key` in "/subscriptions/S/resourceGroups/G/…", in lower case.
std::string id_part(std::string_view id, std::string_view key) {
  const std::string text = lower_case(id), mark = "/" + lower_case(key) + "/";
  const std::size_t at = text.find(mark);
  if (at == std::string::npos) return {};
  const std::size_t from = at + mark.size();
  return text.substr(from, text.find('/', from) - from);
}

/// Whether a scale set lies in the cluster's subscription and in its node resource group. AKS calls that MC_GROUP_CLUSTER_LOCATION
/// unless told otherwise (Azure documentation, "Why are two resource groups created with AKS?", 2026-11).
bool is_of(const std::string& scale_set, const AzureCluster& cluster) {
  if (id_part(scale_set, "subscriptions").empty() || id_part(scale_set, "subscriptions") != id_part(cluster.resource_id, "subscriptions")) return false;
  const std::string group = id_part(scale_set, "resourceGroups");
  if (!cluster.node_resource_group.empty()) return group == lower_case(cluster.node_resource_group);
  const std::string own_group = id_part(cluster.resource_id, "resourceGroups"), name = id_part(cluster.resource_id, "managedClusters");
  return !own_group.empty() && !name.empty() && group.starts_with("mc_" + own_group + "_" + name + "_");
}

}  // namespace

std::int64_t DriveGuard::Touched::drop(const std::string& key, std::int64_t now, std::int64_t wanted) {
  const auto [entry, fresh] = levels.try_emplace(key, Level{now, now});
  Level& level = entry->second;
  // More than anybody of us asked for: somebody else raised it.
  if (!fresh && now > level.peak) level = {now, now};
  const std::int64_t taken = std::max<std::int64_t>(0, level.last - wanted);
  level = {std::max(level.peak, wanted), wanted};
  return taken;
}

DriveGuard::DriveGuard(const DriveAllowList& allow, const ClusterCache& cache, std::string context, std::function<std::int64_t()> now_us)
    : allow_(allow), cache_(cache), context_(std::move(context)), now_us_(std::move(now_us)) {
  count_from_zero();
}

void DriveGuard::count_from_zero() {
  touched_ = {};
  pods_at_start_ = cache_.state().pods.live();
  nodes_at_start_ = cache_.state().nodes.live();
}

Result<void> DriveGuard::check_frame(const std::string& request) const {
  if (!allow_.allows_context(context_)) return fail("context " + context_ + " is not on the allow-list");
  if (sealed_ && !sealed_->contains(request)) return fail("it is not a part of the plan that was confirmed");
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
  if (labels == nullptr) return fail("namespace " + name + " is not known, or its labels may not be read");
  const Name* key = labels->find(Name(kSecondKey));
  if (key == nullptr || key->text() != "drive") return fail("namespace " + name + " lacks the label " + kSecondKey + "=drive, the second key");
  return {};
}

Result<void> DriveGuard::check_pool(const std::string& name) const {
  if (!allow_.allows_pool(name)) return fail("pool " + name + " is not on the allow-list");
  return {};
}

Result<void> DriveGuard::check_node(const std::string& name) const {
  const NodeId id = cache_.find_node(name);
  if (!id || cache_.state().nodes[id].labels.pairs.empty()) return fail("node " + name + " is not known");
  return check_pool(cache_.cloud().pools[cache_.state().nodes[id].pool].spec->name.str());
}

Result<void> DriveGuard::take(Touched next) {
  if (undoing_) return {};
  const std::int64_t pods = next.pod_count(), nodes = next.node_count();
  if (pods > allow_.max_affected_pods) return fail("it would touch " + std::to_string(pods) + " pods, maxAffectedPods is " + std::to_string(allow_.max_affected_pods));
  const auto within = [&](std::int64_t part, std::int64_t whole) { return part * 100 <= allow_.max_affected_percent * std::max<std::int64_t>(whole, 1); };
  if (!within(pods, pods_at_start_) || !within(nodes, nodes_at_start_))
    return fail("it would touch " + std::to_string(pods) + " of " + std::to_string(pods_at_start_) + " pods and " + std::to_string(nodes) + " of " + std::to_string(nodes_at_start_) +
                " nodes, maxAffectedPercent is " + std::to_string(allow_.max_affected_percent));
  touched_ = std::move(next);
  return {};
}

void DriveGuard::take_node(NodeId id, Touched& next) const {
  const Node& node = cache_.state().nodes[id];
  next.nodes.insert(std::string(cache_.bare(node.name)));
  for (const PodId pod : node.pods)
    if (cache_.state().pods.contains(pod) && cache_.state().pods[pod].live()) next.pods.insert(std::string(cache_.bare(cache_.state().pods[pod].name)));
}

void DriveGuard::take_pool(const std::string& pool, Touched& next) const {
  cache_.state().nodes.for_each([&](NodeId id, const Node& node) {
    if (pool.empty() || cache_.cloud().pools[node.pool].spec->name.text() == pool) take_node(id, next);
  });
}

std::int64_t DriveGuard::nodes_of(const std::string& pool) const {
  std::int64_t count = 0;
  cache_.state().nodes.for_each([&](NodeId, const Node& node) { count += cache_.cloud().pools[node.pool].spec->name.text() == pool ? 1 : 0; });
  return count;
}

Result<void> DriveGuard::check(const KubeRequest& request) {
  const RequestSubject subject = subject_of(request.http);
  if (subject.kind == Kind::Refused) return fail(request.http.method + " " + std::string(path_of(request.http.target)) + " is nothing that driving may do");
  if (auto framed = check_frame(fingerprint(request.http)); !framed) return framed;
  if (subject.kind == Kind::Node) {
    if (auto allowed = check_node(subject.name); !allowed) return allowed;
  } else if (auto allowed = check_namespace(subject.name_space); !allowed) {
    return allowed;
  } else if (subject.kind != Kind::Delivery && is_delivery_namespace(subject.name_space)) {
    return fail("namespace " + subject.name_space + " runs the delivery itself: only its objects may be changed, not its pods");
  }
  const std::string key = subject.name_space + "/" + subject.name;
  Touched next = touched_;
  if (subject.kind == Kind::Node) next.nodes.insert(subject.name);
  if (subject.kind == Kind::Eviction || subject.kind == Kind::PodDeletion) next.pods.insert(key);
  if (subject.kind == Kind::Scale) {
    const WorkloadId id = find_workload(cache_.state(), Name(key));
    if (!id) return fail("workload " + key + " is not known");
    const std::int64_t now = cache_.state().workloads[id].replicas;
    next.scaled_away += next.drop("workload/" + key, now, subject.replicas);
  }
  return take(std::move(next));
}

const AzureCluster* DriveGuard::own_azure() const {
  const auto found = allow_.azure.find(cache_.cluster_name());
  return found == allow_.azure.end() ? nullptr : &found->second;
}

/// Only instances that are nodes of an allowed spot pool of this very cluster.
Result<void> DriveGuard::check_spot_eviction(const ArmRequest& request) {
  const AzureCluster* azure = own_azure();
  if (azure == nullptr) return fail("the allow-list says nothing of Azure for this cluster");
  NodeId meant;
  ScaleSetInstance instance;
  cache_.state().nodes.for_each([&](NodeId id, const Node& node) {
    const ScaleSetInstance here = instance_of(cache_.provider_id(cache_.bare(node.name)));
    if (here.instance.empty() || here.scale_set_id.find("..") != std::string::npos) return;
    const ArmRequest ours = simulate_eviction_request(here.scale_set_id, here.instance);
    if (ours.method != request.method || ours.path != request.path || ours.body != request.body) return;
    meant = id;
    instance = here;
  });
  if (!meant) return fail("it is no machine of a known node");
  const NodePoolSpec& pool = *cache_.cloud().pools[cache_.state().nodes[meant].pool].spec;
  if (auto allowed = check_pool(pool.name.str()); !allowed) return allowed;
  if (!is_of(instance.scale_set_id, *azure)) return fail("its scale set lies outside the cluster's subscription or node resource group; state azure." + cache_.cluster_name() + ".nodeResourceGroup if that has a name of its own");
  const Name* priority = cache_.state().nodes[meant].labels.find(Name("kubernetes.azure.com/scalesetpriority"));
  if (!pool.spot && (priority == nullptr || priority->text() != "spot")) return fail("pool " + pool.name.str() + " is no spot pool");
  Touched next = touched_;
  take_node(meant, next);
  return take(std::move(next));
}

Result<void> DriveGuard::check_arm(const ArmRequest& request) {
  if (auto framed = check_frame(fingerprint(request)); !framed) return framed;
  if (request.path.find("/virtualMachineScaleSets/") != std::string::npos) return check_spot_eviction(request);
  for (const auto& [cluster, azure] : allow_.azure) {
    const ArmSubject subject = subject_of(request, azure);
    if (subject.kind == ArmKind::Refused) continue;
    // Which origin serves is a matter of all clusters; everything else is done to the one whose state is watched.
    if (subject.kind == ArmKind::Origin) return {};
    if (cluster != cache_.cluster_name()) return fail("cluster " + cluster + " is not the one that is driven");
    if (subject.kind != ArmKind::Power)
      if (auto allowed = check_pool(subject.pool); !allowed) return allowed;
    Touched next = touched_;
    if (subject.stops || subject.kind == ArmKind::NodeImage) take_pool(subject.pool, next);
    else if (subject.count >= 0) next.nodes_scaled_away += next.drop("pool/" + subject.pool, nodes_of(subject.pool), subject.count);
    return take(std::move(next));
  }
  return fail(request.method == "DELETE" ? "nothing is ever deleted in Azure" : "this is nothing that driving may do to a resource of the allow-list");
}

}  // namespace akstwin
