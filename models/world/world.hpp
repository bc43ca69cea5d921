/// The simulated platform of one scenario: owns all its parts and hands them to one another, never itself.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "models/azure/front_door.hpp"
#include "models/azure/ip_addresses.hpp"
#include "models/azure/outages.hpp"
#include "models/azure/pod_addresses.hpp"
#include "models/azure/registry.hpp"
#include "models/azure/scale_sets.hpp"
#include "models/azure/sim_cloud_api.hpp"
#include "models/azure/spot_market.hpp"
#include "models/workload/data_replication.hpp"
#include "models/workload/delivery.hpp"
#include "models/workload/load_model.hpp"
#include "models/workload/recovery_monitor.hpp"
#include "models/world/cluster_runtime.hpp"

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

 private:
  /// The game day's outages, as the Azure side carries them out.
  class Injector final : public OutageControl {
   public:
    explicit Injector(Outages& outages) : outages_(outages) {}
    void lose_region(Name region, Duration duration) override { outages_.lose_region(region, duration); }
    void lose_zone(Name region, int zone, Duration duration) override { outages_.lose_zone(region, zone, duration); }

   private:
    Outages& outages_;
  };
  void build_azure(const RngRoot& rng);
  void build_workload(const RngRoot& rng);
  void connect();
  std::vector<NodeRegistrar*> registrars();
  std::vector<ClusterLoad> cluster_loads();

  const Scenario& scenario_;
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
  std::unique_ptr<SpotMarket> spot_market_;
  std::unique_ptr<FrontDoor> front_door_;
  std::unique_ptr<DataReplication> data_;
  std::unique_ptr<Outages> outages_;
  std::unique_ptr<SimCloudApi> cloud_api_;
  std::unique_ptr<LoadModel> load_;
  std::unique_ptr<RecoveryMonitor> recovery_;
  std::unique_ptr<Delivery> delivery_;
  std::unique_ptr<Injector> injector_;
  StreamDurations durations_;
  std::vector<ClusterApi*> cluster_apis_;
  std::unique_ptr<Script> script_;
  std::unique_ptr<HostedScript> hosted_script_;
  LoopId script_loop_;
};

}  // namespace akstwin
