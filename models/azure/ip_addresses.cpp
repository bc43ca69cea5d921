#include "models/azure/ip_addresses.hpp"

#include <algorithm>

#include "models/catalog/cni_addresses.hpp"
#include "models/catalog/machine_sizes.hpp"
#include "models/observe/kinds.hpp"
#include "models/spec/network_lookup.hpp"
#include "sim/base/check.hpp"

namespace akstwin {
namespace {

/// Index of the network's first subnet among all.
std::uint32_t first_subnet(const Scenario& scenario, const VirtualNetworkSpec* network) {
  std::uint32_t first = 0;
  for (const VirtualNetworkSpec& other : scenario.networks) {
    if (&other == network) break;
    first += static_cast<std::uint32_t>(other.subnets.size());
  }
  return first;
}

/// Whether API servers of the scenario's clusters live in a subnet of that name: then it is shared, address by address.
bool serves_api_servers(const Scenario& scenario, Name subnet) {
  return std::ranges::any_of(scenario.clusters, [&](const ClusterSpec& cluster) { return !subnet.empty() && cluster.api_server_subnet == subnet; });
}

}  // namespace

std::int64_t addresses_per_node(const NetworkProfileSpec& network, const NodePoolSpec& pool) {
  return network.mode == NetworkPluginMode::NodeSubnet ? max_pods(pool, network.mode) + 1 : 1;
}

std::int64_t overlay_blocks(const Cidr& pod_cidr) { return pod_cidr.prefix > 24 ? 0 : std::int64_t{1} << (24 - pod_cidr.prefix); }

IpAddresses::IpAddresses(Kernel& kernel, Timeline& timeline, const Scenario& scenario) : kernel_(kernel), timeline_(timeline) {
  release_handler_ = kernel.handlers().add<&IpAddresses::on_release>("ip_addresses.release", Phase::Plant, *this);
  expansion_handler_ = kernel.handlers().add<&IpAddresses::on_expansion>("ip_addresses.expansion", Phase::Plant, *this);
  add_subnets(scenario);
  add_pools(scenario);
  add_machine_pools(scenario);
}

void IpAddresses::add_subnets(const Scenario& scenario) {
  const SimTime now = kernel_.now();
  for (const VirtualNetworkSpec& network : scenario.networks)
    for (const SubnetSpec& spec : network.subnets) {
      const Name name(network.name.str() + "/" + spec.name.str());
      const auto gauge = [&](std::string_view owner) { return timeline_.series(key(GaugeKind::SubnetUsed, name, Name(owner))); };
      Subnet subnet;
      subnet.name = name;
      subnet.usable = spec.prefix.usable();
      subnet.nodes_gauge = gauge("nodes");
      subnet.pods_gauge = gauge("pods");
      const std::int64_t endpoints = std::min(spec.private_endpoints, subnet.usable);
      // A delegated subnet serves nobody else: all of it counts as used (facts B: gateways want at least 250 free addresses).
      // So does one whose name says that it is Bastion's, the firewall's or a gateway's. An API server takes what its clusters need.
      const bool owned = !spec.delegation.empty() || reserved_subnet(spec.name.text()) != nullptr;
      const std::int64_t delegated = owned && !serves_api_servers(scenario, spec.name) ? subnet.usable - endpoints : 0;
      subnet.fixed = endpoints + delegated;
      subnet.for_blocks = 16 * static_blocks_in(spec.prefix.prefix);
      timeline_.set(gauge("private endpoints"), now, endpoints);
      timeline_.set(gauge("delegated"), now, delegated);
      timeline_.set(timeline_.series(key(GaugeKind::SubnetUsable, name)), now, subnet.usable);
      subnets_.push_back(subnet);
    }
}

void IpAddresses::add_pools(const Scenario& scenario) {
  for (std::uint32_t c = 0; c < scenario.clusters.size(); ++c) {
    const ClusterSpec& cluster = scenario.clusters[c];
    add_blocks(cluster, c);
    const VirtualNetworkSpec* network = virtual_network_of(scenario, cluster);
    const std::uint32_t first = first_subnet(scenario, network);
    const bool connected = network != nullptr && !network->subnets.empty();
    for (const NodePoolSpec& pool : cluster.pools) {
      PoolShare share;
      share.cluster = c;
      share.addresses = addresses_per_node(cluster.network, pool);
      if (connected) share.subnet = first + static_cast<std::uint32_t>(subnet_in(*network, pool.subnet));
      const AddressMode mode = address_mode(cluster.network, pool);
      if (connected && (mode == AddressMode::PodSubnetDynamic || mode == AddressMode::PodSubnetStatic))
        share.pod_subnet = first + static_cast<std::uint32_t>(subnet_in(*network, pool.pod_subnet));
      if (mode == AddressMode::PodSubnetStatic) share.block_addresses = 16 * static_blocks(max_pods(pool, cluster.network.mode));
      pools_.push_back(share);
    }
    if (connected) add_cluster_services(cluster, *network, first);
  }
}

void IpAddresses::add_blocks(const ClusterSpec& cluster, std::uint32_t index) {
  ClusterBlocks& blocks = clusters_.emplace_back();
  blocks.overlay = cluster.network.mode == NetworkPluginMode::Overlay;
  blocks.kubenet = cluster.network.mode == NetworkPluginMode::Kubenet;
  if (!blocks.takes_blocks()) return;
  blocks.blocks = overlay_blocks(cluster.network.pod_cidr);
  blocks.nodes_by_routes = kubenet_nodes(cluster.network.dual_stack);
  blocks.gauge = timeline_.series(key(GaugeKind::PodCidrBlocksUsed, cluster.name));
  blocks.total_gauge = timeline_.series(key(GaugeKind::PodCidrBlocksTotal, cluster.name));
  timeline_.set(blocks.total_gauge, kernel_.now(), blocks.blocks);
  for (const PodCidrExpansionSpec& expansion : cluster.network.pod_cidr_expansions) {
    kernel_.at(expansion.at, expansion_handler_, {index, static_cast<std::uint32_t>(blocks.expansions.size())});
    blocks.expansions.push_back(overlay_blocks(expansion.pod_cidr));
  }
}

void IpAddresses::on_expansion(Subject subject) {
  ClusterBlocks& cluster = clusters_[subject.row];
  cluster.blocks = std::max(cluster.blocks, cluster.expansions[subject.epoch]);
  timeline_.set(cluster.total_gauge, kernel_.now(), cluster.blocks);
}

void IpAddresses::hold_fixed(std::uint32_t subnet, std::int64_t addresses, Name owner) {
  Subnet& of = subnets_[subnet];
  const std::int64_t taken = std::min(addresses, of.usable - of.fixed);
  of.fixed += taken;
  timeline_.add(timeline_.series(key(GaugeKind::SubnetUsed, of.name, owner)), kernel_.now(), taken);
}

void IpAddresses::add_cluster_services(const ClusterSpec& cluster, const VirtualNetworkSpec& network, std::uint32_t first) {
  if (!cluster.api_server_subnet.empty()) {
    const std::size_t subnet = subnet_in(network, cluster.api_server_subnet);
    hold_fixed(first + static_cast<std::uint32_t>(subnet), kApiServerAddresses, Name("API server"));
  }
  if (cluster.pools.empty()) return;
  const std::uint32_t home = first + static_cast<std::uint32_t>(subnet_in(network, cluster.pools.front().subnet));
  hold_fixed(home, cluster.network.internal_load_balancers, Name("load balancer"));
  if (cluster.private_cluster) hold_fixed(home, 1, Name("API server"));
}

void IpAddresses::add_machine_pools(const Scenario& scenario) {
  for (std::uint32_t c = 0; c < scenario.clusters.size(); ++c) {
    const ClusterSpec& cluster = scenario.clusters[c];
    if (!cluster.provisioning.automatic) continue;
    const VirtualNetworkSpec* network = virtual_network_of(scenario, cluster);
    for (const KarpenterNodePoolSpec& node_pool : cluster.provisioning.node_pools) {
      const NodePoolSpec pool = machine_pool(cluster, node_pool);
      PoolShare share;
      share.cluster = c;
      share.addresses = addresses_per_node(cluster.network, pool);
      if (network != nullptr && !network->subnets.empty())
        share.subnet = first_subnet(scenario, network) + static_cast<std::uint32_t>(subnet_in(*network, pool.subnet));
      pools_.push_back(share);
    }
  }
}

Name IpAddresses::refuses(std::uint32_t pool, std::int64_t count) const {
  const PoolShare& share = pools_[pool];
  const ClusterBlocks& cluster = clusters_[share.cluster];
  if (share.subnet && count * share.addresses > free(*share.subnet)) return Name("SubnetIsFull");
  if (share.pod_subnet && share.block_addresses > 0) {
    const Subnet& subnet = subnets_[*share.pod_subnet];
    // Beyond the blocks that Azure's own addresses are in, whatever else the subnet serves costs blocks, too.
    const std::int64_t in_blocks = std::min(subnet.for_blocks, subnet.usable - subnet.fixed);
    if (subnet.pods + count * share.block_addresses > in_blocks) return Name("SubnetIsFull");
  }
  if (cluster.takes_blocks() && cluster.blocks_used + count > cluster.blocks) return Name("PodCidrExhausted");
  if (cluster.kubenet && cluster.blocks_used + count > cluster.nodes_by_routes) return Name("RouteTableIsFull");
  return {};
}

Name IpAddresses::reserve(std::uint32_t pool) {
  if (const Name code = refuses(pool, 1); !code.empty()) return code;
  give(pools_[pool], 1);
  return {};
}

void IpAddresses::release(std::uint32_t pool) {
  PoolShare& share = pools_[pool];
  AKSTWIN_CHECK(share.releasing < share.nodes, "only a node that holds addresses gives them back");
  ++share.releasing;
  kernel_.after(kAddressReleaseDelay, release_handler_, {pool, 0});
}

void IpAddresses::on_release(Subject subject) {
  PoolShare& share = pools_[subject.row];
  --share.releasing;
  give(share, -1);
}

void IpAddresses::give(PoolShare& share, std::int64_t nodes) {
  share.nodes += nodes;
  AKSTWIN_CHECK(share.nodes >= 0 && share.releasing >= 0, "no address is given back twice");
  ClusterBlocks& cluster = clusters_[share.cluster];
  if (cluster.takes_blocks()) {
    cluster.blocks_used += nodes;
    timeline_.set(cluster.gauge, kernel_.now(), cluster.blocks_used);
  }
  if (!share.subnet) return;
  Subnet& subnet = subnets_[*share.subnet];
  subnet.nodes += nodes;
  subnet.pods += nodes * (share.addresses - 1);
  show(subnet);
  if (!share.pod_subnet || share.block_addresses == 0) return;
  subnets_[*share.pod_subnet].pods += nodes * share.block_addresses;
  show(subnets_[*share.pod_subnet]);
}

void IpAddresses::show(const Subnet& subnet) {
  timeline_.set(subnet.nodes_gauge, kernel_.now(), subnet.nodes);
  timeline_.set(subnet.pods_gauge, kernel_.now(), subnet.pods + subnet.dynamic);
}

void IpAddresses::hold_for_pods(std::uint32_t subnet, std::int64_t addresses) {
  AKSTWIN_CHECK(addresses <= free(subnet), "no address is given out twice");
  Subnet& of = subnets_[subnet];
  of.dynamic += addresses;
  AKSTWIN_CHECK(of.dynamic >= 0, "no address is given back twice");
  show(of);
}

std::optional<std::uint32_t> IpAddresses::dynamic_subnet_of(std::uint32_t pool) const {
  return pools_[pool].block_addresses == 0 ? pools_[pool].pod_subnet : std::nullopt;
}

std::optional<std::uint32_t> IpAddresses::subnet_of(std::uint32_t pool) const { return pools_[pool].subnet; }

std::int64_t IpAddresses::used(std::uint32_t subnet) const {
  const Subnet& of = subnets_[subnet];
  return of.fixed + of.nodes + of.pods + of.dynamic;
}

std::int64_t IpAddresses::usable(std::uint32_t subnet) const { return subnets_[subnet].usable; }

bool IpAddresses::consistent() const {
  std::vector<std::int64_t> nodes(subnets_.size(), 0), pods(subnets_.size(), 0), blocks(clusters_.size(), 0);
  for (const PoolShare& share : pools_) {
    if (share.nodes < 0 || share.releasing < 0 || share.releasing > share.nodes) return false;
    if (clusters_[share.cluster].takes_blocks()) blocks[share.cluster] += share.nodes;
    if (!share.subnet) continue;
    nodes[*share.subnet] += share.nodes;
    pods[*share.subnet] += share.nodes * (share.addresses - 1);
    if (share.pod_subnet) pods[*share.pod_subnet] += share.nodes * share.block_addresses;
  }
  for (std::size_t i = 0; i < subnets_.size(); ++i)
    if (subnets_[i].nodes != nodes[i] || subnets_[i].pods != pods[i] || used(static_cast<std::uint32_t>(i)) > subnets_[i].usable) return false;
  for (std::size_t i = 0; i < clusters_.size(); ++i)
    if (clusters_[i].blocks_used != blocks[i] || blocks[i] > std::max<std::int64_t>(clusters_[i].blocks, 0)) return false;
  return true;
}

}  // namespace akstwin
