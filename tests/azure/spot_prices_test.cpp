// Prices of spot markets, and what pools pay at most. Standard_D4ds_v5 in East US 2: on demand 0.226 USD an hour (facts I).
#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

#include "tests/azure/platform.hpp"

namespace akstwin::testing {
namespace {

constexpr std::string_view kSpotPool = "aks-prod/user";

Scenario spot_scenario(std::vector<int> zones = {1, 2}) {
  NodePoolSpec pool = autoscaled(a_pool("user", 4, std::move(zones)), 0, 8);
  pool.spot = true;
  Scenario scenario = a_scenario({pool});
  scenario.spot_market.eviction_rate = PartsPerMillion{0};
  SpotMarketOverride level;
  level.price = PartsPerMillion{500'000};
  scenario.spot_market.markets.push_back(level);
  return scenario;
}

struct Market {
  explicit Market(Scenario of, std::uint64_t seed = 1)
      : platform(std::move(of), seed), market(*platform.kernel, platform.timeline, platform.root, platform.scenario, platform.topology, *platform.scale_sets) {
    market.start();
  }
  Platform platform;
  SpotMarket market;
};

const std::vector<Sample>& prices(const Platform& platform, std::string_view place) {
  const Series* series = platform.timeline.find(key(GaugeKind::SpotPrice, Name("Standard_D4ds_v5"), Name(place)));
  REQUIRE(series != nullptr);
  return series->samples;
}

}  // namespace

TEST_CASE("Without volatility a market costs its level all the time: half of $0.226 is $0.113") {
  Market world(spot_scenario());
  world.platform.run_for(48_h);
  CHECK(prices(world.platform, "eastus2-1").size() == 1);
  CHECK(prices(world.platform, "eastus2-1").front().value == 113'000'000);
  CHECK(world.platform.gauge(GaugeKind::PoolSpotPrice, "aks-prod", kSpotPool) == 113'000'000);
}

TEST_CASE("A price path strays as far as stated, never above on demand, with five decimals, and differs by zone") {
  Scenario scenario = spot_scenario();
  scenario.spot_market.price_volatility = PartsPerMillion{300'000};
  Market world(scenario);
  world.platform.run_for(24_h * 365);
  const auto& one = prices(world.platform, "eastus2-1");
  double sum = 0, squares = 0;
  for (const Sample& sample : one) {
    REQUIRE(sample.value <= 226'000'000);
    REQUIRE(sample.value % 10'000 == 0);
    const double deviation = std::log(static_cast<double>(sample.value) / 113e6);
    sum += deviation;
    squares += deviation * deviation;
  }
  const auto n = static_cast<double>(one.size());
  // A year has about 365 / (3 / ln 2 × 2) = 42 independent stretches: the spread is known to about 11 %, the mean to 0.3 / √42 = 0.05.
  CHECK(std::sqrt(squares / n) > 0.2);
  CHECK(std::sqrt(squares / n) < 0.4);
  CHECK(std::abs(sum / n) < 0.15);
  CHECK(one[10].value != prices(world.platform, "eastus2-2")[10].value);
}

TEST_CASE("The same seed gives the same path; with full correlation the zones of a region share it") {
  Scenario scenario = spot_scenario();
  scenario.spot_market.price_volatility = PartsPerMillion{300'000};
  scenario.spot_market.region_correlation = PartsPerMillion{1'000'000};
  Market a(scenario), b(scenario);
  a.platform.run_for(48_h);
  b.platform.run_for(48_h);
  const auto &one = prices(a.platform, "eastus2-1"), &two = prices(a.platform, "eastus2-2"), &again = prices(b.platform, "eastus2-1");
  REQUIRE(one.size() == two.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    REQUIRE(one[i].value == two[i].value);
    REQUIRE(one[i].value == again[i].value);
  }
}

TEST_CASE("A pool with a maximum price is evicted when the market costs more, and gets nothing until it costs less") {
  Scenario scenario = spot_scenario({1});
  scenario.clusters[0].pools[0].spot_max_price = Money{120'000'000};
  Market world(scenario);
  const SpotMarketKey market{Name("Standard_D4ds_v5"), 0, 1};
  CHECK(world.platform.clusters[0]->preempted.empty());
  CHECK(world.platform.scale_sets->set_spot_price(market, Money{121'000'000}, 30_s) == 4);
  CHECK(world.platform.clusters[0]->preempted.size() == 4);
  world.platform.scale_sets->resize(world.platform.pool(kSpotPool), 2);
  CHECK(world.platform.row(kSpotPool).target == 0);
  CHECK(world.platform.row(kSpotPool).last_failure_code.text() == "ZonalAllocationFailed");
  CHECK(world.platform.scale_sets->set_spot_price(market, Money{120'000'000}, 30_s) == 0);
  world.platform.scale_sets->resize(world.platform.pool(kSpotPool), 2);
  CHECK(world.platform.row(kSpotPool).target == 2);
}

TEST_CASE("One market may be reclaimed more often than the others") {
  Scenario scenario = spot_scenario();
  SpotMarketOverride wild;
  wild.location = Name("eastus2");
  wild.zone = 2;
  wild.eviction_rate = PartsPerMillion{1'000'000};
  scenario.spot_market.markets.push_back(wild);
  Market world(scenario);
  world.platform.run_for(10_h);
  const auto reclaims = world.platform.events(EventKind::SpotMarketReclaim);
  CHECK(reclaims.size() == 10);
  for (const TimelineEvent& event : reclaims) CHECK(event.object.text() == "eastus2-2");
}

TEST_CASE("With full correlation every reclaim hits all zones of a size in the same hour") {
  Scenario scenario = spot_scenario();
  scenario.spot_market.eviction_rate = PartsPerMillion{300'000};
  scenario.spot_market.region_correlation = PartsPerMillion{1'000'000};
  Market world(scenario);
  world.platform.run_for(40_h);
  const auto reclaims = world.platform.events(EventKind::SpotMarketReclaim);
  REQUIRE(reclaims.size() >= 4);
  for (std::size_t i = 0; i + 1 < reclaims.size(); i += 2) CHECK(reclaims[i].at == reclaims[i + 1].at);
}

}  // namespace akstwin::testing
