/// What repeats a run exactly: run.json in the folder of its reports. `akstwin explain-decision` starts from it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "adapters/cli/scenario_arguments.hpp"
#include "sim/base/result.hpp"

namespace akstwin {

struct RunRecord {
  std::filesystem::path scenario;                    ///< the scenario file; in run.json relative to its folder where possible
  std::vector<std::string> set;                      ///< "path=value"
  std::uint64_t seed = 1;
  Duration horizon;
  bool allow_outside = false;
  std::string kernel = "simgrid", sha256, version;
};

/// The record of a run with these arguments; `loaded` is the scenario as it was read.
RunRecord record_of(const ScenarioArguments& arguments, const Scenario& loaded, const std::string& kernel);

/// run.json of the folder, with the path of the scenario relative to it.
std::string to_json(const RunRecord& record, const std::filesystem::path& folder);

/// Reads a record from a folder of reports, its result.json or its run.json. The scenario's path comes back usable from here.
Result<RunRecord> read_run_record(const std::filesystem::path& from);

/// The arguments that load the recorded scenario again.
ScenarioArguments arguments_of(const RunRecord& record);

}  // namespace akstwin
