/// The scheduler's view of nodes and of the pods on them, kept up to date from the log of changes.
#pragma once
#include <vector>

#include "models/api/cluster_state.hpp"
#include "models/fit/snapshot.hpp"

namespace akstwin {

/// A pod for which others were evicted: until it is bound, its room counts as taken for pods that are not more important.
struct NominatedPod {
  PodId pod;
  NodeId node;
  const PodSpec* spec = nullptr;
};

class SchedulerCache {
 public:
  const Snapshot& snapshot() const { return snapshot_; }
  /// Reads a node anew, or forgets it when it is gone.
  void see_node(const ClusterState& state, NodeId id);
  void forget_node(NodeId id);
  /// Reads a pod anew: its node, whether it terminates, and for which node it is nominated.
  void see_pod(const ClusterState& state, PodId id);
  void forget_pod(PodId id);
  /// The spec of a pod that the cache knows on some node; null otherwise.
  const PodSpec* bound_spec(PodId id) const;
  NodeIndex index_of(NodeId id) const;
  NodeId node_at(NodeIndex index) const { return node_of_[index]; }
  std::span<const NominatedPod> nominated() const { return nominated_; }

  /// Puts the pods nominated elsewhere and not less important than (`pod`, `priority`) onto their nodes; undone by the second.
  void assume_nominated(PodId pod, int priority);
  void forget_assumed();
  bool assuming() const { return !assumed_.empty(); }

 private:
  struct Placed {
    PodId pod;
    NodeIndex node = kNoNode;
    const PodSpec* spec = nullptr;
  };
  struct Assumed {
    NodeIndex node;
    std::uint64_t tag;
  };

  Snapshot snapshot_;
  std::vector<NodeIndex> index_of_;                // by node row
  std::vector<NodeId> node_of_;                    // by snapshot index
  std::vector<Placed> placed_;                     // by pod row: what the snapshot holds of that row
  std::vector<NominatedPod> nominated_;
  std::vector<Assumed> assumed_;
};

}  // namespace akstwin
