/// One run of a scenario from t = 0 to its horizon: the only door to the simulated world.
#pragma once
#include <cstdint>
#include <functional>

#include "models/api/decisions.hpp"
#include "models/spec/scenario.hpp"
#include "sim/base/time.hpp"
#include "sim/kernel.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// How far a run has come; given to RunOptions::progress now and then.
struct RunProgress {
  SimTime now, horizon;
  std::uint64_t events = 0;        ///< calendar events fired so far
};

struct RunOptions {
  std::uint32_t replication = 0;                     ///< names the random streams, together with the scenario's seed
  KernelKind kernel = KernelKind::Simgrid;
  SimTime until = kNever;                            ///< ends before the horizon if that is later: what happens up to then is the same
  Decisions* decisions = nullptr;                    ///< told in full why what it asks about was decided; changes nothing
  const volatile bool* stop = nullptr;               ///< set by a signal handler: the run ends soon and keeps what it has
  std::function<void(const RunProgress&)> progress;  ///< may be empty
};

/// What a run leaves behind. After an interruption the timeline ends at `reached`, before the horizon.
struct RunOutcome {
  Timeline timeline;
  bool interrupted = false;
  SimTime reached;
  KernelStatistics statistics;
};

/// Simulates one replication of the scenario. At most one call with KernelKind::Simgrid a process, ever (ADR 1).
RunOutcome simulate(const Scenario& scenario, const RunOptions& options);

}  // namespace akstwin
