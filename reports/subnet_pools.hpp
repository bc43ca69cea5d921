/// Which pools live in a subnet and how many addresses they take: shared by the parts of the subnet report.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "models/catalog/cni_addresses.hpp"
#include "models/spec/scenario.hpp"
#include "reports/answers_network.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

struct PoolIn {
  const ClusterSpec* cluster;
  NodePoolSpec pool;
};

/// Pools whose nodes take addresses of the subnet.
std::vector<PoolIn> pools_in(const Scenario& scenario, const VirtualNetworkSpec& network, std::size_t subnet);
/// Pools whose pods take addresses of the subnet.
std::vector<PoolIn> pod_pools_in(const Scenario& scenario, const VirtualNetworkSpec& network, std::size_t subnet);
bool in_blocks(const std::vector<PoolIn>& pools);

/// How many nodes of a pool, surge included, are to be counted.
using NodeCount = std::function<std::int64_t(const PoolIn&)>;
/// What that many nodes need, in the pools' own modes or all in `mode`. Static blocks are counted without those that Azure's own
/// addresses spoil.
AddressNeed need_of(const std::vector<PoolIn>& pools, std::optional<AddressMode> mode, const NodeCount& nodes);
/// The autoscaler's maximum plus surge.
std::int64_t most_nodes(const PoolIn& pool);

/// The smallest subnet for that many addresses; `blocks`: /28 blocks are made of them. 0: none.
int prefix_for(std::int64_t addresses, bool blocks = false);
/// Addresses of a subnet of this prefix that nodes and pods can have.
std::int64_t room_of(int prefix, bool blocks);

/// What happens to the subnet at the autoscaler's maximum, in an upgrade, when a zone is lost, and in a failover.
std::vector<SubnetSituation> situations_of(const Scenario& scenario, const Timeline& timeline, const std::vector<PoolIn>& pools,
                                           const std::vector<PoolIn>& pod_pools, std::int64_t others, const SubnetAnswer& answer);
/// What the run would have needed in each mode.
std::vector<SubnetDemand> demands_of(const Timeline& timeline, const std::vector<PoolIn>& pools, std::int64_t others, const SubnetAnswer& answer);
/// The theoretical check of every subnet with nodes or pods and of every pod CIDR.
std::vector<AdmissionAnswer> admissions_of(const Scenario& scenario, const Timeline& timeline);

/// For each subnet and mode, the smallest prefix that sufficed in every replication and the next smaller one, with how often it did not.
std::vector<SubnetRisk> subnet_risks_of(const std::vector<SubnetsAnswer>& replications);

}  // namespace akstwin
