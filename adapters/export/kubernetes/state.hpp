/// The objects of a simulated cluster at a moment, as YAML.
#pragma once
#include <cstdint>
#include <string>

#include "models/spec/scenario.hpp"
#include "sim/base/result.hpp"
#include "sim/kernel.hpp"

namespace akstwin {

/// Which moment of which run.
struct StateQuestion {
  std::uint32_t replication = 0;
  KernelKind kernel = KernelKind::Simgrid;
  SimTime at;
  std::string cluster;                      ///< empty: all of them
};

/// Simulates up to the moment and prints every object that an API server would hold then, one document each, in the order in which they
/// could be created. An error names the clusters when there is none of that name.
Result<std::string> kubernetes_state(const Scenario& scenario, const StateQuestion& question);

}  // namespace akstwin
