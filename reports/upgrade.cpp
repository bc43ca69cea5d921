/// Upgrades, repairs and stops as the Timeline tells them.
#include <algorithm>
#include <map>

#include "models/catalog/cni_addresses.hpp"
#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/vm_sizes.hpp"
#include "reports/analysis.hpp"
#include "reports/reading.hpp"
#include "reports/text.hpp"
#include "reports/upgrade.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kUpgradeHourUs = 3'600'000'000;

struct PoolOf {
  const ClusterSpec* cluster = nullptr;
  const NodePoolSpec* pool = nullptr;
};

PoolOf find_pool(const Scenario& scenario, std::string_view key) {
  for (const ClusterSpec& cluster : scenario.clusters)
    for (const NodePoolSpec& pool : cluster.pools)
      if (key == cluster.name.str() + "/" + pool.name.str()) return {&cluster, &pool};
  return {};
}

/// Addresses of all subnets that one more node of the pool takes.
std::int64_t addresses_of_node(const PoolOf& of) {
  const AddressMode mode = address_mode(of.cluster->network, *of.pool);
  const AddressNeed need = address_need(mode, 1, 0, max_pods(*of.pool, of.cluster->network.mode));
  return need.nodes + need.pods;
}

void add_surge(const Scenario& scenario, const Timeline& timeline, SimTime until, UpgradeAnswer& upgrade) {
  const PoolOf of = find_pool(scenario, upgrade.cluster + "/" + upgrade.pool);
  const auto samples = samples_of(of_pool(timeline, GaugeKind::SurgeNodes, Name(upgrade.cluster), Name(upgrade.pool)));
  if (of.pool == nullptr || samples.empty()) return;
  upgrade.surge_nodes = maximum(samples, upgrade.began, until).value;
  upgrade.extra_addresses = upgrade.surge_nodes * addresses_of_node(of);
  const VmSize* size = find_vm_size(of.pool->vm_size.text());
  if (size == nullptr) return;
  upgrade.extra_cores = upgrade.surge_nodes * size->vcpus;
  const auto price = machine_price(scenario.cost, of.cluster->location, *size, of.pool->spot);
  if (price) upgrade.extra_cost = Money{static_cast<std::int64_t>((integral(samples, upgrade.began, until) * price->nano + kUpgradeHourUs / 2) / kUpgradeHourUs)};
}

/// Requests of a cluster's services, and those that failed.
void add_requests(const Timeline& timeline, SimTime until, UpgradeAnswer& upgrade) {
  const auto of_cluster = [&](const SeriesKey& key) { return first_part(key.a.text()) == upgrade.cluster; };
  const auto between = [&](GaugeKind kind) {
    const auto sum = sum_series(select(timeline, kind, of_cluster));
    // Counters are recorded now and then: from the last one before the upgrade to the first one after it.
    const auto after = std::ranges::find_if(sum, [&](const Sample& sample) { return sample.at >= until; });
    return (after == sum.end() ? value_at(sum, timeline.end()) : after->value) - value_at(sum, upgrade.began);
  };
  upgrade.requests = between(GaugeKind::RequestsTotal);
  upgrade.requests_lost = between(GaugeKind::ErrorsTotal);
}

/// Which drains a budget held up, and since when.
struct Refusals {
  std::map<std::string, std::map<Name, SimTime>> first;   // budget → node → first refusal
  std::map<std::string, std::int64_t> pods;
};

void add_drains(const Timeline& timeline, SimTime until, UpgradeAnswer& upgrade) {
  const std::string pool = upgrade.cluster + "/" + upgrade.pool;
  Refusals refusals;
  std::map<std::string, BlockingBudget> budgets;
  std::map<Name, bool> draining;
  for (const TimelineEvent& event : timeline.events()) {
    if (event.at < upgrade.began || event.at > until) continue;
    const auto kind = static_cast<EventKind>(event.kind);
    if (kind == EventKind::NodeDrainBegan && event.object.text() == pool) draining[event.subject] = true;
    if (kind == EventKind::NodeReimaged && event.object.text() == pool && event.detail == Name("Upgrade")) ++upgrade.reimaged;
    if (kind == EventKind::NodeQuarantined && event.object.text() == pool) ++upgrade.quarantined;
    if (kind == EventKind::EvictionBlocked && draining.contains(event.object)) {
      refusals.first[event.detail.str()].try_emplace(event.object, event.at);
      ++refusals.pods[event.detail.str()];
    }
    if (kind != EventKind::NodeDrained || event.object.text() != pool) continue;
    upgrade.drain_longest = std::max(upgrade.drain_longest, Duration{event.value});
    draining.erase(event.subject);
    for (auto& [budget, nodes] : refusals.first) {
      const auto refused = nodes.find(event.subject);
      if (refused == nodes.end()) continue;
      BlockingBudget& of = budgets[budget];
      of.longest = std::max(of.longest, event.at - refused->second);
      ++of.nodes;
      nodes.erase(refused);
    }
  }
  for (auto& [name, pods] : refusals.pods) {
    BlockingBudget& of = budgets[name];
    of.budget = name.empty() ? "(no budget)" : name;
    of.pods = pods;
    for (const auto& [node, since] : refusals.first[name]) {   // still refused at the end
      of.longest = std::max(of.longest, until - since);
      ++of.nodes;
    }
  }
  for (auto& [name, budget] : budgets) upgrade.budgets.push_back(budget);
  std::ranges::stable_sort(upgrade.budgets, [](const auto& a, const auto& b) { return a.longest > b.longest; });
}

