/// How many addresses a cluster needs: Azure's arithmetic, as pure functions.
#pragma once
#include <cstdint>
#include <optional>

#include "models/spec/platform_spec.hpp"

namespace akstwin {

/// Azure CNI Node Subnet: every node holds max_pods addresses and its own, used or not: (n + s)(max_pods + 1).
/// Source: MicrosoftDocs/azure-aks-docs concepts-network-ip-address-planning.md (2026-08): n=50, s=1, 30 pods → 1,581.
constexpr std::int64_t node_subnet_need(std::int64_t nodes, std::int64_t surge, std::int64_t max_pods) {
  return (nodes + surge) * (max_pods + 1);
}
/// Azure CNI Overlay: one address a node; pods live outside the VNet. Source: concepts-network-azure-cni-overlay.md (2026-08).
constexpr std::int64_t overlay_need(std::int64_t nodes, std::int64_t surge) { return nodes + surge; }
/// Nodes that an overlay pod CIDR of this prefix can carry, surge included: a /24 each. /16 → 256, /18 → 64. Same source.
constexpr std::int64_t overlay_node_limit(int pod_cidr_prefix) {
  return pod_cidr_prefix > 24 ? 0 : std::int64_t{1} << (24 - pod_cidr_prefix);
}
/// The smallest pod CIDR (longest prefix) for that many nodes; nothing above a /8.
std::optional<int> smallest_pod_cidr_for(std::int64_t nodes);

/// The most nodes that a pool may have by its own settings.
std::int64_t largest_count(const NodePoolSpec& pool);
/// Surge nodes of an upgrade at that size: a percentage rounds up; spot pools have none (facts A6: upgrade-aks-node-pools-rolling.md).
std::int64_t largest_surge(const NodePoolSpec& pool);
/// maxPods, or the network mode's default: Overlay 250, Node Subnet 30 (concepts-network-ip-address-planning.md, 2026-08).
std::int64_t pods_per_node(const NodePoolSpec& pool, NetworkPluginMode mode);

}  // namespace akstwin
