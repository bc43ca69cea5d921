/// How many addresses the nodes and pods of an AKS cluster need in each network mode: Azure's arithmetic, as pure functions.
/// Source: facts B and K (MicrosoftDocs/azure-aks-docs articles/aks, read 2026-08), each function with its page.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "models/spec/platform_spec.hpp"

namespace akstwin {

/// How pods get their addresses. In a scenario the cluster's NetworkPluginMode says it, and in PodSubnet mode the pool's PodIpAllocation.
enum class AddressMode : std::uint8_t { Overlay, NodeSubnet, PodSubnetDynamic, PodSubnetStatic, Kubenet };
std::string_view to_string(AddressMode mode);
AddressMode address_mode(const NetworkProfileSpec& network, const NodePoolSpec& pool);
/// "overlay", "node-subnet", "pod-subnet", "static-block", "kubenet".
std::optional<AddressMode> parse_address_mode(std::string_view text);

/// Azure CNI Node Subnet: every node holds max_pods addresses and its own, used or not: (n + s)(max_pods + 1).
/// concepts-network-ip-address-planning.md: n = 50, s = 1, 30 pods → 1,581.
constexpr std::int64_t node_subnet_need(std::int64_t nodes, std::int64_t surge, std::int64_t max_pods) { return (nodes + surge) * (max_pods + 1); }

/// Azure CNI Overlay, and every other mode's node subnet: one address a node. concepts-network-azure-cni-overlay.md.
constexpr std::int64_t overlay_need(std::int64_t nodes, std::int64_t surge) { return nodes + surge; }
/// Nodes that an overlay pod CIDR of this prefix can carry, surge included: a /24 each. /16 → 256, /18 → 64. Same page.
constexpr std::int64_t overlay_node_limit(int pod_cidr_prefix) { return pod_cidr_prefix > 24 ? 0 : std::int64_t{1} << (24 - pod_cidr_prefix); }
/// The smallest pod CIDR (longest prefix) for that many nodes; nothing above a /8.
std::optional<int> smallest_pod_cidr_for(std::int64_t nodes);

/// Pod subnet with dynamic allocation: what a node holds for `demand` pods. Batches of 16, and another one whenever fewer than 8 are
/// free: 16 × ⌈(demand + 8) ÷ 16⌉; 0 → 16, 9 → 32, 25 → 48. Both monitor versions agree (facts K5). At most 250, the most pods of a node.
constexpr std::int64_t dynamic_batch_need(std::int64_t demand) {
  const std::int64_t batches = 16 * ((demand + 8 + 15) / 16);
  return batches < 250 ? batches : 250;
}

/// The bounds between which a node's unused addresses are kept: a batch more below min_free, a batch less from max_free on.
struct BatchBounds {
  std::int64_t batch = 0, min_free = 0, max_free = 0;
};
/// The usual bounds, and those of a subnet that is exhausted. Source: cns/ipampool/monitor.go@cbd7560c with AKS's 16/50/150 (facts B).
inline constexpr BatchBounds kBatchBounds{16, 8, 24};
inline constexpr BatchBounds kExhaustedBounds{1, 1, 2};
/// Most addresses that a node holds for its pods. Same source.
inline constexpr std::int64_t kMostPodAddresses = 250;
/// What a node asks for (above zero) or returns (below) in one round, holding `held` of which `used` are pods'. Requests are rounded up
/// to whole batches, returns down to them. Same source: increasePoolSize, decreasePoolSize.
constexpr std::int64_t batch_change(std::int64_t held, std::int64_t used, const BatchBounds& bounds) {
  const std::int64_t free = held - used, odd = held % bounds.batch;
  if (free < bounds.min_free) {
    const std::int64_t target = odd == 0 ? held + bounds.batch : held + 2 * bounds.batch - odd;
    return (target < kMostPodAddresses ? target : kMostPodAddresses) - held;
  }
  if (free >= bounds.max_free) return odd == 0 ? -bounds.batch : -odd;
  return 0;
}

/// Pod subnet with static blocks: /28 blocks a node holds for its life, ⌈(max_pods + 1) ÷ 16⌉; one address in it is the node's own use.
/// concepts-network-azure-cni-pod-subnet.md: 30 → 2, 31 → 2, 32 → 3.
constexpr std::int64_t static_blocks(std::int64_t max_pods) { return (max_pods + 1 + 15) / 16; }
/// Addresses of those blocks that pods can have: 30 → 31, 32 → 47.
constexpr std::int64_t static_block_usable(std::int64_t max_pods) { return 16 * static_blocks(max_pods) - 1; }

/// Blocks that nodes can have of a subnet: all /28 but the first and the last, which hold addresses that Azure keeps.
constexpr std::int64_t static_blocks_in(int prefix) { return prefix > 26 ? 0 : (std::int64_t{1} << (28 - prefix)) - 2; }
/// The smallest subnet (longest prefix) with that many such blocks; nothing above a /12, the largest that AKS takes.
std::optional<int> smallest_prefix_for_blocks(std::int64_t blocks);

/// Most nodes of a kubenet cluster: one route each, at most 400 routes in a table. configure-kubenet.md.
inline constexpr std::int64_t kKubenetNodes = 400;
/// With both address families a node has two routes (configure-kubenet-dual-stack.md [recall]): half as many nodes.
constexpr std::int64_t kubenet_nodes(bool dual_stack) { return dual_stack ? kKubenetNodes / 2 : kKubenetNodes; }

/// API server VNet integration: addresses that a cluster keeps in the delegated subnet, at least. api-server-vnet-integration.md (facts B).
inline constexpr std::int64_t kApiServerAddresses = 9;
/// Application Gateway for Containers wants so many free addresses in its subnet. Facts B.
inline constexpr std::int64_t kGatewayAddresses = 250;

/// A subnet that Azure knows by its name: whose it is, and how small it may be.
struct ReservedSubnet {
  std::string_view name, owner;
  int longest_prefix = 0;
};
/// AzureBastionSubnet, AzureFirewallSubnet, AzureFirewallManagementSubnet, GatewaySubnet, RouteServerSubnet; null for all others.
/// Bastion, Firewall and Route Server want a /26 or larger, a gateway a /27 (learn.microsoft.com, 2026 [recall]).
const ReservedSubnet* reserved_subnet(std::string_view name);

/// Azure Resource Manager's theoretical check (Azure/AKS#456, #3653 for subnets, #4467 for pod CIDRs): a pool counts with its most nodes and
/// its surge, used or not. What it refuses, the run might never need; what it admits, the run may still be refused.
struct Admission {
  std::int64_t need = 0, has = 0;
  bool admitted() const { return need <= has; }
};

/// Most pod addresses in one virtual network for the modes that give pods addresses of it. Facts B, limits.
inline constexpr std::int64_t kVirtualNetworkPodAddresses = 65'000;
/// Most nodes of a cluster. Facts A, quotas-skus-regions.md.
inline constexpr std::int64_t kClusterNodes = 5'000;
/// maxPods when nobody states it: Overlay 250, kubenet 110, Node Subnet 30; pod subnets 250 (another page says 110: the larger is planned for).
/// concepts-network-ip-address-planning.md.
std::int64_t default_max_pods(AddressMode mode);

/// Addresses of the node subnet, and of the pod subnet where the mode has one (0 otherwise), for the nodes and the surge of an upgrade.
struct AddressNeed {
  std::int64_t nodes = 0, pods = 0;
};
AddressNeed address_need(AddressMode mode, std::int64_t nodes, std::int64_t surge, std::int64_t max_pods);

}  // namespace akstwin
