/// The scale-down part of a loop: which nodes are not needed, since when, and which of them go now.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 core/scaledown/ (planner, eligibility, unneeded, unremovable, budgets, softtaint).
#pragma once
#include <vector>

#include "models/controllers/autoscaling/drain_rules.hpp"
#include "models/controllers/autoscaling/pod_placement.hpp"
#include "models/controllers/autoscaling/scale_up.hpp"

namespace akstwin {

/// A node found removable: since when, and whether pods have to move.
struct UnneededNode {
  std::uint64_t node = 0;
  Name name;
  SimTime since;
  bool drain = false;
  bool risky = false;                              ///< its pods cannot all be evicted at once
};

class ScaleDownPlanner {
 public:
  /// Finds the unneeded nodes. `left_out` by position: nodes that a placeholder stands for.
  void update(AutoscalerLoop& loop, SimulatedCluster& cluster, const std::vector<bool>& left_out);
  /// Starts deletions within the budgets; false when a taint failed. Sets scale_down_result.
  bool start_deletions(AutoscalerLoop& loop);
  /// Soft taints on unneeded nodes and off needed ones, within the budget of calls.
  void update_soft_taints(AutoscalerLoop& loop, const std::vector<bool>& left_out) const;
  /// Forgets all unneeded nodes (an unhealthy cluster).
  void forget_unneeded();
  std::span<const UnneededNode> unneeded() const { return unneeded_; }

  /// Why a node could not be removed when its removal was last tried, and until when that is taken for granted; null when it is not.
  struct Timeout {
    std::uint64_t node;
    SimTime until;
    UnremovableNode verdict;
  };
  const Timeout* recently_unremovable(std::uint64_t node) const;

  /// The next time at which a timer of this planner passes for the given nodes; kNever if none runs.
  SimTime next_change(const ClusterAutoscalerOptions& options, const ClusterAutoscalerInput& input, SimTime now) const;
  /// True when the last update() left other unneeded or blocked nodes, or other hints, than it found.
  bool changed() const { return changed_; }
  /// Loops left out since `last` looked like the last one: their intervals were scan intervals.
  void note_skipped(SimTime last_loop) { latest_ = last_loop; }

 private:
  struct Candidate {
    std::size_t position;                          // in input.nodes
    bool empty, previous;
  };
  /// What the pods of a node ask for, DaemonSet pods apart, and whether they let it count as empty.
  struct NodeLoad {
    Resources pods, daemonsets;
    bool empty = true;
  };
  /// The load of the pods bound to a node; kept while they stay, as long as none of them is terminating.
  struct KnownLoad {
    std::uint64_t node = 0, pods_revision = 0;
    NodeLoad load;
  };
  std::vector<std::size_t> candidates(const AutoscalerLoop& loop, const SimulatedCluster& cluster, const std::vector<bool>& left_out);
  static void add_load(NodeLoad& load, const AutoscalerLoop& loop, const AutoscaledPod& pod);
  NodeLoad load_of(const AutoscalerLoop& loop, const SimulatedCluster& cluster, std::size_t position);
  const NodeLoad& bound_load(const AutoscalerLoop& loop, const SimulatedCluster& cluster, std::size_t position);
  std::vector<const AutoscaledPod*> pods_of(const AutoscalerLoop& loop, const SimulatedCluster& cluster, std::size_t position) const;
  UnremovableReason ineligible(const AutoscalerLoop& loop, const SimulatedCluster& cluster, std::size_t position);
  UnremovableNode simulate_removal(AutoscalerLoop& loop, SimulatedCluster& cluster, std::size_t position, UnneededNode& found);
  bool move_pods(SimulatedCluster& cluster, std::span<const AutoscaledPod* const> pods, NodeIndex from);
  std::size_t unneeded_limit(const ClusterAutoscalerOptions& options) const;
  UnremovableReason not_yet_deletable(const AutoscalerLoop& loop, const UnneededNode& unneeded, const AutoscaledNode& node,
                                      std::vector<std::int64_t>& sizes) const;
  bool taint_all(AutoscalerLoop& loop, std::span<const std::uint64_t> nodes) const;
  bool is_previous(std::uint64_t node) const;

  std::vector<UnneededNode> unneeded_;             // in order of names
  std::vector<Timeout> recently_unremovable_;
  std::vector<std::uint64_t> previous_candidates_; // unneeded nodes of the last evaluated loop
  SchedulingHints hints_;
  RemainingBudgets budgets_;
  std::vector<std::uint8_t> destinations_;         // by node index
  std::vector<KnownLoad> known_loads_;             // by node index
  NodeLoad unkept_;                                // the last one that could not be kept
  std::optional<SimTime> latest_;
  std::optional<Duration> shortest_interval_;
  bool changed_ = false;
};

}  // namespace akstwin
