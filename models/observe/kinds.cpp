#include "models/observe/kinds.hpp"

#include <array>

namespace akstwin {
namespace {

constexpr std::array<EventMeaning, static_cast<std::size_t>(EventKind::Count)> kEvents{{
    {"PodCreated", "", "subject pod, object workload"},
    {"PodScheduled", "us", "subject pod, object node; value µs since created"},
    {"PodUnschedulable", "", "subject pod, object workload; detail upstream's reason; once per pod and reason"},
    {"PodStarted", "us", "subject pod, object node; value µs of image pull"},
    {"PodReady", "us", "subject pod, object workload; value µs since created"},
    {"PodDeleted", "", "subject pod, object workload; detail why (\"ScaledDown\", \"RollingUpdate\", \"Evicted\", \"NodeGone\", …)"},
    {"NodeRequested", "", "subject node, object pool"},
    {"NodeReady", "us", "subject node, object pool; value µs since requested"},
    {"NodeDeleting", "", "subject node, object pool; detail why (\"ScaleDown\", \"SpotEviction\", \"Outage\", …)"},
    {"NodeGone", "", "subject node, object pool"},
    {"ScaleUpDecided", "count", "subject pool; value new target; detail expander or cause"},
    {"ScaleDownDecided", "count", "subject pool, object node; value new target; detail \"empty\" or \"drain\""},
    {"PoolRefused", "count", "subject pool, object the vCPU quota that refused; value instances refused; detail \"SubnetIsFull\", \"QuotaExceeded\", \"ZonalAllocationFailed\", \"PodCidrExhausted\", …"},
    {"HpaRescaled", "replicas", "subject workload, object autoscaler; value new replicas; detail upstream's reason"},
    {"SpotMarketReclaim", "count", "subject VM size, object region-zone; value instances reclaimed"},
    {"SpotNotice", "us", "subject node, object pool; value µs of notice"},
    {"ImagePulled", "us", "subject node, object workload; value µs"},
    {"CommitMerged", "us", "subject workload; value µs from commit to merge"},
    {"ReleaseApplied", "us", "subject workload, object kustomization; value µs since merge"},
    {"FluxReconciled", "us", "subject kustomization, object source; value µs of the reconciliation; detail \"applied\", \"suspended\", \"dependency\""},
    {"OutageBegan", "", "subject region or zone; detail \"region\", \"zone\""},
    {"OutageEnded", "", "same"},
    {"EdgeOriginUnhealthy", "us", "subject origin cluster; value µs since the outage"},
    {"EdgeOriginHealthy", "", "subject origin cluster"},
    {"TrafficMoved", "", "subject from cluster, object to cluster"},
    {"ActionStarted", "", "subject action, object target"},
    {"ActionDone", "us", "subject action, object target; value µs since started"},
    {"DataFailedOver", "us", "subject data store, object new region; value µs of writes lost (its RPO)"},
    {"WorkloadServing", "us", "subject workload; value µs since the outage that it recovered from"},
    {"RecoveryPhase", "us", "subject outage, object phase; value µs since the outage at which the phase ended"},
    {"Recovered", "us", "subject outage, object cluster that serves; value µs since the outage (its RTO)"},
    {"Finding", "count", "subject what; detail the finding in words; value a number it is about"},
    {"PodNominated", "count", "subject pod, object node; value pods that the scheduler evicted there for it"},
    {"Provisioner", "", "subject pod, node claim, node or pool; object Karpenter's reason (\"Nominated\", \"DisruptionBlocked\", …); detail its message; value a number"},
    {"JobCreated", "us", "subject job, object workload; value µs since its scheduled time"},
    {"JobCompleted", "us", "subject job, object workload; value µs since it started"},
    {"JobFailed", "us", "subject job, object workload; detail \"BackoffLimitExceeded\", \"DeadlineExceeded\", …; value µs since it started"},
    {"RolloutStalled", "", "subject workload; detail \"ProgressDeadlineExceeded\"; value the revision"},
    {"RolledBack", "", "subject workload; value the revision gone back to"},
    {"VpaUpdated", "millicores", "subject pod, object VerticalPodAutoscaler; detail \"EvictedByVPA\", \"EvictionRefused\", \"ResizedInPlace\" or \"ResizeDeferred\"; value the pod's new CPU request in millicores"},
}};

constexpr std::array<GaugeMeaning, static_cast<std::size_t>(GaugeKind::Count)> kGauges{{
    {"NodesAllocated", "count", "cluster, pool", "(cluster, pool): instances that are billed"},
    {"NodesReady", "count", "cluster, pool", "(cluster, pool)"},
    {"NodesTarget", "count", "cluster, pool", "(cluster, pool): what the scale set is asked for"},
    {"PodsRunning", "count", "cluster, namespace", "(cluster, namespace): bound and not finished, DaemonSets of kube-system included"},
    {"PodsPending", "count", "cluster", "(cluster): created and not bound"},
    {"CpuAllocatable", "millicores", "cluster, pool", "(cluster, pool) millicores"},
    {"CpuRequested", "millicores", "cluster, pool", "(cluster, pool) millicores"},
    {"CpuUsed", "millicores", "cluster", "(cluster) millicores, sampled"},
    {"MemoryAllocatable", "bytes", "cluster, pool", "(cluster, pool) bytes"},
    {"MemoryRequested", "bytes", "cluster, pool", "(cluster, pool) bytes"},
    {"CpuRequestedBy", "millicores", "cluster, pool, namespace", "(cluster, pool, namespace) millicores: showback"},
    {"MemoryRequestedBy", "bytes", "cluster, pool, namespace", "(cluster, pool, namespace) bytes: showback"},
    {"ReplicasDesired", "count", "workload", "(workload)"},
    {"ReplicasReady", "count", "workload", "(workload)"},
    {"RequestRate", "milli-requests/s", "workload", "(workload) thousandths of a request a second, mean over the sampling interval"},
    {"LatencyP95", "us", "workload", "(workload) µs, request-weighted over the sampling interval"},
    {"RequestsTotal", "count", "workload", "(workload) cumulative count"},
    {"ErrorsTotal", "count", "workload", "(workload) cumulative count of requests not answered in time"},
    {"EdgeRequestsTotal", "count", "origin cluster", "(origin cluster) cumulative count through Front Door"},
    {"EdgeErrorsTotal", "count", "origin cluster", "(origin cluster) cumulative"},
    {"EdgeBytesTotal", "bytes", "origin cluster", "(origin cluster) cumulative bytes to clients"},
    {"QueueLength", "count", "queue", "(queue) messages"},
    {"SubnetUsed", "count", "subnet, owner", "(subnet, owner: \"nodes\", \"pods\", \"private endpoints\", \"load balancer\", \"delegated\")"},
    {"SubnetUsable", "count", "subnet", "(subnet) addresses Azure lets out"},
    {"PodCidrBlocksUsed", "count", "cluster", "(cluster) /24 blocks of the overlay pod CIDR in use"},
    {"PodCidrBlocksTotal", "count", "cluster", "(cluster)"},
    {"RegistryBytes", "bytes", "region", "(region) stored bytes"},
    {"BuildVcpuSecondsTotal", "count", "", "() cumulative ACR Tasks vCPU-seconds"},
    {"GeoReplicatedBytesTotal", "bytes", "", "() cumulative bytes copied to each replica"},
    {"LogBytesTotal", "bytes", "cluster", "(cluster) cumulative bytes ingested"},
    {"MetricSamplesTotal", "count", "cluster", "(cluster) cumulative samples ingested"},
    {"HeadroomPods", "count", "cluster, shape", "(cluster, shape) pods of the median requested shape that would still fit on ready nodes"},
    {"FragmentedCpu", "millicores", "cluster", "(cluster) millicores free that no pod of that shape can use"},
    {"ZoneNodes", "count", "cluster, pool, zone", "(cluster, pool, zone) ready nodes"},
    {"MachinesAllocated", "count", "cluster, pool, size and priority", "(cluster, pool, \"size/on-demand\" or \"size/spot\"): standalone machines that are billed, part of NodesAllocated"},
    {"VpaTargetCpu", "millicores", "workload, container", "(workload, container) millicores: target of the Vertical Pod Autoscaler's recommendation"},
    {"VpaTargetMemory", "bytes", "workload, container", "(workload, container) bytes: target of the Vertical Pod Autoscaler's recommendation"},
}};

}  // namespace

std::span<const EventMeaning> event_meanings() { return kEvents; }
std::span<const GaugeMeaning> gauge_meanings() { return kGauges; }

}  // namespace akstwin
