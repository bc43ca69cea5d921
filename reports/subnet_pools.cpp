#include "reports/subnet_pools.hpp"

#include <algorithm>

#include "models/catalog/machine_sizes.hpp"
#include "models/spec/network_lookup.hpp"
#include "reports/reading.hpp"
#include "reports/subnet_sizing.hpp"

namespace akstwin {
namespace {

/// Where nodes of a pool that names no subnet live.
std::size_t first_open_subnet(const VirtualNetworkSpec& network) {
  for (std::size_t i = 0; i < network.subnets.size(); ++i)
    if (network.subnets[i].delegation.empty()) return i;
  return 0;
}

}  // namespace

std::vector<PoolIn> pools_in(const Scenario& scenario, const VirtualNetworkSpec& network, std::size_t subnet) {
  std::vector<PoolIn> pools;
  for (const ClusterSpec& cluster : scenario.clusters) {
    if (virtual_network_of(scenario, cluster) != &network) continue;
    for (const NodePoolSpec& pool : all_pools(cluster)) {
      const bool here = pool.subnet.empty() ? subnet == first_open_subnet(network) : last_part(pool.subnet.text()) == network.subnets[subnet].name.text();
      if (here) pools.push_back({&cluster, pool});
    }
  }
  return pools;
}

std::vector<PoolIn> pod_pools_in(const Scenario& scenario, const VirtualNetworkSpec& network, std::size_t subnet) {
  std::vector<PoolIn> pools;
  for (const ClusterSpec& cluster : scenario.clusters) {
    if (cluster.network.mode != NetworkPluginMode::PodSubnet || virtual_network_of(scenario, cluster) != &network) continue;
    for (const NodePoolSpec& pool : cluster.pools)
      if (last_part(pool.pod_subnet.text()) == network.subnets[subnet].name.text()) pools.push_back({&cluster, pool});
  }
  return pools;
}

bool in_blocks(const std::vector<PoolIn>& pools) {
  return std::ranges::any_of(pools, [](const PoolIn& p) { return address_mode(p.cluster->network, p.pool) == AddressMode::PodSubnetStatic; });
}

AddressNeed need_of(const std::vector<PoolIn>& pools, std::optional<AddressMode> mode, const NodeCount& nodes) {
  AddressNeed need;
  for (const PoolIn& in : pools) {
    const AddressMode used = mode.value_or(address_mode(in.cluster->network, in.pool));
    const std::int64_t count = nodes(in);
    const std::int64_t pods = in.pool.max_pods > 0 ? in.pool.max_pods : default_max_pods(used);
    const AddressNeed one = address_need(used, count, 0, pods);
    need.nodes += one.nodes;
    need.pods += used == AddressMode::PodSubnetStatic ? 16 * static_blocks(pods) * count : one.pods;
  }
  return need;
}

std::int64_t most_nodes(const PoolIn& in) { return largest_count(in.pool) + largest_surge(in.pool); }

int prefix_for(std::int64_t addresses, bool blocks) {
  return (blocks ? smallest_prefix_for_blocks((addresses + 15) / 16) : smallest_prefix_for(addresses)).value_or(0);
}

std::int64_t room_of(int prefix, bool blocks) { return blocks ? 16 * static_blocks_in(prefix) : Cidr{0, prefix}.usable(); }

}  // namespace akstwin
