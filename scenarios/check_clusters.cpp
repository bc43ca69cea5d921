#include <algorithm>

#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/vm_limits.hpp"
#include "models/catalog/vm_sizes.hpp"
#include "scenarios/check_scenario.hpp"

namespace akstwin {
namespace {

std::string called(const ClusterSpec& cluster, const NodePoolSpec& pool) { return "pool '" + cluster.name.str() + "/" + pool.name.str() + "'"; }

bool valid_pool_name(std::string_view name) {
  // AKS: Linux pools have 1 to 12 lower-case letters and digits and begin with a letter (create-node-pools.md).
  return !name.empty() && name.size() <= 12 && name[0] >= 'a' && name[0] <= 'z' && std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

void check_size(Check& check, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  if (pool.vm_size.empty()) return;
  const Position at = check.where(path_of(cluster, pool) + ".vmSize");
  const VmSize* size = find_vm_size(pool.vm_size.text());
  if (size == nullptr) {
    std::vector<std::string> names;
    for (const VmSize& known : vm_sizes()) names.push_back(known.name.str());
    const std::string near = closest(pool.vm_size.text(), names);
    return check.error("S041", at, "the VM size '" + pool.vm_size.str() + "' of " + called(cluster, pool) + " is not in the catalogue", near.empty() ? "write it as Standard_D4ds_v5" : "did you mean '" + near + "'?");
  }
  if (pool.mode == PoolMode::System) {
    if (size->burstable()) check.error("S040", at, called(cluster, pool) + " is a System pool of burstable size " + size->name.str(), "AKS does not allow the B series in system pools");
    if (size->vcpus < 2 || size->memory < Bytes{4LL << 30}) check.error("S040", at, called(cluster, pool) + " is a System pool of " + std::to_string(size->vcpus) + " vCPUs and " + to_string(size->memory), "system pools need at least 2 vCPUs and 4Gi");
  }
  if (check.states(path_of(cluster, pool) + ".osDiskType") && pool.ephemeral_os_disk && !size->ephemeral_os_disk)
    check.warning("S041", check.where(path_of(cluster, pool) + ".osDiskType"), size->name.str() + " has no local disk for an ephemeral OS disk", "a managed disk is used");
  else if (check.states(path_of(cluster, pool) + ".osDiskType") && pool.ephemeral_os_disk && pool.os_disk_gib > 0 && !os_disk_is_ephemeral(pool, *size))
    check.error("S041", check.where(path_of(cluster, pool) + ".osDiskSizeGB"), "an ephemeral OS disk of " + std::to_string(pool.os_disk_gib) + " GiB does not fit the local disk of " + size->name.str() + ", " + to_string(size->temp_disk),
                "make it smaller, or osDiskType: Managed");
}

/// Source: AKS windows-faq.md and create-node-pools.md: Windows pools are user pools with names of 6 characters at most, and need Azure CNI.
void check_windows(Check& check, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  if (pool.os != OsType::Windows) return;
  const Position at = check.where(path_of(cluster, pool) + ".osType");
  if (pool.mode == PoolMode::System) check.error("S040", at, called(cluster, pool) + " is a System pool of Windows nodes", "AKS's own pods run on Linux; make it mode: User");
  if (pool.name.text().size() > 6) check.error("S040", check.where(path_of(cluster, pool) + ".name"), called(cluster, pool) + " is a Windows pool whose name is longer than 6 characters", "Windows computer names are short; shorten it");
  if (cluster.network.mode == NetworkPluginMode::Kubenet) check.error("S040", at, called(cluster, pool) + " has Windows nodes in a cluster with kubenet", "Windows nodes need networkPlugin: azure");
}

void check_removal(Check& check, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  const auto at = [&](const char* key) { return check.where(path_of(cluster, pool) + "." + key); };
  if (check.states(path_of(cluster, pool) + ".scaleSetEvictionPolicy") && !pool.spot)
    check.warning("S043", at("scaleSetEvictionPolicy"), "scaleSetEvictionPolicy of " + called(cluster, pool) + " has no effect", "it needs scaleSetPriority: Spot");
  const VmSize* size = find_vm_size(pool.vm_size.text());
  // AKS scale-down-mode.md: a deallocated machine keeps its OS disk, which an ephemeral one cannot.
  const bool evicted = pool.spot && pool.eviction == Removal::Deallocate;
  if ((pool.scale_down == Removal::Deallocate || evicted) && size != nullptr && os_disk_is_ephemeral(pool, *size)) {
    const char* key = evicted ? "scaleSetEvictionPolicy" : "scaleDownMode";
    check.error("S043", at(key), called(cluster, pool) + " has " + key + " Deallocate and ephemeral OS disks", "add osDiskType: Managed: a machine that is switched off loses its local disk");
  }
  if (pool.spot && size != nullptr && !spot_capable(*size))
    check.error("S041", at("scaleSetPriority"), size->name.str() + " of " + called(cluster, pool) + " is not offered as Spot", "the first B series has no spot machines; choose another size");
}

void check_counts(Check& check, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  const std::string path = path_of(cluster, pool);
  if (check.broken(path)) return;
  const auto at = [&](const char* key) { return check.where(path + "." + key); };
  if (!pool.autoscaling) {
    for (const char* key : {"minCount", "maxCount"})
      if (check.states(path + "." + key)) check.error("S043", at(key), std::string("'") + key + "' of " + called(cluster, pool) + " needs enableAutoScaling: true", "turn autoscaling on, or state count instead");
    if (pool.mode == PoolMode::System && pool.count < 1) check.error("S040", at("count"), called(cluster, pool) + " is a System pool without a node", "system pools have at least one node");
    return;
  }
  for (const char* key : {"minCount", "maxCount"})
    if (!check.states(path + "." + key)) check.error("S043", at(key), called(cluster, pool) + " has enableAutoScaling but no '" + key + "'", std::string("add ") + key + ": …");
  if (check.states(path + ".maxCount") && pool.min_count > pool.max_count)
    check.error("S043", at("minCount"), called(cluster, pool) + " has minCount " + std::to_string(pool.min_count) + " above maxCount " + std::to_string(pool.max_count), "swap them, or raise maxCount");
  else if (check.states(path + ".count") && (pool.count < pool.min_count || pool.count > pool.max_count))
    check.error("S043", at("count"), called(cluster, pool) + " starts with " + std::to_string(pool.count) + " nodes, outside " + std::to_string(pool.min_count) + "…" + std::to_string(pool.max_count), "leave count out to start with minCount");
  if (pool.mode == PoolMode::System && pool.min_count < 1) check.error("S040", at("minCount"), called(cluster, pool) + " is a System pool that may shrink to nothing", "minCount must be at least 1; AKS advises 2 or 3");
}

void check_zones(Check& check, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  const Region* region = find_region(cluster.location.text());
  const Position at = check.where(path_of(cluster, pool) + ".availabilityZones");
  for (std::size_t i = 0; i < pool.zones.size(); ++i) {
    const int zone = pool.zones[i];
    if (i > 0 && pool.zones[i - 1] == zone) check.error("S042", at, "zone " + std::to_string(zone) + " is listed twice in " + called(cluster, pool), "list it once");
    if (region == nullptr) continue;
    if (region->zones == 0) return check.error("S042", at, region->display_name + " has no availability zones", "leave availabilityZones out, or choose another region");
    if (zone < 1 || zone > region->zones) check.error("S042", at, region->display_name + " has no zone " + std::to_string(zone), "its zones are 1 to " + std::to_string(region->zones));
  }
}

void check_pool(Check& check, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  check_size(check, cluster, pool);
  check_counts(check, cluster, pool);
  check_zones(check, cluster, pool);
  check_windows(check, cluster, pool);
  check_removal(check, cluster, pool);
  const auto at = [&](const char* key) { return check.where(path_of(cluster, pool) + "." + key); };
  if (!pool.name.empty() && !valid_pool_name(pool.name.text())) check.error("S040", at("name"), "'" + pool.name.str() + "' is no name for a node pool", "1 to 12 lower-case letters and digits, beginning with a letter");
  if (pool.max_pods != 0 && (pool.max_pods < 10 || pool.max_pods > 250)) check.error("S044", at("maxPods"), called(cluster, pool) + " has maxPods " + std::to_string(pool.max_pods), "AKS allows 10 to 250");
  if (pool.spot && pool.mode == PoolMode::System) check.error("S040", at("scaleSetPriority"), called(cluster, pool) + " is a System pool of Spot instances", "system pools must be Regular; make it mode: User");
  if (pool.spot_max_price && !pool.spot) check.warning("S043", at("spotMaxPrice"), "spotMaxPrice of " + called(cluster, pool) + " has no effect", "it needs scaleSetPriority: Spot");
}

void check_pools(Check& check, const ClusterSpec& cluster) {
  std::int64_t system_nodes = 0, nodes = 0;
  bool system = false;
  for (std::size_t i = 0; i < cluster.pools.size(); ++i) {
    const NodePoolSpec& pool = cluster.pools[i];
    check_pool(check, cluster, pool);
    nodes += nodes_with_surge(pool);
    if (pool.mode == PoolMode::System) {
      system = true;
      system_nodes += nodes_at_start(pool);
    }
    for (std::size_t j = 0; j < i; ++j)
      if (cluster.pools[j].name == pool.name) check.error("S016", pool.declared_at, called(cluster, pool) + " is defined twice", "give it another name");
  }
  if (check.broken(path_of(cluster) + ".agentPoolProfiles") || cluster.pools.empty()) return;
  if (!system) check.error("S040", check.where(path_of(cluster) + ".agentPoolProfiles"), "cluster '" + cluster.name.str() + "' has no System pool", "one pool needs mode: System");
  else if (system_nodes == 1) check.warning("S040", check.where(path_of(cluster) + ".agentPoolProfiles"), "cluster '" + cluster.name.str() + "' has one system node", "AKS asks for 2 in production and advises 3");
  if (nodes > 5'000) check.error("S043", check.where(path_of(cluster) + ".agentPoolProfiles"), "cluster '" + cluster.name.str() + "' may grow to " + std::to_string(nodes) + " nodes with surge", "AKS allows 5,000 a cluster");
}

void check_standby(Check& check, const ClusterSpec& cluster) {
  if (cluster.standby.pattern == StandbyPattern::None) return;
  const Position at = check.where(path_of(cluster) + ".standby");
  if (cluster.standby.primary.empty()) return check.error("S020", at, "'" + cluster.name.str() + "' stands by, but for no cluster", "add like: or standby.primary: with the primary's name");
  if (cluster.standby.primary == cluster.name) return check.error("S020", at, "'" + cluster.name.str() + "' stands by for itself", "name the primary");
  if (check.scenario().cluster(cluster.standby.primary) != nullptr) return;
  std::vector<std::string> names;
  for (const ClusterSpec& known : check.scenario().clusters) names.push_back(known.name.str());
  check.error("S020", check.where(path_of(cluster) + ".standby.primary"), "there is no cluster '" + cluster.standby.primary.str() + "' to stand by for", Check::suggestion(cluster.standby.primary.text(), names));
}

void check_expanders(Check& check, const ClusterSpec& cluster) {
  if (std::ranges::find(cluster.autoscaler.expanders, Expander::Priority) == cluster.autoscaler.expanders.end()) return;
  const auto& all = check.scenario().workloads;
  const auto own = std::ranges::find(all, cluster.name, &ClusterWorkloads::cluster);
  if (own == all.end() || own->manifests.expander_priorities.empty())
    check.warning("S020", check.where(path_of(cluster) + ".autoScalerProfile.expander"), "the priority expander of '" + cluster.name.str() + "' has no priorities",
                  "add the ConfigMap kube-system/cluster-autoscaler-priority-expander to its workloads; without it every pool counts alike");
}

}  // namespace

void check_clusters(Check& check) {
  const auto& clusters = check.scenario().clusters;
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    check_pools(check, clusters[i]);
    check_standby(check, clusters[i]);
    check_expanders(check, clusters[i]);
    for (std::size_t j = 0; j < i; ++j)
      if (clusters[j].name == clusters[i].name) check.error("S016", clusters[i].declared_at, "cluster '" + clusters[i].name.str() + "' is defined twice", "give it another name");
  }
}

}  // namespace akstwin
