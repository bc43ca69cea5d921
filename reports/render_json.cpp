#include "reports/render_json.hpp"

#include <cmath>
#include <ostream>

#include <nlohmann/json.hpp>

#include "reports/upgrade.hpp"
#include "reports/version.hpp"

namespace akstwin {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson number(double value) { return std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr); }
OrderedJson seconds(Duration time) { return time.seconds_real(); }
OrderedJson seconds(const std::optional<Duration>& time) { return time ? seconds(*time) : OrderedJson(nullptr); }
OrderedJson time_of(const std::optional<SimTime>& at) { return at ? OrderedJson(at->since_start().seconds_real()) : OrderedJson(nullptr); }
OrderedJson prefix(int length) { return length > 0 ? OrderedJson(length) : OrderedJson(nullptr); }

OrderedJson summary(const Summary& s) {
  if (s.count() == 0) return nullptr;
  return {{"mean", number(s.mean())},
          {"p50", number(s.quantile(0.5))},
          {"p95", number(s.quantile(0.95))},
          {"min", number(s.min())},
          {"max", number(s.max())}};
}

template <class Range, class Write>
OrderedJson array(const Range& range, Write write) {
  OrderedJson out = OrderedJson::array();
  for (const auto& one : range) out.push_back(write(one));
  return out;
}

OrderedJson distribution_ms(const Distribution& d) {
  if (d.empty()) return nullptr;
  const auto at = [&](double q) { return static_cast<double>(d.quantile(q)) / 1e3; };
  return {{"count", d.count()}, {"p50", at(0.5)}, {"p95", at(0.95)}, {"p99", at(0.99)}, {"max", static_cast<double>(d.max()) / 1e3}};
}

OrderedJson pool_json(const PoolCapacity& p) {
  return {{"cluster", p.cluster},
          {"pool", p.pool},
          {"vmSize", p.vm_size},
          {"spot", p.spot},
          {"rangeMin", p.range_min},
          {"rangeMax", p.range_max},
          {"nodesMin", p.nodes_min},
          {"nodesMax", p.nodes_max},
          {"nodesMean", p.nodes_mean},
          {"nodesEnd", p.nodes_end},
          {"peakAtSeconds", p.peak_at.since_start().seconds_real()},
          {"atMaximumSeconds", seconds(p.at_range_max)},
          {"cpuRequestedShare", p.cpu_requested_share},
          {"memoryRequestedShare", p.memory_requested_share},
          {"zoneSkewMax", p.zone_skew_max},
          {"scaleUps", p.scale_ups},
          {"scaleDowns", p.scale_downs},
          {"refused", p.refused},
          {"evicted", p.evicted}};
}

OrderedJson quota_json(const QuotaUse& q) {
  return {{"region", q.region},
          {"quota", q.quota},
          {"limitVcpus", q.limit},
          {"peakVcpus", q.peak},
          {"peakAtSeconds", q.peak_at.since_start().seconds_real()},
          {"warnedAtSeconds", time_of(q.warned_at)},
          {"refusals", q.refusals},
          {"refusedInstances", q.refused},
          {"refusedAtSeconds", time_of(q.refused_at)}};
}

OrderedJson cluster_json(const ClusterCapacity& c) {
  return {{"cluster", c.cluster},
          {"standby", c.standby},
          {"nodesPeak", c.nodes_peak},
          {"nodesMean", c.nodes_mean},
          {"podsPeak", c.pods_peak},
          {"podsMean", c.pods_mean},
          {"pendingPeak", c.pending_peak},
          {"pendingEnd", c.pending_end},
          {"cpuAllocatableMean", c.cpu_allocatable_mean},
          {"cpuRequestedMean", c.cpu_requested_mean},
          {"cpuUsedMean", c.cpu_used_mean},
          {"memoryAllocatableGibMean", c.memory_allocatable_mean},
          {"memoryRequestedGibMean", c.memory_requested_mean},
          {"headroomPodsMin", c.headroom_pods_min},
          {"headroomPodsMean", c.headroom_pods_mean},
          {"headroomShape", c.headroom_shape},
          {"fragmentedCpuMean", c.fragmented_cpu_mean}};
}

