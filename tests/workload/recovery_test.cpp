#include "models/workload/recovery_monitor.hpp"

#include <catch2/catch.hpp>

#include "models/workload/delivery.hpp"
#include "tests/workload/load_platform.hpp"

namespace akstwin::testing {
namespace {

struct RecoveryWorld : LoadWorld {
  explicit RecoveryWorld(Scenario of) : LoadWorld(std::move(of)) {
    data = std::make_unique<DataReplication>(*kernel, timeline, root, scenario, regions, cloud);
    monitor = std::make_unique<RecoveryMonitor>(*kernel, timeline, cloud, *load, *data, clusters,
                                                std::vector<Name>{Name("aks-prod"), Name("aks-standby")});
    load->start();
  }
  void lose(std::uint32_t region) {
    cloud.region_up[region] = false;
    set_ready(false, region);
    const OutageNotice notice{regions[region], region, 0, kernel->now()};
    load->outage_began(notice);
    data->outage_began(notice);
    monitor->outage_began(notice);
  }
  void move_traffic(std::uint32_t to) {
    const std::uint32_t from = std::exchange(cloud.active_origin, to);
    load->traffic_moved(from, to);
  }
  std::unique_ptr<DataReplication> data;
  std::unique_ptr<RecoveryMonitor> monitor;
};

Scenario two_regions() {
  Scenario scenario = a_load({a_deployment("orders", "api", 4), a_deployment("orders", "pricing", 2)},
                             {an_edge_service("orders/api", 100'000), a_service("orders/pricing")}, 2);
  scenario.services[0].calls.push_back({Name("orders/pricing"), {1'000'000}});
  return scenario;
}

Duration phase(const RecoveryWorld& world, std::string_view name) {
  for (const TimelineEvent& event : world.events(EventKind::RecoveryPhase))
    if (event.object.text() == name) return {event.value};
  return {-1};
}

}  // namespace

TEST_CASE("Recovery takes until the last service serves where traffic goes, to the next check of five seconds") {
  RecoveryWorld world(two_regions());
  world.workload("orders/pricing", 1).ready = 0;
  world.states[1].pending = 2;
  world.run_for(1_h);
  world.lose(0);
  world.run_for(3_min);
  world.move_traffic(1);
  world.run_for(2_min);
  REQUIRE(world.events(EventKind::Recovered).empty());
  world.states[1].pending = 0;                     // 5:00 machines came
  world.run_for(62_s);
  world.workload("orders/pricing", 1).ready = 2;   // 6:02
  world.run_for(10_min);
  const auto recovered = world.events(EventKind::Recovered);
  REQUIRE(recovered.size() == 1);
  REQUIRE(Duration{recovered[0].value} == 6_min + 5_s);
  REQUIRE(recovered[0].object == Name("aks-standby"));
  REQUIRE(phase(world, "serving") == 6_min + 5_s);
  REQUIRE(phase(world, "capacity") == 5_min + 5_s);   // the check at 5:00 came before the machines
  REQUIRE(phase(world, "data") == Duration{-1});       // no stores
  const auto serving = world.events(EventKind::WorkloadServing);
  REQUIRE(serving.size() == 2);
  REQUIRE(serving[0].subject.text() == "aks-standby/orders/api");   // It served no better than what it calls.
  REQUIRE_FALSE(world.monitor->watching());
}

TEST_CASE("The loss of a region without traffic is no outage to recover from") {
  RecoveryWorld world(two_regions());
  world.lose(1);
  REQUIRE_FALSE(world.monitor->watching());
}

TEST_CASE("A platform whose database is still in the lost region has not recovered; failing it over loses its lag") {
  Scenario scenario = two_regions();
  DataStoreSpec sql;
  sql.name = Name("sql");
  sql.regions = {Name("eastus2"), Name("centralus")};
  sql.replication_lag = {2_s, 2_s};
  sql.failover_time = {30_s, 30_s};
  scenario.data.push_back(sql);
  RecoveryWorld world(scenario);
  world.lose(0);
  world.move_traffic(1);
  world.run_for(10_min);
  REQUIRE(world.events(EventKind::Recovered).empty());
  world.data->fail_over(0, {}, 1_min);
  world.run_for(5_min);
  REQUIRE(world.cloud.data_region[0] == Name("centralus"));
  const auto moved = world.events(EventKind::DataFailedOver);
  REQUIRE(moved.size() == 1);
  REQUIRE(moved[0].at == SimTime{} + 11_min + 30_s);
  REQUIRE(moved[0].value == (2_s).us);
  REQUIRE(Duration{world.events(EventKind::Recovered).at(0).value} == 11_min + 30_s);
  REQUIRE(phase(world, "data") == 11_min + 30_s);
  world.cloud.region_up[0] = true;
  world.data->fail_over(0, Name("eastus2"), 0_s);   // back again, from a region that is up: nothing is lost
  world.run_for(5_min);
  REQUIRE(world.events(EventKind::DataFailedOver).at(1).value == 0);
}

TEST_CASE("Stores that write in several regions fail over by themselves") {
  Scenario scenario = two_regions();
  DataStoreSpec cosmos;
  cosmos.name = Name("cosmos");
  cosmos.kind = DataKind::CosmosDb;
  cosmos.regions = {Name("eastus2"), Name("centralus")};
  cosmos.multi_region_writes = true;
  cosmos.failover_time = {10_s, 10_s};
  scenario.data.push_back(cosmos);
  RecoveryWorld world(scenario);
  world.lose(0);
  world.run_for(10_s);
  REQUIRE(world.data->writable());
  REQUIRE(world.cloud.data_region[0] == Name("centralus"));
}

namespace {

struct Deliveries final : ConfigRepository, BuildListener {
  void merged(Name workload, SimTime at) override { merges.push_back({workload.str(), at}); }
  void build_done(const BuildDone& build) override {
    images += build.images;
    vcpu_seconds += build.vcpu_seconds;
    failed += build.images == 0 ? 1 : 0;
  }
  std::vector<std::pair<std::string, SimTime>> merges;
  std::int64_t images = 0, vcpu_seconds = 0, failed = 0;
};

Scenario with_delivery(double commits) {
  Scenario scenario = a_load({a_deployment("orders", "api", 1), a_deployment("kube-system", "coredns", 1)}, {});
  scenario.delivery.enabled = true;
  scenario.delivery.commits_per_weekday = commits;
  return scenario;
}

}  // namespace

TEST_CASE("Commits come on weekdays within their hours, as many as stated, and are merged after pipeline and review") {
  LoadWorld world(with_delivery(40));
  Deliveries got;
  Delivery delivery({*world.kernel, world.timeline, world.root, world.scenario, got, &got});
  delivery.start();
  world.run_for(28_d);
  // 20 weekdays · 40 = 800, standard deviation √800 = 28.
  REQUIRE(std::abs(static_cast<int>(got.merges.size()) - 800) < 3 * 28);
  const Duration pipeline = 240_s + 180_s + 120_s + 60_s + 15_s + 30_s;   // 10 min 45 s
  std::vector<std::int64_t> reviews;
  for (const TimelineEvent& event : world.events(EventKind::CommitMerged)) {
    REQUIRE(event.subject.text() == "aks-prod/orders/api");
    const CivilTime committed = world.scenario.start.civil(event.at - Duration{event.value});
    REQUIRE(committed.weekday >= 1);
    REQUIRE(committed.weekday <= 5);
    REQUIRE(committed.hour >= 9);
    REQUIRE(committed.hour < 18);
    reviews.push_back(event.value - pipeline.us);
  }
  std::sort(reviews.begin(), reviews.end());
  REQUIRE(reviews.front() > 0);
  REQUIRE(static_cast<double>(reviews[reviews.size() / 2]) == Approx(12 * 60e6).epsilon(0.15));   // median 12 min
  REQUIRE(got.images == static_cast<std::int64_t>(got.merges.size()));
  REQUIRE(got.vcpu_seconds == got.images * 2 * 240);   // 2 vCPU for the 4 minutes of the build
}

TEST_CASE("Pipelines wait for an agent, and a failed one comes back an hour later") {
  Scenario scenario = with_delivery(60);
  scenario.delivery.agents = 1;
  scenario.delivery.failure_rate = {200'000};
  scenario.delivery.hour_from = 9;
  scenario.delivery.hour_to = 10;                 // 60 commits in an hour that does 5.6 pipelines
  scenario.delivery.builds_per_commit_milli = 2'500;
  LoadWorld world(scenario);
  Deliveries got;
  Delivery delivery({*world.kernel, world.timeline, world.root, world.scenario, got, &got});
  delivery.start();
  world.run_for(10_h);
  REQUIRE(delivery.waiting() > 30);
  world.run_for(14_h);                            // the rest of Monday: 15 h of 5.58 pipelines are 83
  const auto done = static_cast<std::int64_t>(got.merges.size()) + got.failed;
  REQUIRE(got.failed > 3);
  REQUIRE(done > 55);
  REQUIRE(got.images >= static_cast<std::int64_t>(got.merges.size()) * 5 / 2 - 1);
}

}  // namespace akstwin::testing
