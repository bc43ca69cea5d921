/// How many nodes a pool may have at most: what the sizes of subnets are computed from.
#pragma once
#include <cstdint>

#include "models/catalog/cni_addresses.hpp"
#include "models/spec/platform_spec.hpp"

namespace akstwin {

/// The most nodes that a pool may have by its own settings.
std::int64_t largest_count(const NodePoolSpec& pool);
/// Surge nodes of an upgrade at that size: a percentage rounds up; spot pools have none (facts A6: upgrade-aks-node-pools-rolling.md).
std::int64_t largest_surge(const NodePoolSpec& pool);
/// maxPods, or the network mode's default: Overlay 250, Node Subnet 30 (concepts-network-ip-address-planning.md, 2026-08).
std::int64_t pods_per_node(const NodePoolSpec& pool, NetworkPluginMode mode);

}  // namespace akstwin
