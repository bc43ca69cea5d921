/// Answers as JSON for pipes: every struct names its fields once, for writing and for reading.
#include <map>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "reports/answers.hpp"

namespace akstwin {
namespace {

using PipeJson = nlohmann::json;

template <class A>
void fields(A& a, Trace& x) {
  a("group", x.group)("name", x.name)("step", x.step)("values", x.values);
}
template <class A>
void fields(A& a, PoolCapacity& x) {
  a("cluster", x.cluster)("pool", x.pool)("size", x.vm_size)("spot", x.spot)("auto", x.autoscaling)("rmin", x.range_min)("rmax",
                                                                                                                         x.range_max);
  a("min", x.nodes_min)("max", x.nodes_max)("end", x.nodes_end)("peak", x.peak_at)("mean", x.nodes_mean)("atmax", x.at_range_max);
  a("cpu", x.cpu_requested_share)("mem", x.memory_requested_share)("skew", x.zone_skew_max);
  a("ups", x.scale_ups)("downs", x.scale_downs)("refused", x.refused)("evicted", x.evicted);
}
template <class A>
void fields(A& a, ClusterCapacity& x) {
  a("cluster", x.cluster)("standby", x.standby)("npeak", x.nodes_peak)("npeakat", x.nodes_peak_at)("nmean", x.nodes_mean);
  a("ppeak", x.pods_peak)("papeak", x.pods_all_peak)("pmean", x.pods_mean)("pamean", x.pods_all_mean);
  a("wpeak", x.pending_peak)("wend", x.pending_end)("cpua", x.cpu_allocatable_mean)("cpur", x.cpu_requested_mean)("cpuu", x.cpu_used_mean);
  a("mema", x.memory_allocatable_mean)("memr", x.memory_requested_mean)("hmin", x.headroom_pods_min)("hmean", x.headroom_pods_mean);
  a("hshape", x.headroom_shape)("frag", x.fragmented_cpu_mean);
}
template <class A>
void fields(A& a, PendingCause& x) {
  a("source", x.source)("cause", x.cause)("count", x.count)("first", x.first_at)("pools", x.pools);
}
template <class A>
void fields(A& a, ServiceCapacity& x) {
  a("workload", x.workload)("requests", x.requests)("errors", x.errors)("lmean", x.latency_p95_mean)("lmax", x.latency_p95_max);
  a("rmin", x.replicas_min)("rmax", x.replicas_max)("rmean", x.replicas_mean)("rescales", x.rescales);
}
template <class A>
void fields(A& a, ReasonCount& x) {
  a("reason", x.reason)("count", x.count);
}
template <class A>
void fields(A& a, QuotaUse& x) {
  a("region", x.region)("quota", x.quota)("limit", x.limit)("peak", x.peak)("peakat", x.peak_at)("warned", x.warned_at);
  a("refusals", x.refusals)("refused", x.refused)("refusedat", x.refused_at);
}
template <class A>
void fields(A& a, ShapeHeadroom& x) {
  a("cluster", x.cluster)("pool", x.pool)("shape", x.shape)("least", x.least)("p05", x.p05)("mean", x.mean)("at", x.least_at);
}
template <class A>
void fields(A& a, ZoneLossTest& x) {
  a("cluster", x.cluster)("zone", x.zone)("fits", x.fits_share)("missing", x.missing_nodes)("at", x.worst_at)("growth", x.fits_with_growth)("blocked", x.blocked_by)("short", x.first_short);
}
template <class A>
void fields(A& a, PoolProposal& x) {
  a("cluster", x.cluster)("pool", x.pool)("today", x.size_today)("size", x.size)("mosttoday", x.most_today)("fewest", x.fewest)("most", x.most);
  a("meantoday", x.mean_today)("mean", x.mean)("zones", x.zones)("costtoday", x.monthly_today)("cost", x.monthly)("freetoday", x.headroom_today)("free", x.headroom);
}
template <class A>
void fields(A& a, CapacityAnswer& x) {
  a("quotas", x.quotas)("headroom", x.headroom)("zonelosses", x.zone_losses)("proposals", x.proposals);
  a("clusters", x.clusters)("pools", x.pools)("causes", x.causes)("services", x.services)("deletions", x.deletions)("pending", x.pending);
  a("ready", x.ready)("created", x.pods_created)("never", x.never_scheduled)("hpa", x.hpa_rescales)("spot", x.spot_notices)("nodes",
                                                                                                                            x.nodes_peak);
}
template <class A>
void fields(A& a, SubnetOwnerUse& x) {
  a("owner", x.owner)("peak", x.peak)("p50", x.p50)("p95", x.p95)("p99", x.p99)("end", x.end);
}
template <class A>
void fields(A& a, SubnetAlternative& x) {
  a("mode", x.mode)("chosen", x.chosen)("addresses", x.addresses)("prefix", x.prefix)("fits", x.fits);
}
template <class A>
void fields(A& a, SubnetSituation& x) {
  a("situation", x.situation)("nodes", x.nodes)("addresses", x.addresses)("fits", x.fits);
}
template <class A>
void fields(A& a, SubnetDemand& x) {
  a("mode", x.mode)("chosen", x.chosen)("blocks", x.blocks)("addresses", x.addresses);
}
template <class A>
void fields(A& a, AdmissionAnswer& x) {
  a("where", x.where)("operation", x.operation)("need", x.need)("has", x.has)("admitted", x.admitted)("code", x.code)("refusedat", x.refused_at)("refusals", x.refusals);
}
template <class A>
void fields(A& a, OutboundAnswer& x) {
  a("cluster", x.cluster)("type", x.type)("addresses", x.addresses)("ports", x.ports_a_node)("npeak", x.nodes_peak)("nmax", x.nodes_at_maximum);
  a("supported", x.nodes_supported)("failed", x.allocation_failed_at)("halved", x.ports_halved_at)("used", x.in_use_peak)("limit", x.in_use_limit);
  a("usedat", x.in_use_peak_at)("exhausted", x.exhausted_at)("portless", x.portless)("verdict", x.verdict);
}
template <class A>
void fields(A& a, LimitUse& x) {
  a("id", x.id)("what", x.what)("subject", x.subject)("limit", x.limit)("peak", x.peak)("peakat", x.peak_at)("max", x.at_maximum);
  a("warned", x.warned_at)("reached", x.reached_at)("source", x.source);
}
template <class A>
void fields(A& a, SubnetAnswer& x) {
  a("subnet", x.subnet)("prefix", x.prefix)("delegation", x.delegation)("usable", x.usable)("owners", x.owners)("peak", x.peak)("p95",
                                                                                                                                x.p95);
  a("p50", x.p50)("p99", x.p99)("cause", x.cause)("situations", x.situations)("demands", x.demands);
  a("end", x.end)("peakat", x.peak_at)("free", x.free_ratio_min)("nodes", x.nodes_at_maximum)("surge", x.surge_at_maximum);
  a("need", x.need_at_maximum)("safeprefix", x.safe_prefix)("safe", x.safe)("dry", x.exhausted_at)("alt", x.alternatives)("verdict",
                                                                                                                          x.verdict);
}
template <class A>
void fields(A& a, PodCidrAnswer& x) {
  a("cluster", x.cluster)("cidr", x.pod_cidr)("total", x.blocks_total)("peak", x.blocks_peak)("max", x.blocks_at_maximum);
  a("safeprefix", x.safe_prefix)("safe", x.safe)("dry", x.exhausted_at)("verdict", x.verdict);
}
template <class A>
void fields(A& a, SubnetsAnswer& x) {
  a("subnets", x.subnets)("cidrs", x.pod_cidrs)("admissions", x.admissions);
}
template <class A>
void fields(A& a, PriceLine& x) {
  a("category", x.category)("item", x.item)("cluster", x.cluster)("pool", x.pool)("meter", x.meter)("unit", x.unit)("q", x.quantity_micro);
  a("price", x.unit_price)("amount", x.amount)("source", x.source)("asof", x.as_of)("confidence", x.confidence);
}
template <class A>
void fields(A& a, CostPart& x) {
  a("name", x.name)("amount", x.amount);
}
template <class A>
void fields(A& a, NamespaceCost& x) {
  a("cluster", x.cluster)("ns", x.name_space)("direct", x.direct)("idle", x.idle)("total", x.total);
}
template <class A>
void fields(A& a, BudgetUse& x) {
  a("ns", x.name_space)("budget", x.budget)("cost", x.cost)("alerts", x.alerts_reached);
}
template <class A>
void fields(A& a, CommitmentUse& x) {
  a("what", x.description)("committed", x.committed)("used", x.used)("unused", x.unused);
}
template <class A>
void fields(A& a, CostAnswer& x) {
  a("total", x.monthly_total)("lines", x.lines)("category", x.by_category)("cluster", x.by_cluster)("pool", x.by_pool)("ns",
                                                                                                                       x.by_namespace);
  a("budgets", x.budgets)("commitments", x.commitments)("spotpaid", x.spot_paid)("spotlist", x.spot_list)("unpriced", x.not_priced);
}
template <class A>
void fields(A& a, RecoveryPhaseTime& x) {
  a("name", x.name)("ended", x.ended);
}
template <class A>
void fields(A& a, RecoveryAction& x) {
  a("action", x.action)("target", x.target)("started", x.started)("took", x.took);
}
template <class A>
void fields(A& a, WorkloadRecovery& x) {
  a("workload", x.workload)("serving", x.serving);
}
template <class A>
void fields(A& a, OutageAnswer& x) {
  a("name", x.name)("scope", x.scope)("began", x.began)("ended", x.ended)("rto", x.rto)("on", x.recovered_on)("rpo", x.rpo);
  a("requests", x.requests)("lost", x.requests_lost)("phases", x.phases)("actions", x.actions)("workloads", x.workloads);
}
template <class A>
void fields(A& a, RecoveryAnswer& x) {
  a("outages", x.outages)("requests", x.requests)("errors", x.errors)("availability", x.availability);
}
template <class A>
void fields(A& a, BlockingBudget& x) {
  a("budget", x.budget)("pods", x.pods)("nodes", x.nodes)("longest", x.longest);
}
template <class A>
void fields(A& a, UpgradeAnswer& x) {
  a("cluster", x.cluster)("pool", x.pool)("what", x.what)("how", x.how)("result", x.result)("succeeded", x.succeeded)("began", x.began)("took", x.took);
  a("nodes", x.nodes)("reimaged", x.reimaged)("quarantined", x.quarantined)("surge", x.surge_nodes)("addresses", x.extra_addresses);
  a("cores", x.extra_cores)("cost", x.extra_cost)("drain", x.drain_longest)("budgets", x.budgets)("requests", x.requests)("lost", x.requests_lost);
}
template <class A>
void fields(A& a, RepairAnswer& x) {
  a("pool", x.pool)("broke", x.broke)("reboots", x.reboots)("reimages", x.reimages)("redeploys", x.redeploys)("given", x.given_up)("repaired", x.repaired);
  a("mean", x.not_ready_mean)("longest", x.not_ready_longest)("freezes", x.freezes)("ereboots", x.event_reboots)("eredeploys", x.event_redeploys);
  a("eterminates", x.event_terminates);
}
template <class A>
void fields(A& a, StoppedAnswer& x) {
  a("cluster", x.cluster)("stops", x.stops)("stopped", x.stopped);
}
template <class A>
void fields(A& a, OperationAnswer& x) {
  a("operation", x.operation)("done", x.done)("failed", x.failed)("throttled", x.throttled)("refused", x.refused);
  a("p50", x.p50)("p90", x.p90)("longest", x.longest);
}
template <class A>
void fields(A& a, UpgradesAnswer& x) {
  a("upgrades", x.upgrades)("operations", x.operations)("repairs", x.repairs)("stops", x.stops);
}
template <class A>
void fields(A& a, Figure& x) {
  a("name", x.name)("unit", x.unit)("value", x.value);
}
template <class A>
void fields(A& a, MetricValues& x) {
  a("name", x.name)("denominator", x.denominator)("values", x.values);
}
template <class A>
void fields(A& a, Answers& x) {
  a("outbound", x.outbound)("limits", x.limits)("upgrades", x.upgrades);
  a("window", x.window)("capacity", x.capacity)("subnets", x.subnets)("cost", x.cost)("recovery", x.recovery)("figures", x.figures);
  a("metrics", x.metrics)("traces", x.traces)("findings", x.findings)("warnings", x.warnings)("hash", x.timeline_hash);
}

template <class T>
inline constexpr bool kPlain = std::is_arithmetic_v<T> || std::is_same_v<T, std::string>;

class Writer {
 public:
  template <class T>
  Writer& operator()(const char* name, T& value) {
    json[name] = written(value);
    return *this;
  }
  PipeJson json = PipeJson::object();

