#include <algorithm>

#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/vm_families.hpp"
#include "scenarios/check_scenario.hpp"

namespace akstwin {
namespace {

std::string path_of(const RegionQuotaSpec& quota) { return "quotas." + quota.location.str(); }

/// What the pools in one region hold of one quota, at the start and at most.
struct VcpuNeed {
  std::int64_t at_start = 0, at_most = 0;
  std::string pools;
};

VcpuNeed need_of(const Scenario& scenario, const RegionQuotaSpec& quota, bool spot, std::string_view family) {
  VcpuNeed need;
  for (const ClusterSpec& cluster : scenario.clusters) {
    if (cluster.location != quota.location) continue;
    for (const NodePoolSpec& pool : cluster.pools) {   // a NodePool's machines are of any size: what it may hold is not known
      const VmSize* size = find_vm_size(pool.vm_size.text());
      if (size == nullptr || pool.spot != spot || (!family.empty() && !same_vm_family(vm_family(*size), family))) continue;
      need.at_start += nodes_at_start(pool) * size->vcpus;
      need.at_most += nodes_with_surge(pool) * size->vcpus;
      need.pools += (need.pools.empty() ? "" : ", ") + cluster.name.str() + "/" + pool.name.str() + " " + std::to_string(nodes_with_surge(pool)) + " × " + std::to_string(size->vcpus);
    }
  }
  return need;
}

void check_limit(Check& check, const RegionQuotaSpec& quota, const std::string& name, const Position& at, bool spot, std::string_view family, std::int64_t vcpus) {
  const VcpuNeed need = need_of(check.scenario(), quota, spot, family);
  if (need.at_most <= vcpus) return;
  const std::string hint = "with surge up to " + std::to_string(need.at_most) + " vCPUs: " + need.pools;
  const std::string what = "the quota " + name + " of " + quota.location.str() + " (" + std::to_string(vcpus) + " vCPUs) is too small for ";
  if (need.at_start > vcpus) check.error("S049", at, what + "the nodes at the start, which have " + std::to_string(need.at_start), hint);
  else check.warning("S049", at, what + "all nodes that may come", hint);
}

void check_family_name(Check& check, const FamilyQuotaSpec& family) {
  const std::vector<std::string> known = vm_families();
  if (std::ranges::any_of(known, [&](const std::string& name) { return same_vm_family(name, family.family.text()); })) return;
  const std::string near = closest(family.family.text(), known);
  check.warning("S049", family.declared_at, "no VM size of the catalogue belongs to the family '" + family.family.str() + "': its quota limits nothing",
                near.empty() ? "families are written as standardDDSv5Family" : "did you mean '" + near + "'?");
}

}  // namespace

namespace {

/// Windows in which Azure refuses machines: a region with clusters, a zone that it has, a size of the catalogue.
void check_allocation(Check& check) {
  const Scenario& scenario = check.scenario();
  for (const AllocationWindowSpec& window : scenario.allocation) {
    if (std::ranges::find(scenario.clusters, window.location, &ClusterSpec::location) == scenario.clusters.end())
      check.warning("S049", window.declared_at, "no cluster is in " + window.location.str() + ": its allocation window refuses nothing", "write the location of a cluster");
    const Region* region = find_region(window.location.text());
    if (region != nullptr && window.zone > region->zones)
      check.error("S042", window.declared_at, region->display_name + " has no zone " + std::to_string(window.zone), region->zones > 0 ? "its zones are 1 to " + std::to_string(region->zones) : "it has no availability zones");
    if (!window.vm_size.empty() && find_vm_size(window.vm_size.text()) == nullptr)
      check.error("S041", window.declared_at, "the VM size '" + window.vm_size.str() + "' is not in the catalogue", "write it as Standard_D4ds_v5");
    if (window.at.since_start() >= scenario.horizon)
      check.warning("S081", window.declared_at, "the allocation window begins beyond the horizon", "move it, or lengthen the horizon");
  }
}

}  // namespace

void check_quotas(Check& check) {
  const Scenario& scenario = check.scenario();
  check_allocation(check);
  for (std::size_t i = 0; i < scenario.quotas.size(); ++i) {
    const RegionQuotaSpec& quota = scenario.quotas[i];
    const std::string path = path_of(quota);
    if (quota.location.empty() || check.broken(path)) continue;
    for (std::size_t j = 0; j < i; ++j)
      if (scenario.quotas[j].location == quota.location) check.error("S016", quota.declared_at, "the quotas of " + quota.location.str() + " are stated twice", "write them into one entry");
    if (std::ranges::find(scenario.clusters, quota.location, &ClusterSpec::location) == scenario.clusters.end()) {
      std::vector<std::string> used;
      for (const ClusterSpec& cluster : scenario.clusters) used.push_back(cluster.location.str());
      check.warning("S049", check.where(path + ".location"), "no cluster is in " + quota.location.str() + ": its quotas limit nothing", Check::suggestion(quota.location.text(), used));
      continue;
    }
    for (const FamilyQuotaSpec& family : quota.families) {
      check_family_name(check, family);
      check_limit(check, quota, family.family.str(), family.declared_at, false, family.family.text(), family.vcpus);
    }
    if (quota.total_vcpus) check_limit(check, quota, "totalVcpus", check.where(path + ".totalVcpus"), false, {}, *quota.total_vcpus);
    if (quota.low_priority_vcpus) check_limit(check, quota, "lowPriorityVcpus", check.where(path + ".lowPriorityVcpus"), true, {}, *quota.low_priority_vcpus);
  }
}

}  // namespace akstwin
