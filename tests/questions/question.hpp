/// Runs a scenario of the catalogue, as written or as one of its variants, for the tests of the answers that it promises.
#pragma once
#include <catch2/catch.hpp>
#include <sstream>
#include <string>

#include "models/observe/kinds.hpp"
#include "models/world/simulate.hpp"
#include "reports/answers.hpp"
#include "reports/figures.hpp"
#include "scenarios/load.hpp"
#include "sim/step_function.hpp"

namespace akstwin::test {

struct Question {
  Scenario scenario;
  Timeline timeline;
  Answers answers;

  double figure(const std::string& name) const {
    const auto value = find_figure(answers.figures, name);
    INFO(name);
    REQUIRE(value.has_value());
    return *value;
  }
  /// The samples of a gauge; a gauge that was never recorded fails the test.
  const std::vector<Sample>& gauge(GaugeKind kind, std::string_view a, std::string_view b = {}) const {
    const Series* series = timeline.find(key(kind, Name(a), Name(b)));
    REQUIRE(series != nullptr);
    return series->samples;
  }
  const PoolCapacity& pool(std::string_view name) const {
    for (const PoolCapacity& pool : answers.capacity.pools)
      if (pool.pool == name) return pool;
    FAIL("there is no pool " << name);
    return answers.capacity.pools.front();
  }
};

/// `variant` empty: the base.
inline Question ask(const std::string& name, const std::string& variant = {}) {
  LoadOptions options;
  options.path = std::string(AKSTWIN_SOURCE_DIR) + "/scenarios/catalog/" + name + ".yaml";
  Diagnostics diagnostics;
  auto scenario = load_scenario(options, diagnostics);
  std::ostringstream said;
  diagnostics.print(said);
  INFO(said.str());
  REQUIRE(scenario.has_value());
  if (!variant.empty()) {
    for (const VariantSpec& known : scenario->variants)
      if (known.name == variant) options.overrides = known.set;
    REQUIRE_FALSE(options.overrides.empty());
    scenario = load_scenario(options, diagnostics);
    REQUIRE(scenario.has_value());
  }
  RunOptions run;
  run.kernel = KernelKind::Calendar;   // The SimGrid kernel runs once a process.
  Question question{std::move(*scenario), {}, {}};
  question.timeline = simulate(question.scenario, run).timeline;
  question.answers = analyse(question.scenario, question.timeline, false);
  return question;
}

}  // namespace akstwin::test
