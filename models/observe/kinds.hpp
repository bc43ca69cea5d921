/// The catalogue of what a Timeline can hold: the contract between everything that records and the reports that read.
/// Names in `subject`, `object` and labels: a cluster is "aks-prod"; a pool "aks-prod/user"; a node "aks-prod/aks-user-000012";
/// a workload "aks-prod/orders/api" (cluster/namespace/name); a pod "aks-prod/orders/api-7d4f-0042"; a subnet "vnet-prod-eus2/nodes".
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "sim/timeline.hpp"

namespace akstwin {

enum class EventKind : std::uint16_t {
  PodCreated,           ///< subject pod, object workload
  PodScheduled,         ///< subject pod, object node; value µs since created
  PodUnschedulable,     ///< subject pod, object workload; detail upstream's reason; once per pod and reason
  PodStarted,           ///< subject pod, object node; value µs of image pull
  PodReady,             ///< subject pod, object workload; value µs since created
  PodDeleted,           ///< subject pod, object workload; detail why ("ScaledDown", "RollingUpdate", "Evicted", "NodeGone", …)
  NodeRequested,        ///< subject node, object pool
  NodeReady,            ///< subject node, object pool; value µs since requested
  NodeDeleting,         ///< subject node, object pool; detail why ("ScaleDown", "SpotEviction", "Outage", …)
  NodeGone,             ///< subject node, object pool
  ScaleUpDecided,       ///< subject pool; value new target; detail expander or cause
  ScaleDownDecided,     ///< subject pool, object node; value new target; detail "empty" or "drain"
  PoolRefused,          ///< subject pool, object the vCPU quota that refused; value instances refused; detail "SubnetIsFull", "QuotaExceeded", "ZonalAllocationFailed", "PodCidrExhausted", …
  HpaRescaled,          ///< subject workload, object autoscaler; value new replicas; detail upstream's reason
  SpotMarketReclaim,    ///< subject VM size, object region-zone; value instances reclaimed
  SpotNotice,           ///< subject node, object pool; value µs of notice
  ImagePulled,          ///< subject node, object workload; value µs
  CommitMerged,         ///< subject workload; value µs from commit to merge
  ReleaseApplied,       ///< subject workload, object kustomization; value µs since merge
  FluxReconciled,       ///< subject kustomization, object source; value µs of the reconciliation; detail "applied", "suspended", "dependency"
  OutageBegan,          ///< subject region or zone; detail "region", "zone"
  OutageEnded,          ///< same
  EdgeOriginUnhealthy,  ///< subject origin cluster; value µs since the outage
  EdgeOriginHealthy,    ///< subject origin cluster
  TrafficMoved,         ///< subject from cluster, object to cluster
  ActionStarted,        ///< subject action, object target
  ActionDone,           ///< subject action, object target; value µs since started
  DataFailedOver,       ///< subject data store, object new region; value µs of writes lost (its RPO)
  WorkloadServing,      ///< subject workload; value µs since the outage that it recovered from
  RecoveryPhase,        ///< subject outage, object phase; value µs since the outage at which the phase ended
  Recovered,            ///< subject outage, object cluster that serves; value µs since the outage (its RTO)
  Finding,              ///< subject what; detail the finding in words; value a number it is about
  PodNominated,         ///< subject pod, object node; value pods that the scheduler evicted there for it
  Provisioner,          ///< subject pod, machine, node or pool; object Karpenter's reason ("Nominated", "DisruptionBlocked", …); detail its message; value a number
  JobCreated,           ///< subject job, object workload; value µs since its scheduled time
  JobCompleted,         ///< subject job, object workload; value µs since it started
  JobFailed,            ///< subject job, object workload; detail "BackoffLimitExceeded", "DeadlineExceeded", …; value µs since it started
  RolloutStalled,       ///< subject workload; detail "ProgressDeadlineExceeded"; value the revision
  RolledBack,           ///< subject workload; value the revision gone back to
  VpaUpdated,           ///< subject pod, object VerticalPodAutoscaler; detail "EvictedByVPA", "EvictionRefused", "ResizedInPlace" or "ResizeDeferred"; value the pod's new CPU request in millicores
  AksOperationDone,     ///< subject cluster or pool, object "create", "nodepool add", "update"; value µs that it took
  ArmThrottled,         ///< subject cluster; object the request; value µs until it may be tried again
  NodeFailed,           ///< subject node, object pool; detail "ProvisioningFailed": the machine never joins
  NodeDeallocated,      ///< subject node, object pool; detail why; value µs since it was asked for
  UpgradeBegan,         ///< subject cluster or pool, object what ("kubernetes 1.33.2", "node image"); detail how; value nodes to upgrade
  UpgradeEnded,         ///< subject cluster or pool, object what; detail "Succeeded", or why not; value µs since it began
  NodeDrainBegan,       ///< subject node, object pool; detail why; value pods to evict
  NodeDrained,          ///< subject node, object pool; detail "drained", "timeout"; value µs that it took
  EvictionBlocked,      ///< subject pod, object node; detail the disruption budget that refused; value µs of the drain so far
  NodeQuarantined,      ///< subject node, object pool; value nodes of the pool in quarantine
  NodeReimaged,         ///< subject node, object pool; detail why; value µs that it took
  NodeRestarted,        ///< subject node, object pool; detail why; value µs that it took
  NodeBroke,            ///< subject node, object pool; detail what would heal it
  NodeRepair,           ///< subject node, object pool; detail "Reboot", "Reimage", "Redeploy", "GivenUp"; value µs that it was not ready
  NodeRepaired,         ///< subject node, object pool; value µs that it was not ready
  VmEvent,              ///< subject node, object pool; detail "Freeze", "Reboot", "Redeploy", "Terminate"; value µs of notice
  ClusterStopped,       ///< subject cluster
  ClusterStarted,       ///< subject cluster
  ArmRefused,           ///< subject cluster or pool, object the request ("nodepool scale", "upgrade surge", …); detail Azure's code of its theoretical check; value addresses or blocks that are missing
  Count
};

enum class GaugeKind : std::uint16_t {
  NodesAllocated,       ///< (cluster, pool): instances that are billed
  NodesReady,           ///< (cluster, pool)
  NodesTarget,          ///< (cluster, pool): what the scale set is asked for
  PodsRunning,          ///< (cluster, namespace): bound and not finished, DaemonSets of kube-system included
  PodsPending,          ///< (cluster): created and not bound
  CpuAllocatable,       ///< (cluster, pool) millicores
  CpuRequested,         ///< (cluster, pool) millicores
  CpuUsed,              ///< (cluster) millicores, sampled
  MemoryAllocatable,    ///< (cluster, pool) bytes
  MemoryRequested,      ///< (cluster, pool) bytes
  CpuRequestedBy,       ///< (cluster, pool, namespace) millicores: showback
  MemoryRequestedBy,    ///< (cluster, pool, namespace) bytes: showback
  ReplicasDesired,      ///< (workload)
  ReplicasReady,        ///< (workload)
  RequestRate,          ///< (workload) thousandths of a request a second, mean over the sampling interval
  LatencyP95,           ///< (workload) µs, request-weighted over the sampling interval
  RequestsTotal,        ///< (workload) cumulative count
  ErrorsTotal,          ///< (workload) cumulative count of requests not answered in time
  EdgeRequestsTotal,    ///< (origin cluster) cumulative count through Front Door
  EdgeErrorsTotal,      ///< (origin cluster) cumulative
  EdgeBytesTotal,       ///< (origin cluster) cumulative bytes to clients
  QueueLength,          ///< (queue) messages
  SubnetUsed,           ///< (subnet, owner: "nodes", "pods", "private endpoints", "load balancer", "delegated")
  SubnetUsable,         ///< (subnet) addresses Azure lets out
  PodCidrBlocksUsed,    ///< (cluster) /24 blocks of the overlay pod CIDR in use
  PodCidrBlocksTotal,   ///< (cluster)
  RegistryBytes,        ///< (region) stored bytes
  BuildVcpuSecondsTotal,///< () cumulative ACR Tasks vCPU-seconds
  GeoReplicatedBytesTotal, ///< () cumulative bytes copied to each replica
  LogBytesTotal,        ///< (cluster) cumulative bytes ingested
  MetricSamplesTotal,   ///< (cluster) cumulative samples ingested
  HeadroomPods,         ///< (cluster, shape) pods of the median requested shape that would still fit on ready nodes
  FragmentedCpu,        ///< (cluster) millicores free that no pod of that shape can use
  ZoneNodes,            ///< (cluster, pool, zone) ready nodes
  MachinesAllocated,    ///< (cluster, pool, "size/on-demand" or "size/spot"): standalone machines that are billed, part of NodesAllocated
  VpaTargetCpu,         ///< (workload, container) millicores: target of the Vertical Pod Autoscaler's recommendation
  VpaTargetMemory,      ///< (workload, container) bytes: target of the Vertical Pod Autoscaler's recommendation
  SpotPrice,            ///< (VM size, region-zone) billionths of a dollar an hour
  PoolSpotPrice,        ///< (cluster, pool) billionths of a dollar an hour: mean over the pool's billed spot machines
  NodesDeallocated,     ///< (cluster, pool): switched off; of them only the disks are billed
  BurstCredits,         ///< (cluster, pool) credits banked by the pool's poorest burstable node
  SurgeNodes,           ///< (cluster, pool): machines of the pool that an upgrade has added
  NodesToUpgrade,       ///< (cluster, pool): nodes that the upgrade under way has still before it
  ControlPlaneRunning,  ///< (cluster): 1 while it runs, 0 while it is stopped and not billed
  ArmWritesTaken,       ///< (cluster, "agent pools" or "cluster") tokens missing in ARM's bucket of writes; recorded from 80 % on
  PodsOnFullestNode,    ///< (cluster, pool) most pods that any node of the pool has had; recorded from 80 % of maxPods on
  PortlessTotal,        ///< (cluster) cumulative outgoing connections that found no port
  Count
};

struct EventMeaning {
  std::string_view name;         ///< "PodReady"
  std::string_view value_unit;   ///< "us", "count", "bytes", "replicas", or ""
  std::string_view meaning;      ///< one line for the reference page
};
struct GaugeMeaning {
  std::string_view name;
  std::string_view unit;
  std::string_view labels;       ///< "cluster, pool"
  std::string_view meaning;
};

/// All kinds in order of the enumerations.
std::span<const EventMeaning> event_meanings();
std::span<const GaugeMeaning> gauge_meanings();

/// Shorthand for recording and reading.
inline SeriesKey key(GaugeKind kind, Name a = {}, Name b = {}, Name c = {}) { return {static_cast<std::uint16_t>(kind), a, b, c}; }
inline std::uint16_t code(EventKind kind) { return static_cast<std::uint16_t>(kind); }
inline std::uint16_t code(GaugeKind kind) { return static_cast<std::uint16_t>(kind); }

}  // namespace akstwin
