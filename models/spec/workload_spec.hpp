/// Kubernetes workload objects as the user's manifests state them (apps/v1, batch/v1, autoscaling/v2, policy/v1, keda.sh/v1alpha1).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/spec/pod_spec.hpp"
#include "models/spec/provisioning_spec.hpp"
#include "sim/base/diagnostic.hpp"

namespace akstwin {

enum class WorkloadKind : std::uint8_t { Deployment, StatefulSet, DaemonSet, Job, CronJob, ScaledJob };

/// A Kubernetes IntOrString: "25%" or 3.
struct IntOrPercent {
  std::int64_t value = 0;
  bool percent = false;
  bool operator==(const IntOrPercent&) const = default;
  /// Scaled against `total`; a percentage rounds up or down as the field's rule says (maxSurge up, maxUnavailable down).
  std::int64_t scaled(std::int64_t total, bool round_up) const {
    if (!percent) return value;
    return round_up ? (value * total + 99) / 100 : value * total / 100;
  }
};

/// core/v1 PersistentVolumeClaim, or one of a StatefulSet's volumeClaimTemplates.
struct VolumeClaimSpec {
  Name name_space, name;
  Name storage_class;                               ///< empty: the cluster's default class
  Bytes size;                                       ///< spec.resources.requests.storage
};

/// storage.k8s.io/v1 StorageClass, the part that decides where a volume can be.
struct StorageClassSpec {
  Name name;
  bool wait_for_consumer = false;                   ///< volumeBindingMode WaitForFirstConsumer; the API's default is Immediate
  bool zonal = true;                                ///< a disk of one zone (LRS); false: zone-redundant, or a file share
  bool is_default = false;                          ///< annotation storageclass.kubernetes.io/is-default-class
  bool attached = true;                             ///< a disk, which takes one of its node's data-disk slots; false: a share, mounted over the network
};

/// One rule of spec.podFailurePolicy: what a failed pod means. Rules are asked in order, the first that matches counts.
struct PodFailureRule {
  enum class Action : std::uint8_t { FailJob, FailIndex, Ignore, Count };
  Action action = Action::Count;
  bool on_disruption = false;                       ///< onPodConditions DisruptionTarget; otherwise onExitCodes
  bool exit_code_in = true;                         ///< operator In; otherwise NotIn
  std::vector<std::int64_t> exit_codes;
};

/// batch/v1 JobSpec, and how its containers run, which no manifest says.
struct JobSpec {
  std::optional<std::int64_t> completions{1};       ///< nothing: done when one pod has succeeded and all have ended
  std::int64_t parallelism = 1;
  bool indexed = false;                             ///< completionMode Indexed
  std::int64_t backoff_limit = 6;                   ///< batch/v1 default
  std::optional<std::int64_t> backoff_limit_per_index;
  std::optional<Duration> active_deadline, ttl_after_finished;
  std::vector<PodFailureRule> pod_failure_policy;
  bool suspend = false;
  // Annotations of the pod template; the defaults are assumptions (docs/models/job.md).
  Duration run_median{60'000'000}, run_p95{60'000'000};   ///< akstwin.io/run-duration, akstwin.io/run-duration-p95
  bool run_stated = false;
  PartsPerMillion failure_rate;                     ///< akstwin.io/failure-rate: a container that ends with exit_code
  std::int64_t exit_code = 1;                       ///< akstwin.io/exit-code
};

enum class ConcurrencyPolicy : std::uint8_t { Allow, Forbid, Replace };

/// A time zone's offset from UTC from a moment on.
struct ZoneOffset {
  std::int64_t from_unix = 0;
  std::int64_t seconds = 0;                         ///< east of Greenwich
  bool operator==(const ZoneOffset&) const = default;
};

/// batch/v1 CronJobSpec without its template.
struct CronSpec {
  std::vector<ZoneOffset> offsets;                   ///< of time_zone, ascending; none: UTC
  std::string time_zone;                            ///< IANA name; empty: that of the controller, UTC on AKS
  ConcurrencyPolicy concurrency = ConcurrencyPolicy::Allow;
  std::optional<Duration> starting_deadline;
  bool suspend = false;
  std::int64_t successful_history = 3, failed_history = 1;   ///< batch/v1 defaults
};

struct WorkloadSpec {
  WorkloadKind kind = WorkloadKind::Deployment;
  Name name_space, name;                            ///< together unique within a cluster and kind
  PodSpec pod;
  LabelSelector selector;
  std::int64_t replicas = 1;                        ///< spec.replicas; Jobs: parallelism
  bool replicas_stated = true;                      ///< absent in the manifest: an autoscaler owns the number
  IntOrPercent max_surge{25, true}, max_unavailable{25, true};   ///< Deployment defaults, apps/v1
  Duration min_ready{0};                            ///< minReadySeconds
  Duration progress_deadline{600'000'000};          ///< progressDeadlineSeconds default 600 s
  bool recreate = false;                            ///< strategy Recreate
  bool parallel_pods = false;                       ///< StatefulSet podManagementPolicy Parallel
  std::vector<VolumeClaimSpec> volume_claim_templates;   ///< StatefulSet: one claim a template and ordinal, "template-set-ordinal"
  std::int64_t partition = 0;                       ///< StatefulSet rollingUpdate.partition: lower ordinals keep their template
  bool update_on_delete = false;                    ///< StatefulSet updateStrategy OnDelete
  bool keeps_history = true;                        ///< Deployment revisionHistoryLimit above 0: there is something to go back to
  JobSpec job;                                      ///< Job, CronJob, ScaledJob
  CronSpec cron;                                    ///< CronJob
  std::string schedule;                             ///< CronJob: five-field cron
  std::string file;                                 ///< manifest file, relative to the scenario's folder; empty: generated
  Name kustomization;                               ///< the Flux Kustomization that applies it; empty: exists from the start
  Position declared_at;                             ///< where the user wrote it
};

enum class MetricSource : std::uint8_t { Resource, ContainerResource, Pods, Object, External };
enum class MetricTarget : std::uint8_t { Utilization, AverageValue, Value };

/// One entry of an HPA's spec.metrics.
struct MetricSpec {
  MetricSource source = MetricSource::Resource;
  Name name;                                        ///< "cpu", "memory", or the metric's name
  Name container;                                   ///< ContainerResource only
  MetricTarget target = MetricTarget::Utilization;
  std::int64_t value = 80;                          ///< percent for Utilization; otherwise in thousandths (memory: bytes × 1000)
  bool operator==(const MetricSpec&) const = default;
};

struct ScalingPolicy {
  bool percent = false;                             ///< type Percent; otherwise Pods
  std::int64_t value = 0;
  std::int64_t period_seconds = 15;
  bool operator==(const ScalingPolicy&) const = default;
};

struct ScalingRules {
  enum class Select : std::uint8_t { Max, Min, Disabled };
  std::optional<std::int64_t> stabilization_seconds;
  Select select = Select::Max;
  std::vector<ScalingPolicy> policies;
  std::optional<double> tolerance;                  ///< per direction, Kubernetes 1.33 alpha HPAConfigurableTolerance
  bool operator==(const ScalingRules&) const = default;
};

/// spec.behavior after the API server's defaulting.
struct ScalingBehavior {
  ScalingRules scale_up, scale_down;
  bool operator==(const ScalingBehavior&) const = default;
};

struct HorizontalPodAutoscalerSpec {
  Name name_space, name;
  WorkloadKind target_kind = WorkloadKind::Deployment;
  Name target;
  std::int64_t min_replicas = 1, max_replicas = 1;
  std::vector<MetricSpec> metrics;                  ///< default: cpu 80 % utilisation
  std::optional<ScalingBehavior> behavior;          ///< absent: the pre-behavior rules
  Position declared_at;
};

/// spec.updatePolicy.updateMode of a VerticalPodAutoscaler. Auto is what Recreate is (VPA 1.3, types.go).
enum class VpaUpdateMode : std::uint8_t { Off, Initial, Recreate, Auto, InPlaceOrRecreate };

/// One entry of a VerticalPodAutoscaler's spec.resourcePolicy.containerPolicies.
struct VpaContainerPolicySpec {
  Name container;                                   ///< "*": every container without a policy of its own
  bool off = false;                                 ///< mode Off: neither recommended nor changed
  bool controls_cpu = true, controls_memory = true; ///< controlledResources
  bool requests_only = false;                       ///< controlledValues RequestsOnly; limits stay as they are
  Resources min_allowed, max_allowed;               ///< CPU and memory; 0: no bound
};

/// autoscaling.k8s.io/v1 VerticalPodAutoscaler.
struct VerticalPodAutoscalerSpec {
  Name name_space, name;
  WorkloadKind target_kind = WorkloadKind::Deployment;
  Name target;
  VpaUpdateMode mode = VpaUpdateMode::Auto;         ///< the default of an object that states none
  std::optional<std::int64_t> min_replicas;         ///< updatePolicy.minReplicas; absent: the updater's --min-replicas
  std::vector<VpaContainerPolicySpec> policies;
  Position declared_at;
};

struct PodDisruptionBudgetSpec {
  Name name_space, name;
  LabelSelector selector;
  std::optional<IntOrPercent> min_available, max_unavailable;   ///< exactly one
  bool always_allow_unhealthy = false;              ///< unhealthyPodEvictionPolicy AlwaysAllow
  Position declared_at;
};

/// keda.sh/v1alpha1 ScaledObject. Defaults: KEDA 2.21 scaledobject-spec.
struct ScaledObjectSpec {
  struct Trigger {
    Name type;                                      ///< "azure-servicebus", "cron", "prometheus", "cpu", …
    Name name;                                      ///< binds the trigger to a `queues:` entry of the scenario
    std::int64_t target_milli = 0;                  ///< value per replica, thousandths
    std::int64_t activation_milli = 0;              ///< active above this
    std::string cron_start, cron_end, cron_timezone;  ///< cron triggers
    std::vector<ZoneOffset> cron_offsets;             ///< of cron_timezone, ascending; none: UTC
    std::int64_t cron_replicas = 0;
  };
  Name name_space, name, target;
  WorkloadKind target_kind = WorkloadKind::Deployment;
  Duration polling_interval{30'000'000}, cooldown{300'000'000}, initial_cooldown{0};
  std::int64_t min_replicas = 0, max_replicas = 100;
  std::optional<std::int64_t> idle_replicas;
  std::vector<Trigger> triggers;
  std::optional<ScalingBehavior> behavior;
  /// spec.fallback: what to do when scalers keep failing.
  struct Fallback {
    std::int64_t failure_threshold = 3, replicas = 0;
  };
  std::optional<Fallback> fallback;
  /// A ScaledJob's own fields: the target is then a workload of kind ScaledJob. Defaults: KEDA 2.21 scaledjob-spec.
  struct Jobs {
    enum class Strategy : std::uint8_t { Default, Custom, Accurate, Eager };
    enum class Calculation : std::uint8_t { Max, Min, Average, Sum };
    Strategy strategy = Strategy::Default;
    std::int64_t queue_length_deduction = 0;        ///< customScalingQueueLengthDeduction
    PartsPerMillion running_percentage;             ///< customScalingRunningJobPercentage
    Calculation calculation = Calculation::Max;     ///< multipleScalersCalculation
    std::int64_t successful_history = 100, failed_history = 100;
  };
  std::optional<Jobs> jobs;
  std::optional<std::int64_t> paused_replicas;      ///< annotation autoscaling.keda.sh/paused-replicas
  Position declared_at;
};

/// A Service or other label selector owner: default topology spreading needs it.
struct ServiceSpec {
  Name name_space, name;
  LabelSelector selector;
};

/// Flux objects (source.toolkit.fluxcd.io/v1 GitRepository, kustomize.toolkit.fluxcd.io/v1 Kustomization).
struct GitRepositorySpec {
  Name name_space, name;
  Duration interval{600'000'000};                   ///< required upstream; microsoft.flux uses 600 s [recall]
  bool suspend = false;
  Position declared_at;
};

struct KustomizationSpec {
  Name name_space, name, source;
  std::string path;                                 ///< in the repository; decides which workloads it owns
  Duration interval{600'000'000};
  std::optional<Duration> retry_interval, timeout;
  std::vector<Name> depends_on;
  bool wait = false, prune = true, suspend = false;
  Position declared_at;
};

struct PriorityClassSpec {
  Name name;
  int value = 0;
  bool preempts = true;
};

/// Everything read from manifests for one cluster. `owner` of a workload: the Kustomization that applies it, if any.
struct ManifestSet {
  std::vector<WorkloadSpec> workloads;
  std::vector<HorizontalPodAutoscalerSpec> autoscalers;
  std::vector<VerticalPodAutoscalerSpec> vertical_autoscalers;
  std::vector<PodDisruptionBudgetSpec> disruption_budgets;
  std::vector<ScaledObjectSpec> scaled_objects;
  std::vector<ServiceSpec> services;
  std::vector<GitRepositorySpec> git_repositories;
  std::vector<KustomizationSpec> kustomizations;
  std::vector<PriorityClassSpec> priority_classes;
  std::vector<StorageClassSpec> storage_classes;
  std::vector<VolumeClaimSpec> volume_claims;
  std::vector<std::pair<Name, Labels>> namespaces;
  /// ConfigMap kube-system/cluster-autoscaler-priority-expander: each priority with regular expressions on pool keys.
  std::vector<std::pair<int, std::vector<std::string>>> expander_priorities;
  std::vector<KarpenterNodePoolSpec> node_pools;    ///< karpenter.sh NodePool
  std::vector<AksNodeClassSpec> node_classes;       ///< karpenter.azure.com AKSNodeClass
};

}  // namespace akstwin
