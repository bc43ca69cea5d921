/// What networks are connected to and who else lives in them: overlaps with peers, subnets that Azure reserves, ports for the way out.
#include <algorithm>

#include "models/catalog/cni_addresses.hpp"
#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/outbound_ports.hpp"
#include "scenarios/check_scenario.hpp"

namespace akstwin {
namespace {

const VirtualNetworkSpec* named(const Scenario& scenario, Name name) {
  const auto found = std::ranges::find(scenario.networks, name, &VirtualNetworkSpec::name);
  return found == scenario.networks.end() ? nullptr : &*found;
}

bool peered(const VirtualNetworkSpec& a, const VirtualNetworkSpec& b) {
  return std::ranges::count(a.peered_with, b.name) + std::ranges::count(b.peered_with, a.name) > 0;
}

/// Ranges that packets of the network's nodes are routed to, each with what it is.
std::vector<std::pair<Cidr, std::string>> reachable(const Scenario& scenario, const VirtualNetworkSpec& network) {
  std::vector<std::pair<Cidr, std::string>> out;
  for (const Cidr& range : network.connected_ranges) out.emplace_back(range, "the connected range " + to_string(range));
  for (const VirtualNetworkSpec& other : scenario.networks)
    if (&other != &network && peered(network, other))
      for (const Cidr& space : other.address_space) out.emplace_back(space, "the peered network '" + other.name.str() + "' (" + to_string(space) + ")");
  return out;
}

void check_peers(Check& check, const VirtualNetworkSpec& network) {
  const Scenario& scenario = check.scenario();
  for (std::size_t i = 0; i < network.peered_with.size(); ++i) {
    const Name peer = network.peered_with[i];
    const Position at = check.where(path_of(network) + ".peeredWith." + std::to_string(i));
    const VirtualNetworkSpec* other = named(scenario, peer);
    if (other == &network) check.error("S020", at, "network '" + peer.str() + "' is peered with itself", "name another network");
    if (other != nullptr) continue;
    std::vector<std::string> names;
    for (const VirtualNetworkSpec& known : scenario.networks) names.push_back(known.name.str());
    check.error("S020", at, "there is no network '" + peer.str() + "' to peer '" + network.name.str() + "' with", Check::suggestion(peer.text(), names));
  }
  for (const auto& [range, what] : reachable(scenario, network))
    for (const Cidr& space : network.address_space)
      if (space.overlaps(range))
        check.error("S030", check.where(path_of(network) + ".addressSpace"), "network '" + network.name.str() + "' (" + to_string(space) + ") overlaps " + what, "Azure refuses the peering, and no route can lead there; move one of them");
  // Two spokes of one hub do not reach each other, but neither can the hub tell their addresses apart.
  for (std::size_t i = 0; i < scenario.networks.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const VirtualNetworkSpec &a = scenario.networks[j], &b = scenario.networks[i];
      if (&a == &network || &b == &network || !peered(network, a) || !peered(network, b) || peered(a, b)) continue;
      for (const Cidr& x : a.address_space)
        for (const Cidr& y : b.address_space)
          if (x.overlaps(y)) check.error("S030", check.where(path_of(network) + ".peeredWith"), "'" + a.name.str() + "' (" + to_string(x) + ") and '" + b.name.str() + "' (" + to_string(y) + ") overlap, and '" + network.name.str() + "' is peered with both", "a hub's spokes need ranges of their own");
    }
}

void check_cluster_ranges(Check& check, const ClusterSpec& cluster, const VirtualNetworkSpec& network) {
  const bool pod_cidr = cluster.network.mode == NetworkPluginMode::Overlay || cluster.network.mode == NetworkPluginMode::Kubenet;
  for (const auto& [range, what] : reachable(check.scenario(), network)) {
    if (pod_cidr && cluster.network.pod_cidr.overlaps(range))
      check.warning("S030", check.where(path_of(cluster) + ".networkProfile.podCidr"), "podCidr " + to_string(cluster.network.pod_cidr) + " of '" + cluster.name.str() + "' overlaps " + what, "its pods cannot reach what is there; choose another range");
    if (cluster.network.service_cidr.overlaps(range))
      check.warning("S030", check.where(path_of(cluster) + ".networkProfile.serviceCidr"), "serviceCidr " + to_string(cluster.network.service_cidr) + " of '" + cluster.name.str() + "' overlaps " + what, "its pods cannot reach what is there; choose another range");
  }
}

void check_expansions(Check& check, const ClusterSpec& cluster) {
  const NetworkProfileSpec& profile = cluster.network;
  Cidr before = profile.pod_cidr;
  SimTime at{};
  for (const PodCidrExpansionSpec& expansion : profile.pod_cidr_expansions) {
    if (profile.mode != NetworkPluginMode::Overlay)
      check.error("S032", expansion.declared_at, "the pod CIDR of '" + cluster.name.str() + "' cannot be expanded in its network mode", "only overlay clusters can expand it");
    else if (!expansion.pod_cidr.contains(before) || expansion.pod_cidr == before)
      check.error("S032", expansion.declared_at, "pod CIDR " + to_string(expansion.pod_cidr) + " is no expansion of " + to_string(before), "the new range must contain the old one");
    else if (expansion.at <= at)
      check.error("S032", expansion.declared_at, "expansions of the pod CIDR are not in order of time", "state the earliest first");
    if (expansion.pod_cidr.overlaps(profile.service_cidr))
      check.error("S030", expansion.declared_at, "pod CIDR " + to_string(expansion.pod_cidr) + " and serviceCidr " + to_string(profile.service_cidr) + " of '" + cluster.name.str() + "' overlap", "pods and Services need ranges of their own");
    if (const VirtualNetworkSpec* network = network_of(check.scenario(), cluster))
      for (const Cidr& space : network->address_space)
        if (expansion.pod_cidr.overlaps(space))
          check.error("S030", expansion.declared_at, "pod CIDR " + to_string(expansion.pod_cidr) + " of '" + cluster.name.str() + "' overlaps network '" + network->name.str() + "' (" + to_string(space) + ")", "expand into a range that nothing else uses");
    before = expansion.pod_cidr;
    at = expansion.at;
  }
}

void check_reserved_subnets(Check& check, const VirtualNetworkSpec& network) {
  for (const SubnetSpec& subnet : network.subnets) {
    const std::string path = path_of(network) + ".subnets." + subnet.name.str();
    if (check.broken(path)) continue;
    const auto too_small = [&](const std::string& who, int prefix) {
      if (subnet.prefix.prefix > prefix)
        check.error("S031", check.where(path + ".prefix"), "subnet '" + subnet.name.str() + "' (" + to_string(subnet.prefix) + ") is too small for " + who, "a /" + std::to_string(prefix) + " or larger is needed");
    };
    if (const ReservedSubnet* reserved = reserved_subnet(subnet.name.text())) too_small(std::string(reserved->owner), reserved->longest_prefix);
    if (subnet.delegation.text() == "apiServer") too_small("API servers", 28);
    if (subnet.delegation.text() == "applicationGatewayForContainers") too_small("Application Gateway for Containers", 24);
    const auto tenants = std::ranges::count_if(check.scenario().clusters, [&](const ClusterSpec& c) { return c.api_server_subnet == subnet.name && network_of(check.scenario(), c) == &network; });
    if (tenants > 0 && tenants * kApiServerAddresses + subnet.private_endpoints > subnet.prefix.usable())
      check.error("S031", check.where(path + ".prefix"), "subnet '" + subnet.name.str() + "' (" + std::to_string(subnet.prefix.usable()) + " usable) is too small for the API servers of " + std::to_string(tenants) + " clusters", "each keeps " + std::to_string(kApiServerAddresses) + " addresses");
  }
}

void check_cluster_subnets(Check& check, const ClusterSpec& cluster, const VirtualNetworkSpec& network) {
  for (const NodePoolSpec& pool : cluster.pools) {
    const SubnetSpec* subnet = subnet_of(network, pool);
    if (subnet == nullptr) continue;
    if (const ReservedSubnet* reserved = reserved_subnet(subnet->name.text()))
      check.error("S040", check.where(path_of(cluster, pool) + ".vnetSubnet"), "subnet '" + subnet->name.str() + "' belongs to " + std::string(reserved->owner) + "; node pool '" + pool.name.str() + "' cannot use it", "use a subnet of its own");
  }
  if (cluster.api_server_subnet.empty()) return;
  const Position at = check.where(path_of(cluster) + ".apiServerAccessProfile.subnetId");
  const auto subnet = std::ranges::find(network.subnets, cluster.api_server_subnet, &SubnetSpec::name);
  std::vector<std::string> names;
  for (const SubnetSpec& known : network.subnets) names.push_back(known.name.str());
  if (subnet == network.subnets.end())
    check.error("S020", at, "there is no subnet '" + cluster.api_server_subnet.str() + "' in '" + network.name.str() + "'", Check::suggestion(cluster.api_server_subnet.text(), names));
  else if (subnet->delegation.text() != "apiServer")
    check.error("S034", at, "subnet '" + subnet->name.str() + "' is not delegated to API servers", "add delegation: apiServer to it");
}

/// Ports for outgoing connections at the start and at most, where the scenario states how many a node gets.
void check_outbound(Check& check, const VirtualNetworkSpec& network) {
  const std::string path = path_of(network) + ".outbound";
  if (network.outbound == OutboundType::NatGateway && network.public_ips > kNatGatewayAddresses)
    check.error("S036", check.where(path + ".publicIps"), "a NAT gateway has at most " + std::to_string(kNatGatewayAddresses) + " public addresses", "lower publicIps");
  if (network.allocated_ports == 0 || network.outbound != OutboundType::LoadBalancer) return;
  const Position at = check.where(path + ".allocatedPorts");
  if (network.allocated_ports % 8 != 0) check.error("S036", at, "allocatedPorts is " + std::to_string(network.allocated_ports) + "; a load balancer gives ports in eights", "choose a multiple of 8");
  std::int64_t start = 0, most = 0;
  for (const ClusterSpec& cluster : check.scenario().clusters) {
    if (network_of(check.scenario(), cluster) != &network) continue;
    std::int64_t here_start = 0, here_most = 0;
    for (const NodePoolSpec& pool : all_pools(cluster)) {
      here_start += nodes_at_start(pool);
      here_most += nodes_with_surge(pool);
    }
    start = std::max(start, here_start);   // each cluster has a load balancer of its own
    most = std::max(most, here_most);
  }
  const std::int64_t fits = most_nodes_with_ports(network.allocated_ports, network.public_ips);
  if (most <= fits) return;
  const std::string message = std::to_string(network.allocated_ports) + " ports a node and " + std::to_string(network.public_ips) + " public addresses suffice for " + std::to_string(fits) + " nodes";
  const std::string hint = std::to_string(start > fits ? start : most) + " nodes" + (start > fits ? " at the start" : " with surge") + " need " + std::to_string(((start > fits ? start : most) * network.allocated_ports + kLoadBalancerPorts - 1) / kLoadBalancerPorts) + " addresses";
  if (start > fits) check.error("S036", at, message, hint);
  else check.warning("S036", at, message, hint);
}

/// Addresses that pods may take in one network, at most.
void check_pod_addresses(Check& check, const VirtualNetworkSpec& network) {
  std::int64_t most = 0;
  for (const ClusterSpec& cluster : check.scenario().clusters) {
    if (network_of(check.scenario(), cluster) != &network) continue;
    for (const NodePoolSpec& pool : all_pools(cluster)) {
      const AddressMode mode = address_mode(cluster.network, pool);
      const std::int64_t nodes = nodes_with_surge(pool), pods = max_pods(pool, cluster.network.mode);
      if (mode == AddressMode::NodeSubnet) most += nodes * pods;
      if (mode == AddressMode::PodSubnetDynamic) most += nodes * dynamic_batch_need(pods);
    }
  }
  if (most > kVirtualNetworkPodAddresses)
    check.warning("S036", network.declared_at, "pods may take " + std::to_string(most) + " addresses of network '" + network.name.str() + "', which is limited to " + std::to_string(kVirtualNetworkPodAddresses), "use networkPluginMode: overlay, static blocks, or another network");
}

}  // namespace

void check_connectivity(Check& check) {
  for (const VirtualNetworkSpec& network : check.scenario().networks) {
    check_peers(check, network);
    check_reserved_subnets(check, network);
    check_outbound(check, network);
    check_pod_addresses(check, network);
  }
  for (const ClusterSpec& cluster : check.scenario().clusters) {
    check_expansions(check, cluster);
    const NetworkProfileSpec& profile = cluster.network;
    // Azure CNI with addresses of the network is IPv4 only (azure-cni-overlay.md, configure-kubenet-dual-stack.md).
    if (profile.dual_stack && profile.mode != NetworkPluginMode::Overlay && profile.mode != NetworkPluginMode::Kubenet)
      check.error("S035", check.where(path_of(cluster) + ".networkProfile.ipFamilies"), "cluster '" + cluster.name.str() + "' cannot be dual stack in its network mode", "use networkPluginMode: overlay");
    // The tenth address is by convention the DNS service's.
    if (profile.service_cidr.prefix > 28)
      check.error("S032", check.where(path_of(cluster) + ".networkProfile.serviceCidr"), "serviceCidr " + to_string(profile.service_cidr) + " has no room for the DNS Service at its tenth address", "use a /28 or larger");
    if (const VirtualNetworkSpec* network = network_of(check.scenario(), cluster)) {
      check_cluster_ranges(check, cluster, *network);
      check_cluster_subnets(check, cluster, *network);
    }
  }
}

}  // namespace akstwin
