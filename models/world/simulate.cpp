#include "models/world/simulate.hpp"

#include <algorithm>

#include "models/world/world.hpp"

namespace akstwin {

RunOutcome simulate(const Scenario& scenario, const RunOptions& options) {
  const RngRoot rng{scenario.seed, options.replication, false};
  World world(scenario, rng, options.kernel, options.decisions);
  world.begin();
  Kernel& kernel = world.kernel();
  const SimTime horizon = SimTime{} + scenario.horizon, last = std::min(horizon, options.until);
  // Chunks keep Ctrl-C and the progress line responsive; they do not change what happens.
  const Duration chunk = std::max(scenario.horizon / 256, Duration{60'000'000});
  const auto stopped = [&] { return options.stop != nullptr && *options.stop; };
  while (kernel.now() < last && !stopped()) {
    kernel.run_until(std::min(kernel.now() + chunk, last));
    if (options.progress) options.progress({kernel.now(), horizon, kernel.statistics().events});
  }
  RunOutcome outcome;
  outcome.reached = kernel.now();
  outcome.interrupted = kernel.now() < horizon;
  outcome.statistics = kernel.statistics();
  world.end();
  world.timeline().finish(kernel.now());
  outcome.timeline = std::move(world.timeline());
  return outcome;
}

}  // namespace akstwin
