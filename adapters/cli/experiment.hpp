/// A scenario with its variants and replications: what has to be run, and what comes of it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/progress.hpp"
#include "models/spec/scenario.hpp"
#include "reports/outcome.hpp"
#include "sim/kernel.hpp"

namespace akstwin {

struct NamedScenario {
  std::string name;                                  ///< of the variant; empty for the scenario as written
  Scenario scenario;
};

struct RunSettings {
  std::uint32_t jobs = 1;                            ///< processes at a time
  KernelKind kernel = KernelKind::Simgrid;
  std::optional<std::uint32_t> only_replication;     ///< repeat just this one
};

/// A run that died; it cost only itself.
struct FailedRun {
  std::string variant;                               ///< empty: the scenario as written
  std::uint32_t replication = 0;
  std::string reason;
};

struct ExperimentResult {
  std::optional<Outcome> outcome;                    ///< of the scenario as written; absent when no run answered
  std::vector<Comparison> comparisons;               ///< one a variant that answered, in the scenario's order
  std::vector<FailedRun> failures;
  bool interrupted = false;
  std::uint64_t events = 0;                          ///< of a single run in this process; 0 otherwise
};

/// Runs every scenario (the first is the one as written) with all replications: a single run in this process, several in
/// forked ones. The result depends neither on `jobs` nor on the order in which runs end.
ExperimentResult run_experiment(const std::vector<NamedScenario>& scenarios, const RunSettings& settings, Progress& progress,
                                const volatile bool* stop);

}  // namespace akstwin
