#include "reports/load_headroom.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/catalog/vm_families.hpp"
#include "models/catalog/vm_sizes.hpp"
#include "reports/text.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kAsWritten = 1'000;
constexpr std::int64_t kLowest = 50;               // below a twentieth of its load a platform is not worth asking about

void scale(TrafficSpec& traffic, std::int64_t permille) {
  const auto scaled = [permille](std::int64_t rate) { return (rate * permille + 500) / 1'000; };
  traffic.peak_milli_rps = scaled(traffic.peak_milli_rps);
  traffic.trough_milli_rps = scaled(traffic.trough_milli_rps);
  for (std::int64_t& rate : traffic.trace_milli_rps) rate = scaled(rate);
}

std::string times(std::int64_t permille) { return "×" + fixed(static_cast<double>(permille) / 1'000, 2); }

/// The most replicas that an autoscaler allows "namespace/name", or 0 when none scales it.
std::int64_t most_replicas(const Scenario& scenario, const std::string& workload) {
  std::int64_t most = 0;
  const auto consider = [&](const auto& scaler) {
    if (workload.ends_with(scaler.name_space.str() + "/" + scaler.target.str())) most = std::max(most, scaler.max_replicas);
  };
  for (const ClusterWorkloads& cluster : scenario.workloads) {
    for (const auto& autoscaler : cluster.manifests.autoscalers) consider(autoscaler);
    for (const auto& object : cluster.manifests.scaled_objects) consider(object);
  }
  return most;
}

void add_service_causes(const Scenario& scenario, const CapacityAnswer& capacity, const LoadLimits& limits, std::vector<std::string>& causes) {
  std::vector<const ServiceCapacity*> worst;
  const double limit = static_cast<double>(limits.failed.value) / 1e6;
  for (const ServiceCapacity& service : capacity.services)
    if (fraction_of(service.errors, service.requests) > limit) worst.push_back(&service);
  std::ranges::stable_sort(worst, [](const ServiceCapacity* a, const ServiceCapacity* b) { return a->errors > b->errors; });
  if (worst.size() > 3) worst.resize(3);
  for (const ServiceCapacity* service : worst) {
    const std::int64_t most = most_replicas(scenario, service->workload);
    const bool full = most > 0 && service->replicas_max >= most;
    causes.push_back(service->workload + " failed " + percent(fraction_of(service->errors, service->requests)) + " of its requests" +
                     (full ? " at its maximum of " + counted(most, "replica") : " with up to " + counted(service->replicas_max, "replica")));
  }
}

/// Quotas, subnets, ports and limits of Azure: what no setting of the pools would help against.
void add_azure_causes(const Answers& answers, std::vector<std::string>& causes) {
  for (const QuotaUse& quota : answers.capacity.quotas)
    if (quota.refusals > 0)
      causes.push_back("quota " + quota.quota + " in " + quota.region + " of " + counted(quota.limit, "vCPU") + " is full: " + counted(quota.refused, "instance") + " refused");
  for (const SubnetAnswer& subnet : answers.subnets.subnets)
    if (subnet.exhausted_at) causes.push_back("subnet " + subnet.subnet + " (" + subnet.prefix + ") ran dry at " + grouped(subnet.peak) + " of " + grouped(subnet.usable) + " addresses");
  for (const LimitUse& use : answers.limits)
    if (use.reached_at && use.id != "node-pods") causes.push_back("Azure's limit of " + grouped(use.limit) + " " + use.what + " is reached by " + use.subject);
  for (const OutboundAnswer& outbound : answers.outbound)
    if (outbound.exhausted_at) causes.push_back("ports for outgoing connections of " + outbound.cluster + " run out: " + grouped(outbound.in_use_peak) + " of " + grouped(outbound.in_use_limit));
}

/// "DSv5 in zone 2 of westeurope": what was asked for and where, of each pool that was refused. A pool is refused only when none of its zones
/// has a machine, so that its zones are the place.
std::string place_of(const Scenario& scenario, const std::vector<std::string>& pools) {
  std::string text;
  for (const ClusterSpec& cluster : scenario.clusters)
    for (const NodePoolSpec& pool : cluster.pools) {
      if (std::ranges::find(pools, cluster.name.str() + "/" + pool.name.str()) == pools.end()) continue;
      const VmSize* size = find_vm_size(pool.vm_size.text());
      std::string family = size == nullptr ? pool.vm_size.str() : vm_family(*size);
      if (family.starts_with("standard")) family.erase(0, 8);
      if (family.ends_with("Family")) family.erase(family.size() - 6);
      std::string zones;
      for (const int zone : pool.zones) zones += (zones.empty() ? "" : ", ") + std::to_string(zone);
      if (!zones.empty()) zones = (pool.zones.size() == 1 ? "zone " : "zones ") + zones + " of ";
      const std::string place = family + " in " + zones + cluster.location.str();
      if (text.find(place) == std::string::npos) text += (text.empty() ? "" : "; ") + place;
    }
  return text;
}

/// Whether the cloud had no machine to give, in any of the zones that the pool is in.
bool of_capacity(const std::string& code) {
  return code == "ZonalAllocationFailed" || code == "AllocationFailed" || code == "SkuNotAvailable" || code == "OverconstrainedZonalAllocationRequest";
}

std::string refusal_cause(const Scenario& scenario, const PendingCause& cause) {
  const std::string place = place_of(scenario, cause.pools);
  if (place.empty() || !of_capacity(cause.cause)) return "the cloud refused " + counted(cause.count, "request") + ": " + cause.cause;
  return "capacity " + place + " is used up: " + counted(cause.count, "request") + " refused, " + cause.cause;
}

std::vector<std::string> causes_of(const Scenario& scenario, const Answers& answers, const LoadLimits& limits) {
  const CapacityAnswer& capacity = answers.capacity;
  std::vector<std::string> causes;
  add_azure_causes(answers, causes);
  const bool told = !causes.empty();   // what it was that refused
  for (const PendingCause& cause : capacity.causes)
    if (cause.source == "node pool" && !(told && (cause.cause == "QuotaExceeded" || cause.cause == "SubnetIsFull"))) causes.push_back(refusal_cause(scenario, cause));
  for (const PoolCapacity& pool : capacity.pools)
    if (pool.autoscaling && pool.at_range_max >= Duration{600'000'000})
      causes.push_back("pool " + pool.cluster + "/" + pool.pool + " stood at its maximum of " + counted(pool.range_max, "node") + " for " + human(pool.at_range_max));
  add_service_causes(scenario, capacity, limits, causes);
  for (const PendingCause& cause : capacity.causes) {
    if (cause.source == "node pool") continue;
    causes.push_back("pods waited " + counted(cause.count, "time") + ": " + cause.cause);
    break;
  }
  return causes;
}

}  // namespace

Scenario with_load(Scenario scenario, std::int64_t permille) {
  for (ServiceLoadSpec& service : scenario.services) scale(service.traffic, permille);
  for (QueueSpec& queue : scenario.queues) scale(queue.arrivals, permille);
  scenario.steps.clear();
  scenario.variants.clear();
  scenario.thresholds.clear();
  scenario.reference.clear();
  return scenario;
}

LoadLevel judge_load(const Scenario& scenario, const Answers& answers, std::int64_t permille, const LoadLimits& limits) {
  const CapacityAnswer& capacity = answers.capacity;
  LoadLevel level;
  level.permille = permille;
  level.pending_p99 = Duration{capacity.pending.empty() ? 0 : capacity.pending.quantile(0.99) * 1'000};
  level.never_scheduled = capacity.never_scheduled;
  level.nodes_peak = capacity.nodes_peak;
  std::int64_t requests = 0, errors = 0;
  for (const ServiceCapacity& service : capacity.services) {
    requests += service.requests;
    errors += service.errors;
  }
  level.failed_share = fraction_of(errors, requests);
  level.monthly = answers.cost.monthly_total;
  // Pods that wait at the very end may be waiting for a machine that boots; what never found a node in all the run counts by its wait.
  const bool failed = requests > 0 && errors * 1'000'000 > limits.failed.value * requests;
  level.holds = level.pending_p99 <= limits.pending_p99 && !failed;
  if (!level.holds) level.causes = causes_of(scenario, answers, limits);
  return level;
}

std::optional<std::int64_t> LoadSearch::next() const {
  if (levels_.empty()) return kAsWritten;
  const LoadLevel *low = holds(), *high = breaks();
  if (low == nullptr) return high->permille <= kLowest ? std::nullopt : std::optional(std::max(high->permille / 2, kLowest));
  if (high == nullptr) return low->permille >= highest_ ? std::nullopt : std::optional(std::min(low->permille * 3 / 2, highest_));
  if (high->permille - low->permille <= precision_) return std::nullopt;
  return (low->permille + high->permille) / 2;
}

void LoadSearch::add(LoadLevel level) {
  levels_.insert(std::ranges::upper_bound(levels_, level.permille, {}, &LoadLevel::permille), std::move(level));
}

const LoadLevel* LoadSearch::breaks() const {
  const auto first = std::ranges::find(levels_, false, &LoadLevel::holds);
  return first == levels_.end() ? nullptr : &*first;
}

const LoadLevel* LoadSearch::holds() const {
  const LoadLevel* best = nullptr;                 // below the first that breaks: more load that happens to hold proves nothing
  for (const LoadLevel& level : levels_) {
    if (!level.holds) break;
    best = &level;
  }
  return best;
}

Document load_document(const Scenario& scenario, const LoadSearch& search, const LoadLimits& limits) {
  Document document;
  document.title = scenario.name;
  document.question = "How much more load does the platform carry, and what gives way first?";
  const LoadLevel *low = search.holds(), *high = search.breaks();
  if (low == nullptr && high == nullptr) document.answer = "No level was simulated.";
  else if (high == nullptr) document.answer = "It holds up to " + times(low->permille) + ", the largest load that was tried.";
  else if (low == nullptr) document.answer = "It holds at none of the loads that were tried; at " + times(high->permille) + ": " + (high->causes.empty() ? "no cause is known" : high->causes.front()) + ".";
  else document.answer = "It holds up to " + times(low->permille) + " of its load; at " + times(high->permille) + ": " + (high->causes.empty() ? "no cause is known" : high->causes.front()) + ".";
  Section section{"load", "Load", "Held means: 99 % of pods find a node within " + human(limits.pending_p99) + ", and at most " + to_string(limits.failed) + " of requests fail.", {}};
  ReportTable table{"levels", "Loads that were simulated", {{"Load", true}, {"Holds", false}, {"Pods p99", true}, {"Requests failed", true}, {"Nodes, peak", true}, {"A month", true}, {"What gives way", false}}, {}, false};
  for (const LoadLevel& level : search.levels())
    table.rows.push_back({times(level.permille), level.holds ? "yes" : "no", human(level.pending_p99), percent(level.failed_share, 2), grouped(level.nodes_peak), whole_dollars(level.monthly), level.causes.empty() ? "" : level.causes.front()});
  section.blocks.emplace_back(std::move(table));
  if (high != nullptr && high->causes.size() > 1) {
    ReportTable causes{"causes", "At " + times(high->permille), {{"What gives way", false}}, {}, false};
    for (const std::string& cause : high->causes) causes.rows.push_back({cause});
    section.blocks.emplace_back(std::move(causes));
  }
  document.sections.push_back(std::move(section));
  document.assumptions = {"Every arrival rate is multiplied alike; the game day and the variants are left out. One replication a load, all on seed " + std::to_string(scenario.seed) + ".",
                          "It is taken for granted that a platform that gives way at a load gives way at every larger one."};
  return document;
}

std::string load_json(const Scenario& scenario, const LoadSearch& search, const LoadLimits& limits) {
  using OrderedJson = nlohmann::ordered_json;
  OrderedJson out;
  out["schemaVersion"] = 1;
  out["scenario"] = {{"name", scenario.name}, {"sha256", scenario.sha256}, {"seed", scenario.seed}, {"horizonSeconds", scenario.horizon.seconds_real()}};
  out["limits"] = {{"pendingP99Seconds", limits.pending_p99.seconds_real()}, {"failedShare", static_cast<double>(limits.failed.value) / 1e6}};
  const auto factor = [](const LoadLevel* level) { return level == nullptr ? OrderedJson(nullptr) : OrderedJson(static_cast<double>(level->permille) / 1'000); };
  out["holdsUpTo"] = factor(search.holds());
  out["breaksAt"] = factor(search.breaks());
  out["levels"] = OrderedJson::array();
  for (const LoadLevel& level : search.levels())
    out["levels"].push_back({{"load", factor(&level)}, {"holds", level.holds}, {"pendingP99Seconds", level.pending_p99.seconds_real()}, {"failedShare", level.failed_share},
                             {"neverScheduled", level.never_scheduled}, {"nodesPeak", level.nodes_peak}, {"monthly", level.monthly.dollars()}, {"causes", level.causes}});
  return out.dump(2) + "\n";
}

}  // namespace akstwin
