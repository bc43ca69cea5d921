/// From a file to a checked Scenario, or to everything that is wrong with it at once.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/spec/scenario.hpp"
#include "sim/base/diagnostic.hpp"

namespace akstwin {

struct LoadOptions {
  std::string path;                         ///< the scenario file
  bool allow_outside = false;               ///< `from:` paths may leave the scenario's folder
  std::vector<OverrideSpec> overrides;      ///< --set and variants, applied in order
  std::optional<std::uint64_t> seed;
  std::optional<std::uint32_t> replications;
  std::optional<Duration> horizon;
};

/// Reads the file and what it references. Nothing when `diagnostics` then has errors; warnings alone do not stop.
std::optional<Scenario> load_scenario(const LoadOptions& options, Diagnostics& diagnostics);

/// The same for a text that is already in memory; `options.path` says where it would lie.
std::optional<Scenario> load_scenario_text(std::string_view text, const LoadOptions& options, Diagnostics& diagnostics);

}  // namespace akstwin
