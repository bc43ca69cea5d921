// Whole simulated runs in every network mode, whose books are added up again after every single event.
#include <catch2/catch.hpp>

#include <optional>

#include "models/catalog/vm_sizes.hpp"
#include "models/observe/address_findings.hpp"
#include "models/world/world.hpp"
#include "sim/rng.hpp"
#include "tests/upgrades/upgrading.hpp"

namespace akstwin::test {
namespace {

enum class Mode { Overlay, NodeSubnet, DynamicPods, StaticPods, Kubenet };
constexpr Mode kModes[] = {Mode::Overlay, Mode::NodeSubnet, Mode::DynamicPods, Mode::StaticPods, Mode::Kubenet};
constexpr const char* kNames[] = {"Overlay", "Node Subnet", "Pod Subnet, dynamic", "Pod Subnet, static", "kubenet"};

/// What a mode runs out of, from roomy (0) to tight (2).
constexpr const char* kPrefixes[][3] = {{"10.244.0.0/16", "10.244.0.0/20", "10.244.0.0/21"},   // pod CIDR: 256, 16, 8 nodes
                                        {"10.40.0.0/22", "10.40.0.0/24", "10.40.0.0/25"},      // 31 addresses a node: 32, 8, 3 nodes
                                        {"10.41.0.0/22", "10.41.0.0/24", "10.41.0.0/25"},      // batches of 16
                                        {"10.41.0.0/22", "10.41.0.0/24", "10.41.0.0/25"},      // two /28 a node: 31, 7, 3 nodes
                                        {"10.244.0.0/16", "10.244.0.0/20", "10.244.0.0/21"}};

/// Six hours of a pool that is scaled by load, by hand, by evictions, a zone loss and an upgrade, and is stopped in the end.
Scenario drawn(std::uint64_t seed, Mode mode, int tightness) {
  const RngStream stream(RngRoot{.seed = seed}, "tests/address-books");
  const auto below = [&](std::uint64_t n, std::uint64_t draw) { return static_cast<std::int64_t>(stream.below(n, draw)); };
  NodePoolSpec system = pool("system", 1), user = autoscaled("user", 1, 14), batch = pool("batch", 1);
  system.mode = PoolMode::System;
  system.zones = {};
  for (NodePoolSpec* each : {&system, &user, &batch}) {
    each->max_pods = 30;
    each->times = {{120_s, 300_s}, {60_s, 180_s}};
    each->upgrade.reimage = {180_s, 300_s};
    each->subnet = Name("nodes");
  }
  user.max_surge = {1 + below(3, 1), false};
  Scenario scenario = platform({system, user, batch}, {deployment("api", 4, 900_mcpu), deployment("small", 20 + below(60, 2), 30_mcpu, 16_Mi)}, 6_h);
  scenario.seed = seed;
  objects(scenario).autoscalers.push_back(autoscaler("api", 2, 40, 60));
  ServiceLoadSpec service = load("api", 300'000, 50'000);
  service.traffic.shape = TrafficShape::Diurnal;
  service.traffic.trough_milli_rps = 20'000;
  service.traffic.trough_hour = static_cast<int>(below(24, 3));
  scenario.services.push_back(service);
  VirtualNetworkSpec network;
  network.name = Name("vnet");
  network.location = Name("eastus2");
  const Cidr tight = *parse_cidr(kPrefixes[static_cast<int>(mode)][tightness]);
  const bool of_nodes = mode == Mode::NodeSubnet, of_pods = mode == Mode::DynamicPods || mode == Mode::StaticPods;
  network.subnets.push_back({.name = Name("nodes"), .prefix = of_nodes ? tight : *parse_cidr("10.40.0.0/22"), .private_endpoints = below(4, 4), .delegation = {}, .declared_at = {}});
  if (of_pods) network.subnets.push_back({.name = Name("pods"), .prefix = tight, .delegation = {}, .declared_at = {}});
  scenario.networks.push_back(network);
  ClusterSpec& cluster = scenario.clusters[0];
  cluster.network.mode = of_nodes ? NetworkPluginMode::NodeSubnet : of_pods ? NetworkPluginMode::PodSubnet : mode == Mode::Kubenet ? NetworkPluginMode::Kubenet : NetworkPluginMode::Overlay;
  if (!of_nodes && !of_pods) cluster.network.pod_cidr = tight;
  for (NodePoolSpec& each : cluster.pools) {
    if (of_pods) each.pod_subnet = Name("pods");
    if (mode == Mode::StaticPods) each.pod_ips = PodIpAllocation::StaticBlock;
  }
  scenario.quotas.push_back({.location = Name("eastus2"), .total_vcpus = 52, .low_priority_vcpus = {}, .families = {}, .declared_at = {}});
  const auto minutes = [&](std::int64_t from, std::uint64_t draw) { return Duration{(from + below(40, draw)) * 60'000'000}; };
  StepSpec lost;
  lost.at = SimTime{} + minutes(60, 5);
  lost.actions.push_back(an_action(ActionKind::ZoneLoss, "eastus2", static_cast<int>(1 + below(3, 6)), 0, 20_min));
  scenario.steps = {step(minutes(10, 7), ActionKind::ScalePool, "prod/batch", 1 + below(6, 8)), lost, step(minutes(120, 9), ActionKind::UpgradeNodeImage, "prod/user"),
                    step(minutes(200, 10), ActionKind::ScalePool, "prod/batch", 1), step(5_h, ActionKind::StopCluster, "prod")};
  return scenario;
}

/// Adds everything up anew after each event, from machines and pods, and compares it with what is kept.
class Auditor final : public Witness {
 public:
  explicit Auditor(World& world) : world_(world) { world_.kernel().set_witness(this); }
  void fired(SimTime now) override {
    ++events_;
    if (!fault_.empty()) return;
    check_addresses();
    check_machines();
    check_pods();
    if (!fault_.empty()) fault_ += " at " + to_string(now.since_start()) + ", after " + std::to_string(events_) + " events";
  }
  const std::string& fault() const { return fault_; }
  std::uint64_t events() const { return events_; }
  /// What nodes and pods hold of the subnet, and what nobody gives back.
  std::int64_t held(std::uint32_t subnet) const {
    const IpAddresses& books = world_.addresses();
    const ClusterSpec& cluster = world_.scenario().clusters[0];
    std::int64_t sum = books.held_for_pods(subnet);
    for (std::uint32_t p = 0; p < cluster.pools.size(); ++p) {
      const NodePoolSpec& pool = cluster.pools[p];
      if (subnet == 0) sum += books.nodes_of(p) * (cluster.network.mode == NetworkPluginMode::NodeSubnet ? pool.max_pods + 1 : 1);
      // facts K4: maxPods 30 takes two /28 blocks.
      if (subnet == 1 && pool.pod_ips == PodIpAllocation::StaticBlock) sum += books.nodes_of(p) * 32;
    }
    return sum;
  }

