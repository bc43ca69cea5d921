/// What an informer cache of one cluster holds: the only view of a cluster that a controller has.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "models/api/table.hpp"
#include "models/api/vertical_recommendation.hpp"
#include "models/spec/platform_spec.hpp"
#include "models/spec/workload_spec.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

using PodId = Id<struct PodTag>;
using NodeId = Id<struct NodeTag>;
using WorkloadId = Id<struct WorkloadTag>;
using AutoscalerId = Id<struct AutoscalerTag>;
using ScaledObjectId = Id<struct ScaledObjectTag>;
using KustomizationId = Id<struct KustomizationTag>;
/// A node pool of the subscription (CloudState::pools); nodes carry it as AKS's `agentpool` label says.
using PoolId = Id<struct PoolTag>;
using JobId = Id<struct JobTag>;
using VolumeClaimId = Id<struct VolumeClaimTag>;

enum class PodPhase : std::uint8_t { Pending, Running, Succeeded, Failed };

struct Pod {
  Name name;                         ///< unique while it lives
  const PodSpec* spec = nullptr;     ///< immutable template, owned by the API server for the life of the run
  WorkloadId owner;
  std::uint32_t revision = 0;        ///< revision of the owner's template
  NodeId node;                       ///< null until bound
  PodPhase phase = PodPhase::Pending;
  bool ready = false;                ///< condition Ready
  bool was_ready = false;            ///< has been ready before (a restart is no start)
  bool unschedulable = false;        ///< condition PodScheduled=False, reason Unschedulable
  SimTime created, bound = kNever, started = kNever;
  SimTime ready_transition = kNever; ///< last change of the Ready condition; kNever: it has none yet
  SimTime deleting = kNever;         ///< deletionTimestamp: when deletion was asked for
  std::int64_t ordinal = 0;          ///< StatefulSets: its identity; Indexed Jobs: its index; others: number of creation within the workload
  JobId job;                         ///< the Job that it belongs to; null without
  bool silent = false;               ///< its machine does not answer: what the API says of it is what was last heard
  bool disrupted = false;            ///< condition DisruptionTarget: the platform ends it, not its own fault
  std::int64_t restarts = 0;         ///< of its containers in place (restartPolicy OnFailure)
  NodeId nominated;                  ///< status.nominatedNodeName: where its victims leave room; null without
  std::vector<VolumeClaimId> volumes;   ///< the claims it mounts

  bool terminating() const { return deleting != kNever; }
  bool live() const { return !terminating() && phase != PodPhase::Failed && phase != PodPhase::Succeeded; }
};

struct Node {
  Name name;
  PoolId pool;
  int zone = 0;                      ///< 1…3, 0 when regional
  Labels labels;
  std::vector<Taint> taints;
  Resources allocatable;
  std::int64_t pod_capacity = 110;
  std::int64_t disk_limit = -1;      ///< data disks that its machine can attach (CSINode allocatable); -1: no limit known
  std::int64_t cpu_speed_ppm = 1'000'000;   ///< what its cores give now: less on a burstable size without credits
  bool unschedulable = false;        ///< cordoned
  bool ready = false;
  bool unknown = false;              ///< not ready because nothing was heard of it (Ready=Unknown), not because it said so
  SimTime lease_from;                ///< its kubelet renews its lease from here on every 10 s …
  SimTime silent_since = kNever;     ///< … until here
  SimTime created, ready_transition = kNever;
  bool scale_down_disabled = false;
  std::vector<PodId> pods;           ///< bound here, oldest first
};

/// A workload with its template and status. ReplicaSets are implied: pods of one revision.
struct Workload {
  const WorkloadSpec* spec = nullptr;
  Name key;                          ///< "namespace/name"
  bool applied = false;              ///< exists in the cluster; a paused GitOps controller has not applied it yet
  std::int64_t replicas = 0;         ///< spec.replicas as it stands now
  std::uint32_t revision = 0;        ///< of the template; rises with every release
  const PodSpec* pod_template = nullptr;
  std::vector<PodId> pods;           ///< all not yet gone, oldest first
  std::int64_t ready = 0;            ///< status.readyReplicas: live and ready pods
  std::int64_t silent = 0;           ///< of those, pods whose machine does not answer: ready in the API, dead to their callers
  std::uint32_t good_revision = 0;   ///< newest revision that was rolled out completely; 0: none yet
  bool stalled = false;              ///< condition Progressing=False, reason ProgressDeadlineExceeded
  SimTime changed;                   ///< last change of replicas or template
};

enum class JobResult : std::uint8_t { Running, Complete, Failed };

