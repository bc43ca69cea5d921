// Placements that cannot be: selectors that no pool has, taints nobody tolerates, replicas that would need more nodes than there can be.
#include <algorithm>
#include <charconv>
#include <set>

#include "models/catalog/machine_sizes.hpp"
#include "scenarios/check_scenario.hpp"

namespace akstwin {
namespace {

using Operator = SelectorRequirement::Operator;

constexpr std::string_view kHostname = "kubernetes.io/hostname", kZone = "topology.kubernetes.io/zone";

/// The nodes of a pool in one zone, as AKS labels them (facts section C).
struct NodeKind {
  const NodePoolSpec* pool = nullptr;
  Labels labels;
  std::vector<Taint> taints;
};

std::vector<NodeKind> node_kinds(const ClusterSpec& cluster) {
  std::vector<NodeKind> kinds;
  for (const NodePoolSpec& pool : cluster.pools) {
    std::vector<std::string> zones;
    for (const int zone : pool.zones) zones.push_back(cluster.location.str() + "-" + std::to_string(zone));
    if (zones.empty()) zones.emplace_back("0");
    for (const std::string& zone : zones) {
      NodeKind kind{&pool, pool.labels, pool.taints};
      const VmSize* size = find_vm_size(pool.vm_size.text());
      kind.labels.set(Name("kubernetes.io/os"), Name(pool.os == OsType::Windows ? "windows" : "linux"));
      kind.labels.set(Name("kubernetes.io/arch"), Name(size != nullptr && parts_of(*size).arm() ? "arm64" : "amd64"));
      if (!pool.os_sku.empty()) kind.labels.set(Name("kubernetes.azure.com/os-sku"), pool.os_sku);
      if (size != nullptr && size->gpus > 0) kind.labels.set(Name("kubernetes.azure.com/accelerator"), Name("nvidia"));
      kind.labels.set(Name("node.kubernetes.io/instance-type"), pool.vm_size);
      kind.labels.set(Name("topology.kubernetes.io/region"), cluster.location);
      kind.labels.set(Name(kZone), Name(zone));
      kind.labels.set(Name("agentpool"), pool.name);
      kind.labels.set(Name("kubernetes.azure.com/agentpool"), pool.name);
      kind.labels.set(Name("kubernetes.azure.com/mode"), Name(pool.mode == PoolMode::System ? "system" : "user"));
      if (pool.spot) {
        kind.labels.set(Name("kubernetes.azure.com/scalesetpriority"), Name("spot"));
        kind.taints.push_back({Name("kubernetes.azure.com/scalesetpriority"), Name("spot"), TaintEffect::NoSchedule});
      }
      kinds.push_back(std::move(kind));
    }
  }
  return kinds;
}

bool number(std::string_view text, std::int64_t& out) { return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc(); }

bool holds(const SelectorRequirement& requirement, const Labels& labels) {
  if (requirement.key.text() == kHostname) return true;   // names of nodes are not known beforehand
  const Name* const value = labels.find(requirement.key);
  const bool listed = value != nullptr && std::ranges::find(requirement.values, *value) != requirement.values.end();
  switch (requirement.op) {
    case Operator::In: return listed;
    case Operator::NotIn: return !listed;
    case Operator::Exists: return value != nullptr;
    case Operator::DoesNotExist: return value == nullptr;
    case Operator::Gt:
    case Operator::Lt: break;
  }
  std::int64_t left = 0, right = 0;
  if (value == nullptr || requirement.values.empty() || !number(value->text(), left) || !number(requirement.values.front().text(), right)) return false;
  return requirement.op == Operator::Gt ? left > right : left < right;
}

bool selected(const PodSpec& pod, const Labels& labels) {
  for (const auto& [key, wanted] : pod.node_selector.pairs)
    if (!holds({key, Operator::In, {wanted}}, labels)) return false;
  if (!pod.affinity.node_required) return true;
  return std::ranges::any_of(*pod.affinity.node_required, [&](const NodeSelectorTerm& term) {
    return !(term.match_expressions.empty() && term.match_fields.empty()) && std::ranges::all_of(term.match_expressions, [&](const SelectorRequirement& r) { return holds(r, labels); });
  });
}

bool tolerated(const PodSpec& pod, const std::vector<Taint>& taints) {
  return std::ranges::all_of(taints, [&](const Taint& taint) {
    return taint.effect == TaintEffect::PreferNoSchedule || std::ranges::any_of(pod.tolerations, [&](const Toleration& t) { return t.tolerates(taint); });
  });
}

std::string wish(const PodSpec& pod) {
  std::string text;
  for (const auto& [key, value] : pod.node_selector.pairs) text += (text.empty() ? "" : ", ") + key.str() + "=" + value.str();
  if (pod.affinity.node_required) text += std::string(text.empty() ? "" : " and ") + "its required node affinity";
  return text.empty() ? "nothing" : text;
}

std::int64_t most_nodes(const NodePoolSpec& pool) { return pool.autoscaling ? std::max(pool.min_count, pool.max_count) : pool.count; }

/// The most replicas that the workload can be asked for.
std::int64_t most_replicas(const ManifestSet& set, const WorkloadSpec& workload) {
  std::int64_t most = workload.replicas;
  for (const auto& hpa : set.autoscalers)
    if (hpa.target == workload.name && hpa.name_space == workload.name_space && hpa.target_kind == workload.kind) most = std::max(most, hpa.max_replicas);
  for (const auto& scaled : set.scaled_objects)
    if (!scaled.jobs && scaled.target == workload.name && scaled.name_space == workload.name_space) most = std::max(most, scaled.max_replicas);
  return most;
}

/// Places that a required anti-affinity of the workload against itself leaves: nodes or zones; -1 without one.
std::int64_t separate_places(const WorkloadSpec& workload, const std::vector<const NodeKind*>& usable) {
  std::int64_t places = -1;
  for (const PodAffinityTerm& term : workload.pod.affinity.pod_anti_required) {
    const bool own = term.namespaces.empty() && !term.namespace_selector;
    if (!own || !term.selector || !term.selector->matches(workload.pod.labels)) continue;
    std::set<std::string> zones;
    std::set<const NodePoolSpec*> pools;
    std::int64_t nodes = 0;
    for (const NodeKind* kind : usable) {
      zones.insert(kind->labels.find(Name(kZone))->str());
      if (pools.insert(kind->pool).second) nodes += most_nodes(*kind->pool);
    }
    std::int64_t here = -1;
    if (term.topology_key.text() == kHostname) here = nodes;
    if (term.topology_key.text() == kZone) here = static_cast<std::int64_t>(zones.size());
    if (here >= 0) places = places < 0 ? here : std::min(places, here);
  }
  return places;
}

// Terms whose namespaces cannot be told from the manifests alone are left alone.
bool anybody_matches(const ManifestSet& set, const WorkloadSpec& workload, const PodAffinityTerm& term) {
  if (term.namespace_selector || !term.match_label_keys.empty()) return true;
  if (!term.selector) return false;
  return std::ranges::any_of(set.workloads, [&](const WorkloadSpec& other) {
    const bool listed = term.namespaces.empty() ? other.name_space == workload.name_space : std::ranges::find(term.namespaces, other.name_space) != term.namespaces.end();
    return listed && term.selector->matches(other.pod.labels);
  });
}

void check_neighbours(Check& check, const ManifestSet& set, const WorkloadSpec& workload) {
  const std::string called = workload.name_space.str() + "/" + workload.name.str();
  for (const PodAffinityTerm& term : workload.pod.affinity.pod_required) {
    if (!anybody_matches(set, workload, term))
      check.warning("S068", workload.declared_at, called + " must run beside pods that no workload has", "its pods stay Pending; compare the selector of its required pod affinity with the labels of those pods");
    if (std::ranges::find(workload.pod.affinity.pod_anti_required, term) != workload.pod.affinity.pod_anti_required.end())
      check.warning("S068", workload.declared_at, called + " must run beside the very pods that it must keep away from", "its pods stay Pending; drop the required affinity or the anti-affinity");
  }
}

void check_workload(Check& check, const ManifestSet& set, const std::vector<NodeKind>& kinds, const WorkloadSpec& workload) {
  if (workload.kind == WorkloadKind::DaemonSet) return;
  const std::string called = workload.name_space.str() + "/" + workload.name.str();
  std::vector<const NodeKind*> wanted, usable;
  for (const NodeKind& kind : kinds)
    if (selected(workload.pod, kind.labels)) wanted.push_back(&kind);
  for (const NodeKind* kind : wanted)
    if (tolerated(workload.pod, kind->taints)) usable.push_back(kind);
  if (wanted.empty())
    return check.warning("S068", workload.declared_at, "no pool has nodes for " + called + ": it wants " + wish(workload.pod), "its pods stay Pending; give a pool that label, or change the selector");
  if (usable.empty())
    return check.warning("S068", workload.declared_at, called + " tolerates the taints of no pool that it may run on", "its pods stay Pending; add tolerations, or a pool without taints");
  check_neighbours(check, set, workload);
  const std::int64_t places = separate_places(workload, usable), most = most_replicas(set, workload);
  if (places >= 0 && most > places)
    check.warning("S068", workload.declared_at, called + " keeps its replicas apart, and up to " + std::to_string(most) + " of them have " + std::to_string(places) + " places", "the rest stays Pending; prefer the anti-affinity instead of requiring it, or allow more nodes");
}

}  // namespace

void check_placement(Check& check) {
  for (const ClusterWorkloads& entry : check.scenario().workloads) {
    const ClusterSpec* cluster = check.scenario().cluster(entry.cluster);
    // Node auto-provisioning makes nodes of any size and label: what its pools allow is judged with them.
    if (cluster == nullptr || cluster->pools.empty() || cluster->provisioning.automatic) continue;
    const std::vector<NodeKind> kinds = node_kinds(*cluster);
    for (const WorkloadSpec& workload : entry.manifests.workloads) check_workload(check, entry.manifests, kinds, workload);
  }
}

}  // namespace akstwin
