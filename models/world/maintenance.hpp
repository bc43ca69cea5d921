/// The part of the world that keeps clusters up to date and repaired: one controller a cluster that has something to do, and what breaks machines.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "models/azure/maintenance_power.hpp"
#include "models/azure/scheduled_events.hpp"
#include "models/controllers/maintenance/maintenance_controller.hpp"
#include "models/world/cluster_runtime.hpp"
#include "models/world/hosting.hpp"

namespace akstwin {

class Maintenance final : public UpgradeControl {
 public:
  struct Parts {
    Kernel& kernel;
    Timeline& timeline;
    RngRoot root;
    const Scenario& scenario;
    CloudState& cloud;
    ScaleSets& scale_sets;
    std::vector<NodeRegistrar*> registrars;
    DurationSource& durations;
  };
  explicit Maintenance(const Parts& parts);
  Maintenance(const Maintenance&) = delete;

  /// Whether a cluster of the scenario is ever upgraded, repaired, stopped or hit by events; otherwise none of this exists.
  static bool needed(const Scenario& scenario);
  /// Hosts a cluster's controller on its control plane. Call for every cluster, in order.
  void host(ClusterRuntime& cluster, std::uint32_t index, CloudApi& cloud, Notes& notes);
  void begin();
  ClusterPower& power() { return power_; }

  void upgrade(std::uint32_t cluster, const UpgradeRequest& request) override;
  void abort_upgrade(std::uint32_t cluster) override;
  void break_nodes(PoolId pool, std::int64_t count) override;

 private:
  Parts parts_;
  ClusterPower power_;
  ScheduledEvents events_;
  std::deque<MaintenanceController> controllers_;   // by cluster
  std::vector<HostedController*> hosted_;           // by cluster
  std::uint32_t faults_ = 0;
};

}  // namespace akstwin
