#include "models/azure/address_admission.hpp"

#include <map>
#include <utility>

#include "models/azure/network_lookup.hpp"
#include "models/catalog/cni_addresses.hpp"

namespace akstwin {
namespace {

std::int64_t most_nodes(const NodePoolSpec& pool) {
  const std::int64_t nodes = pool.autoscaling ? pool.max_count : pool.count;
  return nodes + upgrade_surge(pool, nodes);
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

void add_pool(Demands& demands, const VirtualNetworkSpec& network, const ClusterSpec& cluster, const NodePoolSpec& pool, bool asked) {
  const AddressMode mode = address_mode(cluster.network, pool);
  const std::int64_t nodes = most_nodes(pool), pods = max_pods(pool, cluster.network.mode);
  add(demands, network, pool.subnet, mode == AddressMode::NodeSubnet ? node_subnet_need(nodes, 0, pods) : nodes, false, asked);
  if (mode == AddressMode::PodSubnetDynamic) add(demands, network, pool.pod_subnet, nodes * kBatchBounds.batch, false, asked);
  if (mode == AddressMode::PodSubnetStatic) add(demands, network, pool.pod_subnet, nodes * 16 * static_blocks(pods), true, asked);
}

}  // namespace

Name address_admission(const Scenario& scenario, std::uint32_t cluster, const PoolCounts& counts) {
  Demands demands;
  for (std::uint32_t c = 0; c < scenario.clusters.size(); ++c) {
    const ClusterSpec& owner = scenario.clusters[c];
    const VirtualNetworkSpec* network = virtual_network_of(scenario, owner);
    std::int64_t nodes = 0;
    for (std::size_t p = 0; p < owner.pools.size(); ++p) {
      if (!counts(c, p)) continue;
      nodes += most_nodes(owner.pools[p]);
      if (network != nullptr && !network->subnets.empty()) add_pool(demands, *network, owner, owner.pools[p], c == cluster);
    }
    const bool of_pod_cidr = owner.network.mode == NetworkPluginMode::Overlay || owner.network.mode == NetworkPluginMode::Kubenet;
    if (c == cluster && of_pod_cidr && nodes > overlay_node_limit(owner.network.pod_cidr.prefix)) return Name("InsufficientPodCidr");
  }
  for (const auto& [name, demand] : demands) {
    const std::int64_t room = demand.blocks ? 16 * static_blocks_in(demand.subnet->prefix.prefix) : demand.subnet->prefix.usable();
    if (demand.asked && demand.addresses > room - demand.subnet->private_endpoints) return Name("InsufficientSubnetSize");
  }
  return {};
}

}  // namespace akstwin
