/// Message queues: arrivals, consumers, length, and what KEDA's scalers would read.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/plant.hpp"
#include "models/spec/scenario.hpp"
#include "models/workload/traffic.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// All queues of the scenario, as fluids: every ready pod of the consumer drains concurrency ÷ work_per_message messages a second.
class QueueModel {
 public:
  QueueModel(Timeline& timeline, const Scenario& scenario, const RngRoot& root);
  /// Binds consumers and triggers: a trigger of the queue's name, or, nameless, of its consumer's ScaledObject.
  void bind(std::uint32_t cluster, const ClusterState& state, TriggerSink* triggers);
  /// From `from` to `to`: arrivals at the rate of `from`, consumers as they stand; then tells the triggers.
  void advance(SimTime from, SimTime to, const std::vector<bool>& cluster_up);
  /// Each queue's length in thousandths of a message, in the scenario's order.
  void lengths(std::vector<std::pair<Name, std::int64_t>>& out) const;
  /// Whether a queue of that name exists, or one that this workload ("namespace/name") drains.
  bool feeds(Name trigger, Name workload) const;
  void sample(SimTime now);
  std::int64_t length_milli(std::size_t queue) const { return queues_[queue].length_milli; }

 private:
  struct Trigger { std::uint32_t cluster = 0; ScaledObjectId object; std::uint32_t index = 0; };
  struct Consumer { const ClusterState* state = nullptr; WorkloadId workload; std::uint32_t cluster = 0; };
  struct Queue {
    const QueueSpec* spec = nullptr;
    Traffic arrivals;
    std::int64_t length_milli = 0;     ///< messages, thousandths
    std::vector<Consumer> consumers;
    std::vector<Trigger> triggers;
    SeriesId gauge;
  };
  Timeline& timeline_;
  std::vector<Queue> queues_;
  std::vector<TriggerSink*> sinks_;    ///< by cluster
};

}  // namespace akstwin