OrderedJson service_json(const ServiceCapacity& s) {
  return {{"workload", s.workload},
          {"requests", s.requests},
          {"errors", s.errors},
          {"latencyP95MeanSeconds", seconds(s.latency_p95_mean)},
          {"latencyP95MaxSeconds", seconds(s.latency_p95_max)},
          {"replicasMin", s.replicas_min},
          {"replicasMean", s.replicas_mean},
          {"replicasMax", s.replicas_max},
          {"rescales", s.rescales}};
}

OrderedJson headroom_json(const ShapeHeadroom& h) {
  return {{"cluster", h.cluster}, {"pool", h.pool}, {"shape", h.shape}, {"podsLeast", h.least}, {"podsP05", h.p05}, {"podsMean", h.mean}, {"leastAtSeconds", h.least_at.since_start().seconds_real()}};
}

OrderedJson zone_loss_json(const ZoneLossTest& z) {
  return {{"cluster", z.cluster}, {"zone", z.zone}, {"fitsShare", z.fits_share}, {"missingNodes", z.missing_nodes},
          {"worstAtSeconds", z.worst_at.since_start().seconds_real()}, {"fitsWithGrowth", z.fits_with_growth}, {"blockedBy", z.blocked_by}, {"firstShort", z.first_short}};
}

OrderedJson proposal_json(const PoolProposal& p) {
  return {{"cluster", p.cluster}, {"pool", p.pool}, {"zones", p.zones},
          {"today", {{"vmSize", p.size_today}, {"nodesMax", p.most_today}, {"nodesMean", p.mean_today}, {"monthly", p.monthly_today.dollars()}, {"headroomAtPeak", p.headroom_today}}},
          {"proposed", {{"vmSize", p.size}, {"nodesMin", p.fewest}, {"nodesMax", p.most}, {"nodesMean", p.mean}, {"monthly", p.monthly.dollars()}, {"headroomAtPeak", p.headroom}}}};
}

OrderedJson capacity_json(const CapacityAnswer& c) {
  return {{"nodesPeak", c.nodes_peak},
          {"podsCreated", c.pods_created},
          {"podsNeverScheduled", c.never_scheduled},
          {"hpaRescales", c.hpa_rescales},
          {"spotNotices", c.spot_notices},
          {"pendingSeconds", distribution_ms(c.pending)},
          {"readySeconds", distribution_ms(c.ready)},
          {"clusters", array(c.clusters, cluster_json)},
          {"pools", array(c.pools, pool_json)},
          {"quotas", array(c.quotas, quota_json)},
          {"pendingCauses", array(c.causes,
                                  [](const PendingCause& p) -> OrderedJson {
                                    return {{"source", p.source},
                                            {"cause", p.cause},
                                            {"count", p.count},
                                            {"pools", p.pools},
                                            {"firstAtSeconds", p.first_at.since_start().seconds_real()}};
                                  })},
          {"headroom", array(c.headroom, headroom_json)},
          {"zoneLosses", array(c.zone_losses, zone_loss_json)},
          {"proposals", array(c.proposals, proposal_json)},
          {"deletions", array(c.deletions,
                              [](const ReasonCount& r) -> OrderedJson {
                                return {{"reason", r.reason}, {"count", r.count}};
                              })},
          {"services", array(c.services, service_json)}};
}

