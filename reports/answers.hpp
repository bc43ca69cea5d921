/// What one replication says: plain typed data, computed from the Scenario and the Timeline and nothing else (docs/adr/0008).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/spec/scenario.hpp"
#include "reports/answers_capacity.hpp"
#include "reports/answers_network.hpp"
#include "reports/answers_upgrades.hpp"
#include "reports/distribution.hpp"
#include "sim/base/money.hpp"
#include "sim/base/result.hpp"
#include "sim/base/time.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// A gauge resampled for a chart: value i is the largest that held in [i·step, (i+1)·step), or what held when the stack that it is in
/// was highest.
struct Trace {
  std::string group;  ///< the chart that it belongs to: "nodes", "pods", "subnet:vnet/nodes"
  std::string name;   ///< the line in it: "aks-prod/user"
  Duration step;
  std::vector<std::int64_t> values;
};

struct PoolCapacity {
  std::string cluster, pool, vm_size;
  bool spot = false, autoscaling = false;
  std::int64_t range_min = 0, range_max = 0;                 ///< what the scenario allows
  std::int64_t nodes_min = 0, nodes_max = 0, nodes_end = 0;  ///< allocated instances, reached
  SimTime peak_at;
  double nodes_mean = 0;
  Duration at_range_max;                                       ///< how long the pool stood at its maximum
  double cpu_requested_share = 0, memory_requested_share = 0;  ///< mean requested ÷ mean allocatable
  std::int64_t zone_skew_max = 0;  ///< largest difference of ready nodes between two of its zones, held ≥ 10 min
  std::int64_t scale_ups = 0, scale_downs = 0, refused = 0, evicted = 0;
};

struct ClusterCapacity {
  std::string cluster;
  bool standby = false;
  std::int64_t nodes_peak = 0;
  SimTime nodes_peak_at;
  double nodes_mean = 0;
  std::int64_t pods_peak = 0, pods_all_peak = 0;  ///< outside kube-system; everywhere
  double pods_mean = 0, pods_all_mean = 0;
  std::int64_t pending_peak = 0, pending_end = 0;
  double cpu_allocatable_mean = 0, cpu_requested_mean = 0, cpu_used_mean = 0;  ///< cores
  double memory_allocatable_mean = 0, memory_requested_mean = 0;               ///< GiB
  std::int64_t headroom_pods_min = 0;                                          ///< of the median requested shape
  double headroom_pods_mean = 0;
  std::string headroom_shape;
  double fragmented_cpu_mean = 0;  ///< cores free that no such pod can use
};

struct PendingCause {
  std::string source;  ///< "scheduler" or "node pool"
  std::string cause;
  std::int64_t count = 0;  ///< pods, or requests refused
  SimTime first_at;
  std::vector<std::string> pools;  ///< "aks/user": those that were refused, by name
};

struct ServiceCapacity {
  std::string workload;
  std::int64_t requests = 0, errors = 0;
  Duration latency_p95_mean, latency_p95_max;  ///< of the sampled 95th percentile, over time with traffic
  std::int64_t replicas_min = 0, replicas_max = 0;
  double replicas_mean = 0;
  std::int64_t rescales = 0;
};

struct ReasonCount {
  std::string reason;
  std::int64_t count = 0;
};

/// How much of a vCPU quota was used.
struct QuotaUse {
  std::string region, quota;  ///< "eastus2"; "standardDDSv5Family", "cores" or "lowPriorityCores"
  std::int64_t limit = 0, peak = 0;
  SimTime peak_at;
  std::optional<SimTime> warned_at;      ///< when kQuotaWarnShare of the limit was reached first
  std::int64_t refusals = 0, refused = 0;  ///< requests; instances that they asked for
  std::optional<SimTime> refused_at;     ///< the first refusal
};
/// From this share of a quota on, its use is a finding: time to ask for more. Azure's quota alerts suggest 80 % [recall].
inline constexpr double kQuotaWarnShare = 0.8;

struct CapacityAnswer {
  std::vector<ClusterCapacity> clusters;
  std::vector<PoolCapacity> pools;
  std::vector<QuotaUse> quotas;      ///< of the regions with clusters, as the scenario lists them
  std::vector<PendingCause> causes;  ///< most frequent first
  std::vector<ServiceCapacity> services;
  std::vector<ShapeHeadroom> headroom;
  std::vector<ZoneLossTest> zone_losses;
  std::vector<PoolProposal> proposals;
  std::vector<ReasonCount> deletions;  ///< why pods went away, most frequent first
  Distribution pending, ready;         ///< ms (rounded up) from created to scheduled, and to ready
  std::int64_t pods_created = 0, never_scheduled = 0, hpa_rescales = 0, spot_notices = 0;
  std::int64_t nodes_peak = 0;  ///< all clusters together
};

