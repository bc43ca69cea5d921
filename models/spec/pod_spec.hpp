/// What a pod asks of a cluster, in Kubernetes' own words (core/v1 PodSpec, the part that decides placement and life).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/name.hpp"
#include "sim/base/quantity.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// Label or annotation pairs, sorted by the text of the key; a key appears once.
struct Labels {
  std::vector<std::pair<Name, Name>> pairs;
  /// The value of `key`, or null when absent (an empty value is not absent).
  const Name* find(Name key) const {
    for (const auto& pair : pairs)
      if (pair.first == key) return &pair.second;
    return nullptr;
  }
  /// Inserts or overwrites, keeping the order.
  void set(Name key, Name value);
  bool operator==(const Labels&) const = default;
};

/// metav1.LabelSelectorRequirement and core/v1 NodeSelectorRequirement. Gt and Lt only in node selectors.
struct SelectorRequirement {
  enum class Operator : std::uint8_t { In, NotIn, Exists, DoesNotExist, Gt, Lt };
  Name key;
  Operator op = Operator::In;
  std::vector<Name> values;
  bool operator==(const SelectorRequirement&) const = default;
};

/// metav1.LabelSelector with matchLabels folded into In requirements. Present but without requirements matches everything;
/// an absent selector (std::nullopt where optional) matches nothing.
struct LabelSelector {
  std::vector<SelectorRequirement> requirements;
  bool matches(const Labels& labels) const;
  bool operator==(const LabelSelector&) const = default;
};

enum class TaintEffect : std::uint8_t { NoSchedule, PreferNoSchedule, NoExecute };

struct Taint {
  Name key, value;
  TaintEffect effect = TaintEffect::NoSchedule;
  bool operator==(const Taint&) const = default;
};

struct Toleration {
  Name key;                                        ///< empty with Exists: every key
  bool exists = false;                             ///< operator Exists; otherwise Equal
  Name value;
  std::optional<TaintEffect> effect;               ///< absent: every effect
  std::optional<std::int64_t> seconds;             ///< tolerationSeconds, NoExecute only
  bool tolerates(const Taint& taint) const;        ///< upstream Toleration.ToleratesTaint
  bool operator==(const Toleration&) const = default;
};

/// One nodeSelectorTerm: all requirements must hold. matchFields knows only metadata.name.
struct NodeSelectorTerm {
  std::vector<SelectorRequirement> match_expressions;
  std::vector<SelectorRequirement> match_fields;
  bool operator==(const NodeSelectorTerm&) const = default;
};

struct PreferredNodeTerm {
  int weight = 1;                                  ///< 1…100
  NodeSelectorTerm term;
  bool operator==(const PreferredNodeTerm&) const = default;
};

struct PodAffinityTerm {
  std::optional<LabelSelector> selector;           ///< absent matches no pod
  std::vector<Name> namespaces;
  std::optional<LabelSelector> namespace_selector;
  std::vector<Name> match_label_keys, mismatch_label_keys;
  Name topology_key;
  bool operator==(const PodAffinityTerm&) const = default;
};

struct WeightedPodAffinityTerm {
  int weight = 1;                                  ///< 1…100
  PodAffinityTerm term;
  bool operator==(const WeightedPodAffinityTerm&) const = default;
};

struct Affinity {
  /// requiredDuringSchedulingIgnoredDuringExecution of nodeAffinity: any term; absent (nullopt) constrains nothing, empty matches nothing.
  std::optional<std::vector<NodeSelectorTerm>> node_required;
  std::vector<PreferredNodeTerm> node_preferred;
  std::vector<PodAffinityTerm> pod_required, pod_anti_required;
  std::vector<WeightedPodAffinityTerm> pod_preferred, pod_anti_preferred;
  bool operator==(const Affinity&) const = default;
};

