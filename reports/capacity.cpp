/// Nodes and pools: what the platform held, how far it moved, and how full it was.
#include <algorithm>
#include <map>

#include "models/catalog/machine_sizes.hpp"
#include "reports/analysis.hpp"
#include "reports/pod_life.hpp"
#include "reports/reading.hpp"

namespace akstwin {
namespace {

constexpr double kMilli = 1'000;
constexpr double kGibibyte = 1 << 30;
constexpr Duration kZoneSampling{600'000'000};  // Ten minutes: a node that is just being replaced is no imbalance.

bool is_system(std::string_view name_space) { return name_space == "kube-system"; }

double ratio_of_means(const Series* part, const Series* whole, SimTime end) {
  const double of = time_average(samples_of(whole), {}, end);
  return of > 0 ? time_average(samples_of(part), {}, end) / of : 0;
}

std::int64_t zone_skew(const Timeline& timeline, Name cluster, const NodePoolSpec& pool) {
  if (pool.zones.size() < 2) return 0;
  const auto zones = select(timeline, GaugeKind::ZoneNodes,
                            [&](const SeriesKey& k) { return k.a == cluster && last_part(k.b.text()) == pool.name.text(); });
  if (zones.empty()) return 0;
  std::vector<std::vector<std::int64_t>> grids;
  for (const Series* zone : zones) grids.push_back(resample(samples_of(zone), {}, timeline.end(), kZoneSampling));
  if (grids.size() < pool.zones.size()) grids.push_back(std::vector<std::int64_t>(grids.front().size(), 0));  // A zone never used.
  std::int64_t skew = 0;
  for (std::size_t i = 0; i < grids.front().size(); ++i) {
    std::int64_t low = INT64_MAX, high = 0;
    for (const auto& grid : grids) {
      low = std::min(low, grid[i]);
      high = std::max(high, grid[i]);
    }
    skew = std::max(skew, high - low);
  }
  return skew;
}

PoolCapacity pool_capacity(const Timeline& timeline, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  PoolCapacity out;
  out.cluster = cluster.name.str();
  out.pool = pool.name.str();
  out.vm_size = pool.vm_size.empty() ? "any that fits" : pool.vm_size.str();   // a NodePool's machines differ
  out.spot = pool.spot;
  out.autoscaling = pool.autoscaling;
  out.range_min = pool.autoscaling ? pool.min_count : pool.count;
  out.range_max = pool.autoscaling ? pool.max_count : pool.count;
  const auto nodes = samples_of(of_pool(timeline, GaugeKind::NodesAllocated, cluster.name, pool.name));
  if (!nodes.empty()) {
    // From the first sample on: before it, nothing was observed.
    // The range is that of the scale set's target: machines that are being deleted are billed but no longer part of it.
    const auto targets = samples_of(of_pool(timeline, GaugeKind::NodesTarget, cluster.name, pool.name));
    const auto range = targets.empty() ? nodes : targets;
    const Extreme peak = maximum(range, range.front().at, timeline.end());
    out.nodes_max = peak.value;
    out.peak_at = peak.at;
    out.nodes_min = minimum(range, range.front().at, timeline.end()).value;
    out.nodes_mean = time_average(nodes, {}, timeline.end());
    out.nodes_end = nodes.back().value;
    if (pool.autoscaling) out.at_range_max = time_at_or_above(nodes, {}, timeline.end(), pool.max_count);
  }
  const auto gauge = [&](GaugeKind kind) { return of_pool(timeline, kind, cluster.name, pool.name); };
  out.cpu_requested_share = ratio_of_means(gauge(GaugeKind::CpuRequested), gauge(GaugeKind::CpuAllocatable), timeline.end());
  out.memory_requested_share = ratio_of_means(gauge(GaugeKind::MemoryRequested), gauge(GaugeKind::MemoryAllocatable), timeline.end());
  out.zone_skew_max = zone_skew(timeline, cluster.name, pool);
  return out;
}

struct Gauges {
  const Timeline& timeline;
  Name cluster;
  std::vector<Sample> sum(GaugeKind kind) const {
    return sum_series(select(timeline, kind, [&](const SeriesKey& k) { return k.a == cluster; }));
  }
  double mean(GaugeKind kind) const { return time_average(sum(kind), {}, timeline.end()); }
};

void read_pods(const Gauges& of, ClusterCapacity& out) {
  const SimTime end = of.timeline.end();
  const auto all = of.sum(GaugeKind::PodsRunning);
  const auto own = sum_series(select(of.timeline, GaugeKind::PodsRunning,
                                     [&](const SeriesKey& k) { return k.a == of.cluster && !is_system(last_part(k.b.text())); }));
  out.pods_all_peak = maximum(all, {}, end).value;
  out.pods_all_mean = time_average(all, {}, end);
  out.pods_peak = maximum(own, {}, end).value;
  out.pods_mean = time_average(own, {}, end);
  const auto pending = of.sum(GaugeKind::PodsPending);
  out.pending_peak = maximum(pending, {}, end).value;
  out.pending_end = pending.empty() ? 0 : pending.back().value;
}

ClusterCapacity cluster_capacity(const Timeline& timeline, const ClusterSpec& cluster) {
  const Gauges of{timeline, cluster.name};
  const SimTime end = timeline.end();
  ClusterCapacity out;
  out.cluster = cluster.name.str();
  out.standby = cluster.standby.pattern != StandbyPattern::None;
  const auto nodes = of.sum(GaugeKind::NodesAllocated);
  const Extreme peak = maximum(nodes, {}, end);
  out.nodes_peak = peak.value;
  out.nodes_peak_at = peak.at;
  out.nodes_mean = time_average(nodes, {}, end);
  read_pods(of, out);
  out.cpu_allocatable_mean = of.mean(GaugeKind::CpuAllocatable) / kMilli;
  out.cpu_requested_mean = of.mean(GaugeKind::CpuRequested) / kMilli;
  out.cpu_used_mean = of.mean(GaugeKind::CpuUsed) / kMilli;
  out.memory_allocatable_mean = of.mean(GaugeKind::MemoryAllocatable) / kGibibyte;
  out.memory_requested_mean = of.mean(GaugeKind::MemoryRequested) / kGibibyte;
  const auto headroom = select(timeline, GaugeKind::HeadroomPods, [&](const SeriesKey& k) { return k.a == cluster.name; });
  if (!headroom.empty()) {
    const auto samples = sum_series(headroom);
    out.headroom_shape = headroom.front()->key.b.empty() ? "median pod" : headroom.front()->key.b.str();
    // A gauge that never left zero has no sample: the cluster was full all along.
    out.headroom_pods_min = samples.empty() ? 0 : minimum(samples, samples.front().at, end).value;
    out.headroom_pods_mean = time_average(samples, {}, end);
  }
  out.fragmented_cpu_mean = of.mean(GaugeKind::FragmentedCpu) / kMilli;
  return out;
}

// Mean over the time with traffic: an idle service has no latency.
void read_latency(std::span<const Sample> samples, SimTime end, ServiceCapacity& out) {
  double weighted = 0, weight = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const SimTime until = i + 1 < samples.size() ? samples[i + 1].at : end;
    if (samples[i].value <= 0) continue;
    const double held = (until - samples[i].at).seconds_real();
    weighted += held * static_cast<double>(samples[i].value);
    weight += held;
    out.latency_p95_max = std::max(out.latency_p95_max, Duration{samples[i].value});
  }
  if (weight > 0) out.latency_p95_mean = Duration{static_cast<std::int64_t>(weighted / weight)};
}

std::vector<ServiceCapacity> services(const Timeline& timeline, const std::map<std::string, std::int64_t>& rescales) {
  std::vector<ServiceCapacity> out;
  for (const Series* replicas : timeline.of_kind(code(GaugeKind::ReplicasReady))) {
    const Name workload = replicas->key.a;
    const auto samples = samples_of(replicas);
    if (samples.empty()) continue;
    const auto find = [&](GaugeKind kind) { return timeline.find(key(kind, workload)); };
    ServiceCapacity service;
    service.workload = workload.str();
    if (const Series* requests = find(GaugeKind::RequestsTotal)) service.requests = requests->current();
    if (const Series* errors = find(GaugeKind::ErrorsTotal)) service.errors = errors->current();
    read_latency(samples_of(find(GaugeKind::LatencyP95)), timeline.end(), service);
    service.replicas_min = minimum(samples, samples.front().at, timeline.end()).value;
    service.replicas_max = maximum(samples, {}, timeline.end()).value;
    service.replicas_mean = time_average(samples, {}, timeline.end());
    const auto counted = rescales.find(service.workload);
    service.rescales = counted == rescales.end() ? 0 : counted->second;
    out.push_back(std::move(service));
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.requests > b.requests; });
  return out;
}

}  // namespace

