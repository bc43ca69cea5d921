/// VM sizes as node auto-provisioning sees them: their well-known labels, which of them a NodePool admits, and what they cost.
#pragma once
#include <span>
#include <vector>

#include "models/catalog/vm_sizes.hpp"
#include "models/spec/experiment_spec.hpp"
#include "models/spec/platform_spec.hpp"

namespace akstwin {

/// The parts of a size's name: "Standard_D4ads_v5" is family D, series Dads_v5, version 5. A name without a version has version 1.
struct SizeNameParts {
  std::string family, series, features, accelerator;
  int version = 1;
  bool arm() const { return features.find('p') != std::string::npos; }
  bool premium_storage() const { return features.find('s') != std::string::npos; }
};
/// Source of the grammar: learn.microsoft.com "Azure VM naming conventions"; of family and series: karpenter-provider-azure@352646f5 labels.go.
SizeNameParts parts_of(const VmSize& size);

/// The labels that a machine of this size gets from its size alone: instance type, architecture, operating system, karpenter.azure.com/sku-*.
Labels size_labels(const VmSize& size);

/// Labels that Karpenter knows without being told: a requirement on any other key must be met by a label that the NodePool states.
bool is_well_known_label(Name key);
std::span<const std::string_view> well_known_labels();

/// Whether one value satisfies a requirement; null: the label is absent. Gt and Lt compare integers.
bool admits(const SelectorRequirement& rule, const Name* value);
/// Whether labels satisfy every requirement on a key that they carry or that only a size decides; other keys are left open.
bool size_admitted(const VmSize& size, std::span<const NodeClaimRequirement> requirements);
/// Sizes that the NodePool admits and that are priced in the region, by name.
std::vector<const VmSize*> sizes_admitted(const KarpenterNodePoolSpec& pool, Name location);
/// Zones that the NodePool admits, ascending; {0} where the region has none.
std::vector<int> zones_admitted(const KarpenterNodePoolSpec& pool, Name location);
/// "eastus2-1", the value of topology.kubernetes.io/zone; "0": regional.
Name zone_label(Name location, int zone);
bool spot_admitted(const KarpenterNodePoolSpec& pool);
bool on_demand_admitted(const KarpenterNodePoolSpec& pool);
/// Spot is not offered for the first B series (facts A1).
bool spot_capable(const VmSize& size);

/// Most machines at once: limits.nodes, limits.cpu in machines of 2 vCPUs, and the profile's max_nodes.
std::int64_t most_machines(const ClusterSpec& cluster, const KarpenterNodePoolSpec& pool);
/// The NodePool as a pool of machines: what decides addresses, disks and reports. Its VM size is empty, because each machine has its own.
NodePoolSpec machine_pool(const ClusterSpec& cluster, const KarpenterNodePoolSpec& pool);
/// The cluster's node pools, and its NodePools while node auto-provisioning is on.
std::vector<NodePoolSpec> all_pools(const ClusterSpec& cluster);

/// Hourly price of a machine: the scenario's own ("vm:REGION/SIZE", "vm:REGION/SIZE/spot"), else the list's, else for spot the scenario's
/// discount off list, else list. Nothing where the region has no price.
std::optional<Money> machine_price(const CostSpec& cost, Name location, const VmSize& size, bool spot);

/// The NodePools that AKS makes with defaultNodePools: Auto, and their node class. Source: AKS node-auto-provisioning-node-pools.md (facts),
/// karpenter-provider-azure@352646f5 examples/v1.
std::vector<KarpenterNodePoolSpec> default_node_pools();

}  // namespace akstwin
