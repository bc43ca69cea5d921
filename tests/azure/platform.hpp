/// A small platform around the parts under test: one cluster in one VNet, a calendar kernel, and a cluster that only takes notes.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/azure/front_door.hpp"
#include "models/azure/ip_addresses.hpp"
#include "models/azure/outages.hpp"
#include "models/azure/registry.hpp"
#include "models/azure/scale_sets.hpp"
#include "models/azure/spot_market.hpp"
#include "models/azure/topology.hpp"
#include "models/observe/kinds.hpp"
#include "sim/kernel.hpp"

namespace akstwin::testing {

using namespace akstwin::literals;

/// Notes what Azure tells a cluster.
class NotedCluster final : public NodeRegistrar {
 public:
  explicit NotedCluster(const Kernel& kernel) : kernel_(kernel) {}
  NodeId node_joined(InstanceId, const Instance& row, const NodePoolSpec&, SiteId nic) override {
    const NodeId id = slots_.allocate();
    joined.push_back({row.node_name.str(), kernel_.now()});
    nics.push_back(nic);
    nodes.push_back(id);
    return id;
  }
  void node_preempted(NodeId node, Duration notice) override { preempted.push_back({node, notice}); }
  void node_gone(NodeId node, Name reason) override {
    slots_.release(node);
    gone.push_back({reason.str(), kernel_.now()});
  }
  void node_unreachable(NodeId, bool on) override { unreachable += on ? 1 : -1; }
  void region_changed(bool up) override { region.push_back(up); }

  std::vector<std::pair<std::string, SimTime>> joined, gone;
  std::vector<std::pair<NodeId, Duration>> preempted;
  std::vector<SiteId> nics;
  std::vector<NodeId> nodes;
  std::vector<bool> region;
  int unreachable = 0;

 private:
  const Kernel& kernel_;
  SlotMap<NodeTag> slots_;
};

inline NodePoolSpec a_pool(std::string_view name, std::int64_t count, std::vector<int> zones = {1, 2, 3}) {
  NodePoolSpec pool;
  pool.name = Name(name);
  pool.vm_size = Name("Standard_D4ds_v5");
  pool.zones = std::move(zones);
  pool.count = count;
  return pool;
}

inline NodePoolSpec autoscaled(NodePoolSpec pool, std::int64_t min, std::int64_t max) {
  pool.autoscaling = true;
  pool.min_count = min;
  pool.max_count = max;
  return pool;
}

/// Overlay cluster "aks-prod" in eastus2 on 10.40.0.0/22; pod CIDR 10.244.0.0/16.
inline Scenario a_scenario(std::vector<NodePoolSpec> pools) {
  Scenario scenario;
  VirtualNetworkSpec network;
  network.name = Name("vnet");
  network.location = Name("eastus2");
  network.subnets.push_back({.name = Name("nodes"), .prefix = *parse_cidr("10.40.0.0/22"), .delegation = {}, .declared_at = {}});
  scenario.networks.push_back(network);
  ClusterSpec cluster;
  cluster.name = Name("aks-prod");
  cluster.location = Name("eastus2");
  cluster.pools = std::move(pools);
  scenario.clusters.push_back(cluster);
  return scenario;
}

/// A second cluster like the first, in centralus, standing by.
inline Scenario with_standby(Scenario scenario) {
  ClusterSpec standby = scenario.clusters.front();
  standby.name = Name("aks-standby");
  standby.location = Name("centralus");
  standby.standby.pattern = StandbyPattern::Warm;
  scenario.clusters.push_back(standby);
  return scenario;
}

/// The scale sets of a scenario, started. The scenario lives here.
struct Platform {
  explicit Platform(Scenario of, std::uint64_t seed = 1)
      : scenario(std::move(of)), root{.seed = seed}, topology(build_topology(scenario)),
        kernel(make_kernel(KernelKind::Calendar, topology.topology)), addresses(*kernel, timeline, scenario) {
    for (std::size_t c = 0; c < scenario.clusters.size(); ++c) clusters.push_back(std::make_unique<NotedCluster>(*kernel));
    scale_sets = std::make_unique<ScaleSets>(
        ScaleSets::Parts{*kernel, timeline, root, scenario, topology, cloud, addresses, registrars()});
    scale_sets->start();
  }
  std::vector<NodeRegistrar*> registrars() const {
    std::vector<NodeRegistrar*> out;
    for (const auto& cluster : clusters) out.push_back(cluster.get());
    return out;
  }
  PoolId pool(std::string_view key) const { return scale_sets->find_pool(Name(key)); }
  const Pool& row(std::string_view key) const { return cloud.pools[pool(key)]; }
  /// Instances that are not being deleted, by zone 1, 2, 3.
  std::vector<int> by_zone(std::string_view key) const {
    std::vector<int> out(3, 0);
    for (const InstanceId id : row(key).instances)
      if (const Instance& instance = cloud.instances[id]; instance.state != InstanceState::Deleting && instance.zone > 0)
        ++out[static_cast<std::size_t>(instance.zone - 1)];
    return out;
  }
  std::int64_t gauge(GaugeKind kind, std::string_view a, std::string_view b = {}, std::string_view c = {}) const {
    const Series* series = timeline.find(key(kind, Name(a), Name(b), Name(c)));
    return series == nullptr ? -1 : series->current();
  }
  std::vector<TimelineEvent> events(EventKind kind) const {
    std::vector<TimelineEvent> out;
    for (const TimelineEvent& event : timeline.events())
      if (event.kind == code(kind)) out.push_back(event);
    return out;
  }
  void run_for(Duration time) { kernel->run_until(kernel->now() + time); }

  Scenario scenario;
  RngRoot root;
  PlatformTopology topology;
  std::unique_ptr<Kernel> kernel;
  Timeline timeline;
  CloudState cloud;
  IpAddresses addresses;
  std::vector<std::unique_ptr<NotedCluster>> clusters;
  std::unique_ptr<ScaleSets> scale_sets;
};

}  // namespace akstwin::testing
