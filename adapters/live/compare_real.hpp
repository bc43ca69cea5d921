/// Twin minus reality, metric by metric and phase by phase.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "models/spec/scenario.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

struct RealDifference {
  std::string phase, metric, unit;
  std::optional<double> twin, real;      ///< absent: nothing of that kind happened
  std::optional<double> difference() const {
    if (!twin || !real) return std::nullopt;
    return *twin - *real;
  }
};

/// A span of time that is compared by itself.
struct ComparedPhase {
  std::string name;
  SimTime from, to;
};

/// The whole time, and the spans between the scenario's timed steps.
std::vector<ComparedPhase> phases_of(const Scenario& scenario, SimTime end);

/// Metrics of one cluster that both timelines hold. In the order of phases, then of metrics.
std::vector<RealDifference> compare_with_reality(const Timeline& twin, const Timeline& real, const std::string& cluster, const std::vector<ComparedPhase>& phases);

}  // namespace akstwin
