/// What an upgrade would take with several surge settings: the scenario with an upgrade at a time, against the same without one.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "models/spec/scenario.hpp"
#include "reports/answers.hpp"
#include "reports/document.hpp"
#include "sim/base/result.hpp"
#include "sim/summary.hpp"

namespace akstwin {

/// Which upgrade is asked about.
struct ForecastOrder {
  std::vector<std::string> pools;      ///< "aks-prod/user"; empty: every pool of every cluster
  bool kubernetes = false;             ///< control plane and Kubernetes version; otherwise node images
  SimTime at{2LL * 3'600'000'000};     ///< when it begins
  Duration within{24LL * 3'600'000'000};   ///< how long it is watched
};

/// One setting: as the scenario states it, or this surge everywhere.
struct SurgeSetting {
  std::string name;                    ///< "as stated", "1", "33%", "maxUnavailable 1"
  std::optional<IntOrPercent> surge;
};
/// "3" or "33%"; nothing for anything else.
std::optional<IntOrPercent> parse_surge(std::string_view text);
/// The pools that do not exist, in a sentence; empty when all do.
std::string unknown_pools(const Scenario& scenario, const ForecastOrder& order);

/// The scenario with nothing else going on, which ends when the watch ends: no game day, channel, schedule, variant or threshold; with the
/// upgrade if there is a setting, otherwise without: what is lost anyway.
Scenario with_upgrade(Scenario scenario, const ForecastOrder& order, const SurgeSetting* setting);

/// What one run says.
struct ForecastRun {
  bool ended = false, succeeded = false;
  double minutes = 0, extra_cost = 0, requests_lost = 0;
  std::int64_t surge_nodes = 0, extra_addresses = 0, extra_cores = 0, reimaged = 0;
  std::string result;                  ///< of the first pool that was not upgraded
  std::vector<BlockingBudget> budgets;
};
/// `without`: the same replication without the upgrade. What is lost is the difference, and never below zero.
ForecastRun judge_upgrade(const Answers& with, const Answers& without);

/// One setting over its replications.
struct ForecastRow {
  SurgeSetting setting;
  Summary minutes, extra_cost, requests_lost;   ///< minutes: of the runs that ended
  std::int64_t surge_nodes = 0, extra_addresses = 0, extra_cores = 0, reimaged = 0;   ///< most in any run
  std::uint32_t runs = 0, succeeded = 0;
  std::string result;
  std::vector<BlockingBudget> budgets;
};
ForecastRow add_up(const SurgeSetting& setting, const std::vector<ForecastRun>& runs);

Document forecast_document(const Scenario& scenario, const ForecastOrder& order, const std::vector<ForecastRow>& rows);
std::string forecast_json(const Scenario& scenario, const ForecastOrder& order, const std::vector<ForecastRow>& rows);

}  // namespace akstwin