OrderedJson subnet_json(const SubnetAnswer& s) {
  return {{"subnet", s.subnet},
          {"prefix", s.prefix},
          {"delegation", s.delegation},
          {"usable", s.usable},
          {"peak", s.peak},
          {"peakAtSeconds", s.peak_at.since_start().seconds_real()},
          {"p50", s.p50},
          {"p95", s.p95},
          {"p99", s.p99},
          {"end", s.end},
          {"freeRatioMin", s.free_ratio_min},
          {"nodesAtMaximum", s.nodes_at_maximum},
          {"surgeAtMaximum", s.surge_at_maximum},
          {"needAtMaximum", s.need_at_maximum},
          {"smallestSafePrefix", prefix(s.safe_prefix)},
          {"safe", s.safe},
          {"exhaustedAtSeconds", time_of(s.exhausted_at)},
          {"cause", s.cause},
          {"owners", array(s.owners,
                           [](const SubnetOwnerUse& o) -> OrderedJson {
                             return {{"owner", o.owner}, {"peak", o.peak}, {"p50", o.p50}, {"p95", o.p95}, {"p99", o.p99}, {"end", o.end}};
                           })},
          {"situations", array(s.situations,
                               [](const SubnetSituation& x) -> OrderedJson {
                                 return {{"situation", x.situation}, {"nodes", x.nodes}, {"addresses", x.addresses}, {"fits", x.fits}};
                               })},
          {"alternatives", array(s.alternatives,
                                 [](const SubnetAlternative& a) -> OrderedJson {
                                   return {{"mode", a.mode},
                                           {"chosen", a.chosen},
                                           {"addresses", a.addresses},
                                           {"smallestPrefix", prefix(a.prefix)},
                                           {"fits", a.fits}};
                                 })},
          {"verdict", s.verdict}};
}

OrderedJson pod_cidr_json(const PodCidrAnswer& c) {
  return {{"cluster", c.cluster},
          {"podCidr", c.pod_cidr},
          {"blocksTotal", c.blocks_total},
          {"blocksPeak", c.blocks_peak},
          {"blocksAtMaximum", c.blocks_at_maximum},
          {"smallestSafePrefix", prefix(c.safe_prefix)},
          {"safe", c.safe},
          {"exhaustedAtSeconds", time_of(c.exhausted_at)},
          {"verdict", c.verdict}};
}

OrderedJson admission_json(const AdmissionAnswer& a) {
  return {{"where", a.where}, {"operation", a.operation}, {"need", a.need}, {"has", a.has}, {"admitted", a.admitted}, {"code", a.code}, {"refusedAtSeconds", time_of(a.refused_at)}, {"refusals", a.refusals}};
}

OrderedJson risk_json(const SubnetRisk& r) {
  return {{"subnet", r.subnet}, {"mode", r.mode}, {"chosen", r.chosen}, {"prefix", r.prefix}, {"usable", r.usable}, {"demandP50", r.demand_p50}, {"demandMax", r.demand_max},
          {"exhausted", r.exhausted}, {"replications", r.replications}, {"interval", {{"low", r.probability.low}, {"high", r.probability.high}}}};
}

OrderedJson outbound_json(const OutboundAnswer& o) {
  return {{"cluster", o.cluster}, {"type", o.type}, {"publicAddresses", o.addresses}, {"portsPerNode", o.ports_a_node}, {"nodesPeak", o.nodes_peak}, {"nodesAtMaximum", o.nodes_at_maximum},
          {"nodesSupported", o.nodes_supported > 0 ? OrderedJson(o.nodes_supported) : OrderedJson(nullptr)}, {"allocationFailedAtSeconds", time_of(o.allocation_failed_at)},
          {"portsReducedAtSeconds", time_of(o.ports_halved_at)}, {"inUsePeak", o.in_use_peak}, {"inUseLimit", o.in_use_limit}, {"inUsePeakAtSeconds", o.in_use_peak_at.since_start().seconds_real()},
          {"exhaustedAtSeconds", time_of(o.exhausted_at)}, {"portless", o.portless}, {"verdict", o.verdict}};
}

OrderedJson limit_json(const LimitUse& l) {
  return {{"id", l.id}, {"what", l.what}, {"subject", l.subject}, {"limit", l.limit}, {"peak", l.peak}, {"peakAtSeconds", l.peak_at.since_start().seconds_real()},
          {"atMaximum", l.at_maximum > 0 ? OrderedJson(l.at_maximum) : OrderedJson(nullptr)}, {"warnedAtSeconds", time_of(l.warned_at)}, {"reachedAtSeconds", time_of(l.reached_at)}, {"source", l.source}};
}

