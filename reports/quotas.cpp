/// Headroom against vCPU quotas: what was held at most, when it became tight, and what was refused.
#include <algorithm>
#include <cmath>

#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/vm_families.hpp"
#include "reports/analysis.hpp"
#include "reports/reading.hpp"

namespace akstwin {
namespace {

/// Which machines a quota counts.
struct Counted {
  bool spot = false;
  std::string_view family;  ///< empty: all
  std::int64_t vcpus(std::string_view size_name, bool is_spot) const {
    const VmSize* size = find_vm_size(size_name);
    if (size == nullptr || is_spot != spot) return 0;
    return family.empty() || same_vm_family(vm_family(*size), family) ? size->vcpus : 0;
  }
};

void add_scaled(const Series* series, std::int64_t factor, std::vector<std::vector<Sample>>& parts) {
  if (series == nullptr || factor == 0) return;
  std::vector<Sample>& part = parts.emplace_back(series->samples);
  for (Sample& sample : part) sample.value *= factor;
}

/// vCPUs held over time: an instance counts from its request until its deletion has finished, which is what NodesAllocated does.
std::vector<Sample> held(const Scenario& scenario, const Timeline& timeline, Name region, const Counted& counted) {
  std::vector<std::vector<Sample>> parts;
  for (const ClusterSpec& cluster : scenario.clusters) {
    if (cluster.location != region) continue;
    for (const NodePoolSpec& pool : cluster.pools)
      add_scaled(of_pool(timeline, GaugeKind::NodesAllocated, cluster.name, pool.name), counted.vcpus(pool.vm_size.text(), pool.spot), parts);
    for (const Series* series : select(timeline, GaugeKind::MachinesAllocated, [&](const SeriesKey& k) { return k.a == cluster.name; })) {
      const std::string_view kind = series->key.c.text();   // "Standard_D4s_v5/spot"
      add_scaled(series, counted.vcpus(first_part(kind), last_part(kind) == "spot"), parts);
    }
  }
  const std::vector<std::span<const Sample>> views(parts.begin(), parts.end());
  return sum_of(views);
}

QuotaUse use_of(const Scenario& scenario, const Timeline& timeline, Name region, std::string_view name, const Counted& counted, std::int64_t limit) {
  QuotaUse out{region.str(), std::string(name), limit, 0, {}, {}, 0, 0, {}};
  const std::vector<Sample> samples = held(scenario, timeline, region, counted);
  const Extreme peak = maximum(samples, {}, timeline.end());
  out.peak = peak.value;
  out.peak_at = peak.at;
  const auto tight = static_cast<std::int64_t>(std::ceil(kQuotaWarnShare * static_cast<double>(limit)));
  const auto warned = std::ranges::find_if(samples, [&](const Sample& sample) { return sample.value > 0 && sample.value >= tight; });
  if (warned != samples.end()) out.warned_at = warned->at;
  const std::string key = region.str() + "/" + std::string(name);
  for (const TimelineEvent& event : timeline.events()) {
    if (event.kind != code(EventKind::PoolRefused) || event.object.text() != key) continue;
    if (!out.refused_at) out.refused_at = event.at;
    ++out.refusals;
    out.refused += event.value;
  }
  return out;
}

}  // namespace

std::vector<QuotaUse> analyse_quotas(const Scenario& scenario, const Timeline& timeline) {
  std::vector<QuotaUse> out;
  for (const RegionQuotaSpec& quota : scenario.quotas) {
    if (std::ranges::find(scenario.clusters, quota.location, &ClusterSpec::location) == scenario.clusters.end()) continue;
    const auto add = [&](std::string_view name, const Counted& counted, std::int64_t limit) {
      out.push_back(use_of(scenario, timeline, quota.location, name, counted, limit));
    };
    for (const FamilyQuotaSpec& family : quota.families) add(family.family.text(), {false, family.family.text()}, family.vcpus);
    if (quota.total_vcpus) add("cores", {false, {}}, *quota.total_vcpus);
    if (quota.low_priority_vcpus) add("lowPriorityCores", {true, {}}, *quota.low_priority_vcpus);
  }
  return out;
}

}  // namespace akstwin
