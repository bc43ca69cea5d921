// What Azure's theoretical check refuses of people and pipelines during a run, apart from what a scale set is refused.
#include <catch2/catch.hpp>

#include "models/azure/address_admission.hpp"
#include "models/azure/sim_cloud_api.hpp"
#include "tests/azure/platform.hpp"

namespace akstwin::testing {
namespace {

class NoStores final : public DataFailover {
 public:
  void fail_over(std::uint32_t, Name, Duration) override {}
};

/// Node Subnet with 30 pods on a /24 of 251: "system" of two nodes with a surge of one, "user" of one node with a surge of one.
struct Subscription {
  explicit Subscription(std::int64_t user_maximum = 0) : platform(scenario_of(user_maximum)) {
    operations.start();
    cloud.use(operations);
  }
  static Scenario scenario_of(std::int64_t user_maximum) {
    Scenario scenario = a_scenario({a_pool("system", 2), user_maximum > 0 ? autoscaled(a_pool("user", 1), 1, user_maximum) : a_pool("user", 1)});
    scenario.clusters[0].network.mode = NetworkPluginMode::NodeSubnet;
    scenario.networks[0].subnets[0].prefix = *parse_cidr("10.40.0.0/24");
    for (NodePoolSpec& pool : scenario.clusters[0].pools) pool.max_surge = {1, false};
    StepSpec grows;   // what the platform is sized for
    ActionSpec scale;
    scale.kind = ActionKind::ScalePool;
    scale.target = Name("aks-prod/user");
    scale.count = 20;
    grows.actions.push_back(scale);
    scenario.steps.push_back(grows);
    return scenario;
  }
  PoolId user() const { return platform.pool("aks-prod/user"); }
  Verdict scale(std::int64_t nodes) { return cloud.submit(ResizePool{user(), nodes, Name("GameDay")}); }

  Platform platform;
  FrontDoor front_door{*platform.kernel, platform.timeline, platform.root, platform.scenario, platform.topology, platform.cloud};
  NoStores stores;
  AksOperations operations{{*platform.kernel, platform.timeline, platform.root, platform.scenario, platform.topology, platform.cloud, *platform.scale_sets, platform.registrars()}};
  SimCloudApi cloud{platform.cloud, *platform.scale_sets, front_door, stores, 30_s};
};

}  // namespace

TEST_CASE("A pool is not scaled by hand to a count whose surge has no addresses, although its nodes would have fitted") {
  Subscription of;
  // System (2 + 1) × 31 = 93 of 251; user with 4 nodes (4 + 1) × 31 = 155: 248. With five 186: 279, 28 too many. Five nodes alone take 155.
  CHECK(of.scale(4) == Verdict::Accepted);
  CHECK(of.platform.row("aks-prod/user").target == 4);
  CHECK(of.scale(5) == Verdict::Refused);
  CHECK(of.platform.row("aks-prod/user").target == 4);
  CHECK(of.platform.addresses.free(0) >= 31);
  const auto refused = of.platform.events(EventKind::ArmRefused);
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].subject == Name("aks-prod/user"));
  CHECK(refused[0].object == Name("nodepool scale"));
  CHECK(refused[0].detail == Name("InsufficientSubnetSize"));
  CHECK(refused[0].value == 28);
  CHECK(of.platform.events(EventKind::PoolRefused).empty());
  CHECK(of.scale(2) == Verdict::Accepted);   // fewer are always admitted
  CHECK(of.scale(4) == Verdict::Accepted);
}

TEST_CASE("The cluster autoscaler talks to the scale set, which knows no theory: its last node is granted, the next is refused as SubnetIsFull") {
  Subscription of(4);
  const auto resize = [&](std::int64_t nodes) { return of.cloud.submit(ResizePool{of.user(), nodes, Name("cluster-autoscaler")}); };
  CHECK(resize(4) == Verdict::Accepted);
  CHECK(of.platform.row("aks-prod/user").target == 4);
  CHECK(of.platform.events(EventKind::ArmRefused).empty());
  // Its maximum of four and one of surge: (2 + 1 + 4 + 1) × 31 = 248. The upgrade is admitted, and has its addresses.
  CHECK(of.cloud.submit(SurgePool{of.user(), 1}) == Verdict::Accepted);
  CHECK(of.platform.row("aks-prod/user").target == 5);
  // Seven nodes and the load balancer hold 218 of 251: 33 are left, two nodes want 62. A request is granted as a whole or not at all.
  of.platform.scale_sets->surge(of.user(), 2);
  REQUIRE(of.platform.events(EventKind::PoolRefused).size() == 1);
  CHECK(of.platform.events(EventKind::PoolRefused)[0].detail == Name("SubnetIsFull"));
  CHECK(of.platform.events(EventKind::ArmRefused).empty());
}

TEST_CASE("An upgrade's surge is refused before a machine is asked for where the autoscaler's maximum leaves it no addresses in theory") {
  Subscription of(5);   // (2 + 1 + 5 + 1) × 31 = 279
  CHECK(of.platform.addresses.free(0) >= 31);
  CHECK(of.cloud.submit(SurgePool{of.user(), 1}) == Verdict::Refused);
  CHECK(of.platform.row("aks-prod/user").target == 1);
  CHECK(of.platform.row("aks-prod/user").last_failure_code == Name("InsufficientSubnetSize"));
  CHECK(of.platform.row("aks-prod/user").last_failure == kNever);   // no allocation failed: the autoscaler does not back off
  const auto refused = of.platform.events(EventKind::ArmRefused);
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].object == Name("upgrade surge"));
  CHECK(refused[0].value == 28);
}

TEST_CASE("A pod CIDR that is expanded admits more nodes from then on") {
  Scenario scenario = a_scenario({a_pool("system", 2), a_pool("user", 15)});
  scenario.clusters[0].network.pod_cidr = *parse_cidr("10.244.0.0/20");   // 16 blocks; 2 + 1 and 15 + 2 want 20
  scenario.clusters[0].network.pod_cidr_expansions.push_back({SimTime{} + 1_h, *parse_cidr("10.244.0.0/19"), {}});
  const PoolCounts counts = [&](std::uint32_t, std::size_t pool) { return scenario.clusters[0].pools[pool].count; };
  const AddressRefusal before = address_admission(scenario, 0, counts, SimTime{});
  CHECK(before.code == Name("InsufficientPodCidr"));
  CHECK(before.missing == 4);
  CHECK(address_admission(scenario, 0, counts, SimTime{} + 1_h).admitted());
}

TEST_CASE("Sixteen writes of agent pools within a minute are worth a row, and the twentieth empties the bucket") {
  Subscription of;
  const auto taken = [&] { return of.platform.gauge(GaugeKind::ArmWritesTaken, "aks-prod", "agent pools"); };
  for (int i = 0; i < 15; ++i) REQUIRE(of.scale(2 + i % 2) == Verdict::Accepted);
  CHECK(taken() == -1);
  REQUIRE(of.scale(2) == Verdict::Accepted);
  CHECK(taken() == 16);
  for (int i = 0; i < 4; ++i) REQUIRE(of.scale(2 + i % 2) == Verdict::Accepted);
  CHECK(taken() == 20);
  CHECK(of.scale(2) == Verdict::TooManyRequests);
  of.platform.run_for(5_min);
  CHECK(of.scale(2) == Verdict::Accepted);
  CHECK(taken() == 16);   // five came back, one was taken
}

}  // namespace akstwin::testing