CapacityAnswer analyse_capacity(const Scenario& scenario, const Timeline& timeline) {
  const EventTally tally = tally_events(timeline);
  CapacityAnswer out;
  for (const ClusterSpec& cluster : scenario.clusters) {
    out.clusters.push_back(cluster_capacity(timeline, cluster));
    for (const NodePoolSpec& pool : all_pools(cluster)) {
      PoolCapacity capacity = pool_capacity(timeline, cluster, pool);
      const auto counts = tally.pools.find(capacity.cluster + "/" + capacity.pool);
      if (counts != tally.pools.end()) {
        capacity.scale_ups = counts->second.scale_ups;
        capacity.scale_downs = counts->second.scale_downs;
        capacity.refused = counts->second.refused;
        capacity.evicted = counts->second.evicted;
      }
      out.pools.push_back(std::move(capacity));
    }
  }
  out.quotas = analyse_quotas(scenario, timeline);
  out.causes = tally.causes;
  out.deletions = tally.deletions;
  out.pending = tally.pending;
  out.ready = tally.ready;
  out.pods_created = tally.pods_created;
  out.never_scheduled = tally.never_scheduled;
  out.hpa_rescales = tally.hpa_rescales;
  out.spot_notices = tally.spot_notices;
  out.services = services(timeline, tally.rescales);
  const auto nodes = sum_series(timeline.of_kind(code(GaugeKind::NodesAllocated)));
  out.nodes_peak = maximum(nodes, {}, timeline.end()).value;
  analyse_room(scenario, timeline, out);
  return out;
}

}  // namespace akstwin
