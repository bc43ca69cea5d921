/// kube-scheduler as a controller: a queue, the default profile's filters and scores, preemption, and binding.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/api/budget_views.hpp"
#include "models/api/chooser.hpp"
#include "models/api/controller.hpp"
#include "models/controllers/scheduling/queueing_hints.hpp"
#include "models/controllers/scheduling/scheduler_cache.hpp"
#include "models/controllers/scheduling/scheduling_queue.hpp"
#include "models/fit/filters.hpp"
#include "models/fit/preemption.hpp"
#include "models/fit/scores.hpp"

namespace akstwin {

struct SchedulerOptions {
  /// Scheduling and binding one pod: "≈ 100–300 pods/s on default QPS settings" [recall], facts section E; the lower end.
  Duration time_per_pod{10'000};
  /// Pods whose bindings become visible together; 20 at 10 ms are the granularity of a fifth of a second.
  std::int64_t pods_per_pass = 20;
  /// percentageOfNodesToScore; 0 is the adaptive default (facts K10).
  int percentage_of_nodes_to_score = 0;
  QueueTimes queue;
};

/// Source: kubernetes v1.32 pkg/scheduler; the queue from backend/queue/scheduling_queue.go, the cycle from schedule_one.go.
class Scheduler final : public Controller {
 public:
  /// `context` has the Services of the cluster's manifests, for the default spread constraints. `ties` decides among nodes of equal score,
  /// `preemption` where the search for victims starts and among equal candidates; both outlive it.
  Scheduler(FitContext context, Chooser& ties, Chooser& preemption, SchedulerOptions options = {})
      : options_(options), fit_(std::move(context)), ties_(ties), preemption_(preemption), queue_(options.queue) {}

  std::string_view name() const override { return "kube-scheduler"; }
  ChangeMask interests() const override;
  SimTime reconcile(ControllerContext& context) override;
  /// The scheduler's cache, for gauges that ask what would fit.
  const Snapshot& snapshot() const { return cache_.snapshot(); }

 private:
  void catch_up(ControllerContext& context);
  void list(ControllerContext& context);
  void notice(ControllerContext& context, const Change& change);
  void pod_noticed(ControllerContext& context, PodId id, ChangeKind kind);
  void pod_gone(const ClusterState& state, PodId id, SimTime now);
  void node_changed(const ClusterState& state, NodeId id, SimTime now);
  void node_gone(const ClusterState& state, NodeId id, SimTime now);
  void enqueue(ControllerContext& context, PodId id);
  void moved(const ClusterState& state, const ClusterEvent& event, SimTime now);

  void schedule(ControllerContext& context, QueuedPod queued);
  void find_nodes(NodeIndex nominated);
  NodeIndex choose();
  void fail(ControllerContext& context, QueuedPod queued);
  /// What preemption says, for the message; nominates and evicts when it can help.
  std::string preempt(ControllerContext& context, const Pod& pod, PodId id);
  std::string evict(ControllerContext& context, PodId id, std::span<const PreemptionCandidate> candidates);
  std::string no_victims() const;
  bool anybody_less_important(int priority) const;

  // Told on request only (scheduler_decisions.cpp).
  bool asked(const ControllerContext& context, PodId id) const;
  void tell_placed(ControllerContext& context, PodId id, const QueuedPod& queued, NodeIndex node, std::size_t looked_at) const;
  void tell_failed(ControllerContext& context, PodId id, const QueuedPod& queued, const std::string& message) const;
  void tell_gated(ControllerContext& context, PodId id) const;
  void tell_victim(ControllerContext& context, PodId victim, PodId preemptor, NodeId node) const;

  SchedulerOptions options_;
  FitContext fit_;
  Chooser& ties_;
  Chooser& preemption_;
  SchedulingQueue queue_;
  SchedulerCache cache_;
  ChangeCursor cursor_;
  bool listed_ = false;
  SimTime busy_until_;
  std::size_t start_ = 0;                        // round-robin position over nodes
  BudgetViews budgets_;
  std::uint64_t decisions_ = 0, preemptions_ = 0;
  PreparedPod prepared_;
  std::vector<NodeIndex> feasible_;
  std::vector<Name> volume_zones_;
  std::size_t looked_at_ = 0, tied_ = 0;         // in the current cycle
  ScoreTable scores_;
  std::vector<NodeVerdict> verdicts_;
};

}  // namespace akstwin
