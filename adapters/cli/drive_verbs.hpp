/// What `akstwin drive` does once its command line and its scenario are read.
#pragma once
#include <string>
#include <vector>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"
#include "models/spec/scenario.hpp"

namespace akstwin {

/// What somebody asked for.
struct DriveCall {
  std::string scenario_path;
  Scenario scenario;
  std::string context, kubeconfig, cluster, allow, journal, plan, output, record, replay, confirm;
  std::string settle = "5m";
  std::vector<std::string> actions;
  bool undo = false;
};

/// Shows what would be done; the server checks it, nothing is changed. 3 when a guard says no.
ExitCode drive_plan(const DriveCall& call, Console& console);
/// Does it, watches it, undoes it when it must be. 3: nothing was changed; 105: it was undone.
ExitCode drive_apply(const DriveCall& call, Console& console);
/// Undoes a run: its process does, or this one when that is gone.
ExitCode drive_abort(const DriveCall& call, Console& console);
/// How a run stands, and whether its journal is whole.
ExitCode drive_status(const DriveCall& call, Console& console);

}  // namespace akstwin
