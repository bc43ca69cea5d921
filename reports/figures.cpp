#include "reports/figures.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "models/catalog/machine_sizes.hpp"
#include "reports/analysis.hpp"
#include "reports/reading.hpp"
#include "reports/text.hpp"
#include "reports/upgrade.hpp"
#include "reports/subnet_sizing.hpp"

namespace akstwin {
namespace {

class Figures {
 public:
  void set(const std::string& name, const char* unit, double value) { figures_[name] = {name, unit, value}; }
  void money(const std::string& name, Money amount) { set(name, "USD", amount.dollars()); }
  std::vector<Figure> take() {
    std::vector<Figure> all;
    for (auto& [name, figure] : figures_) all.push_back(std::move(figure));
    return all;
  }

 private:
  std::map<std::string, Figure> figures_;
};

std::set<std::string> standby_clusters(const Scenario& scenario) {
  std::set<std::string> names;
  for (const ClusterSpec& cluster : scenario.clusters)
    if (cluster.standby.pattern != StandbyPattern::None) names.insert(cluster.name.str());
  return names;
}

// "production": the production cluster and everything shared; "standby": the clusters that stand by.
void cost_figures(const Scenario& scenario, const CostAnswer& cost, Figures& out) {
  const std::string production = production_cluster(scenario);
  const auto standby = standby_clusters(scenario);
  out.money("cost.monthly", cost.monthly_total);
  std::map<std::string, Money> sums;
  sums["cost.production.monthly"] = Money{0};
  for (const PriceLine& line : cost.lines) {
    const bool stands_by = standby.contains(line.cluster);
    const bool of_production = line.cluster.empty() || line.cluster == production;
    sums["cost." + line.category] += line.amount;
    if (!stands_by && !of_production) continue;
    const std::string side = stands_by ? "cost.standby." : "cost.production.";
    sums[side + "monthly"] += line.amount;
    sums[side + line.category] += line.amount;
  }
  for (const CostPart& part : cost.by_cluster) sums["cost.cluster." + part.name] = part.amount;
  for (const NamespaceCost& row : cost.by_namespace) sums["cost.namespace." + row.name_space] += row.total;
  for (const CommitmentUse& use : cost.commitments) sums["cost.commitment.unused"] += use.unused;
  for (const auto& [name, amount] : sums) out.money(name, amount);
  if (cost.spot_list > Money{0}) {
    const double paid = static_cast<double>(cost.spot_paid.nano) / static_cast<double>(cost.spot_list.nano);
    out.set("spot.saving_percent", "percent", 100 * (1 - paid));
  }
}

void quantiles(const std::string& name, const Distribution& ms, Figures& out) {
  if (ms.empty()) return;
  out.set(name + ".p50_seconds", "s", static_cast<double>(ms.quantile(0.5)) / 1e3);
  out.set(name + ".p95_seconds", "s", static_cast<double>(ms.quantile(0.95)) / 1e3);
  out.set(name + ".p99_seconds", "s", static_cast<double>(ms.quantile(0.99)) / 1e3);
  out.set(name + ".max_seconds", "s", static_cast<double>(ms.max()) / 1e3);
}

void capacity_figures(const Scenario& scenario, const CapacityAnswer& capacity, Figures& out) {
  const std::string production = production_cluster(scenario);
  double nodes_mean = 0;
  for (const ClusterCapacity& cluster : capacity.clusters) {
    nodes_mean += cluster.nodes_mean;
    if (cluster.cluster != production) continue;
    out.set("pods.peak", "pods", static_cast<double>(cluster.pods_peak));
    out.set("pods.mean", "pods", cluster.pods_mean);
    out.set("pods.all.peak", "pods", static_cast<double>(cluster.pods_all_peak));
    out.set("pods.all.mean", "pods", cluster.pods_all_mean);
  }
  out.set("nodes.peak", "nodes", static_cast<double>(capacity.nodes_peak));
  out.set("nodes.mean", "nodes", nodes_mean);
  for (const PoolCapacity& pool : capacity.pools) {
    const auto of_pool = [&](const std::string& name) {
      out.set("pool." + name + ".min", "nodes", static_cast<double>(pool.nodes_min));
      out.set("pool." + name + ".max", "nodes", static_cast<double>(pool.nodes_max));
      out.set("pool." + name + ".mean", "nodes", pool.nodes_mean);
    };
    of_pool(pool.cluster + "/" + pool.pool);
    if (pool.cluster == production) of_pool(pool.pool);
  }
  quantiles("pods.pending", capacity.pending, out);
  quantiles("pods.ready", capacity.ready, out);
  // Services are the workloads that the scenario states load for: requests or a queue.
  std::set<std::string> loaded;
  for (const ServiceLoadSpec& service : scenario.services) loaded.insert(production + "/" + service.workload.str());
  for (const QueueSpec& queue : scenario.queues) loaded.insert(production + "/" + queue.workload.str());
  double requests = 0, worst = 0, services = 0;
  for (const ServiceCapacity& service : capacity.services) {
    requests += static_cast<double>(service.requests);
    worst = std::max(worst, service.latency_p95_max.seconds_real());
    if (loaded.contains(service.workload) && service.replicas_max > 0) services += 1;
  }
  out.set("services.count", "services", services);
  if (requests > 0) {
    out.set("services.requests", "requests", requests);
    out.set("latency.p95_seconds", "s", worst);
  }
}

void recovery_figures(const RecoveryAnswer& recovery, Figures& out) {
  if (recovery.availability) out.set("availability", "share", *recovery.availability);
  Duration rto{-1}, rpo{-1};
  std::int64_t lost = 0;
  bool all_recovered = true;
  for (const OutageAnswer& outage : recovery.outages) {
    lost += outage.requests_lost;
    if (outage.rto)
      rto = std::max(rto, *outage.rto);
    else
      all_recovered = all_recovered && !outage.counts();
    if (outage.rpo) rpo = std::max(rpo, *outage.rpo);
  }
  if (recovery.outages.empty()) return;
  out.set("recovery.requests_lost", "requests", static_cast<double>(lost));
  if (all_recovered && rto.us >= 0) {
    out.set("recovery.rto_seconds", "s", rto.seconds_real());
    out.set("recovery.rto_minutes", "min", rto.seconds_real() / 60);
  }
  if (rpo.us >= 0) out.set("recovery.rpo_seconds", "s", rpo.seconds_real());
}

// Days from Monday to Friday within the window, in parts of a day.
double weekdays(const Epoch& start, SimTime end) {
  constexpr std::int64_t kDay = 86'400;
  double days = 0;
  const std::int64_t last = end.since_start().seconds();
  for (std::int64_t from = 0; from < last;) {
    const std::int64_t until = std::min(last, from + kDay - ((start.unix_seconds + from) % kDay + kDay) % kDay);
    const int weekday = start.civil(SimTime{from * 1'000'000}).weekday;
    if (weekday != 0 && weekday != 6) days += static_cast<double>(until - from) / static_cast<double>(kDay);
    from = until;
  }
  return days;
}

void delivery_figures(const Scenario& scenario, const Timeline& timeline, Figures& out) {
  const std::string production = production_cluster(scenario);
  Distribution merge_to_applied;  // Seconds.
  for (const TimelineEvent& event : timeline.events())
    if (event.kind == code(EventKind::ReleaseApplied) && first_part(event.subject.text()) == production)
      merge_to_applied.add(event.value / 1'000'000);
  if (merge_to_applied.empty()) return;
  const double days = weekdays(scenario.start, timeline.end());
  if (days > 0) out.set("deploys.per_weekday", "deploys", static_cast<double>(merge_to_applied.count()) / days);
  out.set("deploys.merge_to_applied_minutes", "min", static_cast<double>(merge_to_applied.quantile(0.5)) / 60);
}

void subnet_figures(const Scenario& scenario, const SubnetsAnswer& subnets, Figures& out) {
  for (const SubnetAnswer& subnet : subnets.subnets) {
    const std::string name = "subnet." + subnet.subnet;
    out.set(name + ".peak", "addresses", static_cast<double>(subnet.peak));
    out.set(name + ".need", "addresses", static_cast<double>(subnet.need_at_maximum));
    out.set(name + ".free_ratio", "share", subnet.free_ratio_min);
  }
  // What "a /24 of node addresses carries thousands of overlay pods" means: 251 nodes at the largest maxPods in use.
  std::int64_t pods = 0;
  for (const ClusterSpec& cluster : scenario.clusters)
    if (cluster.network.mode == NetworkPluginMode::Overlay)
      for (const NodePoolSpec& pool : all_pools(cluster)) pods = std::max(pods, pods_per_node(pool, cluster.network.mode));
  if (pods > 0) out.set("subnet.overlay_pods_in_24", "pods", static_cast<double>(Cidr{0, 24}.usable() * pods));
}

/// How near the platform came to what it cannot have more of, and whether a zone could go.
void room_figures(const Scenario& scenario, const Answers& answers, Figures& out) {
  double limits = 0, ports = 0, fits = 1;
  for (const LimitUse& use : answers.limits)
    if (use.id != "node-pods") limits = std::max(limits, fraction_of(use.peak, use.limit));   // nodes are there to be filled
  for (const OutboundAnswer& outbound : answers.outbound) ports = std::max(ports, fraction_of(outbound.in_use_peak, outbound.in_use_limit));
  const std::string production = production_cluster(scenario);
  for (const ZoneLossTest& test : answers.capacity.zone_losses)
    if (test.cluster == production) fits = std::min(fits, test.fits_share);
  if (!answers.limits.empty()) out.set("limits.used_share", "share", limits);
  if (ports > 0) out.set("outbound.ports_used_share", "share", ports);
  if (!answers.capacity.zone_losses.empty()) out.set("zone_loss.fits_share", "share", fits);
}

}  // namespace

std::string production_cluster(const Scenario& scenario) {
  for (const ClusterSpec& cluster : scenario.clusters)
    if (cluster.standby.pattern == StandbyPattern::None) return cluster.name.str();
  return scenario.clusters.empty() ? "" : scenario.clusters.front().name.str();
}

std::optional<double> find_figure(const std::vector<Figure>& figures, std::string_view name) {
  for (const Figure& figure : figures)
    if (figure.name == name) return figure.value;
  return std::nullopt;
}

std::vector<Figure> figures_of(const Scenario& scenario, const Timeline& timeline, const Answers& answers) {
  Figures figures;
  cost_figures(scenario, answers.cost, figures);
  capacity_figures(scenario, answers.capacity, figures);
  recovery_figures(answers.recovery, figures);
  delivery_figures(scenario, timeline, figures);
  subnet_figures(scenario, answers.subnets, figures);
  room_figures(scenario, answers, figures);
  std::vector<Figure> upgrades;
  upgrade_figures(answers.upgrades, upgrades);
  for (const Figure& figure : upgrades) figures.set(figure.name, figure.unit.c_str(), figure.value);
  return figures.take();
}

}  // namespace akstwin
