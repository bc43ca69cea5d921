/// kube-scheduler as a controller: a queue, the default profile's filters and scores, and binding.
#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/api/chooser.hpp"
#include "models/api/controller.hpp"
#include "models/fit/filters.hpp"
#include "models/fit/scores.hpp"

namespace akstwin {

/// Source: kubernetes v1.32 pkg/scheduler; queue times from backend/queue/scheduling_queue.go (facts section E).
class Scheduler final : public Controller {
 public:
  /// `services` are those of the cluster's manifests, for the default spread constraints; `chooser` breaks ties; both outlive it.
  Scheduler(FitContext context, Chooser& chooser) : fit_(std::move(context)), chooser_(chooser) {}

  std::string_view name() const override { return "kube-scheduler"; }
  ChangeMask interests() const override;
  SimTime reconcile(ControllerContext& context) override;
  /// The scheduler's cache, for gauges that ask what would fit.
  const Snapshot& snapshot() const { return snapshot_; }

 private:
  /// A pod that waits. `not_before` is its back-off.
  struct Waiting {
    PodId pod;
    int priority = 0;
    SimTime created;
    SimTime not_before;
    SimTime failed = kNever;          // when it was last found unschedulable; kNever: it is active
    int attempts = 0;
  };

  void catch_up(const ClusterApi& api, SimTime now);
  void list(const ClusterState& state);
  void see_pod(const ClusterState& state, const Change& change, SimTime now);
  void see_node(const ClusterState& state, NodeId id);
  void enqueue(const ClusterState& state, PodId id);
  void forget(PodId id);
  void flush(SimTime now);
  bool place(ControllerContext& context, Waiting& waiting);
  NodeIndex choose(const PreparedPod& pod);

  FitContext fit_;
  Chooser& chooser_;
  Snapshot snapshot_;
  ChangeCursor cursor_;
  bool listed_ = false;
  std::vector<Waiting> waiting_;                 // unordered; selection is by priority, age, row
  std::vector<NodeIndex> index_of_;              // by node row
  std::vector<NodeId> node_of_;                  // by snapshot index
  std::vector<PodId> placed_;                    // by pod row: the pod that the snapshot holds there, and…
  std::vector<NodeIndex> placed_at_;             // …where
  std::size_t start_ = 0;                        // round-robin position over nodes
  std::uint64_t decisions_ = 0;
  PreparedPod prepared_;
  std::vector<NodeIndex> feasible_;
  ScoreTable scores_;
  std::vector<NodeVerdict> verdicts_;
};

}  // namespace akstwin
