/// The run that an argument means: that of a scenario file, or that of a folder of reports again.
#pragma once
#include <string>
#include <tl/expected.hpp>

#include "adapters/cli/console.hpp"
#include "models/spec/scenario.hpp"
#include "models/world/simulate.hpp"
#include "sim/base/result.hpp"

namespace akstwin {

struct MeantRun {
  Scenario scenario;
  KernelKind kernel = KernelKind::Simgrid;           ///< that it ran on; of a scenario file SimGrid
};

/// Reads the scenario of `source` (a folder of 'run --out', its result.json, or a scenario file), and `variant` of it unless that is empty.
/// What is wrong is on the console when there is none; files that have changed since the run are an error, another version of the program a note.
tl::expected<MeantRun, ExitCode> load_meant_run(const std::string& source, const std::string& variant, Console& console);

/// `text` as 2h30m after the start or as a time in UTC. An error, naming `option`, when it is neither or outside the run.
Result<SimTime> point_in_time(const char* option, const std::string& text, const Scenario& scenario);

}  // namespace akstwin
