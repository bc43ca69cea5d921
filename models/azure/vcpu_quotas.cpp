#include "models/azure/vcpu_quotas.hpp"

#include <algorithm>

#include "models/catalog/vm_families.hpp"
#include "models/catalog/vm_sizes.hpp"
#include "sim/base/check.hpp"

namespace akstwin {
namespace {

std::int64_t vcpus_of(const NodePoolSpec& spec) {
  const VmSize* size = find_vm_size(spec.vm_size.text());
  return size == nullptr ? 0 : size->vcpus;
}

}  // namespace

// Names as in `az vm list-usage`. Spot has one quota of its own in a region and counts against no other (facts G; Azure "spot vCPU quota").
VcpuQuotas::VcpuQuotas(const Scenario& scenario, const PlatformTopology& platform) {
  for (const RegionQuotaSpec& quota : scenario.quotas) {
    const bool used = std::ranges::find(scenario.clusters, quota.location, &ClusterSpec::location) != scenario.clusters.end();
    if (!used) continue;
    const std::uint32_t region = platform.region_index(quota.location);
    const auto add_limit = [&](std::string_view name, bool spot, std::string_view family, std::int64_t vcpus) {
      limits_.push_back({Name(quota.location.str() + "/" + std::string(name)), region, spot, std::string(family), vcpus, 0});
    };
    for (const FamilyQuotaSpec& family : quota.families) add_limit(family.family.text(), false, family.family.text(), family.vcpus);
    if (quota.total_vcpus) add_limit("cores", false, {}, *quota.total_vcpus);
    if (quota.low_priority_vcpus) add_limit("lowPriorityCores", true, {}, *quota.low_priority_vcpus);
  }
}

bool VcpuQuotas::counts(const Limit& limit, std::uint32_t region, const NodePoolSpec& spec) const {
  if (limit.region != region || limit.spot != spec.spot) return false;
  if (limit.family.empty()) return true;
  const VmSize* size = find_vm_size(spec.vm_size.text());
  return size != nullptr && same_vm_family(vm_family(*size), limit.family);
}

Name VcpuQuotas::refuses(std::uint32_t region, const NodePoolSpec& spec, std::int64_t count) const {
  for (const Limit& limit : limits_)
    if (counts(limit, region, spec) && limit.used + count * vcpus_of(spec) > limit.vcpus) return limit.name;
  return {};
}

void VcpuQuotas::add(std::uint32_t region, const NodePoolSpec& spec, std::int64_t machines) {
  for (Limit& limit : limits_) {
    if (!counts(limit, region, spec)) continue;
    limit.used += machines * vcpus_of(spec);
    AKSTWIN_CHECK(limit.used >= 0, "a machine gives back what it took");
  }
}

std::int64_t VcpuQuotas::used(Name quota) const {
  const auto found = std::ranges::find(limits_, quota, &Limit::name);
  return found == limits_.end() ? 0 : found->used;
}

}  // namespace akstwin
