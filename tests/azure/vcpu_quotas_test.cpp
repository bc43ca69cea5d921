#include "models/azure/vcpu_quotas.hpp"

#include <catch2/catch.hpp>

#include "tests/azure/platform.hpp"

namespace akstwin::testing {
namespace {

constexpr std::string_view kQuotaPool = "aks-prod/user", kSpot = "aks-prod/spot";

/// Two D4ds_v5 (four vCPUs each) of at most ten, under these quotas of eastus2.
Scenario limited(RegionQuotaSpec quota) {
  Scenario scenario = a_scenario({autoscaled(a_pool("user", 2), 0, 10)});
  quota.location = Name("eastus2");
  scenario.quotas.push_back(std::move(quota));
  return scenario;
}

RegionQuotaSpec of_family(std::int64_t vcpus) {
  RegionQuotaSpec quota;
  quota.families.push_back({Name("standardDDSv5Family"), vcpus, {}});
  return quota;
}

}  // namespace

TEST_CASE("A request above the family's quota is refused as a whole, and a smaller one is granted") {
  Platform platform(limited(of_family(20)));
  platform.scale_sets->resize(platform.pool(kQuotaPool), 6);   // 8 held + 4 × 4 = 24 > 20
  CHECK(platform.row(kQuotaPool).target == 2);
  CHECK(platform.row(kQuotaPool).last_failure_code.text() == "QuotaExceeded");
  const auto refused = platform.events(EventKind::PoolRefused);
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].value == 4);
  CHECK(refused[0].object.text() == "eastus2/standardDDSv5Family");
  platform.scale_sets->resize(platform.pool(kQuotaPool), 5);   // 8 + 3 × 4 = 20: exactly
  CHECK(platform.row(kQuotaPool).target == 5);
  CHECK(platform.scale_sets->quotas().used(Name("eastus2/standardDDSv5Family")) == 20);
}

TEST_CASE("vCPUs come back when a machine is gone, not when its deletion begins") {
  Platform platform(limited(of_family(8)));
  platform.scale_sets->resize(platform.pool(kQuotaPool), 1);
  platform.scale_sets->resize(platform.pool(kQuotaPool), 2);   // 8 still held
  CHECK(platform.row(kQuotaPool).target == 1);
  platform.run_for(20_min);
  CHECK(platform.scale_sets->quotas().used(Name("eastus2/standardDDSv5Family")) == 4);
  platform.scale_sets->resize(platform.pool(kQuotaPool), 2);
  CHECK(platform.row(kQuotaPool).target == 2);
}

TEST_CASE("A stopped pool gives its vCPUs back and needs them again to start") {
  RegionQuotaSpec quota;
  quota.total_vcpus = 8;
  Platform platform(limited(quota));
  platform.scale_sets->stop_pool(platform.pool(kQuotaPool));
  platform.run_for(20_min);
  CHECK(platform.scale_sets->quotas().used(Name("eastus2/cores")) == 0);
  platform.scale_sets->start_pool(platform.pool(kQuotaPool));
  CHECK(platform.row(kQuotaPool).target == 2);
  CHECK(platform.scale_sets->quotas().used(Name("eastus2/cores")) == 8);
}

TEST_CASE("Spot counts against its own quota and against no other") {
  RegionQuotaSpec quota = of_family(8);
  quota.total_vcpus = 8;
  quota.low_priority_vcpus = 12;
  Scenario scenario = limited(quota);
  NodePoolSpec spot = autoscaled(a_pool("spot", 0), 0, 10);
  spot.spot = true;
  scenario.clusters[0].pools.push_back(spot);
  Platform platform(scenario);
  platform.scale_sets->resize(platform.pool(kSpot), 3);
  CHECK(platform.row(kSpot).target == 3);
  CHECK(platform.scale_sets->quotas().used(Name("eastus2/cores")) == 8);
  platform.scale_sets->resize(platform.pool(kSpot), 4);   // 12 + 4 > 12
  CHECK(platform.row(kSpot).target == 3);
  CHECK(platform.events(EventKind::PoolRefused).front().object.text() == "eastus2/lowPriorityCores");
  // An eviction gives back when the notice is over.
  platform.run_for(30_min);
  platform.scale_sets->evict_spot(platform.pool(kSpot), 0, 1, 30_s);
  platform.run_for(31_s);
  CHECK(platform.scale_sets->quotas().used(Name("eastus2/lowPriorityCores")) == 8);
}

TEST_CASE("Clusters of one region share its quotas, those of another region do not") {
  RegionQuotaSpec quota;
  quota.total_vcpus = 20;
  Scenario scenario = limited(quota);
  ClusterSpec second = scenario.clusters.front();
  second.name = Name("aks-second");
  scenario.clusters.push_back(second);
  Platform platform(with_standby(scenario));
  CHECK(platform.scale_sets->quotas().used(Name("eastus2/cores")) == 16);   // 2 + 2 machines; the standby is in centralus
  platform.scale_sets->resize(platform.pool("aks-second/user"), 4);         // 16 + 8 > 20
  CHECK(platform.row("aks-second/user").target == 2);
  platform.scale_sets->resize(platform.pool("aks-standby/user"), 10);
  CHECK(platform.row("aks-standby/user").target == 10);
}

TEST_CASE("A pool whose first nodes exceed the quota starts without any") {
  Platform platform(limited(of_family(7)));
  CHECK(platform.row(kQuotaPool).target == 0);
  CHECK(platform.events(EventKind::PoolRefused).size() == 1);
}

TEST_CASE("Without a stated quota nothing is limited or counted") {
  Platform platform(a_scenario({autoscaled(a_pool("user", 2), 0, 300)}));
  platform.scale_sets->resize(platform.pool(kQuotaPool), 200);
  CHECK(platform.row(kQuotaPool).target == 200);
  CHECK(platform.scale_sets->quotas().used(Name("eastus2/cores")) == 0);
}

}  // namespace akstwin::testing
