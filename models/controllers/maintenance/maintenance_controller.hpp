/// What AKS itself does to a cluster: upgrades by channel, window or order, repairs, drains before scheduled events, stops and starts by the clock.
#pragma once
#include <deque>
#include <optional>
#include <vector>

#include "models/api/upgrades.hpp"
#include "models/controllers/maintenance/auto_upgrade.hpp"
#include "models/controllers/maintenance/event_drain.hpp"
#include "models/controllers/maintenance/node_repair.hpp"
#include "models/controllers/maintenance/pool_upgrade.hpp"
#include "models/spec/platform_spec.hpp"

namespace akstwin {

class MaintenanceController final : public Controller {
 public:
  /// `releases` by time. All outlive the controller.
  MaintenanceController(std::uint32_t cluster, const ClusterSpec& spec, std::vector<ReleaseSpec> releases, const Epoch& start, DurationSource& durations);
  std::string_view name() const override { return "aks-maintenance"; }
  ChangeMask interests() const override { return mask(ChangeKind::NodeAdded) | mask(ChangeKind::NodeUpdated) | mask(ChangeKind::NodeGone); }
  SimTime reconcile(ControllerContext& context) override;

  /// Asks for an upgrade; it begins when those before it are over.
  void request(const UpgradeRequest& request) { orders_.push_back(request); }
  /// Ends what is under way at its next safe point, and forgets what waits.
  void abort();

 private:
  /// One operation: the control plane, then pools. AKS answers 409 to a second one, so it waits.
  struct Operation {
    UpgradeRequest request;
    SimTime began, control_plane_until;
    std::vector<PoolId> waiting;       // pools not begun, in order
    std::vector<PoolUpgrade> running;
    bool failed = false, aborted = false;
    std::int64_t pools = 0;
  };
  /// Machines of a pool that a version has reached: a resumed upgrade leaves them out.
  struct Reached {
    PoolId pool;
    Name version;
    std::vector<InstanceId> machines;
  };
  void begin(ControllerContext& context, const UpgradeRequest& request);
  std::vector<PoolId> pools_of(const ControllerContext& context, const UpgradeRequest& request) const;
  std::vector<InstanceId> to_upgrade(const ControllerContext& context, PoolId pool, Name version) const;
  SimTime advance(ControllerContext& context);
  void start_pools(ControllerContext& context);
  void pool_ended(const PoolUpgrade& upgrade);
  void end(ControllerContext& context);
  SimTime follow_schedules(ControllerContext& context);
  void switch_power(ControllerContext& context, const PowerScheduleSpec& schedule, bool on);

  std::uint32_t cluster_ = 0;
  const ClusterSpec& spec_;
  Epoch start_;
  DurationSource& durations_;
  AutoUpgrade channels_;
  NodeRepair repair_;
  EventDrain events_;
  std::deque<UpgradeRequest> orders_;
  std::optional<Operation> operation_;
  std::vector<Reached> reached_;
  std::uint64_t operations_ = 0;
  struct Clock { SimTime stop = kNever, start = kNever; };
  std::vector<Clock> clocks_;          // by power schedule: its next hits
  std::vector<std::size_t> late_stops_;   // schedules whose stop waits for the operation under way
};

}  // namespace akstwin
