/// The options that say which experiment is meant: shared by all verbs that read a scenario.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/console.hpp"
#include "adapters/cli/experiment.hpp"
#include "models/spec/scenario.hpp"
#include "sim/base/result.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct ScenarioArguments {
  std::string path;
  bool allow_outside = false;
  std::vector<std::string> set;                      ///< "path=value"
  std::optional<std::uint64_t> seed;
  std::optional<std::uint32_t> replications;
  std::string horizon;                               ///< a duration; empty: as the scenario says
};

/// Adds SCENARIO and the options to a verb.
void add_scenario_arguments(CLI::App& verb, ScenarioArguments& arguments);

/// Which of the scenario's variants to load beside it.
struct VariantChoice {
  bool none = false;
  std::string only;                                  ///< a name; empty: all
};

/// The scenario as written, followed by its variants. Diagnostics go to the console; nothing when there are errors in any.
/// An error is a mistake on the command line.
Result<std::optional<std::vector<NamedScenario>>> load_with_variants(const ScenarioArguments& arguments, const VariantChoice& choice,
                                                                     Console& console);

}  // namespace akstwin