std::vector<UpgradeAnswer> read_upgrades(const Timeline& timeline) {
  std::vector<UpgradeAnswer> out;
  for (const TimelineEvent& event : timeline.events()) {
    if (event.kind == code(EventKind::UpgradeBegan)) {
      UpgradeAnswer& upgrade = out.emplace_back();
      const std::string subject = event.subject.str();
      upgrade.cluster = std::string(first_part(subject));
      if (subject.find('/') != std::string::npos) upgrade.pool = std::string(last_part(subject));
      upgrade.what = event.object.str();
      upgrade.how = event.detail.str();
      upgrade.result = "under way";
      upgrade.began = event.at;
      upgrade.nodes = event.value;
    }
    if (event.kind != code(EventKind::UpgradeEnded)) continue;
    const std::string subject = event.subject.str();
    for (auto upgrade = out.rbegin(); upgrade != out.rend(); ++upgrade) {
      if (upgrade->took || subject != upgrade->cluster + (upgrade->pool.empty() ? "" : "/" + upgrade->pool)) continue;
      upgrade->took = Duration{event.value};
      upgrade->result = event.detail.str();
      upgrade->succeeded = event.detail == Name("Succeeded");
      break;
    }
  }
  return out;
}

/// The operation on a whole cluster: what its pools add up to.
void add_up_pools(std::vector<UpgradeAnswer>& upgrades) {
  for (UpgradeAnswer& whole : upgrades) {
    if (!whole.pool.empty()) continue;
    for (const UpgradeAnswer& part : upgrades) {
      const bool within = !part.pool.empty() && part.cluster == whole.cluster && part.began >= whole.began && (!whole.took || part.began <= whole.began + *whole.took);
      if (!within) continue;
      whole.reimaged += part.reimaged;
      whole.quarantined += part.quarantined;
      whole.surge_nodes = std::max(whole.surge_nodes, part.surge_nodes);
      whole.extra_addresses = std::max(whole.extra_addresses, part.extra_addresses);
      whole.extra_cores = std::max(whole.extra_cores, part.extra_cores);
      whole.extra_cost += part.extra_cost;
      whole.drain_longest = std::max(whole.drain_longest, part.drain_longest);
    }
  }
}

std::vector<RepairAnswer> read_repairs(const Timeline& timeline) {
  std::map<std::string, RepairAnswer> by_pool;
  std::map<std::string, Duration> sick;
  for (const TimelineEvent& event : timeline.events()) {
    const auto kind = static_cast<EventKind>(event.kind);
    if (kind != EventKind::NodeBroke && kind != EventKind::NodeRepair && kind != EventKind::NodeRepaired && kind != EventKind::VmEvent) continue;
    RepairAnswer& of = by_pool[event.object.str()];
    const std::string_view word = event.detail.text();
    if (kind == EventKind::NodeBroke) ++of.broke;
    if (kind == EventKind::NodeRepair) ++(word.starts_with("Reboot") ? of.reboots : word.starts_with("Reimage") ? of.reimages : word.starts_with("Redeploy") ? of.redeploys : of.given_up);
    if (kind == EventKind::VmEvent) ++(word == "Freeze" ? of.freezes : word == "Reboot" ? of.event_reboots : word == "Redeploy" ? of.event_redeploys : of.event_terminates);
    if (kind != EventKind::NodeRepaired) continue;
    ++of.repaired;
    sick[event.object.str()] += Duration{event.value};
    of.not_ready_longest = std::max(of.not_ready_longest, Duration{event.value});
  }
  std::vector<RepairAnswer> out;
  for (auto& [pool, of] : by_pool) {
    of.pool = pool;
    if (of.repaired > 0) of.not_ready_mean = sick[pool] / of.repaired;
    out.push_back(of);
  }
  return out;
}

std::vector<StoppedAnswer> read_stops(const Timeline& timeline) {
  std::vector<StoppedAnswer> out;
  for (const Series* series : timeline.of_kind(code(GaugeKind::ControlPlaneRunning))) {
    StoppedAnswer stopped{series->key.a.str(), 0, {}};
    stopped.stopped = timeline.end() - SimTime{} - time_at_or_above(series->samples, SimTime{}, timeline.end(), 1);
    for (const Sample& sample : series->samples) stopped.stops += sample.value == 0 ? 1 : 0;
    out.push_back(stopped);
  }
  return out;
}

