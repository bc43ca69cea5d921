#include "models/azure/address_admission.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "models/catalog/cni_addresses.hpp"
#include "models/spec/network_lookup.hpp"

namespace akstwin {
namespace {

std::int64_t with_surge(const NodePoolSpec& pool, std::int64_t nodes) { return nodes + upgrade_surge(pool, nodes); }

int pod_cidr_prefix(const NetworkProfileSpec& network, SimTime now) {
  int prefix = network.pod_cidr.prefix;
  for (const PodCidrExpansionSpec& expansion : network.pod_cidr_expansions)
    if (expansion.at <= now) prefix = std::min(prefix, expansion.pod_cidr.prefix);
  return prefix;
}

struct Demand {
  const SubnetSpec* subnet = nullptr;
  std::int64_t addresses = 0;
  bool blocks = false, asked = false;   ///< asked: by a pool of the cluster in question
};

/// By network and subnet, which keeps pointers from deciding an order.
using Demands = std::map<std::pair<std::string, std::string>, Demand>;

void add(Demands& demands, const VirtualNetworkSpec& network, Name name, std::int64_t addresses, bool blocks, bool asked) {
  const SubnetSpec& subnet = network.subnets[subnet_in(network, name)];
  Demand& demand = demands[{network.name.str(), subnet.name.str()}];
  demand.subnet = &subnet;
  demand.addresses += addresses;
  demand.blocks = demand.blocks || blocks;
  demand.asked = demand.asked || asked;
}

void add_pool(Demands& demands, const VirtualNetworkSpec& network, const ClusterSpec& cluster, const NodePoolSpec& pool, std::int64_t nodes, bool asked) {
  const AddressMode mode = address_mode(cluster.network, pool);
  const std::int64_t pods = max_pods(pool, cluster.network.mode);
  add(demands, network, pool.subnet, mode == AddressMode::NodeSubnet ? node_subnet_need(nodes, 0, pods) : nodes, false, asked);
  if (mode == AddressMode::PodSubnetDynamic) add(demands, network, pool.pod_subnet, nodes * kBatchBounds.batch, false, asked);
  if (mode == AddressMode::PodSubnetStatic) add(demands, network, pool.pod_subnet, nodes * 16 * static_blocks(pods), true, asked);
}

}  // namespace

AddressRefusal address_admission(const Scenario& scenario, std::uint32_t cluster, const PoolCounts& counts, SimTime now) {
  Demands demands;
  for (std::uint32_t c = 0; c < scenario.clusters.size(); ++c) {
    const ClusterSpec& owner = scenario.clusters[c];
    const VirtualNetworkSpec* network = virtual_network_of(scenario, owner);
    std::int64_t nodes = 0;
    for (std::size_t p = 0; p < owner.pools.size(); ++p) {
      const std::int64_t counted = counts(c, p);
      if (counted < 0) continue;
      const std::int64_t most = with_surge(owner.pools[p], counted);
      nodes += most;
      if (network != nullptr && !network->subnets.empty()) add_pool(demands, *network, owner, owner.pools[p], most, c == cluster);
    }
    const bool of_pod_cidr = owner.network.mode == NetworkPluginMode::Overlay || owner.network.mode == NetworkPluginMode::Kubenet;
    const std::int64_t blocks = overlay_node_limit(pod_cidr_prefix(owner.network, now));
    if (c == cluster && of_pod_cidr && nodes > blocks) return {Name("InsufficientPodCidr"), nodes - blocks};
  }
  for (const auto& [name, demand] : demands) {
    const std::int64_t all = demand.blocks ? 16 * static_blocks_in(demand.subnet->prefix.prefix) : demand.subnet->prefix.usable();
    const std::int64_t room = all - demand.subnet->private_endpoints;
    if (demand.asked && demand.addresses > room) return {Name("InsufficientSubnetSize"), demand.addresses - room};
  }
  return {};
}

}  // namespace akstwin
