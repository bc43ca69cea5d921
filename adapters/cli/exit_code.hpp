/// What the program tells its caller when it ends. The numbers are part of the contract with scripts (docs/reference/cli.md).
#pragma once

namespace akstwin {

/// 99, 104 and 105 are k6's numbers for the same things, which pipelines already look for.
enum class ExitCode : int {
  Ok = 0,
  Error = 1,               ///< a file could not be written, a replication died, a bug
  Usage = 2,               ///< the command line is wrong
  Refused = 3,             ///< a safety check said no
  ThresholdBreached = 99,  ///< the run is complete and a threshold of the scenario does not hold
  InvalidScenario = 104,   ///< the scenario has errors; nothing was simulated
  Aborted = 105,           ///< ended by a signal; the report covers what was simulated until then
};

/// The table for --help.
inline constexpr const char* kExitCodeHelp =
    "Exit codes:\n"
    "  0    done\n"
    "  1    error: a file could not be written, a replication died\n"
    "  2    usage: the command line is wrong\n"
    "  3    refused by a safety check\n"
    "  99   a threshold of the scenario is breached\n"
    "  104  the scenario is invalid; nothing was simulated\n"
    "  105  aborted by a signal; the report covers what was simulated until then\n";

}  // namespace akstwin
