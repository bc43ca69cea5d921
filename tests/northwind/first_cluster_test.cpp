// What docs/tutorial.md says about the first cluster.
#include <catch2/catch.hpp>

#include "models/world/simulate.hpp"
#include "scenarios/load.hpp"
#include "tests/northwind/northwind.hpp"

namespace akstwin::test {

TEST_CASE("The first cluster moves from one node to four and costs $763 a month, as the tutorial says") {
  LoadOptions options;
  options.path = std::string(AKSTWIN_SOURCE_DIR) + "/scenarios/catalog/first-cluster.yaml";
  Diagnostics diagnostics;
  const auto scenario = load_scenario(options, diagnostics);
  REQUIRE(scenario.has_value());
  const Answers answers = run(*scenario);
  CHECK(figure(answers, "pool.user.min") == 1);
  CHECK(figure(answers, "pool.user.max") == 4);   // 12.9 cores requested ÷ 3.86 a node
  // On paper 26 + 31 pods; the autoscaler's 10 % tolerance lets it stop a little earlier.
  CHECK(figure(answers, "pods.peak") == Approx(57).epsilon(0.1));
  CHECK(figure(answers, "cost.monthly") == Approx(763).epsilon(0.01));
}

}  // namespace akstwin::test
