/// One node being emptied: cordoned, its pods evicted through the Eviction API for as long as disruption budgets let them wait.
#pragma once
#include <vector>

#include "models/api/controller.hpp"

namespace akstwin {

enum class DrainState : std::uint8_t { UnderWay, Drained, TimedOut };

/// What a drain is about and how long it may take.
struct DrainOrder {
  NodeId node;
  Name pool;                          ///< "aks-prod/user", for reports
  Name reason;                        ///< of the evictions: "Upgrade"
  SimTime began;
  Duration timeout;
};

/// Level-triggered: step() evicts what is left. Pods of DaemonSets stay, as with kubectl drain --ignore-daemonsets.
class NodeDrain {
 public:
  NodeDrain() = default;
  /// Cordons the node and says so.
  NodeDrain(const DrainOrder& order, ControllerContext& context);
  DrainState step(ControllerContext& context);
  /// When step() has something to do again.
  SimTime next() const { return next_; }
  const DrainOrder& order() const { return order_; }

 private:
  void blocked(ControllerContext& context, PodId pod);

  DrainOrder order_;
  SimTime next_, retry_;
  std::vector<PodId> told_;           // pods whose refusal is in the Timeline already
};

/// Pods that a drain has to wait for: all but those of DaemonSets and those that have ended.
std::vector<PodId> pods_to_evict(const ClusterState& state, NodeId node);

/// The budget that refuses evictions of a pod now, "namespace/name"; "several budgets" when more than one selects it; empty: none does.
Name refusing_budget(const ClusterState& state, PodId pod);

}  // namespace akstwin
