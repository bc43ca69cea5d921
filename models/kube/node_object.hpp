/// What AKS writes into a Node object.
#pragma once
#include <vector>

#include "models/api/cloud_state.hpp"
#include "models/api/pool_template.hpp"

namespace akstwin {

/// The labels that AKS and the cloud provider put on a node. Source: facts section C (Azure template labels), AKS documentation.
Labels node_labels(const Instance& instance, const NodePoolSpec& pool, const ClusterSpec& cluster);
/// The pool's taints and, on spot pools, AKS's own.
std::vector<Taint> node_taints(const NodePoolSpec& pool);
/// What the Cluster Autoscaler is told of each pool's nodes while there is none. Pools of sizes that the catalogue lacks are left out.
std::vector<PoolTemplate> pool_templates(const ClusterSpec& cluster);

}  // namespace akstwin