 private:
  void require(bool holds, const char* what) {
    if (!holds && fault_.empty()) fault_ = what;
  }
  void check_addresses() {
    const IpAddresses& books = world_.addresses();
    require(books.consistent(), "addresses do not add up");
    if (world_.pod_addresses() != nullptr) require(world_.pod_addresses()->consistent(), "pods' addresses do not add up");
    fixed_.resize(books.subnets(), -1);
    for (std::uint32_t s = 0; s < books.subnets(); ++s) {
      const std::int64_t fixed = books.used(s) - held(s);
      if (fixed_[s] < 0) fixed_[s] = fixed;
      require(fixed == fixed_[s] && fixed >= 0, "a subnet's use is not what its owners hold");
      require(books.free(s) >= 0 && held(s) >= 0, "a subnet is overdrawn");
    }
  }
  void check_machines() {
    const CloudState& cloud = world_.cloud_state();
    std::int64_t vcpus = 0, blocks = 0;
    cloud.pools.for_each([&](PoolId id, const Pool& pool) {
      const auto machines = static_cast<std::int64_t>(pool.instances.size());
      require(world_.addresses().nodes_of(id.row) - world_.addresses().releasing(id.row) == machines, "addresses are not held for exactly the machines there are");
      blocks += world_.addresses().nodes_of(id.row);
      vcpus += machines * find_vm_size(pool.spec->vm_size.text())->vcpus;
      std::int64_t wanted = 0;
      for (const InstanceId instance : pool.instances) wanted += is_wanted(cloud.instances[instance].state) ? 1 : 0;
      require(pool.target == wanted, "a pool's target is not the machines that are to stay");
    });
    require(world_.scale_sets().quotas().used(Name("eastus2/cores")) == vcpus, "a quota is not what the machines hold");
    const NetworkPluginMode mode = world_.scenario().clusters[0].network.mode;
    const bool takes = mode == NetworkPluginMode::Overlay || mode == NetworkPluginMode::Kubenet;
    require(world_.addresses().blocks_used(0) == (takes ? blocks : 0), "blocks of the pod CIDR are not those of the nodes");
  }
  void check_pods() {
    const ClusterState& state = world_.clusters()[0].server().state();
    std::vector<std::int64_t> cpu(state.nodes.size(), 0), pods(state.nodes.size(), 0), started(state.nodes.size(), 0);
    state.pods.for_each([&](PodId, const Pod& pod) {
      if (!pod.node) return;
      cpu[pod.node.row] += pod.phase == PodPhase::Failed || pod.phase == PodPhase::Succeeded ? 0 : pod.spec->effective_request().cpu.value;
      ++pods[pod.node.row];
      started[pod.node.row] += pod.started != kNever && !pod.spec->host_network ? 1 : 0;
    });
    state.nodes.for_each([&](NodeId id, const Node& node) {
      require(pods[id.row] == static_cast<std::int64_t>(node.pods.size()), "a node's pods are not those bound to it");
      require(cpu[id.row] <= node.allocatable.cpu.value && pods[id.row] <= node.pod_capacity, "a node has given more than it has");
      if (const PodAddresses* books = world_.pod_addresses(); books != nullptr)
        require(books->used(0, id) >= started[id.row] && books->used(0, id) <= books->held(0, id), "a pod runs without an address of its own");
    });
  }