OrderedJson line_json(const PriceLine& line) {
  return {{"category", line.category},
          {"item", line.item},
          {"cluster", line.cluster},
          {"pool", line.pool},
          {"meter", line.meter},
          {"quantity", static_cast<double>(line.quantity_micro) / 1e6},
          {"unit", line.unit},
          {"unitPrice", line.unit_price.dollars()},
          {"amount", line.amount.dollars()},
          {"asOf", line.as_of},
          {"confidence", line.confidence},
          {"source", line.source}};
}

OrderedJson parts_json(const std::vector<CostPart>& parts) {
  OrderedJson out = OrderedJson::object();
  for (const CostPart& part : parts) out[part.name] = part.amount.dollars();
  return out;
}

OrderedJson cost_json(const Outcome& outcome) {
  const CostAnswer& c = outcome.details.cost;
  const FigureSummary* monthly = outcome.figure("cost.monthly");
  return {{"currency", "USD"},
          {"monthlyTotal", c.monthly_total.dollars()},
          {"monthly", monthly == nullptr ? OrderedJson(nullptr) : summary(monthly->values)},
          {"byCategory", parts_json(c.by_category)},
          {"byCluster", parts_json(c.by_cluster)},
          {"byPool", parts_json(c.by_pool)},
          {"byNamespace", array(c.by_namespace,
                                [](const NamespaceCost& n) -> OrderedJson {
                                  return {{"cluster", n.cluster},
                                          {"namespace", n.name_space},
                                          {"own", n.direct.dollars()},
                                          {"idleShare", n.idle.dollars()},
                                          {"total", n.total.dollars()}};
                                })},
          {"lines", array(c.lines, line_json)},
          {"commitments", array(c.commitments,
                                [](const CommitmentUse& u) -> OrderedJson {
                                  return {{"description", u.description},
                                          {"committed", u.committed.dollars()},
                                          {"used", u.used.dollars()},
                                          {"unused", u.unused.dollars()}};
                                })},
          {"budgets", array(c.budgets,
                            [](const BudgetUse& b) -> OrderedJson {
                              return {{"namespace", b.name_space},
                                      {"budget", b.budget.dollars()},
                                      {"cost", b.cost.dollars()},
                                      {"alertsReached", b.alerts_reached}};
                            })},
          {"spotPaid", c.spot_paid.dollars()},
          {"spotAtList", c.spot_list.dollars()},
          {"notPriced", c.not_priced}};
}

OrderedJson event_json(const Outcome& outcome, std::size_t index) {
  const OutageSummary& o = outcome.outages[index];
  OrderedJson event{{"name", o.name},
             {"scope", o.scope},
             {"occurrences", o.occurrences},
             {"notRecovered", o.not_recovered},
             {"rtoSeconds", summary(o.rto)},
             {"rpoSeconds", summary(o.rpo)},
             {"phases", array(o.phases, [](const auto& p) -> OrderedJson {
                return {{"name", p.name}, {"endedSeconds", summary(p.ended)}};
              })}};
  // What only one run can tell: the first replication's.
  if (index >= outcome.details.recovery.outages.size()) return event;
  const OutageAnswer& first = outcome.details.recovery.outages[index];
  event["beganAtSeconds"] = first.began.since_start().seconds_real();
  event["endedAtSeconds"] = time_of(first.ended);
  event["recoveredAfterSeconds"] = seconds(first.rto);
  event["recoveredOn"] = first.recovered_on;
  event["requests"] = first.requests;
  event["requestsLost"] = first.requests_lost;
  event["actions"] = array(first.actions, [](const RecoveryAction& a) -> OrderedJson {
    return {{"action", a.action}, {"target", a.target}, {"startedSeconds", seconds(a.started)}, {"tookSeconds", seconds(a.took)}};
  });
  event["workloads"] = array(first.workloads, [](const WorkloadRecovery& w) -> OrderedJson {
    return {{"workload", w.workload}, {"servingSeconds", seconds(w.serving)}};
  });
  return event;
}

OrderedJson recovery_json(const Outcome& outcome) {
  const RecoveryAnswer& r = outcome.details.recovery;
  OrderedJson events = OrderedJson::array();
  for (std::size_t i = 0; i < outcome.outages.size(); ++i) events.push_back(event_json(outcome, i));
  return {{"requests", r.requests},
          {"errors", r.errors},
          {"availability", r.availability ? OrderedJson(*r.availability) : OrderedJson(nullptr)},
          {"events", std::move(events)}};
}