 private:
  static PipeJson written(Money& m) { return m.nano; }
  static PipeJson written(Duration& d) { return d.us; }
  static PipeJson written(SimTime& t) { return t.us; }
  static PipeJson written(Distribution& d) {
    PipeJson pairs = PipeJson::array();
    for (const auto& [value, times] : d.counts()) pairs.push_back({value, times});
    return pairs;
  }
  template <class T>
  static PipeJson written(std::optional<T>& value) {
    return value ? written(*value) : PipeJson(nullptr);
  }
  template <class T>
  static PipeJson written(std::vector<T>& values) {
    PipeJson array = PipeJson::array();
    for (T& value : values) array.push_back(written(value));
    return array;
  }
  template <class T>
  static PipeJson written(T& value) {
    if constexpr (kPlain<T>) {
      return value;
    } else {
      Writer inner;
      fields(inner, value);
      return std::move(inner.json);
    }
  }
};

class Reader {
 public:
  explicit Reader(const PipeJson& json) : json_(json) {}
  template <class T>
  Reader& operator()(const char* name, T& value) {
    read(json_.at(name), value);
    return *this;
  }

 private:
  static void read(const PipeJson& j, Money& m) { m.nano = j.get<std::int64_t>(); }
  static void read(const PipeJson& j, Duration& d) { d.us = j.get<std::int64_t>(); }
  static void read(const PipeJson& j, SimTime& t) { t.us = j.get<std::int64_t>(); }
  static void read(const PipeJson& j, Distribution& d) {
    for (const PipeJson& pair : j) d.add(pair.at(0).get<std::int64_t>(), pair.at(1).get<std::int64_t>());
  }
  template <class T>
  static void read(const PipeJson& j, std::optional<T>& value) {
    if (j.is_null()) return;
    value.emplace();
    read(j, *value);
  }
  template <class T>
  static void read(const PipeJson& j, std::vector<T>& values) {
    for (const PipeJson& one : j) read(one, values.emplace_back());
  }
  template <class T>
  static void read(const PipeJson& j, T& value) {
    if constexpr (kPlain<T>) {
      value = j.get<T>();
    } else {
      Reader inner(j);
      fields(inner, value);
    }
  }
  const PipeJson& json_;
};

}  // namespace

std::string serialize(const Answers& answers) {
  Writer writer;
  Answers copy = answers;  // The field lists serve reading too and so take what they name by reference.
  fields(writer, copy);
  return writer.json.dump(-1, ' ', false, PipeJson::error_handler_t::replace);
}

Result<Answers> deserialize(std::string_view bytes) {
  try {
    const PipeJson json = PipeJson::parse(bytes);
    Answers answers;
    Reader reader(json);
    fields(reader, answers);
    return answers;
  } catch (const PipeJson::exception& problem) {
    return fail(std::string("the result of a replication could not be read: ") + problem.what());
  }
}

}  // namespace akstwin
