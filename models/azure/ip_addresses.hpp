/// Addresses of virtual networks and blocks of overlay pod CIDRs: who holds how many, and what is refused.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "models/spec/scenario.hpp"
#include "sim/kernel.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// Time after which an address of a deleted machine can be given out again. Source: ip-address-planning.md says "a few seconds"
/// (facts B, 2026-08); 5 s is this model's reading of it.
inline constexpr Duration kAddressReleaseDelay{5'000'000};

/// Addresses of its own subnet that one node of the pool takes: max_pods + 1 with Node Subnet, otherwise 1 (facts B).
std::int64_t addresses_per_node(const NetworkProfileSpec& network, const NodePoolSpec& pool);
/// Nodes that fit into an overlay pod CIDR: one /24 each (facts B).
std::int64_t overlay_blocks(const Cidr& pod_cidr);

/// The address management of all clusters. Pools are numbered as in PlatformTopology.
class IpAddresses {
 public:
  IpAddresses(Kernel& kernel, Timeline& timeline, const Scenario& scenario);
  IpAddresses(const IpAddresses&) = delete;

  /// Takes what one more node of the pool needs. Empty: taken; otherwise why not ("SubnetIsFull", "PodCidrExhausted",
  /// "RouteTableIsFull") and nothing taken.
  [[nodiscard]] Name reserve(std::uint32_t pool);
  /// Why a request for `count` more nodes of the pool is refused as a whole, in the words of reserve(); empty: they all fit.
  Name refuses(std::uint32_t pool, std::int64_t count) const;
  /// Gives back what one node of the pool held, after kAddressReleaseDelay.
  void release(std::uint32_t pool);

  /// Nothing where the pool's cluster has no virtual network.
  std::optional<std::uint32_t> subnet_of(std::uint32_t pool) const;
  std::int64_t used(std::uint32_t subnet) const;      ///< all owners
  std::int64_t usable(std::uint32_t subnet) const;
  std::int64_t free(std::uint32_t subnet) const { return usable(subnet) - used(subnet); }
  std::uint32_t subnets() const { return static_cast<std::uint32_t>(subnets_.size()); }
  Name name(std::uint32_t subnet) const { return subnets_[subnet].name; }
  /// The pod subnet of a pool whose nodes take addresses as pods come, or nothing.
  std::optional<std::uint32_t> dynamic_subnet_of(std::uint32_t pool) const;
  /// Nodes take that many addresses for their pods, or give them back at once. There must be as many.
  void hold_for_pods(std::uint32_t subnet, std::int64_t addresses);
  std::int64_t held_for_pods(std::uint32_t subnet) const { return subnets_[subnet].dynamic; }
  std::int64_t blocks_used(std::uint32_t cluster) const { return clusters_[cluster].blocks_used; }
  /// Nodes of the pool that hold addresses, and those of them that give them back within kAddressReleaseDelay.
  std::int64_t nodes_of(std::uint32_t pool) const { return pools_[pool].nodes; }
  std::int64_t releasing(std::uint32_t pool) const { return pools_[pool].releasing; }
  /// Every sum is what its parts add up to, nothing negative, nothing beyond what there is.
  bool consistent() const;

 private:
  struct Subnet {
    Name name;                                                 ///< "vnet/nodes"
    std::int64_t usable = 0, fixed = 0, nodes = 0, pods = 0;   ///< fixed: private endpoints, load balancer, delegation
    std::int64_t dynamic = 0;                                  ///< held by nodes for their pods, taken as pods come
    std::int64_t for_blocks = 0;                               ///< addresses that /28 blocks can be made of
    SeriesId nodes_gauge, pods_gauge;
  };
  struct ClusterBlocks {
    bool overlay = false, kubenet = false;                     ///< either: nodes take blocks of the pod CIDR
    std::int64_t nodes_by_routes = 0;                          ///< kubenet: what the route table carries
    std::vector<std::int64_t> expansions;                      ///< blocks after each expansion of the pod CIDR
    SeriesId total_gauge;
    bool takes_blocks() const { return overlay || kubenet; }
    std::int64_t blocks_used = 0, blocks = 0;
    SeriesId gauge;
  };
  struct PoolShare {
    std::uint32_t cluster = 0;
    std::optional<std::uint32_t> subnet;
    std::optional<std::uint32_t> pod_subnet;
    std::int64_t addresses = 1;      ///< a node, of `subnet`
    std::int64_t block_addresses = 0;   ///< a node, of `pod_subnet`, in /28 blocks; 0: it takes them as pods come
    std::int64_t nodes = 0;          ///< that hold addresses, release delay included
    std::int64_t releasing = 0;
  };
  void add_subnets(const Scenario& scenario);
  void add_pools(const Scenario& scenario);
  void add_machine_pools(const Scenario& scenario);
  void add_blocks(const ClusterSpec& cluster, std::uint32_t index);
  /// Load balancer frontends, the private cluster's endpoint, the API server in a subnet of its own.
  void add_cluster_services(const ClusterSpec& cluster, const VirtualNetworkSpec& network, std::uint32_t first);
  void hold_fixed(std::uint32_t subnet, std::int64_t addresses, Name owner);
  void on_expansion(Subject subject);
  void show(const Subnet& subnet);
  void on_release(Subject subject);
  void give(PoolShare& pool, std::int64_t nodes);

  Kernel& kernel_;
  Timeline& timeline_;
  HandlerId release_handler_, expansion_handler_;
  std::vector<Subnet> subnets_;
  std::vector<ClusterBlocks> clusters_;
  std::vector<PoolShare> pools_;
};

}  // namespace akstwin
