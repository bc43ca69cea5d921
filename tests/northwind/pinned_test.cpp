// A change of any number of this run is a change that the changelog has to explain ("Numbers that move").
#include <catch2/catch.hpp>

#include "tests/northwind/northwind.hpp"

namespace akstwin::test {

TEST_CASE("The timeline of two days of Northwind is pinned") {
  const Scenario scenario = northwind(Duration{2LL * 86'400'000'000});
  CHECK(run(scenario).timeline_hash == 0x99c56d725fc547f1ULL);
}

}  // namespace akstwin::test
