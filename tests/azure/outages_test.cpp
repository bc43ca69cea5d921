#include "tests/azure/platform.hpp"

#include <catch2/catch.hpp>

#include "models/azure/sim_cloud_api.hpp"

namespace akstwin::testing {
namespace {

struct Listener final : OutageListener {
  void outage_began(const OutageNotice& outage) override { heard.push_back("began " + outage.region.str() + std::to_string(outage.zone)); }
  void outage_ended(const OutageNotice& outage) override { heard.push_back("ended " + outage.region.str() + std::to_string(outage.zone)); }
  std::vector<std::string> heard;
};

struct NoData final : DataFailover {
  void fail_over(std::uint32_t, Name, Duration) override { ++asked; }
  int asked = 0;
};

struct World {
  explicit World(Scenario scenario, std::uint64_t seed = 1)
      : platform(std::move(scenario), seed),
        outages(*platform.kernel, platform.timeline, platform.topology, platform.cloud, *platform.scale_sets, platform.registrars(), platform.scenario) {
    outages.add_listener(listener);
  }
  bool site_up(std::uint32_t pool, std::uint32_t slot) const { return platform.kernel->site_up(platform.topology.nic_slots[pool][slot]); }
  Platform platform;
  Outages outages;
  Listener listener;
};

}  // namespace

TEST_CASE("A lost region takes its sites and clusters away and gives them back; the other region never notices") {
  World world(with_standby(a_scenario({a_pool("user", 3)})));
  world.outages.lose_region(Name("eastus2"), 1_h);
  REQUIRE_FALSE(world.site_up(0, 0));
  REQUIRE(world.site_up(1, 0));
  REQUIRE_FALSE(world.platform.kernel->site_up(world.platform.topology.control_plane[0]));
  REQUIRE_FALSE(world.platform.cloud.region_up[0]);
  REQUIRE(world.platform.clusters[0]->region == std::vector<bool>{false});
  REQUIRE(world.platform.gauge(GaugeKind::NodesAllocated, "aks-prod", "aks-prod/user") == 3);   // The bill runs on.
  world.platform.run_for(1_h);
  REQUIRE(world.site_up(0, 0));
  REQUIRE(world.platform.clusters[0]->region == std::vector<bool>{false, true});
  REQUIRE(world.platform.clusters[1]->region.empty());
  REQUIRE(world.listener.heard == std::vector<std::string>{"began eastus20", "ended eastus20"});
}

TEST_CASE("Overlapping outages of a region count as one, until the last of them ends") {
  World world(a_scenario({a_pool("user", 1)}));
  world.outages.lose_region(Name("eastus2"), 1_h);
  world.platform.run_for(30_min);
  world.outages.lose_region(Name("eastus2"), 1_h);
  world.platform.run_for(45_min);
  REQUIRE_FALSE(world.platform.cloud.region_up[0]);
  world.platform.run_for(15_min);
  REQUIRE(world.platform.cloud.region_up[0]);
  REQUIRE(world.platform.events(EventKind::OutageBegan).size() == 1);
  REQUIRE(world.platform.events(EventKind::OutageEnded).size() == 1);
}

TEST_CASE("Machines of a lost zone stop answering, those booting there are refused, and new ones go elsewhere") {
  World world(a_scenario({autoscaled(a_pool("user", 6), 0, 12)}));
  Platform& platform = world.platform;
  const PoolId pool = platform.pool("aks-prod/user");
  platform.scale_sets->resize(pool, 9);                       // one more boots in each zone
  world.outages.lose_zone(Name("eastus2"), 2, 2_h);
  REQUIRE(platform.clusters[0]->unreachable == 2);
  REQUIRE(platform.gauge(GaugeKind::ZoneNodes, "aks-prod", "aks-prod/user", "2") == 0);
  REQUIRE(platform.row("aks-prod/user").target == 8);
  REQUIRE(platform.row("aks-prod/user").last_failure_code == Name("ZonalAllocationFailed"));
  platform.scale_sets->resize(pool, 12);
  REQUIRE(platform.by_zone("aks-prod/user") == std::vector<int>{5, 2, 5});
  platform.run_for(2_h);
  REQUIRE(platform.clusters[0]->unreachable == 0);
  REQUIRE(platform.gauge(GaugeKind::ZoneNodes, "aks-prod", "aks-prod/user", "2") == 2);
  REQUIRE(platform.events(EventKind::OutageBegan)[0].subject == Name("eastus2-2"));
}

TEST_CASE("A zone that is still lost stays so when the rest of the region comes back") {
  World world(a_scenario({a_pool("user", 3)}));
  world.outages.lose_zone(Name("eastus2"), 1, 4_h);
  world.outages.lose_region(Name("eastus2"), 1_h);
  world.platform.run_for(2_h);
  REQUIRE_FALSE(world.site_up(0, 0));   // the machine of zone 1
  REQUIRE(world.site_up(0, 1));
  world.platform.run_for(2_h);
  REQUIRE(world.site_up(0, 0));
}

TEST_CASE("Boots and deletions of a lost region start over when it is back") {
  World world(a_scenario({autoscaled(a_pool("user", 2), 0, 6)}));
  Platform& platform = world.platform;
  const PoolId pool = platform.pool("aks-prod/user");
  platform.scale_sets->resize(pool, 4);
  platform.scale_sets->remove(pool, std::vector<NodeId>{platform.clusters[0]->nodes[0]}, Name("ScaleDown"));
  world.outages.lose_region(Name("eastus2"), 3_h);
  platform.run_for(3_h - 1_us);
  REQUIRE(platform.clusters[0]->joined.size() == 2);
  REQUIRE(platform.clusters[0]->gone.empty());
  platform.run_for(30_min);
  REQUIRE(platform.clusters[0]->joined.size() == 4);
  REQUIRE(platform.clusters[0]->gone.size() == 1);
}

TEST_CASE("ARM refuses pools of a lost region and does not find what never was") {
  World world(a_scenario({autoscaled(a_pool("user", 2), 0, 6)}));
  Platform& platform = world.platform;
  FrontDoor door(*platform.kernel, platform.timeline, platform.root, platform.scenario, platform.topology, platform.cloud);
  NoData data;
  SimCloudApi api(platform.cloud, *platform.scale_sets, door, data, 30_s);
  const PoolId pool = platform.pool("aks-prod/user");
  REQUIRE(api.submit(ResizePool{pool, 3, {}}) == Verdict::Accepted);
  REQUIRE(platform.row("aks-prod/user").target == 3);
  REQUIRE(api.submit(ResizePool{PoolId{9, 1}, 3, {}}) == Verdict::NotFound);
  REQUIRE(api.submit(EvictSpotInstances{pool, 0, 1}) == Verdict::Refused);   // not a spot pool
  REQUIRE(api.submit(RouteEdge{0, {}}) == Verdict::NotFound);                 // no edge
  REQUIRE(api.submit(FailOverData{0, {}, {}}) == Verdict::NotFound);          // no store
  REQUIRE(api.submit(DeleteInstances{pool, {platform.clusters[0]->nodes[0]}, {}}) == Verdict::Accepted);
  REQUIRE(api.submit(StopPool{pool}) == Verdict::Accepted);
  REQUIRE(api.submit(ResizePool{pool, 3, {}}) == Verdict::Refused);           // stopped
  REQUIRE(api.submit(StartPool{pool}) == Verdict::Accepted);
  world.outages.lose_region(Name("eastus2"), 1_h);
  REQUIRE(api.submit(ResizePool{pool, 5, {}}) == Verdict::Refused);
  REQUIRE(data.asked == 0);
}

TEST_CASE("A reclaim takes the stated share of the zone, rounded up, newest first, and closes the market for a while") {
  NodePoolSpec spot = autoscaled(a_pool("spot", 5, {1}), 0, 20);
  spot.spot = true;
  Scenario scenario = a_scenario({spot});
  scenario.spot_market.eviction_rate = {1'000'000};    // every hour
  scenario.spot_market.reclaimed_share = {500'000};
  Platform platform(scenario);
  SpotMarket market(*platform.kernel, platform.timeline, platform.root, platform.scenario, platform.topology, *platform.scale_sets);
  market.start();
  platform.run_for(1_h - 1_us);
  const auto reclaims = platform.events(EventKind::SpotMarketReclaim);
  REQUIRE(reclaims.size() == 1);
  REQUIRE(reclaims[0].value == 3);                     // ⌈5 · 0.5⌉
  REQUIRE(reclaims[0].object == Name("eastus2-1"));
  REQUIRE(platform.row("aks-prod/spot").target == 2);
  for (const TimelineEvent& notice : platform.events(EventKind::SpotNotice)) REQUIRE(notice.subject.text().back() >= '2');
}

TEST_CASE("While a market is out of stock its zone takes no new spot machine, and none at all when it is the only one") {
  NodePoolSpec spot = autoscaled(a_pool("spot", 0, {1, 2}), 0, 20);
  spot.spot = true;
  Platform platform(a_scenario({spot}));
  const PoolId pool = platform.pool("aks-prod/spot");
  platform.scale_sets->close_market({Name("Standard_D4ds_v5"), 0, 1}, SimTime{} + 30_min);
  platform.scale_sets->resize(pool, 3);
  REQUIRE(platform.by_zone("aks-prod/spot") == std::vector<int>{0, 3, 0});
  platform.scale_sets->close_market({Name("Standard_D4ds_v5"), 0, 2}, SimTime{} + 30_min);
  platform.scale_sets->resize(pool, 5);
  REQUIRE(platform.row("aks-prod/spot").target == 3);
  REQUIRE(platform.row("aks-prod/spot").last_failure_code == Name("ZonalAllocationFailed"));
  platform.run_for(30_min);
  platform.scale_sets->resize(pool, 5);
  REQUIRE(platform.by_zone("aks-prod/spot") == std::vector<int>{2, 3, 0});
}

TEST_CASE("Evictions depend on market and hour only: a second pool of the same size is hit in the same hours") {
  const auto hours = [](const Platform& platform) {
    std::vector<std::int64_t> out;
    for (const TimelineEvent& event : platform.events(EventKind::SpotMarketReclaim)) out.push_back(event.at.us);
    return out;
  };
  NodePoolSpec spot = autoscaled(a_pool("spot", 3, {1}), 0, 20), more = autoscaled(a_pool("more", 2, {1}), 0, 20);
  spot.spot = more.spot = true;
  Platform one(a_scenario({spot})), two(a_scenario({more, spot}));
  for (Platform* platform : {&one, &two}) {
    SpotMarket market(*platform->kernel, platform->timeline, platform->root, platform->scenario, platform->topology, *platform->scale_sets);
    market.start();
    platform->run_for(20_d);
  }
  REQUIRE(hours(one).size() > 10);   // 480 hours at 5 %: 24 expected
  REQUIRE(hours(one).size() < 45);
  REQUIRE(hours(one) == hours(two));
}

}  // namespace akstwin::testing
