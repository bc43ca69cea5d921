/// The asynchronous half of the Cluster Autoscaler: nodes that it decided to remove are drained and handed to the cloud.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 core/scaledown/actuation/ (actuator, drain, delete_in_batch).
#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "models/controllers/autoscaling/cluster_autoscaler_options.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler_types.hpp"

namespace akstwin {

enum class EvictionAnswer : std::uint8_t { Done, Refused, Gone };
/// Why a node stays after all (upstream's NodeDeleteResultType).
enum class NodeDeletionFailure : std::uint8_t { FailedToEvictPods = 2, FailedToDelete = 3, Internal = 4 };

/// The cluster and the cloud as a deletion meets them. Node and pod numbers are those of AutoscaledNode::id and AutoscaledPod::uid.
class NodeDeletionHands {
 public:
  virtual ~NodeDeletionHands() = default;
  /// The node as it is now, or null when it is gone; valid until the next call.
  virtual const AutoscaledNode* look_at(std::uint64_t node) = 0;
  /// All disruption budgets with what they allow now; valid until the next call.
  virtual std::span<const DisruptionBudget> budgets() = 0;
  virtual EvictionAnswer evict(std::uint64_t pod) = 0;
  virtual bool is_gone(std::uint64_t pod) = 0;
  /// DeleteNodes of the cloud provider; false when it refuses.
  virtual bool delete_nodes(std::uint32_t group, std::span<const std::uint64_t> nodes) = 0;
  /// The deletion is over: the cloud took the node.
  virtual void deleted(std::uint64_t node) = 0;
  /// The deletion is given up: the hard taint comes off.
  virtual void given_up(std::uint64_t node, NodeDeletionFailure why) = 0;
};

/// All deletions under way. A node counts as in progress until the cloud accepted its deletion, not until the machine is gone.
class NodeDeletions {
 public:
  /// Begins with a node that carries its hard taint already; the first step is taken by advance() after the delay for the taint.
  void start(std::uint64_t node, std::uint32_t group, NodeDeletionKind kind, const ClusterAutoscalerOptions& options, SimTime now);
  /// Takes every step that is due. The answer is when the next one is; kNever when nothing is under way.
  SimTime advance(NodeDeletionHands& hands, const ClusterAutoscalerOptions& options, SimTime now);
  /// How the node is being deleted; None when it is not.
  NodeDeletionKind in_progress(std::uint64_t node) const;

 private:
  enum class Stage : std::uint8_t { Tainted, Evicting, Waiting };
  struct Eviction {
    std::uint64_t pod = 0;
    bool best_effort = false;          ///< a DaemonSet's pod: nobody waits for it
    bool asked = false;                ///< accepted, or there was nothing left to evict
  };
  struct Job {
    std::uint64_t node = 0;
    std::uint32_t group = 0;
    NodeDeletionKind kind = NodeDeletionKind::Empty;
    Stage stage = Stage::Tainted;
    SimTime due;
    SimTime deadline;                  ///< of the stage
    bool tried = false;                ///< evictions were asked for at least once
    std::vector<Eviction> evictions;
  };
  struct Batch {
    std::uint32_t group = 0;
    SimTime due;
    std::vector<std::pair<std::uint64_t, NodeDeletionKind>> nodes;
  };
  /// True while the job goes on; false when it is over or with the cloud.
  bool step(Job& job, NodeDeletionHands& hands, const ClusterAutoscalerOptions& options, SimTime now);
  bool begin(Job& job, NodeDeletionHands& hands, const ClusterAutoscalerOptions& options, SimTime now);
  bool evict(Job& job, NodeDeletionHands& hands, const ClusterAutoscalerOptions& options, SimTime now);
  bool wait(Job& job, NodeDeletionHands& hands, const ClusterAutoscalerOptions& options, SimTime now);
  void hand_over(const Job& job, NodeDeletionHands& hands, const ClusterAutoscalerOptions& options, SimTime now);
  static void delete_now(std::uint32_t group, std::span<const std::uint64_t> nodes, NodeDeletionHands& hands);

  std::vector<Job> jobs_;
  std::vector<Batch> batches_;
};

}  // namespace akstwin
