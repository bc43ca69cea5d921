#include "sim/max_min.hpp"

#include <catch2/catch.hpp>
#include <numeric>

#include "sim/rng.hpp"

using namespace akstwin;

namespace {

FlowRoute over(std::initializer_list<std::uint32_t> links) {
  FlowRoute route;
  for (const std::uint32_t link : links) route.links[route.count++] = link;
  return route;
}

std::vector<double> shares(const std::vector<double>& capacity, const std::vector<FlowRoute>& routes, const std::vector<double>& weights) {
  std::vector<double> rates(routes.size(), -1);
  max_min_rates(capacity, routes, weights, rates);
  return rates;
}

}  // namespace

TEST_CASE("Flows on one link share it by weight") {
  CHECK(shares({120}, {over({0}), over({0}), over({0})}, {1, 1, 1}) == std::vector<double>{40, 40, 40});
  CHECK(shares({120}, {over({0}), over({0})}, {3, 1}) == std::vector<double>{90, 30});
}

TEST_CASE("What a flow cannot use goes to the others") {
  // Link 0 carries 100; flow 0 is held to 10 by link 1, so 1 and 2 get 45 each.
  CHECK(shares({100, 10}, {over({0, 1}), over({0}), over({0})}, {1, 1, 1}) == std::vector<double>{10, 45, 45});
  // Three links in a row, the textbook line: the long flow gets the least share, 4; the short ones the rest.
  CHECK(shares({10, 8, 20}, {over({0, 1, 2}), over({0}), over({1}), over({2})}, {1, 1, 1, 1}) == std::vector<double>{4, 6, 4, 16});
}

TEST_CASE("A flow whose latency has not passed gets nothing and takes nothing") {
  CHECK(shares({100}, {over({0}), over({0})}, {0, 1}) == std::vector<double>{0, 100});
  CHECK(shares({100}, {}, {}).empty());
}

TEST_CASE("Shares are feasible and every flow is held by a full link on which none of its weight gets more") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    const RngStream random({.seed = seed}, "max_min_test");
    const std::size_t links = 1 + random.below(12, 0), flows = 1 + random.below(60, 1);
    std::vector<double> capacity(links), weight(flows);
    std::vector<FlowRoute> route(flows);
    for (std::size_t i = 0; i < links; ++i) capacity[i] = 1 + static_cast<double>(random.below(1'000, 100 + i));
    for (std::size_t i = 0; i < flows; ++i) {
      weight[i] = 1 / static_cast<double>(1 + random.below(5'000, 1'000 + i));
      std::uint32_t link = 0;
      for (std::uint32_t hop = 0; hop < 3; ++hop) {   // ascending, so that no link comes twice
        link += static_cast<std::uint32_t>(random.below(links, 1'000 + i, hop + 1));
        if (link < links) route[i].links[route[i].count++] = link++;
      }
      if (route[i].count == 0) route[i] = over({0});
    }
    const std::vector<double> rate = shares(capacity, route, weight);
    std::vector<double> load(links, 0), highest(links, 0);
    for (std::size_t i = 0; i < flows; ++i)
      for (const std::uint32_t link : route[i].used()) {
        load[link] += rate[i];
        highest[link] = std::max(highest[link], rate[i] / weight[i]);
      }
    for (std::size_t i = 0; i < links; ++i) CHECK(load[i] <= capacity[i] * (1 + 1e-9));
    for (std::size_t i = 0; i < flows; ++i) {
      bool held = false;
      for (const std::uint32_t link : route[i].used())
        held = held || (load[link] >= capacity[link] * (1 - 1e-9) && rate[i] / weight[i] >= highest[link] * (1 - 1e-9));
      CAPTURE(i);
      CHECK(held);
    }
  }
}
