/// Ports for outgoing connections: what a load balancer or a NAT gateway has, and what it gives each node.
/// Source: facts A7 and K7 (load-balancer-outbound-connections.md, configure-load-balancer-standard.md, nat-gateway.md, read 2026-08).
#pragma once
#include <cstdint>

#include "models/spec/platform_spec.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// Ports of one public address of a load balancer.
inline constexpr std::int64_t kLoadBalancerPorts = 64'000;
/// Connections of one public address of a NAT gateway, to each destination; no node owns any of them.
inline constexpr std::int64_t kNatGatewayPorts = 64'512;
/// Most public addresses of a NAT gateway.
inline constexpr std::int64_t kNatGatewayAddresses = 16;
/// Public addresses that AKS gives its managed load balancer at most (configure-load-balancer-standard.md [recall]).
inline constexpr std::int64_t kLoadBalancerAddresses = 100;
/// A port can be used again this long after its connection was closed in an orderly way (nat-gateway-resource.md, TCP FIN [recall]).
inline constexpr Duration kPortReuse{65'000'000};

/// Ports that a load balancer gives each of so many nodes unless a number is stated: 1,024 up to 50 nodes, halved by each doubling;
/// 0 above 1,000. 48 nodes → 1,024; 52 → 512.
std::int64_t default_ports(std::int64_t nodes);
/// Nodes that stated ports suffice for: 64,000 ÷ ports × addresses. (1000, 2) → 128, (4000, 7) → 112.
constexpr std::int64_t most_nodes_with_ports(std::int64_t ports_a_node, std::int64_t addresses) { return ports_a_node > 0 ? kLoadBalancerPorts * addresses / ports_a_node : 0; }

/// Ports in use at one destination (Little's law): connections a second, in thousandths, times how long each holds its port, over the
/// destinations; rounded up.
std::int64_t ports_in_use(std::int64_t connections_milli_per_second, Duration connection, std::int64_t destinations);

/// Ports that connections want at one destination, against those that there are: of a node behind a load balancer, of all nodes together
/// behind a NAT gateway.
struct PortUse {
  std::int64_t used = 0, limit = 0;
  bool exhausted() const { return used > limit; }
  /// The larger share, in integers.
  bool worse_than(const PortUse& other) const { return used * (other.limit > 0 ? other.limit : 1) > other.used * (limit > 0 ? limit : 1); }
};

/// What the requests of a cluster (thousandths a second) want of so many ready nodes in that network, spread evenly.
PortUse port_use(const VirtualNetworkSpec& network, std::int64_t nodes, std::int64_t requests_milli_per_second);
/// Ports of one of so many nodes behind a load balancer: as stated, or by the default table.
std::int64_t ports_of_a_node(const VirtualNetworkSpec& network, std::int64_t nodes);

}  // namespace akstwin