/// One line of the monthly bill: amount = unit_price × quantity, rounded once.
struct PriceLine {
  std::string category;       ///< "compute", "registry", "edge", "monitoring", "network", "security"
  std::string item;           ///< "nodes, on demand", "control plane"
  std::string cluster, pool;  ///< empty: shared, or not of a pool
  std::string meter, unit;
  std::int64_t quantity_micro = 0;  ///< millionths of the unit, a month of 730 h
  Money unit_price, amount;
  std::string source, as_of, confidence;  ///< confidence: "doc", "code", "recall", "stated"
};

struct CostPart {
  std::string name;
  Money amount;
};

struct NamespaceCost {
  std::string cluster, name_space;  ///< "(shared)" rows carry what no namespace requested
  Money direct, idle, total;        ///< own requests; its share of idle; both
};

struct BudgetUse {
  std::string name_space;
  Money budget, cost;
  std::vector<double> alerts_reached;  ///< 0.8 for the 80 % alert
};

struct CommitmentUse {
  std::string description;
  Money committed, used, unused;  ///< a month
};

struct CostAnswer {
  Money monthly_total;
  std::vector<PriceLine> lines;
  std::vector<CostPart> by_category, by_cluster, by_pool;  ///< by_cluster: "(shared)" for what belongs to none
  std::vector<NamespaceCost> by_namespace;
  std::vector<BudgetUse> budgets;
  std::vector<CommitmentUse> commitments;
  Money spot_paid, spot_list;           ///< the spot pools' hours at what they cost, and at list price
  std::vector<std::string> not_priced;  ///< what runs but has no price, with the reason
};

struct RecoveryPhaseTime {
  std::string name;
  Duration ended;  ///< since the outage
};

struct RecoveryAction {
  std::string action, target;
  Duration started;  ///< since the outage
  Duration took;
};

struct WorkloadRecovery {
  std::string workload;
  Duration serving;  ///< since the outage
};

struct OutageAnswer {
  std::string name, scope;  ///< "eastus2", "region"
  SimTime began;
  std::optional<SimTime> ended;
  std::optional<Duration> rto;                   ///< absent: not recovered within the window
  std::string recovered_on;                      ///< the cluster that serves
  std::optional<Duration> rpo;                   ///< absent: no data store failed over
  std::int64_t requests = 0, requests_lost = 0;  ///< from the outage until recovered
  std::vector<RecoveryPhaseTime> phases;         ///< in order of end
  std::vector<RecoveryAction> actions;
  std::vector<WorkloadRecovery> workloads;  ///< slowest first
  /// Whether the service was gone at all: the loss of a zone, of a part of it or of a control plane need not be anything to recover from.
  bool counts() const { return scope == "region" || rto.has_value(); }
};

struct RecoveryAnswer {
  std::vector<OutageAnswer> outages;
  std::int64_t requests = 0, errors = 0;
  std::optional<double> availability;  ///< absent without traffic
};

/// A named number, the same name everywhere: "cost.production.monthly".
struct Figure {
  std::string name, unit;
  double value = 0;
};

/// What a threshold can be stated on. Real value = value ÷ denominator.
struct MetricValues {
  std::string name;  ///< "pod_pending_seconds"
  std::int64_t denominator = 1;
  Distribution values;
};

struct Answers {
  Duration window;  ///< observed: from 0 to the Timeline's end
  CapacityAnswer capacity;
  SubnetsAnswer subnets;
  std::vector<OutboundAnswer> outbound;
  std::vector<LimitUse> limits;       ///< those that the scenario comes near to, or could
  CostAnswer cost;
  RecoveryAnswer recovery;
  UpgradesAnswer upgrades;
  std::vector<Figure> figures;        ///< sorted by name
  std::vector<MetricValues> metrics;  ///< sorted by name
  std::vector<Trace> traces;
  std::vector<std::string> findings;  ///< of the simulated platform, in words
  std::vector<std::string> warnings;
  std::uint64_t timeline_hash = 0;
};

/// Reduces a Timeline to answers. `details` false leaves out what only charts need (for every replication but the first).
Answers analyse(const Scenario& scenario, const Timeline& timeline, bool details = true);

/// For pipes between processes: exact, and deserialize(serialize(a)) is a again.
std::string serialize(const Answers& answers);
Result<Answers> deserialize(std::string_view bytes);

}  // namespace akstwin