OrderedJson threshold_json(const ThresholdResult& t) {
  OrderedJson out{{"metric", t.metric},
           {"expression", t.expression},
           {"verdict", to_string(t.verdict)},
           {"ok", t.verdict == Judgement::Pass},
           {"measured", t.measured ? number(*t.measured) : OrderedJson(nullptr)},
           {"values", t.values},
           {"explanation", t.explanation}};
  if (t.interval) out["interval"] = {{"low", t.interval->low}, {"high", t.interval->high}};
  return out;
}

OrderedJson reference_json(const ReferenceResult& r) {
  return {{"metric", r.metric}, {"published", r.published}, {"publishedValue", r.published_value},
          {"low", r.low},       {"high", r.high},           {"simulated", r.simulated ? number(*r.simulated) : OrderedJson(nullptr)},
          {"unit", r.unit},     {"within", r.within},       {"source", r.source}};
}

OrderedJson variant_json(const Comparison& c) {
  return {{"name", c.name}, {"identicalTimeline", c.timelines_equal}, {"differences", array(c.differences, [](const Difference& d) -> OrderedJson {
                                                                         return {{"figure", d.figure},
                                                                                 {"unit", d.unit},
                                                                                 {"base", number(d.base)},
                                                                                 {"variant", number(d.variant)},
                                                                                 {"difference", summary(d.difference)},
                                                                                 {"confidenceHalfWidth",
                                                                                  number(d.difference.confidence_half_width())}};
                                                                       })}};
}

OrderedJson scenario_json(const Outcome& outcome) {
  const Identity& s = outcome.scenario;
  char hash[17];
  std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(outcome.details.timeline_hash));
  return {{"name", s.name},
          {"question", s.question},
          {"sha256", s.sha256},
          {"start", s.start.iso(SimTime{})},
          {"seed", s.seed},
          {"replications", outcome.replications},
          {"horizonSeconds", seconds(s.horizon)},
          {"observedSeconds", seconds(outcome.details.window)},
          {"timelineHash", hash}};
}

}  // namespace

void render_json(const Outcome& outcome, const std::vector<Comparison>& comparisons, std::ostream& out) {
  OrderedJson figures = OrderedJson::object();
  for (const FigureSummary& figure : outcome.figures) {
    OrderedJson one = summary(figure.values);
    one["unit"] = figure.unit;
    figures[figure.name] = std::move(one);
  }
  OrderedJson result{{"schemaVersion", kResultSchemaVersion},
                    {"tool", {{"name", "akstwin"}, {"version", tool_version()}}},
                    {"scenario", scenario_json(outcome)},
                    {"verdict", to_string(outcome.verdict())},
                    {"capacity", capacity_json(outcome.details.capacity)},
                    {"subnets", array(outcome.details.subnets.subnets, subnet_json)},
                    {"podCidrs", array(outcome.details.subnets.pod_cidrs, pod_cidr_json)},
                    {"subnetRisks", array(outcome.subnet_risks, risk_json)},
                    {"admissions", array(outcome.details.subnets.admissions, admission_json)},
                    {"outbound", array(outcome.details.outbound, outbound_json)},
                    {"limits", array(outcome.details.limits, limit_json)},
                    {"cost", cost_json(outcome)},
                    {"recovery", recovery_json(outcome)},
                    {"thresholds", array(outcome.thresholds, threshold_json)},
                    {"reference", array(hold_against(outcome, comparisons), reference_json)},
                    {"variants", array(comparisons, variant_json)},
                    {"figures", std::move(figures)},
                    {"findings", outcome.details.findings},
                    {"warnings", outcome.details.warnings},
                    {"assumptions", outcome.assumptions}};
  if (!outcome.details.upgrades.empty()) result["upgrades"] = upgrades_json(outcome);
  out << result.dump(2, ' ', false, OrderedJson::error_handler_t::replace) << '\n';
}

}  // namespace akstwin
