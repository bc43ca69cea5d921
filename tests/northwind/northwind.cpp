#include "tests/northwind/northwind.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "models/world/simulate.hpp"
#include "reports/figures.hpp"
#include "scenarios/load.hpp"

namespace akstwin::test {

Scenario northwind(Duration horizon, const Changes& changes) {
  LoadOptions options;
  options.path.assign(AKSTWIN_SOURCE_DIR).append("/scenarios/catalog/northwind.yaml");
  options.horizon = horizon;
  for (const std::string& change : changes) {
    const std::size_t equals = change.find('=');
    options.overrides.push_back({change.substr(0, equals), change.substr(equals + 1)});
  }
  Diagnostics diagnostics;
  auto scenario = load_scenario(options, diagnostics);
  std::ostringstream said;
  diagnostics.print(said);
  INFO(said.str());
  REQUIRE(scenario.has_value());
  CHECK_FALSE(diagnostics.has_errors());   // a shorter horizon warns of the steps that it leaves out
  return std::move(*scenario);
}

Answers run(const Scenario& scenario, std::uint32_t replication) {
  RunOptions options;
  options.replication = replication;
  options.kernel = KernelKind::Calendar;   // The SimGrid kernel runs once a process.
  return analyse(scenario, simulate(scenario, options).timeline, false);
}

double figure(const Answers& answers, const std::string& name) {
  const auto value = find_figure(answers.figures, name);
  INFO(name);
  REQUIRE(value.has_value());
  return *value;
}

double pool_cost(const Answers& answers, const std::string& pool) {
  for (const CostPart& part : answers.cost.by_pool)
    if (part.name == pool) return static_cast<double>(part.amount.nano) / 1e9;
  FAIL("no pool " << pool << " in the bill");
  return 0;
}

Changes game_day_at_once(const Changes& more) {
  Changes changes{"faults.steps.0.at=0d 14:00", "faults.steps.2.at=0d 18:30"};
  changes.insert(changes.end(), more.begin(), more.end());
  return changes;
}

Duration game_day_horizon() { return Duration{20LL * 3'600'000'000}; }

}  // namespace akstwin::test
