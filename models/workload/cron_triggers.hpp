/// KEDA's cron scaler: between the hits of two schedules it asks for a number of replicas, outside for one.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/cluster_state.hpp"
#include "models/api/plant.hpp"
#include "models/spec/cron.hpp"

namespace akstwin {

class CronTriggers {
 public:
  /// Binds the cron triggers of a cluster's ScaledObjects; `triggers` may be null.
  void bind(const ClusterState& state, TriggerSink* triggers);
  /// Tells every trigger whether its window is open; to be called at least once a minute.
  void tell(const Epoch& start, SimTime now);

 private:
  struct Window {
    TriggerSink* sink = nullptr;
    ScaledObjectId object;
    std::uint32_t index = 0;
    const ScaledObjectSpec::Trigger* spec = nullptr;
    CronSchedule opens, closes;
    SimTime next;                      ///< the next hit of either; until then nothing changes
  };
  std::vector<Window> windows_;
};

}  // namespace akstwin
