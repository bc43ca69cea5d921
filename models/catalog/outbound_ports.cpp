#include "models/catalog/outbound_ports.hpp"

#include <algorithm>

#include "sim/base/int128.hpp"

namespace akstwin {

std::int64_t default_ports(std::int64_t nodes) {
  struct Tier {
    std::int64_t nodes, ports;
  };
  constexpr Tier kTiers[] = {{50, 1'024}, {100, 512}, {200, 256}, {400, 128}, {800, 64}, {1'000, 32}};
  for (const Tier& tier : kTiers)
    if (nodes <= tier.nodes) return tier.ports;
  return 0;
}

std::int64_t ports_in_use(std::int64_t connections_milli_per_second, Duration connection, std::int64_t destinations) {
  const Int128 per_destination = Int128{1'000} * 1'000'000 * destinations;   // thousandths of a connection, microseconds
  const Int128 held = Int128{connections_milli_per_second} * (connection + kPortReuse).us;
  return static_cast<std::int64_t>((held + per_destination - 1) / per_destination);
}

std::int64_t ports_of_a_node(const VirtualNetworkSpec& network, std::int64_t nodes) {
  return network.allocated_ports > 0 ? network.allocated_ports : default_ports(nodes);
}

PortUse port_use(const VirtualNetworkSpec& network, std::int64_t nodes, std::int64_t requests_milli_per_second) {
  const std::int64_t connections = requests_milli_per_second * network.connections_per_thousand_requests / 1'000;
  if (network.outbound == OutboundType::NatGateway)
    return {ports_in_use(connections, network.connection_duration, network.outbound_destinations), kNatGatewayPorts * std::min(network.public_ips, kNatGatewayAddresses)};
  const std::int64_t sharing = std::max<std::int64_t>(nodes, 1);
  return {ports_in_use((connections + sharing - 1) / sharing, network.connection_duration, network.outbound_destinations), ports_of_a_node(network, nodes)};
}

}  // namespace akstwin
