#include "adapters/export/lives.hpp"

#include <map>

#include "models/azure/scale_sets.hpp"
#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

/// Builds lives in order; the newest life of a name is the one that events are about.
class Builder {
 public:
  void pod(const TimelineEvent& event, EventKind kind) {
    if (kind == EventKind::PodCreated) {
      pods_[event.subject] = lives_.pods.size();
      lives_.pods.push_back({.pod = event.subject, .workload = event.object, .node = {}, .why = {}});
      lives_.pods.back().created = event.at;
      return;
    }
    const auto found = pods_.find(event.subject);
    if (found == pods_.end()) return;
    PodLife& life = lives_.pods[found->second];
    if (kind == EventKind::PodScheduled) {
      life.scheduled = event.at;
      life.node = event.object;
    } else if (kind == EventKind::PodStarted) {
      life.started = event.at;
      if (life.node.empty()) life.node = event.object;
    } else if (kind == EventKind::PodReady) {
      life.ready = event.at;
    } else if (kind == EventKind::PodDeleted && life.deleted == kNever) {
      life.deleted = event.at;
      life.why = event.detail;
    }
  }

  void node(const TimelineEvent& event, EventKind kind) {
    const auto found = nodes_.find(event.subject);
    const bool fresh = kind == EventKind::NodeRequested || found == nodes_.end();
    if (fresh) {
      nodes_[event.subject] = lives_.nodes.size();
      lives_.nodes.push_back({.node = event.subject, .pool = event.object, .why = {}});
      lives_.nodes.back().requested = event.at;
    }
    NodeLife& life = lives_.nodes[nodes_[event.subject]];
    if (kind == EventKind::NodeReady && life.ready == kNever) life.ready = event.at;
    if (kind == EventKind::NodeDeleting && life.deleting == kNever) {
      life.deleting = event.at;
      life.why = event.detail;
    }
    if (kind == EventKind::NodeGone) life.gone = event.at;
  }

  void there_at_start(Name node, Name pool) {
    nodes_[node] = lives_.nodes.size();
    lives_.nodes.push_back({.node = node, .pool = pool, .requested = SimTime{}, .ready = SimTime{}, .why = {}});
  }

  Lives take() { return std::move(lives_); }

 private:
  Lives lives_;
  std::map<Name, std::size_t> pods_, nodes_;
};

}  // namespace

Lives lives_of(const Scenario& scenario, const Timeline& timeline) {
  Builder builder;
  for (const ClusterSpec& cluster : scenario.clusters) {
    for (const NodePoolSpec& pool : cluster.pools) {
      const Name full(cluster.name.str() + "/" + pool.name.str());
      const Series* allocated = timeline.find(key(GaugeKind::NodesAllocated, cluster.name, full));
      if (allocated == nullptr) allocated = timeline.find(key(GaugeKind::NodesAllocated, cluster.name, pool.name));
      const bool at_start = allocated != nullptr && !allocated->samples.empty() && allocated->samples.front().at == SimTime{};
      const std::int64_t count = at_start ? allocated->samples.front().value : 0;
      for (std::int64_t i = 0; i < count; ++i) builder.there_at_start(Name(cluster.name.str() + "/" + instance_name(pool.name, static_cast<std::uint32_t>(i)).str()), full);
    }
  }
  for (const TimelineEvent& event : timeline.events()) {
    const auto kind = static_cast<EventKind>(event.kind);
    switch (kind) {
      case EventKind::PodCreated:
      case EventKind::PodScheduled:
      case EventKind::PodStarted:
      case EventKind::PodReady:
      case EventKind::PodDeleted: builder.pod(event, kind); break;
      case EventKind::NodeRequested:
      case EventKind::NodeReady:
      case EventKind::NodeDeleting:
      case EventKind::NodeGone: builder.node(event, kind); break;
      default: break;
    }
  }
  return builder.take();
}

}  // namespace akstwin