  World& world_;
  std::vector<std::int64_t> fixed_;
  std::string fault_;
  std::uint64_t events_ = 0;
};

struct Audit {
  std::string fault;
  std::uint64_t events = 0;
  std::int64_t left = 0;               ///< addresses and blocks that nobody has given back in the end
  std::optional<SimTime> exhausted;    ///< the first refusal for want of addresses, in theory or in fact
};

Audit audited(const Scenario& scenario, bool each_event = true) {
  World world(scenario, {scenario.seed, 0, false}, KernelKind::Calendar);
  Auditor auditor(world);
  if (!each_event) world.kernel().set_witness(nullptr);
  world.begin();
  world.kernel().run_until(SimTime{} + scenario.horizon);
  Audit audit{auditor.fault(), auditor.events(), world.addresses().blocks_used(0), {}};
  for (std::uint32_t s = 0; s < world.addresses().subnets(); ++s) audit.left += auditor.held(s);
  for (const TimelineEvent& event : world.timeline().events()) {
    const std::string_view why = event.detail.text();
    const bool refused = event.kind == code(EventKind::PoolRefused) && (why == "SubnetIsFull" || why == "PodCidrExhausted" || why == "RouteTableIsFull");
    const bool dry = event.kind == code(EventKind::Finding) && why == kBatchesExhausted;
    if (refused || dry || event.kind == code(EventKind::ArmRefused)) {
      audit.exhausted = event.at;
      break;
    }
  }
  return audit;
}

}  // namespace

TEST_CASE("After every event of a run addresses, blocks, vCPUs, targets and pods are what machines and pods add up to, and all are given back in the end") {
  for (const Mode mode : kModes)
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const int tightness = static_cast<int>(seed % 3);
      const Audit audit = audited(drawn(seed, mode, tightness));
      INFO(kNames[static_cast<int>(mode)] << ", seed " << seed << ", " << kPrefixes[static_cast<int>(mode)][tightness]);
      CHECK(audit.fault == "");
      CHECK(audit.events > 2'000);
      CHECK(audit.left == 0);
    }
}

TEST_CASE("With the same seed a larger subnet or pod CIDR never runs dry earlier, and the tight ones do run dry") {
  for (const Mode mode : kModes)
    for (std::uint64_t seed = 11; seed <= 12; ++seed) {
      std::optional<SimTime> tighter;
      for (int tightness = 2; tightness >= 0; --tightness) {
        const Audit audit = audited(drawn(seed, mode, tightness), false);
        INFO(kNames[static_cast<int>(mode)] << ", seed " << seed << ", " << kPrefixes[static_cast<int>(mode)][tightness]);
        if (tightness == 2) REQUIRE(audit.exhausted.has_value());
        else if (audit.exhausted) CHECK((tighter && *tighter <= *audit.exhausted));
        tighter = audit.exhausted;
      }
    }
}

TEST_CASE("A witness changes nothing of a run") {
  const Scenario scenario = drawn(1, Mode::DynamicPods, 1);
  World world(scenario, {scenario.seed, 0, false}, KernelKind::Calendar);
  const Auditor auditor(world);
  world.begin();
  world.kernel().run_until(SimTime{} + scenario.horizon);
  world.end();
  world.timeline().finish(world.kernel().now());
  CHECK(world.timeline().hash() == run(scenario).hash());
}

}  // namespace akstwin::test
