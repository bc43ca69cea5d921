// Machines that fail, are switched off, are refused for a while, or lose a part of their zone.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "tests/azure/platform.hpp"

namespace akstwin::testing {
namespace {

constexpr std::string_view kUser = "aks-prod/user";

NodePoolSpec switching_off(NodePoolSpec pool) {
  pool.scale_down = Removal::Deallocate;
  pool.ephemeral_os_disk = false;
  return pool;
}

AllocationWindowSpec window(int zone, Duration from, Duration lasts) {
  AllocationWindowSpec out;
  out.location = Name("eastus2");
  out.zone = zone;
  out.at = SimTime{} + from;
  out.duration = lasts;
  return out;
}

std::int64_t in_state(const Platform& platform, InstanceState state) {
  std::int64_t count = 0;
  for (const InstanceId id : platform.row(kUser).instances) count += platform.cloud.instances[id].state == state ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("Machines without a scale set are numbered in decimal") {
  REQUIRE(single_machine_name(Name("user"), 12).text() == "aks-user-vms12");
  NodePoolSpec pool = a_pool("user", 2);
  pool.single_machines = true;
  Platform platform(a_scenario({pool}));
  REQUIRE(platform.clusters[0]->joined[1].first == "aks-user-vms1");
}

TEST_CASE("What is scaled in with Deallocate leaves the cluster, keeps disk, address and quota, and is started first") {
  Scenario scenario = a_scenario({switching_off(autoscaled(a_pool("user", 3, {}), 0, 6))});
  scenario.quotas.push_back({.location = Name("eastus2"), .total_vcpus = 16, .low_priority_vcpus = {}, .families = {}, .declared_at = {}});   // 4 machines
  Platform platform(scenario);
  const std::vector<NodeId> newest{platform.clusters[0]->nodes[2]};
  REQUIRE(platform.scale_sets->remove(platform.pool(kUser), newest, Name("ScaleDown")) == 1);
  platform.run_for(20_min);
  CHECK(platform.clusters[0]->gone.size() == 1);
  CHECK(platform.gauge(GaugeKind::NodesAllocated, "aks-prod", kUser) == 2);
  CHECK(platform.gauge(GaugeKind::NodesDeallocated, "aks-prod", kUser) == 1);
  CHECK(platform.gauge(GaugeKind::SubnetUsed, "vnet/nodes", "nodes") == 3);
  CHECK(platform.scale_sets->quotas().used(Name("eastus2/cores")) == 12);
  // Two more: the one that is off, and a new one. 16 vCPUs hold four.
  platform.scale_sets->resize(platform.pool(kUser), 4);
  platform.run_for(30_min);
  CHECK(in_state(platform, InstanceState::Running) == 4);
  CHECK(platform.gauge(GaugeKind::NodesDeallocated, "aks-prod", kUser) == 0);
  CHECK(platform.cloud.instances.live() == 4);
  // It started in the time that a start takes: draw 1 of machine 2, p50 90 s.
  const RngStream boot(platform.root, "azure/vmss/pool=aks-prod/user/boot");
  const auto ready = platform.events(EventKind::NodeReady);
  CHECK(std::ranges::any_of(ready, [&](const TimelineEvent& event) { return event.value == NodeTimesSpec{}.start.quantile(boot.uniform(2, 1)).us; }));
}

TEST_CASE("Evicted with policy Deallocate, a spot machine keeps its place: while its market is closed the pool cannot grow past its maximum") {
  NodePoolSpec pool = autoscaled(a_pool("user", 2, {1}), 0, 2);
  pool.spot = true;
  pool.eviction = Removal::Deallocate;
  Platform platform(a_scenario({pool}));
  const SpotMarketKey market{Name("Standard_D4ds_v5"), 0, 1};
  platform.scale_sets->close_market(market, platform.kernel->now() + 1_h);
  REQUIRE(platform.scale_sets->reclaim(market, 2, 30_s) == 2);
  platform.run_for(1_min);
  CHECK(in_state(platform, InstanceState::Deallocated) == 2);
  platform.scale_sets->resize(platform.pool(kUser), 1);
  CHECK(platform.row(kUser).last_failure_code.text() == "SkuNotAvailable");
  platform.run_for(1_h);
  platform.scale_sets->resize(platform.pool(kUser), 2);
  platform.run_for(30_min);
  CHECK(in_state(platform, InstanceState::Running) == 2);
  CHECK(platform.cloud.instances.live() == 2);
}

TEST_CASE("A share of new machines fails to come: they stay in the target, are billed and never join until somebody deletes them") {
  NodePoolSpec pool = autoscaled(a_pool("user", 0, {}), 0, 200);
  pool.provisioning_failure_rate = PartsPerMillion{100'000};
  Platform platform(a_scenario({pool}));
  platform.scale_sets->resize(platform.pool(kUser), 200);
  platform.run_for(2_h);
  const auto failed = static_cast<std::int64_t>(platform.events(EventKind::NodeFailed).size());
  // 200 draws at 10 %: 20 on average, standard deviation 4.2.
  CHECK(failed >= 8);
  CHECK(failed <= 32);
  CHECK(static_cast<std::int64_t>(platform.clusters[0]->joined.size()) == 200 - failed);
  CHECK(platform.row(kUser).target == 200);
  CHECK(platform.row(kUser).last_failure_code.text() == "ProvisioningFailed");
  for (const InstanceId id : std::vector<InstanceId>(platform.row(kUser).instances))
    if (platform.cloud.instances[id].failed) CHECK(platform.scale_sets->remove_machine(platform.pool(kUser), platform.cloud.instances[id].node_name, Name("Failed")));
  platform.run_for(1_h);
  CHECK(platform.row(kUser).target == 200 - failed);
  CHECK(platform.gauge(GaugeKind::NodesAllocated, "aks-prod", kUser) == 200 - failed);
}

TEST_CASE("While a zone has no machines to give, new ones come to the others; with all zones shut the request is refused by name") {
  Scenario scenario = a_scenario({autoscaled(a_pool("user", 0), 0, 9)});
  scenario.allocation = {window(1, 0_s, 1_h), window(0, 30_min, 30_min)};
  Platform platform(scenario);
  platform.scale_sets->resize(platform.pool(kUser), 4);
  CHECK(platform.by_zone(kUser) == std::vector<int>{0, 2, 2});
  platform.run_for(31_min);
  platform.scale_sets->resize(platform.pool(kUser), 5);
  CHECK(platform.row(kUser).target == 4);
  CHECK(platform.events(EventKind::PoolRefused).back().detail.text() == "AllocationFailed");
  platform.run_for(30_min);
  platform.scale_sets->resize(platform.pool(kUser), 6);
  CHECK(platform.by_zone(kUser) == std::vector<int>{2, 2, 2});   // recovery does not rebalance; new machines do
}

TEST_CASE("A pool pinned to one zone waits for that zone") {
  Scenario scenario = a_scenario({autoscaled(a_pool("user", 0, {2}), 0, 9)});
  scenario.allocation = {window(2, 0_s, 1_h)};
  Platform platform(scenario);
  platform.scale_sets->resize(platform.pool(kUser), 2);
  CHECK(platform.row(kUser).target == 0);
  platform.run_for(61_min);
  platform.scale_sets->resize(platform.pool(kUser), 2);
  CHECK(platform.row(kUser).target == 2);
}

TEST_CASE("A window that counts machines gives as many and then none; another size and spot machines are not concerned") {
  Scenario scenario = a_scenario({autoscaled(a_pool("user", 0), 0, 9), autoscaled(a_pool("other", 0), 0, 9)});
  scenario.clusters[0].pools[1].vm_size = Name("Standard_D8ds_v5");
  AllocationWindowSpec few = window(0, 0_s, 0_s);
  few.vm_size = Name("Standard_D4ds_v5");
  few.spot = false;
  few.machines = 3;
  scenario.allocation = {few};
  Platform platform(scenario);
  platform.scale_sets->resize(platform.pool(kUser), 5);
  platform.scale_sets->resize(platform.pool("aks-prod/other"), 5);
  CHECK(platform.row(kUser).target == 3);
  CHECK(platform.row(kUser).last_failure_code.text() == "AllocationFailed");
  CHECK(platform.row("aks-prod/other").target == 5);
}

TEST_CASE("In a brown-out about the stated share of machines is refused, and asking again helps") {
  Scenario scenario = a_scenario({autoscaled(a_pool("user", 0, {1}), 0, 400)});
  AllocationWindowSpec half = window(1, 0_s, 0_s);
  half.refused = PartsPerMillion{500'000};
  scenario.allocation = {half};
  scenario.networks.clear();
  scenario.clusters[0].network.pod_cidr = *parse_cidr("10.240.0.0/12");
  Platform platform(scenario);
  std::int64_t tries = 0;
  while (platform.row(kUser).target < 200) {
    platform.scale_sets->resize(platform.pool(kUser), platform.row(kUser).target + 1);
    platform.run_for(1_min);
    REQUIRE(++tries < 1000);
  }
  // 200 successes at one half take 400 tries, standard deviation 20.
  CHECK(tries > 330);
  CHECK(tries < 470);
}

TEST_CASE("A partial outage silences that share of the zone's machines, rounded up, and the zone goes on giving new ones") {
  Platform platform(a_scenario({autoscaled(a_pool("user", 9), 0, 12)}));
  Outages outages(*platform.kernel, platform.timeline, platform.topology, platform.cloud, *platform.scale_sets, platform.registrars(), platform.scenario);
  outages.lose_part_of_zone(Name("eastus2"), 1, 500'000, 1_h);
  CHECK(platform.clusters[0]->unreachable == 2);   // half of three
  CHECK(platform.gauge(GaugeKind::ZoneNodes, "aks-prod", kUser, "1") == 1);
  platform.scale_sets->resize(platform.pool(kUser), 12);
  platform.run_for(30_min);
  CHECK(platform.by_zone(kUser) == std::vector<int>{4, 4, 4});
  CHECK(platform.gauge(GaugeKind::ZoneNodes, "aks-prod", kUser, "1") == 2);
  // The whole zone on top of it, for a while: two machines of four go, the two are silent already.
  outages.lose_zone(Name("eastus2"), 1, 10_min);
  CHECK(platform.clusters[0]->unreachable == 4);
  platform.run_for(10_min);
  CHECK(platform.clusters[0]->unreachable == 2);
  platform.run_for(30_min);
  CHECK(platform.clusters[0]->unreachable == 0);
  CHECK(platform.events(EventKind::OutageBegan).front().detail.text() == "part of zone");
}

TEST_CASE("A lost control plane takes nothing but itself") {
  Platform platform(a_scenario({a_pool("user", 3)}));
  Outages outages(*platform.kernel, platform.timeline, platform.topology, platform.cloud, *platform.scale_sets, platform.registrars(), platform.scenario);
  const SiteId site = platform.topology.control_plane[0];
  outages.lose_control_plane(0, 1_h);
  CHECK_FALSE(platform.kernel->site_up(site));
  CHECK(platform.clusters[0]->unreachable == 0);
  CHECK(platform.cloud.region_up[0]);
  outages.lose_region(Name("eastus2"), 10_min);
  platform.run_for(10_min);
  CHECK_FALSE(platform.kernel->site_up(site));   // the region is back, the control plane is not
  platform.run_for(50_min);
  CHECK(platform.kernel->site_up(site));
}

TEST_CASE("With failures, switched-off machines, brown-outs and partial outages the books stay right") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    NodePoolSpec pool = switching_off(autoscaled(a_pool("user", 4), 0, 12));
    pool.spot = true;
    pool.eviction = seed % 2 == 0 ? Removal::Deallocate : Removal::Delete;
    pool.provisioning_failure_rate = PartsPerMillion{50'000};
    Scenario scenario = a_scenario({pool});
    AllocationWindowSpec brown = window(1, 1_h, 2_h);
    brown.refused = PartsPerMillion{600'000};
    scenario.allocation = {brown, window(2, 2_h, 30_min)};
    scenario.quotas.push_back({.location = Name("eastus2"), .total_vcpus = {}, .low_priority_vcpus = 48, .families = {}, .declared_at = {}});
    Platform platform(scenario, seed);
    Outages outages(*platform.kernel, platform.timeline, platform.topology, platform.cloud, *platform.scale_sets, platform.registrars(), platform.scenario);
    const RngStream stream({.seed = seed}, "test");
    const PoolId id = platform.pool(kUser);
    for (std::uint32_t step = 0; step < 250; ++step) {
      const auto amount = static_cast<std::int64_t>(stream.below(13, step, 1));
      const bool up = platform.scale_sets->region_up(id);
      switch (stream.below(8, step, 2)) {
        case 0: case 1: case 2: if (up) platform.scale_sets->resize(id, amount); break;
        case 3: platform.scale_sets->evict_spot(id, static_cast<int>(amount % 4), 1 + amount % 3, 30_s); break;
        case 4: outages.lose_part_of_zone(Name("eastus2"), 1 + static_cast<int>(amount % 3), 400'000, 6_min); break;
        case 5: if (amount < 2) outages.lose_zone(Name("eastus2"), 2, 5_min); else if (amount == 2) outages.lose_region(Name("eastus2"), 7_min); break;
        case 6: if (up && amount == 1) platform.scale_sets->stop_pool(id); else if (up) platform.scale_sets->start_pool(id); break;
        default:
          for (const InstanceId machine : std::vector<InstanceId>(platform.row(kUser).instances))
            if (platform.cloud.instances[machine].failed) platform.scale_sets->remove_machine(id, platform.cloud.instances[machine].node_name, Name("Failed"));
      }
      platform.run_for(1_s * static_cast<std::int64_t>(stream.below(150, step, 3)));
      INFO("seed " << seed << " step " << step);
      REQUIRE(platform.addresses.consistent());
      const Pool& row = platform.row(kUser);
      std::int64_t wanted = 0, off = 0;
      std::set<std::uint32_t> slots;
      for (const InstanceId machine : row.instances) {
        const Instance& instance = platform.cloud.instances[machine];
        off += instance.state == InstanceState::Deallocated ? 1 : 0;
        if (!is_wanted(instance.state)) continue;
        ++wanted;
        slots.insert(instance.slot);
      }
      const auto all = static_cast<std::int64_t>(row.instances.size());
      REQUIRE(row.target == wanted);
      REQUIRE(slots.size() == static_cast<std::size_t>(wanted));
      REQUIRE(wanted <= row.max);
      REQUIRE(platform.gauge(GaugeKind::NodesAllocated, "aks-prod", kUser) == all - off);
      REQUIRE(platform.gauge(GaugeKind::NodesDeallocated, "aks-prod", kUser) == off);
      REQUIRE(platform.addresses.used(0) >= 1 + all);
      REQUIRE(platform.scale_sets->quotas().used(Name("eastus2/lowPriorityCores")) == 4 * all);
    }
  }
}

}  // namespace akstwin::testing