struct TopologySpreadConstraint {
  int max_skew = 1;
  Name topology_key;
  bool do_not_schedule = true;                     ///< whenUnsatisfiable: DoNotSchedule; false = ScheduleAnyway
  std::optional<LabelSelector> selector;
  std::optional<int> min_domains;                  ///< DoNotSchedule only
  bool honor_node_affinity = true;                 ///< nodeAffinityPolicy, default Honor
  bool honor_node_taints = false;                  ///< nodeTaintsPolicy, default Ignore
  std::vector<Name> match_label_keys;
  bool operator==(const TopologySpreadConstraint&) const = default;
};

/// Amounts of the resources that the scheduler knows.
struct Resources {
  Millicores cpu;
  Bytes memory;
  Bytes ephemeral_storage;
  std::int64_t gpu = 0;                            ///< nvidia.com/gpu, whole devices
  bool operator==(const Resources&) const = default;
  Resources operator+(const Resources& o) const { return {cpu + o.cpu, memory + o.memory, ephemeral_storage + o.ephemeral_storage, gpu + o.gpu}; }
  Resources operator-(const Resources& o) const { return {cpu - o.cpu, memory - o.memory, ephemeral_storage - o.ephemeral_storage, gpu - o.gpu}; }
};

struct HostPort {
  int port = 0;
  Name protocol;                                   ///< "TCP", "UDP", "SCTP"
  Name host_ip;                                    ///< empty: 0.0.0.0
  bool operator==(const HostPort&) const = default;
};

struct ContainerSpec {
  Name name;
  Name image;                                      ///< reference as written
  Resources requests, limits;                      ///< limits of 0 mean none
  bool states_cpu_request = false;                 ///< a zero request that was written is not an absent one
  bool states_memory_request = false;
  std::vector<HostPort> host_ports;
  bool restartable_init = false;                   ///< initContainer with restartPolicy Always (a native sidecar)
  bool operator==(const ContainerSpec&) const = default;
};

/// A readiness or startup probe: only its timing matters to the twin.
struct ProbeTiming {
  Duration initial_delay{0};
  Duration period{10'000'000};                     ///< Kubernetes default 10 s (core/v1 Probe)
  int success_threshold = 1;
  int failure_threshold = 3;
  bool operator==(const ProbeTiming&) const = default;
};

/// The label by which the pods of one ReplicaSet of a Deployment are told from those of its other revisions (apps/v1 pod-template-hash).
inline constexpr std::string_view kPodTemplateHash = "pod-template-hash";

/// The pod template of a workload. Immutable once in use: a new revision is a new PodSpec.
struct PodSpec {
  Name name_space;
  Labels labels;
  Labels annotations;
  std::vector<ContainerSpec> containers, init_containers;
  Resources overhead;
  Labels node_selector;
  std::vector<Toleration> tolerations;
  Affinity affinity;
  std::vector<TopologySpreadConstraint> topology_spread;
  int priority = 0;
  Name priority_class;
  bool preempts = true;                            ///< preemptionPolicy PreemptLowerPriority; false = Never
  Duration termination_grace{30'000'000};          ///< Kubernetes default 30 s
  std::optional<ProbeTiming> readiness_probe, startup_probe;
  bool restart_on_failure = false;                 ///< restartPolicy OnFailure, which only Jobs may have besides Never
  bool host_network = false;
  bool has_local_storage = false;                  ///< emptyDir (not in memory) or hostPath: Cluster Autoscaler asks
  std::vector<Name> volume_claims;                 ///< persistentVolumeClaim names, template names for StatefulSets
  std::int64_t disks = 0;                          ///< of those claims, how many are disks that its node must attach; found when a cluster is built
  std::vector<Name> scheduling_gates;              ///< schedulingGates: while any is there, the scheduler does not look at the pod
  bool operator==(const PodSpec&) const = default;

  /// Upstream's effective request: max(Σ containers + restartable inits, each ordinary init with the restartable ones before it) + overhead.
  Resources effective_request() const {
    // Nearly all pods are one container: the sum is that container's request.
    return containers.size() == 1 && init_containers.empty() ? containers.front().requests + overhead : summed_request();
  }

 private:
  Resources summed_request() const;
};

}  // namespace akstwin
