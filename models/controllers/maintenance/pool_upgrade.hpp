/// The upgrade of one node pool: surge machines come, old nodes are drained and reimaged batch by batch, the surge goes.
/// Source: upgrade-aks-node-pools-rolling.md (2026-05) and ARM UndrainableNodeBehavior; facts A6.
#pragma once
#include <cstdint>
#include <vector>

#include "models/controllers/maintenance/node_drain.hpp"

namespace akstwin {

/// Which pool, and to what.
struct PoolUpgradeOrder {
  PoolId pool;
  std::vector<InstanceId> todo;       ///< machines that are not there yet, oldest first
  Name what;                          ///< "kubernetes 1.33.2", "node image"
  Name cause;                         ///< "game day", "stable channel"
  int kubernetes_minor = 0;           ///< decides whether a refused surge is tried again with one machine (1.35 and later)
};

/// Level-triggered: step() does what is due. The nodes of one batch go side by side, the next batch waits for all of them.
class PoolUpgrade {
 public:
  explicit PoolUpgrade(PoolUpgradeOrder order) : order_(std::move(order)), todo_(order_.todo) {}

  /// True while it is under way.
  bool step(ControllerContext& context);
  SimTime next() const { return next_; }
  /// Nothing new is begun; what is being drained is finished.
  void abort() { aborted_ = true; }
  PoolId pool() const { return order_.pool; }
  bool succeeded() const { return stage_ == Stage::Done && result_.empty(); }
  /// Machines that have what the upgrade brings: reimaged ones, and those that came for it.
  const std::vector<InstanceId>& upgraded() const { return upgraded_; }

 private:
  enum class Stage : std::uint8_t { Fresh, Surging, Working, Pausing, Leaving, Done };
  enum class Step : std::uint8_t { Draining, Soaking, Reimaging, Leaving, Over };
  struct Work {
    InstanceId machine;
    Name node;                        // its name, for the Timeline
    Step step = Step::Draining;
    NodeDrain drain;
    SimTime until;
  };

  void begin(ControllerContext& context);
  void ask_for_surge(ControllerContext& context, std::int64_t count);
  void surge_refused(ControllerContext& context);
  bool surge_ready(ControllerContext& context);
  void start_batch(ControllerContext& context);
  void start_drain(ControllerContext& context, InstanceId machine, Duration timeout, Step step);
  void evict_spot(ControllerContext& context, NodeId node);
  /// One node of the batch; false when nothing is left to do for it.
  bool advance(ControllerContext& context, Work& work);
  bool drained(ControllerContext& context, Work& work);
  void timed_out(ControllerContext& context, Work& work);
  bool reimaged(ControllerContext& context, Work& work);
  void quarantine(ControllerContext& context, Work& work);
  void work(ControllerContext& context);
  void after_batch(ControllerContext& context);
  void finish_blue_green(ControllerContext& context);
  /// Surge machines that nothing needs any more are drained and deleted, the emptiest first.
  void shed(ControllerContext& context, std::size_t needed);
  void end(ControllerContext& context);
  void count(ControllerContext& context);
  void wake_at(SimTime at) { next_ = at < next_ ? at : next_; }
  const Pool& pool_row(const ControllerContext& context) const { return context.cloud.state().pools[order_.pool]; }
  bool blue_green(const ControllerContext& context) const { return pool_row(context).spec->upgrade.strategy == UpgradeStrategy::BlueGreen; }
  /// The node of a machine that runs; null when it does not.
  NodeId node_of(const ControllerContext& context, InstanceId machine) const;

  PoolUpgradeOrder order_;
  std::vector<InstanceId> todo_, surge_, upgraded_, old_, blocked_;
  std::vector<Work> batch_;
  Stage stage_ = Stage::Fresh;
  bool in_place_ = false, aborted_ = false;
  std::size_t extra_ = 0, quarantined_ = 0, surge_asked_ = 0;   // extra_: machines more than before, beside those that are leaving
  Name result_;                       // why it did not succeed; empty: it did
  SimTime began_, next_, surge_began_, pause_until_;
};

}  // namespace akstwin
