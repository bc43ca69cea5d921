#include "models/workload/queue_model.hpp"

#include <algorithm>

#include "models/observe/kinds.hpp"
#include "sim/base/int128.hpp"

namespace akstwin {

QueueModel::QueueModel(Timeline& timeline, const Scenario& scenario, const RngRoot& root) : timeline_(timeline) {
  for (const QueueSpec& spec : scenario.queues) {
    const std::string stream = "queue/" + spec.name.str();
    queues_.push_back({.spec = &spec,
                       .arrivals = Traffic(spec.arrivals, scenario.start, kLoadTick, root, stream),
                       .consumers = {},
                       .triggers = {},
                       .gauge = timeline.series(key(GaugeKind::QueueLength, spec.name))});
  }
}

void QueueModel::bind(std::uint32_t cluster, const ClusterState& state, TriggerSink* triggers) {
  if (sinks_.size() <= cluster) sinks_.resize(cluster + 1);
  sinks_[cluster] = triggers;
  for (Queue& queue : queues_) {
    const WorkloadId consumer = find_workload(state, queue.spec->workload);
    queue.consumers.push_back({&state, consumer, cluster});
    state.scaled_objects.for_each([&](ScaledObjectId id, const ScaledObject& object) {
      for (std::uint32_t t = 0; t < object.spec->triggers.size(); ++t) {
        const ScaledObjectSpec::Trigger& trigger = object.spec->triggers[t];
        const bool by_name = trigger.name == queue.spec->name;
        // Triggers that read no queue keep their hands off it even when they are nameless.
        const bool reads_queue = trigger.type.text() != "cron" && trigger.type.text() != "cpu" && trigger.type.text() != "memory";
        const bool by_consumer = trigger.name.empty() && reads_queue && !consumer.null() && object.target == consumer;
        if (by_name || by_consumer) queue.triggers.push_back({cluster, id, t});
      }
    });
  }
}

void QueueModel::advance(SimTime from, SimTime to, const std::vector<bool>& cluster_up) {
  const Int128 span = (to - from).us;
  if (span == 0) return;
  for (Queue& queue : queues_) {
    std::int64_t pods = 0;
    for (const Consumer& consumer : queue.consumers)
      if (cluster_up[consumer.cluster] && consumer.state->workloads.contains(consumer.workload))
        pods += consumer.state->workloads[consumer.workload].ready;
    const Int128 arrived = Int128{queue.arrivals.milli_rps(from)} * span / 1'000'000;
    const Int128 worked = Int128{pods * queue.spec->concurrency * 1'000} * span / queue.spec->work_per_message.us;
    queue.length_milli = static_cast<std::int64_t>(std::max<Int128>(0, queue.length_milli + arrived - worked));
    for (const Trigger& trigger : queue.triggers)
      if (sinks_[trigger.cluster] != nullptr) sinks_[trigger.cluster]->set_trigger(trigger.object, trigger.index, queue.length_milli);
  }
}

void QueueModel::lengths(std::vector<std::pair<Name, std::int64_t>>& out) const {
  out.resize(queues_.size());
  for (std::size_t i = 0; i < queues_.size(); ++i) out[i] = {queues_[i].spec->name, queues_[i].length_milli};
}

bool QueueModel::feeds(Name trigger, Name workload) const {
  return std::ranges::any_of(queues_, [&](const Queue& queue) { return queue.spec->name == trigger || queue.spec->workload == workload; });
}

void QueueModel::sample(SimTime now) {
  for (const Queue& queue : queues_) timeline_.set(queue.gauge, now, queue.length_milli / 1'000);
}

}  // namespace akstwin
