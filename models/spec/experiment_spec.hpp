/// Delivery, data, edge, prices, faults and thresholds: the rest of a scenario.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/spec/state_condition.hpp"
#include "sim/base/diagnostic.hpp"
#include "sim/base/money.hpp"
#include "sim/base/name.hpp"
#include "sim/base/quantity.hpp"
#include "sim/base/time.hpp"
#include "sim/distributions.hpp"

namespace akstwin {

/// Commit → build → review → config repository. Times are of the pipeline's stages in series.
struct DeliverySpec {
  bool enabled = false;
  Duration build{240'000'000}, unit_tests{180'000'000}, sast{120'000'000}, scan{60'000'000}, sign{15'000'000}, publish{30'000'000};
  std::int64_t agents = 6;                          ///< pipelines that run at once
  PartsPerMillion failure_rate{0};                  ///< pipelines that fail and are repeated after a fix of one hour
  Duration approval{720'000'000};                   ///< median review time of the pull request
  double commits_per_weekday = 0;                   ///< mean of a Poisson number
  std::int64_t builds_per_commit_milli = 1'000;     ///< images pushed per merged commit, in thousandths (pull-request builds count)
  int hour_from = 9, hour_to = 18;                  ///< commit hours, local time
  int utc_offset_minutes = 0;
  std::int64_t build_vcpus = 2;                     ///< ACR Tasks vCPUs of a build
  bool webhook = false;                             ///< a Flux Receiver: a merge is seen at once, not at the next poll
};

enum class DataKind : std::uint8_t { AzureSqlFailoverGroup, CosmosDb, StorageGrs };

struct DataStoreSpec {
  Name name;
  DataKind kind = DataKind::AzureSqlFailoverGroup;
  std::vector<Name> regions;
  bool multi_region_writes = false;
  bool failover_automatic = false;
  LogNormal replication_lag{{1'000'000}, {5'000'000}};   ///< age of the newest replicated write; facts H: failover group RPO 5 s
  LogNormal failover_time{{30'000'000}, {60'000'000}};   ///< manual geo-failover RTO 30 s (facts H)
  Position declared_at;
};

struct EdgeSpec {
  enum class Kind : std::uint8_t { None, FrontDoor, TrafficManager };
  Kind kind = Kind::None;
  bool premium = true, waf = true;
  std::vector<Name> origins;                        ///< cluster names, by priority
  Duration probe_interval{30'000'000};              ///< concept page 30 s, ARM default 240 s: facts H
  std::int64_t sample_size = 4, successful_samples = 3;
  LogNormal propagation{{120'000'000}, {600'000'000}};   ///< of a configuration change to the edge; "up to ~20 min" [recall], facts H
  bool automatic_failover = false;                  ///< standby origin enabled: probes alone move traffic
  Position declared_at;
};

/// Registry shared by all clusters.
struct RegistrySpec {
  enum class Sku : std::uint8_t { Basic, Standard, Premium };
  bool present = false;
  Sku sku = Sku::Premium;
  Name location;                                    ///< home region
  std::vector<Name> replicas;                       ///< further regions (Premium)
  Duration retention{0};                            ///< untagged and old manifests purged after this; 0: kept for ever
  Bytes stored_initially{0};                        ///< what is in it at t = 0
  Bytes stored_per_build{0};                        ///< unique bytes a pushed build adds
  std::int64_t private_endpoints = 0;
  Position declared_at;
};

/// Azure Monitor: what is ingested and kept.
struct MonitoringSpec {
  bool present = false;
  Bytes log_per_pod_day{0};                         ///< container stdout to Log Analytics
  Bytes log_per_node_day{0};                        ///< node and audit logs, per node
  Bytes log_per_thousand_requests{0};               ///< access logs and traces
  std::int64_t series_per_pod = 0, series_per_node = 0;   ///< active Prometheus series
  Duration scrape_interval{30'000'000};
  Position declared_at;
};

/// A commitment to spend on compute (savings plan) or on instances (reservation).
struct CommitmentSpec {
  bool reservation = false;
  int years = 1;
  Money hourly;                                     ///< savings plan: dollars an hour committed, at the discounted rate
  PartsPerMillion discount;                         ///< off list for covered use
  Name vm_size, location;                           ///< reservation: what is reserved
  std::int64_t quantity = 0;                        ///< reservation: instances
  Position declared_at;
};

struct BudgetSpec {
  Name name_space;
  Money monthly;
  std::vector<PartsPerMillion> alert_at;
};

struct CostSpec {
  std::vector<CommitmentSpec> commitments;
  PartsPerMillion spot_discount{0};                 ///< used where the price book has no spot price; 0: none
  bool share_idle_proportionally = true;
  std::vector<BudgetSpec> budgets;
  std::vector<std::pair<std::string, Money>> price_overrides;   ///< meter name → unit price
  std::string prices_file;                          ///< Azure Retail Prices API JSON, resolved path; empty: the built-in book
};

/// What one spot market does differently; an absent size, region or zone means every one.
struct SpotMarketOverride {
  Name vm_size, location;
  int zone = 0;
  std::optional<PartsPerMillion> eviction_rate, price_volatility;
  std::optional<Duration> stock_out;
  std::optional<PartsPerMillion> price;             ///< level the price returns to, as a share of the on-demand price
  Position declared_at;
};

/// Hourly hazard of a correlated reclaim of one size in one zone, and how much of it goes.
struct SpotMarketSpec {
  PartsPerMillion eviction_rate{50'000};            ///< chance an hour that a (size, zone) market reclaims; facts G: bands 0–5 % … 20+ %
  PartsPerMillion reclaimed_share{500'000};         ///< share of the zone's spot instances that goes in one reclaim
  Duration notice{30'000'000};                      ///< at most 30 s (facts G)
  Duration stock_out{1'800'000'000};                ///< median time without spot capacity after a reclaim
  /// The logarithm of a market's price returns to its level: a step each `price_step`, of this standard deviation in the long run. 0: it stands still.
  PartsPerMillion price_volatility{0};
  Duration price_step{3'600'000'000};
  Duration price_memory{259'200'000'000};           ///< half of a deviation is gone after this: 3 days, an assumption
  PartsPerMillion region_correlation{0};            ///< share of the hours' draws that all zones of a size in a region have in common
  std::vector<SpotMarketOverride> markets;
};

enum class ActionKind : std::uint8_t {
  RegionLoss, ZoneLoss, EvictSpot, FrontDoorFailover, FluxResume, FluxSuspend, FluxPrune, SqlFailover, ScalePool, StopPool, StartPool, Wait, RollBack,
  ControlPlaneLoss, AllocationFailure, CreateCluster, AddPool, UpdateCluster,
  UpgradeCluster, UpgradeControlPlane, UpgradePool, UpgradeNodeImage, AbortUpgrade, StopCluster, StartCluster, BreakNodes,
  ScaleWorkload, RestartWorkload, EvictPods, DeletePods, CordonPool, UncordonPool, FluxReconcile, ArgoSync, ArgoRefresh
};

/// FluxPrune deletes the Kustomizations with pruning, so that a standby cluster shrinks again after a failback ("flux.prune(aks-standby)").
/// One thing that a step does; `target` is a cluster, pool ("cluster/pool"), workload ("cluster/namespace/name"), region or data store.
struct ActionSpec {
  ActionKind kind = ActionKind::Wait;
  Name target;
  int zone = 0;
  std::int64_t count = 0;
  Duration duration{0};                             ///< outages: until it is over; waits: how long
  PartsPerMillion share{1'000'000};                 ///< ZoneLoss: of the zone's machines; AllocationFailure: of the machines asked for
  Name vm_size;                                     ///< AllocationFailure: empty means every size
  LogNormal takes{{1}, {1}};                        ///< how long a person or a command needs before it acts
  Position declared_at;
  Name version{};                                   ///< upgrades: "1.33.2"; empty: the next minor version
};

/// A step of the game day: at a time, or after a condition; its actions run one after the other.
struct StepSpec {
  std::optional<SimTime> at;
  Name when;                                        ///< "regionLost", "edgeUnhealthy", or empty
  std::optional<StateCondition> condition;          ///< instead of them: what a cluster's state must be
  Duration timeout{1'800'000'000};                  ///< how long `drive` awaits a condition before it undoes the run (a choice of ours)
  LogNormal after{{1}, {1}};                        ///< delay after the condition: notice, decide
  std::string name;
  std::vector<ActionSpec> actions;
  Position declared_at;
};

/// Failure is recovered when every workload serves: the share of ready replicas and of answered requests that counts as serving.
struct RecoverySpec {
  PartsPerMillion ready_share{1'000'000};           ///< of the replicas wanted
  PartsPerMillion success_share{990'000};           ///< of requests answered in time
};

/// One threshold in the k6 grammar, already parsed: aggregate(metric) compared with a value.
struct ThresholdSpec {
  Name metric;
  std::string expression;                           ///< as written: "p(99)<240"
  enum class Aggregate : std::uint8_t { Value, Mean, Min, Max, Quantile, Probability, Count, Rate };
  enum class Comparison : std::uint8_t { Less, LessEqual, Greater, GreaterEqual, Equal };
  Aggregate aggregate = Aggregate::Value;
  double quantile = 0;                              ///< 0…1 for Quantile
  Comparison comparison = Comparison::Less;
  double bound = 0;
  Comparison probability_comparison = Comparison::GreaterEqual;   ///< Probability: P(value<bound) >= probability
  double probability = 0;
  Position declared_at;
};

/// A published figure that the scenario is held against.
struct ReferenceFigureSpec {
  Name metric;                                      ///< a name of reports/figures.hpp, "cost.production.monthly"
  std::string published;                            ///< as published: "$6,800"
  double value = 0;
  PartsPerMillion tolerance{100'000};
  double low = 0, high = 0;                         ///< instead of a tolerance, when both are set
  std::string source;                               ///< where from, and what it consists of
  Position declared_at;
};

struct OverrideSpec {
  std::string path, value;
};

struct VariantSpec {
  std::string name;
  std::vector<OverrideSpec> set;
  Position declared_at;
};

}  // namespace akstwin