std::vector<OperationAnswer> read_operations(const Timeline& timeline) {
  std::map<std::string, OperationAnswer> by_name;
  std::map<std::string, std::vector<std::int64_t>> took;
  for (const TimelineEvent& event : timeline.events()) {
    const auto kind = static_cast<EventKind>(event.kind);
    if (kind != EventKind::AksOperationDone && kind != EventKind::ArmThrottled && kind != EventKind::ArmRefused) continue;
    OperationAnswer& of = by_name[event.object.str()];
    if (kind == EventKind::ArmThrottled) ++of.throttled;
    if (kind == EventKind::ArmRefused) ++of.refused;
    if (kind != EventKind::AksOperationDone) continue;
    ++of.done;
    of.failed += event.detail == Name("Failed") ? 1 : 0;
    took[event.object.str()].push_back(event.value);
  }
  std::vector<OperationAnswer> out;
  for (auto& [name, of] : by_name) {
    of.operation = name;
    if (std::vector<std::int64_t>& times = took[name]; !times.empty()) {
      std::ranges::sort(times);
      const auto quantile = [&](std::size_t percent) { return Duration{times[(times.size() - 1) * percent / 100]}; };   // the nearest one below
      of.p50 = quantile(50);
      of.p90 = quantile(90);
      of.longest = Duration{times.back()};
    }
    out.push_back(of);
  }
  return out;
}

}  // namespace

UpgradesAnswer analyse_upgrades(const Scenario& scenario, const Timeline& timeline) {
  UpgradesAnswer out;
  out.upgrades = read_upgrades(timeline);
  for (UpgradeAnswer& upgrade : out.upgrades) {
    const SimTime until = upgrade.took ? upgrade.began + *upgrade.took : timeline.end();
    add_requests(timeline, until, upgrade);
    if (upgrade.pool.empty()) continue;
    add_surge(scenario, timeline, until, upgrade);
    add_drains(timeline, until, upgrade);
  }
  add_up_pools(out.upgrades);
  out.operations = read_operations(timeline);
  out.repairs = read_repairs(timeline);
  out.stops = read_stops(timeline);
  return out;
}

void upgrade_findings(const UpgradesAnswer& answer, const Epoch& start, std::vector<std::string>& findings) {
  for (const UpgradeAnswer& upgrade : answer.upgrades) {
    if (upgrade.pool.empty()) continue;
    const std::string pool = upgrade.cluster + "/" + upgrade.pool, when = " (" + day_and_clock(upgrade.began, start) + ")";
    if (upgrade.took && !upgrade.succeeded) findings.push_back(pool + ": the upgrade to " + upgrade.what + " ended with \"" + upgrade.result + "\" after " + human(*upgrade.took) + when);
    for (const BlockingBudget& budget : upgrade.budgets)
      if (budget.longest >= Duration{60'000'000})
        findings.push_back(pool + ": the disruption budget " + budget.budget + " held up the drain of " + counted(budget.nodes, "node") + ", for " + human(budget.longest) + " at most" + when);
  }
  for (const RepairAnswer& repair : answer.repairs)
    if (repair.given_up > 0) findings.push_back(repair.pool + ": auto-repair gave up on " + counted(repair.given_up, "node"));
}

void upgrade_figures(const UpgradesAnswer& answer, std::vector<Figure>& figures) {
  struct Sum {
    double seconds = 0, lost = 0, dollars = 0;
    std::int64_t count = 0, failed = 0, surge = 0, addresses = 0, cores = 0;
  };
  std::map<std::string, Sum> by_subject;
  for (const UpgradeAnswer& upgrade : answer.upgrades) {
    Sum& sum = by_subject["upgrade." + upgrade.cluster + (upgrade.pool.empty() ? "" : "/" + upgrade.pool)];
    ++sum.count;
    sum.failed += upgrade.took && !upgrade.succeeded ? 1 : 0;
    if (upgrade.took) sum.seconds = std::max(sum.seconds, upgrade.took->seconds_real());
    sum.lost += static_cast<double>(upgrade.requests_lost);
    sum.dollars += upgrade.extra_cost.dollars();
    sum.surge = std::max(sum.surge, upgrade.surge_nodes);
    sum.addresses = std::max(sum.addresses, upgrade.extra_addresses);
    sum.cores = std::max(sum.cores, upgrade.extra_cores);
  }
  for (const auto& [name, sum] : by_subject) {
    figures.push_back({name + ".count", "upgrades", static_cast<double>(sum.count)});
    figures.push_back({name + ".failed", "upgrades", static_cast<double>(sum.failed)});
    figures.push_back({name + ".minutes", "min", sum.seconds / 60});
    figures.push_back({name + ".requests_lost", "requests", sum.lost});
    figures.push_back({name + ".surge_nodes", "nodes", static_cast<double>(sum.surge)});
    figures.push_back({name + ".extra_addresses", "addresses", static_cast<double>(sum.addresses)});
    figures.push_back({name + ".extra_cores", "vCPUs", static_cast<double>(sum.cores)});
    figures.push_back({name + ".extra_cost", "USD", sum.dollars});
  }
  for (const StoppedAnswer& stopped : answer.stops) figures.push_back({"stopped." + stopped.cluster + ".hours", "h", stopped.stopped.seconds_real() / 3'600});
}

}  // namespace akstwin