/// A batch/v1 Job: of a Job manifest, of a CronJob or of a ScaledJob. Ended pods are not kept as objects, they are counted here.
struct Job {
  WorkloadId workload;
  Name name;                         ///< "cluster/namespace/name"
  SimTime created, scheduled;        ///< scheduled: the CronJob's time that it stands for
  SimTime started;                   ///< status.startTime
  std::int64_t active = 0;           ///< pods that run or wait, terminating ones not
  std::int64_t terminating = 0;
  std::int64_t pending = 0;          ///< of active: not started yet
  std::int64_t succeeded = 0, failed = 0;
  std::int64_t failed_in_a_row = 0;  ///< since the last success: what the back-off counts
  std::int64_t restarts = 0;         ///< in place, of the pods that are active
  SimTime last_failure = kNever;
  std::vector<std::int64_t> done;            ///< Indexed: completed indexes, ascending
  std::vector<std::int64_t> failed_indexes;  ///< Indexed with backoffLimitPerIndex, ascending
  std::vector<std::pair<std::int64_t, std::int64_t>> index_failures;   ///< {index, failures}, ascending
  bool policy_failed = false;        ///< a pod failure rule said FailJob
  JobResult result = JobResult::Running;
  Name reason;                       ///< of Failed: "BackoffLimitExceeded", "DeadlineExceeded", "PodFailurePolicy", …
  SimTime finished = kNever;
};

/// One metrics.k8s.io sample, identical for all pods of a workload that were ready when it was taken.
struct PodMetrics {
  SimTime at = kNever;               ///< kNever: no sample yet
  Duration window{30'000'000};
  Millicores cpu;                    ///< per ready pod
  Bytes memory;                      ///< per ready pod
  Millicores cpu_idle;               ///< per pod that was running but not ready
  std::int64_t requests_milli = -1;  ///< requests a second that reach the workload, in thousandths; below zero: unknown
};

struct Autoscaler {
  const HorizontalPodAutoscalerSpec* spec = nullptr;
  WorkloadId target;
  bool applied = false;
  ScaledObjectId scaled_object;      ///< set on the autoscaler that KEDA generated: its external metrics are those triggers
};

/// A VerticalPodAutoscaler with its status.
struct VerticalAutoscaler {
  const VerticalPodAutoscalerSpec* spec = nullptr;
  WorkloadId target;
  bool applied = false;
  std::vector<ContainerRecommendation> recommendation;   ///< within policy; empty: none yet
};

struct ScaledObject {
  const ScaledObjectSpec* spec = nullptr;
  WorkloadId target;
  bool applied = false;
  std::vector<std::int64_t> trigger_values_milli;     ///< what the scalers would read now, one a trigger
};

struct AppliedBudget {
  const PodDisruptionBudgetSpec* spec = nullptr;
  bool applied = false;
  std::vector<WorkloadId> workloads;                  ///< whose pods it selects
};

struct Kustomization {
  const KustomizationSpec* spec = nullptr;
  bool suspended = false;
  bool ready = false;                ///< the last applied revision is applied and, with wait, healthy
  std::uint64_t applied_revision = 0;  ///< of the source; 0: never
  std::vector<WorkloadId> workloads;
};

/// A Git source as Flux's source-controller holds it.
struct GitSource {
  const GitRepositorySpec* spec = nullptr;
  bool suspended = false;
  std::uint64_t head = 1;            ///< newest revision in the repository (what a poll would find)
  std::uint64_t fetched = 0;         ///< newest artifact in the cluster
};

/// A PersistentVolumeClaim. Bound: its disk exists.
struct VolumeClaim {
  Name key;                          ///< "namespace/name"
  const StorageClassSpec* storage_class = nullptr;
  Bytes size;
  bool bound = false;
  Name zone;                         ///< node affinity of the disk (topology.kubernetes.io/zone); empty: any node of the cluster
};

/// Everything of one cluster. Only the API server writes.
struct ClusterState {
  const ClusterSpec* spec = nullptr;
  bool reachable = true;             ///< the control plane answers
  Table<Pod, PodTag> pods;
  Table<Node, NodeTag> nodes;
  Table<Workload, WorkloadTag> workloads;
  std::vector<PodMetrics> metrics;   ///< by workload row
  std::vector<std::pair<Name, std::int64_t>> external_metrics;   ///< custom metrics API: queues by name, lengths in thousandths
  Table<Autoscaler, AutoscalerTag> autoscalers;
  Table<ScaledObject, ScaledObjectTag> scaled_objects;
  std::vector<VerticalAutoscaler> vertical_autoscalers;   ///< in the order of the manifests; none is ever removed
  std::vector<AppliedBudget> disruption_budgets;
  std::vector<GitSource> git_sources;
  Table<Kustomization, KustomizationTag> kustomizations;
  Table<VolumeClaim, VolumeClaimTag> volume_claims;
  Table<Job, JobTag> jobs;
  std::int64_t pending = 0;          ///< live pods without a node
};

/// When the control plane last heard of a node: the newest lease renewal. Kubelets renew every 10 s (nodeLeaseDurationSeconds 40 / 4).
SimTime last_heard(const Node& node, SimTime now);

/// The workload "namespace/name", or null.
WorkloadId find_workload(const ClusterState& state, Name key);
/// Live pods that a controller counts: not terminating, not finished.
std::int64_t live_pods(const ClusterState& state, const Workload& workload);

}  // namespace akstwin
