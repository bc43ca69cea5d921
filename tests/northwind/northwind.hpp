/// Runs the catalogue's Northwind scenario with changes, for the tests of its figures.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/spec/scenario.hpp"
#include "reports/answers.hpp"

namespace akstwin::test {

/// `PATH=VALUE`, as --set takes them.
using Changes = std::vector<std::string>;

/// The scenario as written, over `horizon`; a diagnostic of any kind fails the test.
Scenario northwind(Duration horizon, const Changes& changes = {});
Answers run(const Scenario& scenario, std::uint32_t replication = 0);
/// A figure by name; a missing one fails the test.
double figure(const Answers& answers, const std::string& name);
/// A month of one pool, as paid: "aks-prod/user".
double pool_cost(const Answers& answers, const std::string& pool);

/// The game day on the first day, at 14:00 as in the scenario, and what follows until 20:00.
Changes game_day_at_once(const Changes& more = {});
Duration game_day_horizon();

}  // namespace akstwin::test
