/// The simulated platform of one scenario: owns all its parts and hands them to one another, never itself.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "models/azure/aks_operations.hpp"
#include "models/azure/front_door.hpp"
#include "models/azure/ip_addresses.hpp"
#include "models/azure/outages.hpp"
#include "models/azure/pod_addresses.hpp"
#include "models/azure/registry.hpp"
#include "models/azure/scale_sets.hpp"
#include "models/azure/sim_cloud_api.hpp"
#include "models/azure/spot_market.hpp"
#include "models/workload/burst_credits.hpp"
#include "models/workload/data_replication.hpp"
#include "models/workload/delivery.hpp"
#include "models/workload/load_model.hpp"
#include "models/workload/recovery_monitor.hpp"
#include "models/world/cluster_runtime.hpp"
#include "models/world/maintenance.hpp"

namespace akstwin {

class World {
 public:
  World(const Scenario& scenario, const RngRoot& rng, KernelKind kernel, Decisions* decisions = nullptr);
  World(const World&) = delete;

  /// t = 0: machines join, objects appear, loops begin.
  void begin();
  /// Brings cumulative counters up to now. Call once, after the last event.
  void end() { load_->record_counters(); }
  Kernel& kernel() { return *kernel_; }
  Timeline& timeline() { return timeline_; }
  const Scenario& scenario() const { return scenario_; }
  /// The clusters in the scenario's order, and the subscription: what a host that serves them to clients needs.
  std::deque<ClusterRuntime>& clusters() { return clusters_; }
  CloudApi& cloud() { return *cloud_api_; }
  /// What a witness compares: the books of addresses, of vCPUs and of machines.
  const CloudState& cloud_state() const { return cloud_state_; }
  const IpAddresses& addresses() const { return *addresses_; }
  const PodAddresses* pod_addresses() const { return pod_addresses_.get(); }
  const ScaleSets& scale_sets() const { return *scale_sets_; }

 private:
  /// The game day's outages, as the Azure side carries them out.
  class Injector final : public OutageControl {
   public:
    Injector(Outages& outages, ScaleSets& scale_sets, const Scenario& scenario, const PlatformTopology& platform, const Kernel& kernel)
        : outages_(outages), scale_sets_(scale_sets), scenario_(scenario), platform_(platform), kernel_(kernel) {}
    void lose_region(Name region, Duration duration) override { outages_.lose_region(region, duration); }
    void lose_zone(Name region, int zone, Duration duration) override { outages_.lose_zone(region, zone, duration); }
    void lose_part_of_zone(Name region, int zone, std::int64_t share_ppm, Duration duration) override {
      outages_.lose_part_of_zone(region, zone, share_ppm, duration);
    }
    void lose_control_plane(Name cluster, Duration duration) override;
    void refuse_allocations(Name region, int zone, Name vm_size, std::int64_t share_ppm, Duration duration) override;

   private:
    Outages& outages_;
    ScaleSets& scale_sets_;
    const Scenario& scenario_;
    const PlatformTopology& platform_;
    const Kernel& kernel_;
  };
  void build_azure(const RngRoot& rng);
  void build_workload(const RngRoot& rng);
  void connect();
  std::vector<NodeRegistrar*> registrars();
  std::vector<ClusterLoad> cluster_loads();

  const Scenario& scenario_;
  RngRoot rng_;
  PlatformTopology platform_;
  std::unique_ptr<Kernel> kernel_;
  Timeline timeline_;
  CloudState cloud_state_;
  TimelineNotes notes_;
  Decisions* decisions_;
  ConfigHistory repository_;
  std::unique_ptr<Registry> registry_;
  std::deque<ClusterRuntime> clusters_;
  std::unique_ptr<IpAddresses> addresses_;
  std::unique_ptr<PodAddresses> pod_addresses_;   // null: no pool takes its pods' addresses as they come
  std::unique_ptr<ScaleSets> scale_sets_;
  std::unique_ptr<AksOperations> operations_;
  std::unique_ptr<SpotMarket> spot_market_;
  std::unique_ptr<FrontDoor> front_door_;
  std::unique_ptr<DataReplication> data_;
  std::unique_ptr<Outages> outages_;
  std::unique_ptr<SimCloudApi> cloud_api_;
  std::unique_ptr<LoadModel> load_;
  std::deque<BurstCredits> burst_credits_;        // one a cluster that has burstable nodes
  std::unique_ptr<RecoveryMonitor> recovery_;
  std::unique_ptr<Delivery> delivery_;
  std::unique_ptr<Injector> injector_;
  StreamDurations durations_, maintenance_durations_;
  std::unique_ptr<Maintenance> maintenance_;      // null: nothing is upgraded, repaired or stopped
  std::vector<ClusterApi*> cluster_apis_;
  std::unique_ptr<Script> script_;
  std::unique_ptr<HostedScript> hosted_script_;
  LoopId script_loop_;
};

}  // namespace akstwin
