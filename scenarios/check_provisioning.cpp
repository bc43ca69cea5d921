#include <algorithm>

#include "models/catalog/machine_sizes.hpp"
#include "scenarios/check_scenario.hpp"

namespace akstwin {
namespace {

std::string called(const KarpenterNodePoolSpec& pool) { return "NodePool '" + pool.name.str() + "'"; }

bool has_labels_domain(Name key, std::string_view domain) { return key.text().starts_with(std::string(domain) + "/"); }

// A key of Karpenter's or Azure's own domain is known or a mistake; others are labels of the user's.
void check_keys(Check& check, const KarpenterNodePoolSpec& pool) {
  for (const NodeClaimRequirement& requirement : pool.requirements) {
    const Name key = requirement.rule.key;
    const bool own = has_labels_domain(key, "karpenter.sh") || has_labels_domain(key, "karpenter.azure.com") || has_labels_domain(key, "kubernetes.io") ||
                     has_labels_domain(key, "node.kubernetes.io") || has_labels_domain(key, "topology.kubernetes.io");
    if (key.empty() || !own || is_well_known_label(key)) continue;
    std::vector<std::string> known;
    for (const std::string_view label : well_known_labels()) known.emplace_back(label);
    const std::string near = closest(key.text(), known);
    check.error("S046", pool.declared_at, called(pool) + " has a requirement on '" + key.str() + "', which no node has", near.empty() ? "see `kubectl get nodes --show-labels` of an AKS node" : "did you mean '" + near + "'?");
  }
}

// What is left when one requirement after the other is applied, so that the one that empties the list can be named.
std::string first_that_empties(const KarpenterNodePoolSpec& pool, Name location) {
  KarpenterNodePoolSpec so_far;
  for (const NodeClaimRequirement& requirement : pool.requirements) {
    so_far.requirements.push_back(requirement);
    if (sizes_admitted(so_far, location).empty()) return requirement.rule.key.str();
  }
  return {};
}

void check_sizes(Check& check, const ClusterSpec& cluster, const KarpenterNodePoolSpec& pool) {
  if (find_region(cluster.location.text()) == nullptr) return;
  if (!spot_admitted(pool) && !on_demand_admitted(pool))
    return check.error("S047", pool.declared_at, called(pool) + " admits neither on-demand nor spot machines", "karpenter.sh/capacity-type is on-demand or spot");
  if (zones_admitted(pool, cluster.location).empty())
    check.error("S047", pool.declared_at, called(pool) + " admits no zone of " + cluster.location.str(), "topology.kubernetes.io/zone is written as " + zone_label(cluster.location, 1).str());
  if (!sizes_admitted(pool, cluster.location).empty()) return;
  const std::string key = first_that_empties(pool, cluster.location);
  check.error("S047", pool.declared_at, "no VM size of the catalogue meets the requirements of " + called(pool) + " in " + cluster.location.str(),
              key.empty() ? "the region has no priced sizes" : "nothing is left once '" + key + "' is applied");
}

void check_node_pool(Check& check, const ClusterSpec& cluster, const KarpenterNodePoolSpec& pool) {
  check_keys(check, pool);
  check_sizes(check, cluster, pool);
  const auto& classes = cluster.provisioning.node_classes;
  if (std::ranges::find(classes, pool.node_class, &AksNodeClassSpec::name) == classes.end()) {
    std::vector<std::string> names;
    for (const AksNodeClassSpec& node_class : classes) names.push_back(node_class.name.str());
    check.error("S020", pool.declared_at, called(pool) + " refers to AKSNodeClass '" + pool.node_class.str() + "', which does not exist", Check::suggestion(pool.node_class.text(), names));
  }
  for (const NodePoolSpec& other : cluster.pools)
    if (other.name == pool.name) check.error("S016", pool.declared_at, called(pool) + " has the name of a node pool of '" + cluster.name.str() + "'", "reports tell them apart by name; rename one");
}

void check_profile(Check& check, const ClusterSpec& cluster) {
  const NodeProvisioningSpec& provisioning = cluster.provisioning;
  const std::string path = path_of(cluster) + ".nodeProvisioningProfile";
  if (provisioning.node_pools.empty())
    check.warning("S048", check.where(path), "node auto-provisioning of '" + cluster.name.str() + "' has no NodePool: it never adds a node", "add a NodePool manifest, or defaultNodePools: Auto");
  for (const TemplateChangeSpec& change : provisioning.template_changes) {
    std::vector<std::string> names;
    for (const KarpenterNodePoolSpec& pool : provisioning.node_pools) names.push_back(pool.name.str());
    if (std::ranges::find(names, change.node_pool.text()) == names.end())
      check.error("S020", change.declared_at, "there is no NodePool '" + change.node_pool.str() + "' whose template could change", Check::suggestion(change.node_pool.text(), names));
  }
}

}  // namespace

void check_provisioning(Check& check) {
  const auto& clusters = check.scenario().clusters;
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    const ClusterSpec& cluster = clusters[i];
    const bool has_manifests = i < check.scenario().workloads.size() && !check.scenario().workloads[i].manifests.node_pools.empty();
    if (!cluster.provisioning.automatic) {
      const bool turned_on = std::ranges::any_of(check.scenario().variants, [](const VariantSpec& variant) {
        return std::ranges::any_of(variant.set, [](const OverrideSpec& change) { return change.path.find("nodeProvisioningProfile") != std::string::npos; });
      });
      if (has_manifests && !turned_on)
        check.warning("S048", check.scenario().workloads[i].manifests.node_pools.front().declared_at, "NodePools of '" + cluster.name.str() + "' have no effect: node auto-provisioning is off",
                      "add nodeProvisioningProfile: {mode: Auto} to the cluster");
      continue;
    }
    check_profile(check, cluster);
    for (const KarpenterNodePoolSpec& pool : cluster.provisioning.node_pools) check_node_pool(check, cluster, pool);
    // AKS refuses the combination; a variant that turns the one on is spared from turning the other off.
    for (const NodePoolSpec& pool : cluster.pools)
      if (pool.autoscaling)
        check.warning("S048", check.where(path_of(cluster, pool) + ".enableAutoScaling"), "pool '" + cluster.name.str() + "/" + pool.name.str() + "' is not autoscaled: node auto-provisioning is on",
                      "AKS allows one of the two; the pool keeps its minCount");
  }
}

}  // namespace akstwin
