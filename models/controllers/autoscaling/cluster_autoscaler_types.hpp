/// What one Cluster Autoscaler loop sees and decides, as plain values.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/fit/context.hpp"
#include "models/fit/preemption.hpp"
#include "models/fit/snapshot.hpp"
#include "models/spec/pod_spec.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// Kind of the controller that a pod's owner reference names. Custom: a kind the autoscaler does not know.
enum class PodOwnerKind : std::uint8_t { None, ReplicaSet, StatefulSet, Job, DaemonSet, Custom };

/// A pod as the autoscaler reads it. Annotations (safe-to-evict) and labels come from the spec.
struct AutoscaledPod {
  const PodSpec* spec = nullptr;                   ///< outlives the pod; the same object for pods of one template
  Name name;
  std::uint64_t uid = 0;                           ///< unique in the cluster, never reused; below 2^63
  std::uint64_t owner = 0;                         ///< controller; 0 = none
  PodOwnerKind owner_kind = PodOwnerKind::None;
  bool owner_missing = false;                      ///< the controller object is gone
  bool finished = false;                           ///< Succeeded or Failed
  bool mirror = false;                             ///< a static pod's mirror
  std::int64_t owner_replicas = INT32_MAX;         ///< spec.replicas of the controller, for --min-replica-count
  SimTime created;
  std::optional<SimTime> deleted;                  ///< when its deletion was asked for
};

enum class NodeDeletionKind : std::uint8_t { None, Empty, Drain };

/// A registered node. Taints that the autoscaler itself puts on nodes are part of `object`.
struct AutoscaledNode {
  std::uint64_t id = 0;                            ///< of its instance; never reused
  const NodeInput* object = nullptr;
  std::uint64_t revision = 0;                      ///< the caller raises it whenever *object changes
  std::uint32_t group = UINT32_MAX;                ///< index into the input's groups; UINT32_MAX: not autoscaled
  bool ready = true;
  bool scale_down_disabled = false;                ///< annotation cluster-autoscaler.kubernetes.io/scale-down-disabled
  bool candidate_taint = false;                    ///< carries DeletionCandidateOfClusterAutoscaler
  NodeDeletionKind deletion = NodeDeletionKind::None;   ///< in progress at the actuator: until DeleteNodes returned
  bool taint_fails = false;                        ///< the API server would refuse the taint now
  SimTime created, ready_since;                    ///< creation; last transition of the Ready condition
  std::optional<SimTime> deletion_taint;           ///< carries ToBeDeletedByClusterAutoscaler since then
  std::span<const AutoscaledPod> pods;             ///< bound here
  std::uint64_t pods_revision = 0;                 ///< the caller raises it whenever `pods` changes; 0: look at them in each loop
};

enum class CloudInstanceState : std::uint8_t { Creating, Running, Deleting };

/// An instance of a group as the cloud lists it.
struct CloudInstance {
  std::uint64_t id = 0;                            ///< equals AutoscaledNode::id once registered
  CloudInstanceState state = CloudInstanceState::Running;
  bool failed = false;                             ///< with Creating: a creation error (out of resources, quota)
  bool operator==(const CloudInstance&) const = default;
};

/// An autoscaled node group. Groups are given in the order of their names.
struct AutoscaledGroup {
  Name id;
  std::int64_t min = 0, max = 0, target = 0;
  const NodeInput* template_node = nullptr;        ///< what the provider says a new node looks like
  std::uint64_t template_revision = 0;             ///< the caller raises it whenever *template_node or template_pods changes
  Resources capacity;                              ///< status.capacity of its nodes (not allocatable)
  std::span<const AutoscaledPod> template_pods;    ///< DaemonSet pods that would run on the template
  std::span<const CloudInstance> instances;
  bool refuses_increase = false;                   ///< the cloud would refuse a larger target now
  bool refuses_delete = false;                     ///< the cloud would refuse to delete instances now
};

struct ClusterAutoscalerInput {
  std::span<const AutoscaledGroup> groups;
  std::span<const AutoscaledNode> nodes;           ///< in order of creation
  std::span<const AutoscaledPod> pending;          ///< condition PodScheduled=False, Unschedulable; in list order
  std::span<const DisruptionBudget> budgets;       ///< disruptions_allowed as of now
  const FitContext* context = nullptr;
  std::uint64_t random = 0;                        ///< decides among equally good options: index random mod their number
};

enum class ScaleUpResult : std::uint8_t { NotTried, NotNeeded, NoOptionsAvailable, InCooldown, Successful, Error };
enum class ScaleDownResult : std::uint8_t { NotTried, InCooldown, NoNodeDeleted, NodeDeleteStarted, Error };
std::string_view to_string(ScaleUpResult result);
std::string_view to_string(ScaleDownResult result);

