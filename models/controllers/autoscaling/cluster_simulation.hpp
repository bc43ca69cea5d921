/// The cluster as one autoscaler loop imagines it: the nodes in list order, pods placed and taken back, one shared round-robin cursor.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 simulator/clustersnapshot, predicatechecker/schedulerbased.go.
#pragma once
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "models/controllers/autoscaling/cluster_autoscaler_types.hpp"
#include "models/fit/filters.hpp"
#include "models/fit/snapshot.hpp"

namespace akstwin {

/// Tags of pods that only exist in the simulation (DaemonSet pods of imagined nodes): above every uid.
inline constexpr std::uint64_t kImaginedPod = 1ULL << 63;

/// A pod as a snapshot takes it.
PodOnNode placed(const AutoscaledPod& pod);

/// The simulated nodes and pods of a loop. Node indexes are stable between two calls of sync().
class ClusterSimulation {
 public:
  /// Makes the snapshot equal to `nodes` and the pods on them whose priority is not below `cutoff`, touching only what changed.
  void sync(std::span<const AutoscaledNode> nodes, const std::vector<bool>& left_out, int cutoff);
  void set_context(const FitContext& context) { context_ = &context; }

  /// Everything done after mark() is undone by revert(); marks nest. Not reverting keeps it until an outer mark is reverted.
  std::size_t mark() const { return log_.size(); }
  void revert(std::size_t mark);

  /// Adds an imagined node with its DaemonSet pods at the end of the list.
  NodeIndex add_node(const NodeInput& node, std::span<const AutoscaledPod> pods);
  void add_pod(NodeIndex node, const PodOnNode& pod);
  void remove_pod(NodeIndex node, std::uint64_t tag);

  /// The verdict of all filters (upstream CheckPredicates).
  NodeVerdict check(const PodSpec& spec, NodeIndex node);
  bool fits_on(const PodSpec& spec, NodeIndex node);
  /// Round-robin first fit over the nodes with `acceptable[node]` (empty: all): starts at the shared cursor and moves it behind a success.
  NodeIndex fits_any(const PodSpec& spec, std::span<const std::uint8_t> acceptable);

  /// The snapshot index of a listed node (by position in the synced span), or kNoNode when it was left out.
  NodeIndex index_of(std::size_t position) const { return positions_[position]; }
  bool listed(NodeIndex node) const { return snapshot_.alive(node); }
  const Snapshot& snapshot() const { return snapshot_; }
  std::span<const NodeIndex> list() const { return list_; }
  std::size_t cursor() const { return cursor_; }

 private:
  struct Known {
    std::uint64_t id = 0, revision = 0, pods_revision = 0;
    NodeIndex index = kNoNode;
    bool seen = false;
    std::vector<std::uint64_t> pods;               // uids, in the caller's order
    std::vector<const PodSpec*> specs;             // parallel to pods; another one after a resize
    std::vector<std::uint8_t> terminating;
  };
  struct Undo {
    enum class Kind : std::uint8_t { RemovePod, AddPod, RemoveNode } kind;
    NodeIndex node;
    PodOnNode pod;
  };
  void sync_pods(Known& known, const AutoscaledNode& node, int cutoff);
  void count_moved(NodeIndex node, const PodOnNode& pod, int delta);
  PreparedPod& prepared(const PodSpec& spec);
  void forget_prepared() { prepared_count_ = 0; }

  Snapshot snapshot_;
  const FitContext* context_ = nullptr;
  std::vector<Known> known_;
  std::vector<NodeIndex> list_, positions_;
  std::vector<Undo> log_;
  std::size_t cursor_ = 0;
  /// A pod prepared against the simulation as it stands; kept while the nodes stay.
  struct Prepared {
    const PodSpec* spec = nullptr;
    bool counts_pods = false;                      // spread or affinity: moved pods matter to it
    PreparedPod pod;
  };
  std::vector<Prepared> prepared_;                 // the first prepared_count_ are valid
  std::size_t prepared_count_ = 0;
  std::uint64_t prepared_nodes_ = 0, prepared_context_ = 0;
};

/// Where pods were placed in the last loops, so that the next loop tries there first (upstream scheduling.Hints).
class SchedulingHints {
 public:
  /// Node id hinted for a pod uid, or 0.
  std::uint64_t get(std::uint64_t pod) const;
  void set(std::uint64_t pod, std::uint64_t node);
  /// Ends a loop: hints not set again since the last call are gone after the next. True when nothing changed by it.
  bool drop_old();

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> current_, old_;   // looked up and compared, never iterated
};

}  // namespace akstwin
