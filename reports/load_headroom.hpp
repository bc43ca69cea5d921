/// How much more load a platform carries before pods wait too long or requests fail, and what gives way first.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "models/spec/scenario.hpp"
#include "reports/answers.hpp"
#include "reports/document.hpp"

namespace akstwin {

/// What "the platform holds" means.
struct LoadLimits {
  Duration pending_p99{600'000'000};               ///< 99 % of pods find a node within this time
  PartsPerMillion failed{10'000};                  ///< share of all requests that may fail
};

/// One run at a multiple of the scenario's load.
struct LoadLevel {
  std::int64_t permille = 1'000;                   ///< 1,000 is the load as written
  bool holds = false;
  Duration pending_p99;
  std::int64_t never_scheduled = 0, nodes_peak = 0;
  double failed_share = 0;
  Money monthly;
  std::vector<std::string> causes;                 ///< what gave way, most telling first; empty while it holds
};

/// The scenario with every arrival rate multiplied; without its game day and its variants, which are other questions.
Scenario with_load(Scenario scenario, std::int64_t permille);
LoadLevel judge_load(const Scenario& scenario, const Answers& answers, std::int64_t permille, const LoadLimits& limits);

/// Which load to try next: doubling by halves up to `highest`, then halving the gap until it is at most `precision` wide. The caller
/// runs each level and adds it.
class LoadSearch {
 public:
  LoadSearch(std::int64_t highest_permille, std::int64_t precision_permille) : highest_(highest_permille), precision_(precision_permille) {}
  /// The next load in thousandths, or nothing when the answer is known well enough.
  std::optional<std::int64_t> next() const;
  void add(LoadLevel level);
  /// Levels by load.
  const std::vector<LoadLevel>& levels() const { return levels_; }
  /// The largest load known to hold, the smallest known not to.
  const LoadLevel* holds() const;
  const LoadLevel* breaks() const;

 private:
  std::int64_t highest_, precision_;
  std::vector<LoadLevel> levels_;
};

Document load_document(const Scenario& scenario, const LoadSearch& search, const LoadLimits& limits);
std::string load_json(const Scenario& scenario, const LoadSearch& search, const LoadLimits& limits);

}  // namespace akstwin
