/// Sites and pipes of a scenario's platform: what the kernel is told before the run.
#pragma once
#include <cstdint>
#include <vector>

#include "models/spec/scenario.hpp"
#include "sim/sites.hpp"

namespace akstwin {

/// No registry in that region.
inline constexpr SiteId kNoSite{UINT32_MAX};

/// The declared topology with the way from the scenario's parts to their sites. Sites that are added to `topology` later on belong
/// to nobody here: an outage of a region leaves them alone.
struct PlatformTopology {
  Topology topology;
  std::vector<std::uint32_t> cluster_region;         ///< by cluster index
  std::vector<SiteId> control_plane;                 ///< by cluster index
  std::vector<SiteId> registry_by_region;            ///< by region index; kNoSite where there is no replica
  std::vector<std::uint32_t> pool_cluster;           ///< by pool index: all clusters' pools one after the other, then all their NodePools
  std::vector<std::vector<SiteId>> nic_slots;        ///< by pool index
  std::vector<std::uint32_t> site_cluster;           ///< by site: the cluster of a NIC slot, otherwise UINT32_MAX
  std::vector<BytesPerSecond> disk_rate;             ///< by site: what the OS disk of a NIC slot's machine writes; 0 elsewhere

  /// The region of that name; it is part of the scenario.
  std::uint32_t region_index(Name region) const;
  /// Index of the first pool of a cluster, or UINT32_MAX when it has none.
  std::uint32_t first_pool(std::uint32_t cluster) const;
};

/// NIC slots that a pool gets: all instances it may ever have at once, and its surge.
std::int64_t slots_of(const Scenario& scenario, const ClusterSpec& cluster, const NodePoolSpec& pool);
/// The most instances that a pool may be asked for: max_count when it autoscales, else the largest count that the scenario names.
std::int64_t largest_count(const Scenario& scenario, const ClusterSpec& cluster, const NodePoolSpec& pool);
/// Aggregate egress of a registry replica (an assumption; see docs/models/container-registry.md).
BytesPerSecond registry_egress(RegistrySpec::Sku sku);
/// What the OS disk of a pool's machines writes while layers are unpacked.
BytesPerSecond unpack_rate(const NodePoolSpec& pool);

PlatformTopology build_topology(const Scenario& scenario);

}  // namespace akstwin
