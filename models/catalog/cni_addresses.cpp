#include "models/catalog/cni_addresses.hpp"

namespace akstwin {

std::string_view to_string(AddressMode mode) {
  switch (mode) {
    case AddressMode::Overlay: return "Overlay";
    case AddressMode::NodeSubnet: return "Node Subnet";
    case AddressMode::PodSubnetDynamic: return "Pod Subnet, dynamic";
    case AddressMode::PodSubnetStatic: return "Pod Subnet, static block";
    case AddressMode::Kubenet: return "kubenet";
  }
  return "";
}

AddressMode address_mode(const NetworkProfileSpec& network, const NodePoolSpec& pool) {
  switch (network.mode) {
    case NetworkPluginMode::NodeSubnet: return AddressMode::NodeSubnet;
    case NetworkPluginMode::Kubenet: return AddressMode::Kubenet;
    case NetworkPluginMode::PodSubnet:
      return pool.pod_ips == PodIpAllocation::StaticBlock ? AddressMode::PodSubnetStatic : AddressMode::PodSubnetDynamic;
    case NetworkPluginMode::Overlay: break;
  }
  return AddressMode::Overlay;
}

std::optional<AddressMode> parse_address_mode(std::string_view text) {
  if (text == "overlay") return AddressMode::Overlay;
  if (text == "node-subnet") return AddressMode::NodeSubnet;
  if (text == "pod-subnet") return AddressMode::PodSubnetDynamic;
  if (text == "static-block") return AddressMode::PodSubnetStatic;
  if (text == "kubenet") return AddressMode::Kubenet;
  return std::nullopt;
}

std::optional<int> smallest_pod_cidr_for(std::int64_t nodes) {
  for (int prefix = 24; prefix >= 8; --prefix)
    if (overlay_node_limit(prefix) >= nodes) return prefix;
  return std::nullopt;
}

std::optional<int> smallest_prefix_for_blocks(std::int64_t blocks) {
  for (int prefix = 28; prefix >= 12; --prefix)
    if (static_blocks_in(prefix) >= blocks) return prefix;
  return std::nullopt;
}

const ReservedSubnet* reserved_subnet(std::string_view name) {
  static constexpr ReservedSubnet kReserved[] = {{"AzureBastionSubnet", "Azure Bastion", 26},
                                                 {"AzureFirewallManagementSubnet", "Azure Firewall", 26},
                                                 {"AzureFirewallSubnet", "Azure Firewall", 26},
                                                 {"GatewaySubnet", "virtual network gateway", 27},
                                                 {"RouteServerSubnet", "Route Server", 26}};
  for (const ReservedSubnet& known : kReserved)
    if (known.name == name) return &known;
  return nullptr;
}

std::int64_t default_max_pods(AddressMode mode) {
  switch (mode) {
    case AddressMode::NodeSubnet: return 30;
    case AddressMode::Kubenet: return 110;
    default: return 250;
  }
}

AddressNeed address_need(AddressMode mode, std::int64_t nodes, std::int64_t surge, std::int64_t max_pods) {
  const std::int64_t all = nodes + surge;
  switch (mode) {
    case AddressMode::NodeSubnet: return {node_subnet_need(nodes, surge, max_pods), 0};
    case AddressMode::PodSubnetDynamic: return {all, all * dynamic_batch_need(max_pods)};
    // The first and the last /28 hold addresses that Azure keeps, so that no node can have them.
    case AddressMode::PodSubnetStatic: return {all, 16 * (all * static_blocks(max_pods) + 2)};
    case AddressMode::Overlay:
    case AddressMode::Kubenet: break;
  }
  return {overlay_need(nodes, surge), 0};
}

}  // namespace akstwin
