/// Room for growth: how many more pods of each shape fit, whether a zone can be lost, and which pools the demand would ask for.
#include <algorithm>
#include <cmath>
#include <map>

#include "models/catalog/allocatable.hpp"
#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/vm_families.hpp"
#include "reports/analysis.hpp"
#include "reports/reading.hpp"
#include "reports/subnet_sizing.hpp"

namespace akstwin {
namespace {

constexpr Duration kGrid{600'000'000};   // Ten minutes, as for the zones' balance.
constexpr std::size_t kShapes = 3;       // The most frequent ones, and the largest.
constexpr double kHoursAMonth = 730;

struct Shape {
  std::int64_t cpu = 0, memory = 0;
  auto operator<=>(const Shape&) const = default;
};

std::string shape_text(const Shape& shape) { return std::to_string(shape.cpu) + "m / " + std::to_string(shape.memory >> 20) + " MiB"; }

/// The shapes of the cluster's pods: the most frequent ones by replicas, and the largest.
std::vector<Shape> shapes_of(const Scenario& scenario, Name cluster) {
  std::map<Shape, std::int64_t> counts;
  for (const ClusterWorkloads& workloads : scenario.workloads) {
    if (workloads.cluster != cluster) continue;
    for (const WorkloadSpec& workload : workloads.manifests.workloads) {
      if (workload.kind == WorkloadKind::DaemonSet) continue;
      const Resources request = workload.pod.effective_request();
      if (request.cpu.value > 0) counts[{request.cpu.value, request.memory.value}] += std::max<std::int64_t>(workload.replicas, 1);
    }
  }
  std::vector<std::pair<Shape, std::int64_t>> ranked(counts.begin(), counts.end());
  std::ranges::stable_sort(ranked, [](const auto& a, const auto& b) { return a.second > b.second; });
  if (ranked.size() > kShapes) {
    const std::pair<Shape, std::int64_t> largest(*counts.rbegin());
    ranked.resize(kShapes);
    if (std::ranges::find(ranked, largest) == ranked.end()) ranked.push_back({largest});
  }
  std::vector<Shape> out;
  for (const auto& [shape, count] : ranked) out.push_back(shape);
  return out;
}

/// A pool's gauges on the grid.
struct PoolGrid {
  const ClusterSpec* cluster = nullptr;
  NodePoolSpec pool;
  std::vector<std::int64_t> nodes, cpu, memory, cpu_asked, memory_asked;
  std::map<std::string, std::vector<std::int64_t>> by_zone;
  bool empty() const { return nodes.empty(); }
};

PoolGrid grid_of(const Timeline& timeline, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  PoolGrid out{&cluster, pool, {}, {}, {}, {}, {}, {}};
  const auto read = [&](GaugeKind kind) { return resample(samples_of(of_pool(timeline, kind, cluster.name, pool.name)), {}, timeline.end(), kGrid); };
  if (of_pool(timeline, GaugeKind::CpuAllocatable, cluster.name, pool.name) == nullptr) return out;
  out.nodes = read(GaugeKind::NodesReady);
  out.cpu = read(GaugeKind::CpuAllocatable);
  out.memory = read(GaugeKind::MemoryAllocatable);
  out.cpu_asked = read(GaugeKind::CpuRequested);
  out.memory_asked = read(GaugeKind::MemoryRequested);
  for (const Series* zone : select(timeline, GaugeKind::ZoneNodes, [&](const SeriesKey& k) { return k.a == cluster.name && last_part(k.b.text()) == pool.name.text(); }))
    out.by_zone[zone->key.c.str()] = resample(samples_of(zone), {}, timeline.end(), kGrid);
  return out;
}

// ---- Headroom by shape ----

/// Pods of the shape that still fit, at each point of the grid.
std::vector<std::int64_t> room_for(const PoolGrid& grid, const Shape& shape) {
  std::vector<std::int64_t> fit;
  for (std::size_t i = 0; i < grid.nodes.size(); ++i) {
    const std::int64_t nodes = std::max<std::int64_t>(grid.nodes[i], 1);
    const std::int64_t cpu = std::max<std::int64_t>(grid.cpu[i] - grid.cpu_asked[i], 0) / nodes / shape.cpu;
    const std::int64_t memory = shape.memory > 0 ? std::max<std::int64_t>(grid.memory[i] - grid.memory_asked[i], 0) / nodes / shape.memory : cpu;
    fit.push_back(grid.nodes[i] == 0 ? 0 : nodes * std::min(cpu, memory));
  }
  return fit;
}

void add_headroom(const PoolGrid& grid, const std::vector<Shape>& shapes, std::vector<ShapeHeadroom>& out) {
  for (const Shape& shape : shapes) {
    std::vector<std::int64_t> fit = room_for(grid, shape);
    if (fit.empty()) continue;
    ShapeHeadroom one{grid.cluster->name.str(), grid.pool.name.str(), shape_text(shape), 0, 0, 0, {}};
    const auto least = std::ranges::min_element(fit);
    one.least = *least;
    one.least_at = SimTime{kGrid.us * (least - fit.begin())};
    for (const std::int64_t value : fit) one.mean += static_cast<double>(value) / static_cast<double>(fit.size());
    std::ranges::sort(fit);
    one.p05 = fit[fit.size() / 20];
    out.push_back(std::move(one));
  }
}

// ---- A zone lost ----

/// Nodes that the pool lacks when `lost` of its nodes are gone and all that asked for room still does.
std::int64_t missing(const PoolGrid& grid, std::size_t at, std::int64_t lost) {
  const std::int64_t nodes = grid.nodes[at];
  if (nodes == 0 || lost == 0) return 0;
  const auto needed = [&](std::int64_t asked, std::int64_t all) { return all > 0 ? (asked * nodes + all - 1) / all : 0; };
  const std::int64_t need = std::max(needed(grid.cpu_asked[at], grid.cpu[at]), needed(grid.memory_asked[at] >> 20, grid.memory[at] >> 20));
  return std::max<std::int64_t>(0, need - (nodes - lost));
}

ZoneLossTest test_zone(const std::vector<PoolGrid>& grids, const std::string& cluster, const std::string& zone) {
  ZoneLossTest out;
  out.cluster = cluster;
  out.zone = zone;
  std::size_t points = 0, fits = 0;
  for (const PoolGrid& grid : grids) points = std::max(points, grid.nodes.size());
  for (std::size_t i = 0; i < points; ++i) {
    std::int64_t all = 0, largest = 0;
    std::string short_of;
    for (const PoolGrid& grid : grids) {
      const auto in_zone = grid.by_zone.find(zone);
      if (i >= grid.nodes.size() || in_zone == grid.by_zone.end()) continue;
      const std::int64_t lacks = missing(grid, i, in_zone->second[i]);
      all += lacks;
      if (lacks > largest) short_of = grid.pool.name.str();
      largest = std::max(largest, lacks);
      // Lost nodes are no longer Ready, but count in the pool until they are deleted: its maximum holds for what remains and what comes.
      const std::int64_t after = grid.nodes[i] - in_zone->second[i] + lacks;
      if (lacks > 0 && out.blocked_by.empty() && (!grid.pool.autoscaling || after > grid.pool.max_count || grid.by_zone.size() < 2))
        out.blocked_by = grid.pool.autoscaling ? "maximum of " + grid.pool.name.str() : grid.pool.name.str() + " is not autoscaled";
    }
    fits += all == 0 ? 1 : 0;
    if (all <= out.missing_nodes) continue;
    out.missing_nodes = all;
    out.worst_at = SimTime{kGrid.us * static_cast<std::int64_t>(i)};
    out.first_short = short_of;
  }
  if (points > 0) out.fits_share = static_cast<double>(fits) / static_cast<double>(points);
  return out;
}

/// Machines of the lost zone count against the quotas until they are deleted. Use at the run's peak is what is compared.
std::string quota_in_the_way(const CapacityAnswer& capacity, const ClusterSpec& cluster, const ZoneLossTest& test) {
  for (const NodePoolSpec& pool : cluster.pools) {
    const VmSize* size = pool.name.text() == test.first_short ? find_vm_size(pool.vm_size.text()) : nullptr;
    if (size == nullptr) continue;
    for (const QuotaUse& quota : capacity.quotas) {
      if (quota.region != cluster.location.text()) continue;
      const bool counts = quota.quota == (pool.spot ? "lowPriorityCores" : "cores") || (!pool.spot && same_vm_family(vm_family(*size), quota.quota));
      if (counts && quota.peak + test.missing_nodes * size->vcpus > quota.limit) return "quota " + quota.quota;
    }
  }
  return {};
}

// ---- Right-sized pools ----

/// What DaemonSets ask of a node: kube-system's requests of a pool, over its nodes, of the pool where that is least.
Shape overhead_of(const Timeline& timeline, const std::vector<PoolGrid>& grids) {
  Shape least{INT64_MAX, INT64_MAX};
  for (const PoolGrid& grid : grids) {
    const auto mean = [&](GaugeKind kind, bool by_namespace) {
      const auto series = select(timeline, kind, [&](const SeriesKey& k) {
        return k.a == grid.cluster->name && last_part(k.b.text()) == grid.pool.name.text() && (!by_namespace || last_part(k.c.text()) == "kube-system");
      });
      return time_average(sum_series(series), {}, timeline.end());
    };
    const double nodes = mean(GaugeKind::NodesReady, false);
    if (nodes <= 0) continue;
    least.cpu = std::min(least.cpu, static_cast<std::int64_t>(mean(GaugeKind::CpuRequestedBy, true) / nodes));
    least.memory = std::min(least.memory, static_cast<std::int64_t>(mean(GaugeKind::MemoryRequestedBy, true) / nodes));
  }
  return least.cpu == INT64_MAX ? Shape{} : least;
}

/// Nodes of that much room which the pool's demand fills, at each point of the grid.
std::vector<std::int64_t> ideal_nodes(const PoolGrid& grid, const Shape& overhead, const Shape& room) {
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < grid.nodes.size(); ++i) {
    const std::int64_t cpu = std::max<std::int64_t>(grid.cpu_asked[i] - overhead.cpu * grid.nodes[i], 0);
    const std::int64_t memory = std::max<std::int64_t>(grid.memory_asked[i] - overhead.memory * grid.nodes[i], 0);
    out.push_back(std::max((cpu + room.cpu - 1) / room.cpu, (memory + room.memory - 1) / room.memory));
  }
  return out;
}

double mean_of(const std::vector<std::int64_t>& values) {
  double sum = 0;
  for (const std::int64_t value : values) sum += static_cast<double>(value);
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

/// Sizes that could stand in: of the same features and version, in the families of general, memory and compute purpose.
std::vector<const VmSize*> candidates(const VmSize& today) {
  std::vector<const VmSize*> out;
  const SizeNameParts now = parts_of(today);
  for (const VmSize& size : vm_sizes()) {
    const SizeNameParts parts = parts_of(size);
    const bool related = parts.family == now.family || (parts.family.size() == 1 && now.family.size() == 1 && std::string("DEF").find(parts.family) != std::string::npos && std::string("DEF").find(now.family) != std::string::npos);
    if (related && parts.features == now.features && parts.version == now.version && size.gpus == 0) out.push_back(&size);
  }
  return out;
}

struct Sizing {
  const VmSize* size = nullptr;
  std::int64_t fewest = 0, most = 0;
  double mean = 0, headroom = 0;
  Money monthly;
};

struct Demand {
  const Scenario& scenario;
  const PoolGrid& grid;
  Shape overhead, largest;                 ///< largest: a pod that must fit
  double packing = 1;                      ///< nodes that today's run had for each that the demand would fill, on average
  double packing_at_peak = 1;              ///< and when it had most
};

Shape room_of_size(const Demand& demand, const VmSize& size) {
  const auto pods = static_cast<int>(max_pods(demand.grid.pool, demand.grid.cluster->network.mode));
  const Resources all = allocatable(size, pods, demand.grid.cluster->kubernetes_minor);
  return {all.cpu.value - demand.overhead.cpu, all.memory.value - demand.overhead.memory};
}

std::optional<Sizing> size_with(const Demand& demand, const VmSize& size) {
  const Shape room = room_of_size(demand, size);
  const auto price = machine_price(demand.scenario.cost, demand.grid.cluster->location, size, demand.grid.pool.spot);
  if (!price || room.cpu < std::max<std::int64_t>(demand.largest.cpu, 1) || room.memory < std::max<std::int64_t>(demand.largest.memory, 1)) return std::nullopt;
  const auto nodes = ideal_nodes(demand.grid, demand.overhead, room);
  const auto zones = std::max<std::int64_t>(static_cast<std::int64_t>(demand.grid.pool.zones.size()), 1);
  const std::int64_t peak = std::ranges::max(nodes);
  Sizing out;
  out.size = &size;
  // A node a zone, but a pool that may go down to nothing still may.
  const bool to_zero = demand.grid.pool.autoscaling && demand.grid.pool.min_count == 0;
  out.fewest = to_zero ? 0 : std::max(zones, demand.grid.pool.autoscaling ? demand.grid.pool.min_count : 1);
  // Enough at the peak when the fullest zone is gone: n − ⌈n ÷ zones⌉ ≥ peak.
  const auto packed = static_cast<std::int64_t>(std::ceil(static_cast<double>(peak) * demand.packing_at_peak));
  out.most = std::max(out.fewest, zones > 1 ? (packed * zones + zones - 2) / (zones - 1) : packed);
  out.mean = std::max(static_cast<double>(out.fewest), mean_of(nodes) * demand.packing);
  if (!demand.grid.pool.autoscaling) out.mean = static_cast<double>(out.most);
  out.headroom = out.most > 0 ? 1 - static_cast<double>(peak) / static_cast<double>(out.most) : 0;
  out.monthly = Money{static_cast<std::int64_t>(std::llround(static_cast<double>(price->nano) * out.mean * kHoursAMonth))};
  return out;
}

std::optional<PoolProposal> propose(const Scenario& scenario, const PoolGrid& grid, const Shape& overhead, const std::vector<Shape>& shapes) {
  const VmSize* today = find_vm_size(grid.pool.vm_size.text());
  if (today == nullptr || today->gpus > 0 || grid.pool.mode == PoolMode::System || grid.empty() || std::ranges::max(grid.nodes) == 0) return std::nullopt;
  Demand demand{scenario, grid, overhead, {}, 1, 1};
  const Shape room = room_of_size(demand, *today);
  if (room.cpu <= 0 || room.memory <= 0) return std::nullopt;
  for (const Shape& shape : shapes)
    if (shape.cpu <= room.cpu && shape.memory <= room.memory) demand.largest = {std::max(demand.largest.cpu, shape.cpu), std::max(demand.largest.memory, shape.memory)};
  const auto ideal = ideal_nodes(grid, overhead, room);
  const double ideal_mean = mean_of(ideal), actual_mean = mean_of(grid.nodes);
  // A pool of fixed size is not packed by anyone; what it has too much of is what the proposal is about.
  demand.packing = grid.pool.autoscaling && ideal_mean > 0 ? std::clamp(actual_mean / ideal_mean, 1.0, 2.0) : 1.1;
  const std::int64_t ideal_peak = std::max<std::int64_t>(std::ranges::max(ideal), 1);
  demand.packing_at_peak = grid.pool.autoscaling ? std::clamp(static_cast<double>(std::ranges::max(grid.nodes)) / static_cast<double>(ideal_peak), 1.0, 2.0) : 1.1;
  std::optional<Sizing> best;
  for (const VmSize* size : candidates(*today)) {
    const auto sizing = size_with(demand, *size);
    if (sizing && (!best || sizing->monthly < best->monthly || (sizing->monthly == best->monthly && sizing->size->vcpus < best->size->vcpus))) best = sizing;
  }
  const auto price = machine_price(scenario.cost, grid.cluster->location, *today, grid.pool.spot);
  if (!best || !price) return std::nullopt;
  PoolProposal out{grid.cluster->name.str(), grid.pool.name.str(), today->name.str(), best->size->name.str(), largest_count(grid.pool), best->fewest, best->most, actual_mean, best->mean,
                   static_cast<int>(std::max<std::size_t>(grid.pool.zones.size(), 1)), Money{static_cast<std::int64_t>(std::llround(static_cast<double>(price->nano) * actual_mean * kHoursAMonth))}, best->monthly, 0, best->headroom};
  const double peak = static_cast<double>(std::ranges::max(ideal));
  out.headroom_today = out.most_today > 0 ? 1 - peak / static_cast<double>(out.most_today) : 0;
  return out;
}

}  // namespace

void headroom_traces(const Scenario& scenario, const Timeline& timeline, Duration step, std::vector<Trace>& out) {
  const std::int64_t points = step.us / kGrid.us;   // of the grid in a step of the chart
  if (points < 1) return;                           // A run so short that the grid is coarser than the chart.
  for (const ClusterSpec& cluster : scenario.clusters) {
    const auto shapes = shapes_of(scenario, cluster.name);
    if (shapes.empty()) continue;
    for (const NodePoolSpec& pool : all_pools(cluster)) {
      if (pool.mode == PoolMode::System) continue;
      const auto fit = room_for(grid_of(timeline, cluster, pool), shapes.front());
      if (fit.empty()) continue;
      Trace trace{"headroom:" + cluster.name.str(), pool.name.str() + ": " + shape_text(shapes.front()), step, {}};
      const std::int64_t buckets = (timeline.end().us + step.us - 1) / step.us;
      for (std::int64_t bucket = 0; bucket < buckets; ++bucket) {
        // The least of the bucket: room that was there for a moment only is no room.
        const auto from = std::min<std::int64_t>(bucket * step.us / kGrid.us, static_cast<std::int64_t>(fit.size()) - 1);
        const auto to = std::clamp<std::int64_t>((bucket + 1) * step.us / kGrid.us, from + 1, static_cast<std::int64_t>(fit.size()));
        trace.values.push_back(*std::min_element(fit.begin() + from, fit.begin() + to));
      }
      out.push_back(std::move(trace));
    }
  }
}

void analyse_room(const Scenario& scenario, const Timeline& timeline, CapacityAnswer& out) {
  for (const ClusterSpec& cluster : scenario.clusters) {
    std::vector<PoolGrid> grids;
    for (const NodePoolSpec& pool : all_pools(cluster))
      if (PoolGrid grid = grid_of(timeline, cluster, pool); !grid.empty()) grids.push_back(std::move(grid));
    if (grids.empty()) continue;
    const auto shapes = shapes_of(scenario, cluster.name);
    std::map<std::string, bool> zones;
    for (const PoolGrid& grid : grids) {
      add_headroom(grid, shapes, out.headroom);
      if (grid.pool.zones.size() > 1)
        for (const int zone : grid.pool.zones) zones[std::to_string(zone)] = true;
    }
    for (const auto& [zone, known] : zones) {
      ZoneLossTest test = test_zone(grids, cluster.name.str(), zone);
      if (test.missing_nodes > 0 && test.blocked_by.empty()) test.blocked_by = quota_in_the_way(out, cluster, test);
      test.fits_with_growth = test.blocked_by.empty();
      out.zone_losses.push_back(std::move(test));
    }
    const Shape overhead = overhead_of(timeline, grids);
    for (const PoolGrid& grid : grids)
      if (auto proposal = propose(scenario, grid, overhead, shapes)) out.proposals.push_back(std::move(*proposal));
  }
}

}  // namespace akstwin
