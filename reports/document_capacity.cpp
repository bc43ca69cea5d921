/// The capacity report: how many nodes, how full, and who waited.
#include <algorithm>

#include "reports/document.hpp"
#include "reports/text.hpp"

namespace akstwin {
namespace {

std::string milliseconds(std::int64_t ms) { return human(Duration{ms * 1'000}); }

std::string range_text(const PoolCapacity& p) {
  return p.autoscaling ? std::to_string(p.range_min) + "…" + std::to_string(p.range_max) : std::to_string(p.range_max) + " fixed";
}

ReportTable pools_table(const CapacityAnswer& capacity, const Epoch& start) {
  ReportTable table{"pools",
              "Node pools",
              {{"Pool", false},
               {"Size", false},
               {"Allowed", true},
               {"Moved", true},
               {"Mean", true},
               {"Peak at", false},
               {"CPU asked", true},
               {"Memory asked", true},
               {"Zone skew", true},
               {"Ups/downs", true},
               {"Refused", true},
               {"Evicted", true}},
              {},
              false};
  for (const PoolCapacity& p : capacity.pools)
    table.rows.push_back({p.cluster + "/" + p.pool, p.vm_size + (p.spot ? " spot" : ""), range_text(p),
                          std::to_string(p.nodes_min) + " → " + std::to_string(p.nodes_max), brief(p.nodes_mean),
                          p.nodes_max > 0 ? day_and_clock(p.peak_at, start) : "-", percent(p.cpu_requested_share, 0),
                          percent(p.memory_requested_share, 0), std::to_string(p.zone_skew_max),
                          std::to_string(p.scale_ups) + "/" + std::to_string(p.scale_downs), std::to_string(p.refused),
                          std::to_string(p.evicted)});
  return table;
}

ReportTable quotas_table(const CapacityAnswer& capacity, const Epoch& start) {
  ReportTable table{"quotas",
              "vCPU quotas",
              {{"Region", false}, {"Quota", false}, {"Limit", true}, {"Peak", true}, {"Used", true}, {"Peak at", false}, {"Refusals", true}, {"First refused", false}},
              {},
              false};
  for (const QuotaUse& q : capacity.quotas)
    table.rows.push_back({q.region, q.quota, grouped(q.limit), grouped(q.peak), q.limit > 0 ? percent(static_cast<double>(q.peak) / static_cast<double>(q.limit), 0) : "-",
                          q.peak > 0 ? day_and_clock(q.peak_at, start) : "-", grouped(q.refusals),
                          q.refused_at ? day_and_clock(*q.refused_at, start) : "-"});
  return table;
}

ReportTable clusters_table(const CapacityAnswer& capacity) {
  ReportTable table{"clusters",
              "Clusters",
              {{"Cluster", false},
               {"Nodes peak", true},
               {"Nodes mean", true},
               {"Pods peak", true},
               {"Pods mean", true},
               {"Pending peak", true},
               {"CPU allocatable", true},
               {"CPU requested", true},
               {"CPU used", true},
               {"Memory requested", true},
               {"Headroom min", true},
               {"Fragmented CPU", true}},
              {},
              false};
  for (const ClusterCapacity& c : capacity.clusters)
    table.rows.push_back({c.cluster + (c.standby ? " (standby)" : ""), grouped(c.nodes_peak), brief(c.nodes_mean), grouped(c.pods_peak),
                          brief(c.pods_mean), grouped(c.pending_peak), brief(c.cpu_allocatable_mean) + " cores",
                          brief(c.cpu_requested_mean) + " cores", brief(c.cpu_used_mean) + " cores",
                          brief(c.memory_requested_mean) + " of " + brief(c.memory_allocatable_mean) + " GiB",
                          c.headroom_shape.empty() ? "-" : grouped(c.headroom_pods_min) + " × " + c.headroom_shape,
                          brief(c.fragmented_cpu_mean) + " cores"});
  return table;
}

ReportTable waiting_table(const CapacityAnswer& capacity) {
  ReportTable table{"waiting",
              "How long pods waited",
              {{"From created to", false}, {"Pods", true}, {"p50", true}, {"p95", true}, {"p99", true}, {"Max", true}},
              {},
              false};
  const auto row = [&](const char* name, const Distribution& d) {
    if (d.empty()) return;
    table.rows.push_back({name, grouped(d.count()), milliseconds(d.quantile(0.5)), milliseconds(d.quantile(0.95)),
                          milliseconds(d.quantile(0.99)), milliseconds(d.max())});
  };
  row("scheduled", capacity.pending);
  row("ready", capacity.ready);
  return table;
}

/// What fits a line of a terminal: the first reasons without the words that they share, and how many more there are.
std::string short_cause(std::string_view cause) {
  constexpr std::size_t kReasons = 2;
  constexpr std::string_view kNodes = "node(s) ";
  std::string text;
  std::size_t reasons = 0;
  while (!cause.empty()) {
    const auto comma = cause.find(", ");
    std::string_view reason = cause.substr(0, comma);
    if (reason.starts_with(kNodes)) reason.remove_prefix(kNodes.size());
    if (reasons++ < kReasons) text += (text.empty() ? "" : ", ") + std::string(reason);
    cause = comma == std::string_view::npos ? std::string_view{} : cause.substr(comma + 2);
  }
  return reasons > kReasons ? text + " and " + counted(static_cast<std::int64_t>(reasons - kReasons), "other reason") : text;
}

/// In full, for the page and the files: only where the short table leaves something out.
ReportTable full_causes_table(const CapacityAnswer& capacity) {
  ReportTable table{"causes-in-full", "Why pods waited, in full", {{"Said by", false}, {"Cause", false}, {"Pools", false}, {"Times", true}}, {}, true};
  for (const PendingCause& cause : capacity.causes) {
    std::string pools;
    for (const std::string& pool : cause.pools) pools += (pools.empty() ? "" : ", ") + pool;
    if (short_cause(cause.cause) != cause.cause || !pools.empty()) table.rows.push_back({cause.source, cause.cause, pools, grouped(cause.count)});
  }
  return table;
}

ReportTable causes_table(const CapacityAnswer& capacity, const Epoch& start) {
  ReportTable table{"causes", "Why pods waited", {{"Said by", false}, {"Cause", false}, {"Times", true}, {"First", false}}, {}, false};
  constexpr std::size_t kShown = 12;
  for (std::size_t i = 0; i < std::min(kShown, capacity.causes.size()); ++i) {
    const PendingCause& cause = capacity.causes[i];
    table.rows.push_back({cause.source, short_cause(cause.cause), grouped(cause.count), day_and_clock(cause.first_at, start)});
  }
  return table;
}

ReportTable services_table(const CapacityAnswer& capacity) {
  ReportTable table{"services",
              "Services",
              {{"Workload", false},
               {"Requests", true},
               {"Errors", true},
               {"p95 mean", true},
               {"p95 worst", true},
               {"Replicas", true},
               {"Mean", true},
               {"Rescales", true}},
              {},
              true};
  for (const ServiceCapacity& s : capacity.services) {
    const bool traffic = s.requests > 0;
    table.rows.push_back(
        {s.workload, traffic ? grouped(s.requests) : "-", traffic ? grouped(s.errors) : "-",
         s.latency_p95_mean.us > 0 ? human(s.latency_p95_mean) : "-", s.latency_p95_max.us > 0 ? human(s.latency_p95_max) : "-",
         std::to_string(s.replicas_min) + " → " + std::to_string(s.replicas_max), brief(s.replicas_mean), std::to_string(s.rescales)});
  }
  return table;
}

ReportTable zones_table(const CapacityAnswer& capacity, const Epoch& start) {
  ReportTable table{"zone-losses", "If a zone were lost", {{"Cluster", false}, {"Zone", false}, {"Fits at once", true}, {"Nodes missing at worst", true}, {"Worst on", false}, {"Short first", false}, {"Could grow", false}, {"Stopped by", false}}, {}, false};
  for (const ZoneLossTest& z : capacity.zone_losses)
    table.rows.push_back({z.cluster, z.zone, percent(z.fits_share, 0) + " of the time", grouped(z.missing_nodes), z.missing_nodes > 0 ? day_and_clock(z.worst_at, start) : "-",
                          z.first_short.empty() ? "-" : z.first_short, z.missing_nodes == 0 ? "not needed" : z.fits_with_growth ? "yes" : "no", z.blocked_by.empty() ? "-" : z.blocked_by});
  return table;
}

ReportTable headroom_table(const CapacityAnswer& capacity, const Epoch& start) {
  ReportTable table{"headroom", "Room for more pods", {{"Pool", false}, {"Shape of a pod", false}, {"Least", true}, {"Least on", false}, {"p5", true}, {"Mean", true}}, {}, true};
  for (const ShapeHeadroom& h : capacity.headroom)
    table.rows.push_back({h.cluster + "/" + h.pool, h.shape, grouped(h.least), day_and_clock(h.least_at, start), grouped(h.p05), brief(h.mean)});
  return table;
}

ReportTable proposals_table(const CapacityAnswer& capacity) {
  ReportTable table{"proposals", "Pools made for this demand", {{"Pool", false}, {"Today", false}, {"Nodes", true}, {"A month", true}, {"Proposed", false}, {"Nodes", true}, {"A month", true}, {"Zones", true}, {"Free at the peak", true}}, {}, false};
  for (const PoolProposal& p : capacity.proposals)
    table.rows.push_back({p.cluster + "/" + p.pool, p.size_today, brief(p.mean_today) + ", up to " + grouped(p.most_today), whole_dollars(p.monthly_today), p.size,
                          std::to_string(p.fewest) + " to " + grouped(p.most) + ", mean " + brief(p.mean), whole_dollars(p.monthly), std::to_string(p.zones),
                          percent(p.headroom_today, 0) + " → " + percent(p.headroom, 0)});
  return table;
}

// The pool that moved most: it carries the story. A standby cluster's pool moves on game days only and tells another one.
const PoolCapacity* busiest(const CapacityAnswer& capacity) {
  const auto stands_by = [&](const PoolCapacity& pool) {
    return std::any_of(capacity.clusters.begin(), capacity.clusters.end(),
                       [&](const ClusterCapacity& cluster) { return cluster.cluster == pool.cluster && cluster.standby; });
  };
  const PoolCapacity* best = nullptr;
  for (const PoolCapacity& pool : capacity.pools) {
    if (stands_by(pool)) continue;
    if (best == nullptr || pool.nodes_max - pool.nodes_min > best->nodes_max - best->nodes_min) best = &pool;
  }
  return best;
}

std::string capacity_answer(const CapacityAnswer& capacity) {
  std::string text = counted(capacity.nodes_peak, "node") + " at peak over all clusters";
  if (const PoolCapacity* pool = busiest(capacity))
    text += "; pool " + pool->cluster + "/" + pool->pool + " moved " + std::to_string(pool->nodes_min) + " → " +
            std::to_string(pool->nodes_max) + " (allowed " + range_text(*pool) + ")";
  if (!capacity.pending.empty()) text += "; 99 % of pods were scheduled within " + milliseconds(capacity.pending.quantile(0.99));
  if (capacity.never_scheduled > 0) text += " and " + counted(capacity.never_scheduled, "pod") + " never";
  return text + ".";
}

void add_charts(const Outcome& outcome, Section& section) {
  const CapacityAnswer& capacity = outcome.details.capacity;
  Chart nodes = time_chart(outcome, ChartKind::StackedArea, "nodes");
  nodes.id = "chart-nodes";
  nodes.title = "Allocated nodes by pool";
  nodes.unit = "nodes";
  if (const PoolCapacity* pool = busiest(capacity))
    nodes.caption = pool->cluster + "/" + pool->pool + " carries the change: " + std::to_string(pool->nodes_min) + " to " +
                    std::to_string(pool->nodes_max) + " nodes, " + brief(pool->nodes_mean) + " on average.";
  if (!nodes.series.empty()) section.blocks.emplace_back(std::move(nodes));

  Chart pods = time_chart(outcome, ChartKind::Lines, "pods");
  pods.id = "chart-pods";
  pods.title = "Pods running and pending";
  pods.unit = "pods";
  std::int64_t pending = 0;
  for (const ClusterCapacity& cluster : capacity.clusters) pending = std::max(pending, cluster.pending_peak);
  pods.caption = "At most " + counted(pending, "pod") + " of a cluster waited at once.";
  if (!pods.series.empty()) section.blocks.emplace_back(std::move(pods));

  for (const ClusterCapacity& cluster : capacity.clusters) {
    Chart cpu = time_chart(outcome, ChartKind::Lines, "cpu:" + cluster.cluster);
    if (cpu.series.empty() || cluster.standby) continue;
    for (ChartSeries& series : cpu.series)
      for (double& value : series.values) value /= 1'000;
    cpu.id = "chart-cpu-" + cluster.cluster;
    cpu.title = "CPU of " + cluster.cluster;
    cpu.unit = "cores";
    const double allocatable = cluster.cpu_allocatable_mean > 0 ? cluster.cpu_allocatable_mean : 1;
    cpu.caption = percent(cluster.cpu_requested_mean / allocatable, 0) + " of allocatable CPU is requested on average and " +
                  percent(cluster.cpu_used_mean / allocatable, 0) + " is used.";
    section.blocks.emplace_back(std::move(cpu));
    Chart room = time_chart(outcome, ChartKind::Lines, "headroom:" + cluster.cluster);
    if (room.series.empty()) continue;
    room.id = "chart-headroom-" + cluster.cluster;
    room.title = "Room for more pods in " + cluster.cluster;
    room.unit = "pods";
    room.caption = "How many pods of the most frequent shape each pool could still take on the nodes that it has.";
    section.blocks.emplace_back(std::move(room));
  }
}

}  // namespace

Section capacity_section(const Outcome& outcome) {
  const CapacityAnswer& capacity = outcome.details.capacity;
  const Epoch& start = outcome.scenario.start;
  Section section{"capacity", "Capacity", capacity_answer(capacity), {}};
  const auto add = [&](ReportTable table) {
    if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
  };
  add(pools_table(capacity, start));
  add(quotas_table(capacity, start));
  add_charts(outcome, section);
  add(clusters_table(capacity));
  add(waiting_table(capacity));
  add(causes_table(capacity, start));
  add(full_causes_table(capacity));
  add(zones_table(capacity, start));
  add(headroom_table(capacity, start));
  add(proposals_table(capacity));
  section.blocks.emplace_back(counted(capacity.pods_created, "pod") + " created, " + counted(capacity.hpa_rescales, "autoscaler decision") +
                              ", " + counted(capacity.spot_notices, "spot eviction") + ".");
  ReportTable deletions{"deletions", "Why pods went away", {{"Reason", false}, {"Pods", true}}, {}, true};
  for (const ReasonCount& reason : capacity.deletions) deletions.rows.push_back({reason.reason, grouped(reason.count)});
  add(std::move(deletions));
  add(services_table(capacity));
  return section;
}

}  // namespace akstwin