/// Why a node is not (yet) removed.
enum class UnremovableReason : std::uint8_t {
  None, ScaleDownDisabledAnnotation, ScaleDownUnreadyDisabled, NotAutoscaled, NotUnneededLongEnough, NotUnreadyLongEnough,
  NodeGroupMinSizeReached, MinimalResourceLimitExceeded, CurrentlyBeingDeleted, NotUnderutilized, NotUnneededOtherReason,
  RecentlyUnremovable, NoPlaceToMovePods, BlockedByPod, UnexpectedError,
};
/// Why a pod keeps its node.
enum class BlockingReason : std::uint8_t {
  None, ControllerNotFound, MinReplicasReached, NotReplicated, LocalStorageRequested, NotSafeToEvictAnnotation, UnmovableKubeSystemPod,
  NotEnoughPdb,
};
std::string_view to_string(UnremovableReason reason);
std::string_view to_string(BlockingReason reason);

/// Why a group was not considered for a scale-up.
enum class SkippedReason : std::uint8_t { None, NotReady, Backoff, MaxLimitReached, MaxCoresReached, MaxMemoryReached, MaxCoresAndMemoryReached };
std::string_view to_string(SkippedReason reason);

struct ScaleUpAction {
  std::uint32_t group = 0;
  std::int64_t from = 0, to = 0;
  bool operator==(const ScaleUpAction&) const = default;
};

/// One group's answer to "what if it grew".
struct ExpansionOption {
  std::uint32_t group = 0;
  std::int64_t nodes = 0;
  std::vector<std::uint32_t> pods;                 ///< indexes into ClusterAutoscalerOutput::helped
  std::vector<std::uint32_t> similar;              ///< groups to balance with
};

/// What refused a pod on a new node of a group.
struct GroupRejection {
  std::uint32_t group = 0;
  NodeVerdict verdict;
  std::vector<std::string> reasons;                ///< upstream's texts; only with ClusterAutoscalerOptions::explain
};

/// Pods no valid group can host: one entry an equivalence group.
struct UnhelpedPods {
  std::vector<std::uint32_t> pods;                 ///< indexes into ClusterAutoscalerOutput::helped
  std::vector<GroupRejection> rejected;
};

struct UnremovableNode {
  std::uint64_t node = 0;
  UnremovableReason reason = UnremovableReason::None;
  BlockingReason blocked = BlockingReason::None;
  Name pod{};                                      ///< BlockedByPod: which
  bool operator==(const UnremovableNode&) const = default;
};

/// Why a group may not grow for a while.
enum class BackoffCause : std::uint8_t { IncreaseRefused, CreationFailed, TimedOut };

struct GroupBackoff {
  std::uint32_t group = 0;
  BackoffCause cause = BackoffCause::TimedOut;
  SimTime until;
};

/// What one loop decided. Reused between loops: spans and vectors are valid until the next.
struct ClusterAutoscalerOutput {
  ScaleUpResult scale_up_result = ScaleUpResult::NotTried;
  ScaleDownResult scale_down_result = ScaleDownResult::NotTried;
  bool error = false;                              ///< RunOnce returned an error
  std::vector<ScaleUpAction> scale_ups;            ///< set these target sizes
  std::optional<ScaleUpAction> refused_increase;   ///< the increase that failed; its group is backed off
  struct Deletion {
    std::uint64_t node = 0;
    NodeDeletionKind kind = NodeDeletionKind::Empty;
    bool operator==(const Deletion&) const = default;
  };
  std::vector<Deletion> deletions;                 ///< taint, then delete or drain (empty ones first)
  std::vector<std::uint64_t> tainted_in_vain;      ///< hard taint put on and removed again in this loop
  std::optional<std::uint64_t> taint_failed;
  struct SoftTaint {
    std::uint64_t node = 0;
    bool on = false;
    bool operator==(const SoftTaint&) const = default;
  };
  std::vector<SoftTaint> soft_taints;
  struct InstanceDeletion {
    std::uint32_t group = 0;
    std::uint64_t instance = 0;
  };
  std::vector<InstanceDeletion> delete_instances;  ///< never registered, or failed to create
  struct TargetDecrease {
    std::uint32_t group = 0;
    std::int64_t to = 0;
  };
  std::vector<TargetDecrease> target_decreases;    ///< instances that vanished
  std::vector<GroupBackoff> backed_off;            ///< groups that entered a back-off in this loop
  std::vector<std::uint64_t> hard_taints_to_clear; ///< first loop of the process: left over from the last one

  std::vector<std::uint32_t> fits_existing;        ///< pending pods (input index) that fit nodes present or coming
  std::vector<AutoscaledPod> helped;               ///< pods the scale-up looked at
  std::vector<ExpansionOption> options;            ///< handed to the expander, in order of groups
  std::vector<std::uint32_t> best_options;         ///< indexes into options that the expanders leave
  std::optional<std::uint32_t> chosen;             ///< index into options
  bool expander_called = false;
  std::vector<std::pair<std::uint32_t, SkippedReason>> skipped;
  std::vector<UnhelpedPods> remain_unschedulable;
  std::vector<std::uint32_t> await_evaluation;     ///< indexes into helped

  std::vector<std::uint64_t> unneeded;             ///< in order of node names
  bool scale_down_evaluated = false;               ///< the nodes were looked at: otherwise `unremovable` is that of an earlier loop
  std::vector<UnremovableNode> unremovable;        ///< in order of evaluation; a later entry for a node replaces an earlier one
};

}  // namespace akstwin
