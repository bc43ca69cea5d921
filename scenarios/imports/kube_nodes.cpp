#include "scenarios/imports/kube_nodes.hpp"

#include <algorithm>
#include <set>

namespace akstwin {
namespace {

struct PoolDraft {
  YamlNode node;                            ///< the scenario's words
  std::set<std::string> zones;
  int count = 0;
};

std::string label(const YamlNode& node, std::string_view key) {
  const YamlNode* labels = find_below(node, "metadata.labels");
  return labels != nullptr ? std::string(labels->text_of(key)) : std::string();
}

std::string first_label(const YamlNode& node, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const std::string value = label(node, key); !value.empty()) return value;
  return {};
}

/// Labels that AKS, Kubernetes or a cloud controller set by themselves.
bool is_own_label(std::string_view key) {
  return key.find("kubernetes.io/") == std::string_view::npos && key.find("kubernetes.azure.com/") == std::string_view::npos && key.find("karpenter") == std::string_view::npos &&
         key != "agentpool" && key != "storageprofile" && key != "storagetier" && key != "accelerator" && key != "kubernetes.azure.com" && !key.starts_with("topology.");
}

/// Taints that node lifecycle and start-up set and remove.
bool is_passing_taint(std::string_view key) { return key.starts_with("node.kubernetes.io/") || key.starts_with("node.cloudprovider.kubernetes.io/") || key.starts_with("node.cilium.io/"); }

YamlNode new_pool(const YamlNode& node, const std::string& name) {
  YamlNode pool = map_like(node);
  put(pool, "name", text_like(node, name, true));
  put(pool, "mode", text_like(node, label(node, "kubernetes.azure.com/mode") == "system" ? "System" : "User"));
  put(pool, "vmSize", text_like(node, first_label(node, {"node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"}), true));
  if (first_label(node, {"kubernetes.azure.com/scalesetpriority"}) == "spot") put(pool, "scaleSetPriority", text_like(node, "Spot"));
  if (first_label(node, {"kubernetes.io/os", "beta.kubernetes.io/os"}) == "windows") put(pool, "osType", text_like(node, "Windows"));
  if (const std::string pods = text_below(node, "status.capacity.pods"); !pods.empty()) put(pool, "maxPods", text_like(node, pods));
  YamlNode taints = list_like(node);
  if (const YamlNode* list = find_below(node, "spec.taints"))
    for (const YamlNode& taint : list->items) {
      const std::string key(taint.text_of("key")), value(taint.text_of("value"));
      // AKS taints spot pools by itself.
      if (!is_passing_taint(key) && key != "kubernetes.azure.com/scalesetpriority") taints.items.push_back(text_like(taint, key + (value.empty() ? "" : "=" + value) + ":" + std::string(taint.text_of("effect")), true));
    }
  if (!taints.items.empty()) put(pool, "nodeTaints", std::move(taints));
  YamlNode labels = map_like(node);
  if (const YamlNode* all = find_below(node, "metadata.labels"))
    for (const YamlMember& member : all->members)
      if (is_own_label(member.key)) put(labels, member.key, text_like(member.value, member.value.text, true));
  if (!labels.members.empty()) put(pool, "nodeLabels", std::move(labels));
  return pool;
}

/// "MC_group_cluster_region" → "cluster".
std::string cluster_name(const std::string& resource_group) {
  const std::size_t last = resource_group.rfind('_');
  if (!resource_group.starts_with("MC_") || last == std::string::npos) return resource_group;
  const std::size_t before = resource_group.rfind('_', last - 1);
  return before == std::string::npos || before < 3 ? resource_group : resource_group.substr(before + 1, last - before - 1);
}

bool is_node(const YamlNode& object) { return object.text_of("kind") == "Node" && object.text_of("apiVersion") == "v1"; }

void collect(const YamlNode& document, std::vector<const YamlNode*>& nodes) {
  if (is_node(document)) nodes.push_back(&document);
  const YamlNode* items = document.find("items");
  if (items == nullptr) return;
  for (const YamlNode& item : items->items)
    if (is_node(item) || (document.text_of("kind") == "NodeList")) nodes.push_back(&item);
}

}  // namespace

bool holds_nodes(const YamlNode& document) {
  std::vector<const YamlNode*> nodes;
  if (document.is_map()) collect(document, nodes);
  return !nodes.empty();
}

void read_kube_nodes(const std::vector<const YamlNode*>& documents, Fragment& out) {
  std::vector<const YamlNode*> nodes;
  for (const YamlNode* document : documents) collect(*document, nodes);
  if (nodes.empty()) return;
  std::map<std::string, PoolDraft> pools;
  for (const YamlNode* node : nodes) {
    const std::string name = first_label(*node, {"kubernetes.azure.com/agentpool", "agentpool"});
    const std::string pool = name.empty() ? "nodes" : name;
    const auto [entry, inserted] = pools.try_emplace(pool);
    if (inserted) entry->second.node = new_pool(*node, pool);
    ++entry->second.count;
    const std::string zone = first_label(*node, {"topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"});
    // Regional machines have zone "0" or "eastus2-0" by the cloud provider's rule.
    if (const std::size_t dash = zone.rfind('-'); dash != std::string::npos && dash + 2 == zone.size() && zone.back() >= '1' && zone.back() <= '9') entry->second.zones.insert(zone.substr(dash + 1));
  }
  const YamlNode& first = *nodes.front();
  YamlNode cluster = map_like(first);
  const std::string group = label(first, "kubernetes.azure.com/cluster");
  put(cluster, "name", text_like(first, group.empty() ? "cluster" : cluster_name(group), true));
  if (const std::string region = first_label(first, {"topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"}); !region.empty()) put(cluster, "location", text_like(first, region, true));
  std::string version = text_below(first, "status.nodeInfo.kubeletVersion");
  if (version.starts_with('v')) version.erase(0, 1);
  if (const std::size_t dot = version.find('.', version.find('.') + 1); dot != std::string::npos) put(cluster, "kubernetesVersion", text_like(first, version.substr(0, dot), true));
  YamlNode list = list_like(first);
  for (auto& [name, pool] : pools) {
    put(pool.node, "count", text_like(pool.node, std::to_string(pool.count)));
    YamlNode zones = list_like(pool.node);
    for (const std::string& zone : pool.zones) zones.items.push_back(text_like(pool.node, zone, true));
    if (!zones.items.empty()) put(pool.node, "availabilityZones", std::move(zones));
    list.items.push_back(std::move(pool.node));
    ++out.counts["node pool"];
  }
  put(cluster, "agentPoolProfiles", std::move(list));
  leave_out(out.notes, "a dump does not say whether a pool is autoscaled; every pool keeps its number of nodes", first);
  ++out.counts["cluster"];
  out.counts["node"] += static_cast<int>(nodes.size());
  out.clusters.push_back(std::move(cluster));
}

}  // namespace akstwin
