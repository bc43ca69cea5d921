/// What every export is made from.
#pragma once
#include <string>

#include "adapters/export/lives.hpp"
#include "models/spec/scenario.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

struct ExportSource {
  const Scenario& scenario;
  const Timeline& timeline;
  const Lives& lives;
  SimTime from{}, to{};                     ///< the part that is exported; to: at most the end of the run
  Duration step{60'000'000};                ///< between two samples of a metric
};

/// Seconds since 1970 of a moment, fractions dropped.
inline std::int64_t unix_seconds(const Scenario& scenario, SimTime at) { return scenario.start.unix_seconds + at.us / 1'000'000; }

/// "aks-prod/orders/api" → its three parts; missing ones are empty.
struct ThreeParts {
  std::string cluster, name_space, name;
};
ThreeParts three_parts(Name name);

/// A workload's spec by its full name, or null.
const WorkloadSpec* workload_spec(const Scenario& scenario, Name full_name);

}  // namespace akstwin
