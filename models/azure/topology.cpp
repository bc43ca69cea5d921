#include "models/azure/topology.hpp"

#include <algorithm>
#include <string>

#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/vm_sizes.hpp"
#include "sim/base/check.hpp"

namespace akstwin {
namespace {

constexpr BytesPerSecond kGigabit{125'000'000};

// Assumption: a control plane's own link never limits anything that the twin looks at.
constexpr BytesPerSecond kControlPlaneRate{10 * kGigabit.value};
// Assumption: two regions exchange 100 Gbps for one subscription at most, so that replicas and NICs limit, not the backbone.
constexpr BytesPerSecond kBackboneRate{100 * kGigabit.value};
// East US 2 – Central US is about 30 ms there and back [recall], so half of it one way. No effect but on the share of far flows.
constexpr Duration kBackboneLatency{15'000};
// A size that the catalogue does not know gets the smallest NIC in it that is read, 1 Gbps (D2s_v3; facts A1).
constexpr BytesPerSecond kUnknownNic = kGigabit;

// Managed OS disks by vCPUs: P10, P15, P20, P30 (facts A1: 100, 125, 150 MBps; P30 200 MBps [recall]).
BytesPerSecond managed_disk_rate(int vcpus) {
  if (vcpus < 8) return {100'000'000};
  if (vcpus < 16) return {125'000'000};
  if (vcpus < 64) return {150'000'000};
  return {200'000'000};
}
// Local disks write several hundred MB/s; a documented round figure (docs/models/container-registry.md).
constexpr BytesPerSecond kEphemeralDiskRate{400'000'000};

Name joined(Name a, std::string_view b) { return Name(a.str() + "/" + std::string(b)); }

std::uint32_t region_of(Topology& topology, Name name) {
  const auto found = std::find(topology.regions.begin(), topology.regions.end(), name);
  if (found != topology.regions.end()) return static_cast<std::uint32_t>(found - topology.regions.begin());
  return topology.add_region(name);
}

SiteId add_site(PlatformTopology& out, const Site& site, std::uint32_t cluster = UINT32_MAX, BytesPerSecond disk = {}) {
  out.site_cluster.push_back(cluster);
  out.disk_rate.push_back(disk);
  return out.topology.add_site(site);
}

void add_regions(const Scenario& scenario, PlatformTopology& out) {
  for (const ClusterSpec& cluster : scenario.clusters) out.cluster_region.push_back(region_of(out.topology, cluster.location));
  if (scenario.registry.present) {
    region_of(out.topology, scenario.registry.location);
    for (const Name replica : scenario.registry.replicas) region_of(out.topology, replica);
  }
  for (const DataStoreSpec& store : scenario.data)
    for (const Name region : store.regions) region_of(out.topology, region);
  const auto regions = static_cast<std::uint32_t>(out.topology.regions.size());
  for (std::uint32_t from = 0; from < regions; ++from)
    for (std::uint32_t to = from + 1; to < regions; ++to)
      out.topology.backbones.push_back({.from = from, .to = to, .rate = kBackboneRate, .latency = kBackboneLatency});
}

void add_registries(const Scenario& scenario, PlatformTopology& out) {
  out.registry_by_region.assign(out.topology.regions.size(), kNoSite);
  const auto add = [&](std::uint32_t region, BytesPerSecond rate) {
    if (out.registry_by_region[region] != kNoSite) return;
    const Name name("registry/" + out.topology.regions[region].str());
    out.registry_by_region[region] = add_site(out, {.name = name, .region = region, .access_rate = rate});
  };
  const RegistrySpec& registry = scenario.registry;
  if (registry.present) {
    add(region_of(out.topology, registry.location), registry_egress(registry.sku));
    for (const Name replica : registry.replicas) add(region_of(out.topology, replica), registry_egress(registry.sku));
    return;
  }
  // Without a registry of its own a platform pulls from a public one, which has a front in every region.
  for (const std::uint32_t region : out.cluster_region) add(region, registry_egress(RegistrySpec::Sku::Standard));
}

void add_pool(const Scenario& scenario, std::uint32_t cluster_index, const NodePoolSpec& pool, PlatformTopology& out) {
  const ClusterSpec& cluster = scenario.clusters[cluster_index];
  const VmSize* size = find_vm_size(pool.vm_size.text());
  const BytesPerSecond nic = size != nullptr ? size->network : kUnknownNic;
  const BytesPerSecond disk = unpack_rate(pool);
  std::vector<SiteId> slots;
  const std::int64_t count = slots_of(scenario, cluster, pool);
  for (std::int64_t slot = 0; slot < count; ++slot) {
    const Name name(cluster.name.str() + "/" + pool.name.str() + "/nic-" + std::to_string(slot));
    slots.push_back(add_site(out, {.name = name, .region = out.cluster_region[cluster_index], .access_rate = nic}, cluster_index, disk));
  }
  out.pool_cluster.push_back(cluster_index);
  out.nic_slots.push_back(std::move(slots));
}

// A slot is made before it is known which size comes to it: it has what the smallest size that the NodePool admits has.
void add_machine_pool(const Scenario& scenario, std::uint32_t cluster_index, const KarpenterNodePoolSpec& pool, PlatformTopology& out) {
  const ClusterSpec& cluster = scenario.clusters[cluster_index];
  NodePoolSpec smallest = machine_pool(cluster, pool);
  const std::vector<const VmSize*> sizes = sizes_admitted(pool, cluster.location);
  const auto least = std::ranges::min_element(sizes, [](const VmSize* a, const VmSize* b) {
    return a->vcpus != b->vcpus ? a->vcpus < b->vcpus : a->network < b->network;
  });
  if (least != sizes.end()) smallest.vm_size = (*least)->name;
  add_pool(scenario, cluster_index, smallest, out);
}

}  // namespace

std::uint32_t PlatformTopology::region_index(Name region) const {
  const auto found = std::find(topology.regions.begin(), topology.regions.end(), region);
  AKSTWIN_CHECK(found != topology.regions.end(), "only regions of the scenario are asked for");
  return static_cast<std::uint32_t>(found - topology.regions.begin());
}

std::uint32_t PlatformTopology::first_pool(std::uint32_t cluster) const {
  const auto found = std::find(pool_cluster.begin(), pool_cluster.end(), cluster);
  return found == pool_cluster.end() ? UINT32_MAX : static_cast<std::uint32_t>(found - pool_cluster.begin());
}

std::int64_t largest_count(const Scenario& scenario, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  if (pool.autoscaling) return std::max<std::int64_t>(pool.max_count, pool.min_count);
  const Name key = joined(cluster.name, pool.name.text());
  std::int64_t largest = std::max<std::int64_t>(pool.count, pool.max_count);
  for (const StepSpec& step : scenario.steps)
    for (const ActionSpec& action : step.actions)
      if (action.kind == ActionKind::ScalePool && action.target == key) largest = std::max(largest, action.count);
  return largest;
}

std::int64_t slots_of(const Scenario& scenario, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  const std::int64_t most = std::max<std::int64_t>(1, largest_count(scenario, cluster, pool));
  const std::int64_t surge = std::max(pool.max_surge.scaled(most, true), upgrade_surge(pool, most));
  // A node in quarantine keeps its surge machine beside it.
  const bool keeps_blocked = pool.upgrade.undrainable == UndrainableNodes::Cordon;
  return most + surge + (keeps_blocked ? (pool.upgrade.max_blocked ? pool.upgrade.max_blocked->scaled(most, true) : surge) : 0);
}

BytesPerSecond registry_egress(RegistrySpec::Sku sku) {
  // facts E (AZD container-registry-limits, 2019): 30, 60, 100 MBps are the least a client gets. In aggregate a replica is taken to
  // feed twelve and a half such clients: 3, 6 and 10 Gbps. Assumption.
  switch (sku) {
    case RegistrySpec::Sku::Basic: return {375'000'000};
    case RegistrySpec::Sku::Standard: return {750'000'000};
    case RegistrySpec::Sku::Premium: break;
  }
  return {1'250'000'000};
}

BytesPerSecond unpack_rate(const NodePoolSpec& pool) {
  const VmSize* size = find_vm_size(pool.vm_size.text());
  if (size == nullptr) return managed_disk_rate(0);
  if (pool.ephemeral_os_disk && size->default_ephemeral_os_disk()) return kEphemeralDiskRate;
  return managed_disk_rate(size->vcpus);
}

PlatformTopology build_topology(const Scenario& scenario) {
  PlatformTopology out;
  add_regions(scenario, out);
  for (std::uint32_t c = 0; c < scenario.clusters.size(); ++c) {
    const Name name = joined(scenario.clusters[c].name, "control-plane");
    out.control_plane.push_back(add_site(out, {.name = name, .region = out.cluster_region[c], .access_rate = kControlPlaneRate}));
  }
  add_registries(scenario, out);
  for (std::uint32_t c = 0; c < scenario.clusters.size(); ++c)
    for (const NodePoolSpec& pool : scenario.clusters[c].pools) add_pool(scenario, c, pool, out);
  for (std::uint32_t c = 0; c < scenario.clusters.size(); ++c)
    if (const NodeProvisioningSpec& provisioning = scenario.clusters[c].provisioning; provisioning.automatic)
      for (const KarpenterNodePoolSpec& pool : provisioning.node_pools) add_machine_pool(scenario, c, pool, out);
  return out;
}

}  // namespace akstwin
