#include "models/world/maintenance.hpp"

#include <algorithm>

#include "models/catalog/releases.hpp"

namespace akstwin {
namespace {

bool maintains(ActionKind kind) {
  switch (kind) {
    case ActionKind::UpgradeCluster:
    case ActionKind::UpgradeControlPlane:
    case ActionKind::UpgradePool:
    case ActionKind::UpgradeNodeImage:
    case ActionKind::AbortUpgrade:
    case ActionKind::StopCluster:
    case ActionKind::StartCluster:
    case ActionKind::BreakNodes: return true;
    default: return false;
  }
}

}  // namespace

bool Maintenance::needed(const Scenario& scenario) {
  const auto kept = [](const ClusterSpec& cluster) { return cluster.maintenance.any(); };
  const auto acts = [](const StepSpec& step) {
    return std::ranges::any_of(step.actions, [](const ActionSpec& action) { return maintains(action.kind); });
  };
  return std::ranges::any_of(scenario.clusters, kept) || std::ranges::any_of(scenario.steps, acts);
}

Maintenance::Maintenance(const Parts& parts)
    : parts_(parts), power_(parts.kernel, parts.timeline, parts.scenario, parts.cloud, parts.scale_sets, parts.registrars),
      events_({parts.kernel, parts.timeline, parts.root, parts.scenario, parts.cloud, parts.scale_sets, parts.registrars}) {
  for (std::uint32_t i = 0; i < parts.scenario.clusters.size(); ++i)
    controllers_.emplace_back(i, parts.scenario.clusters[i], releases_of(parts.scenario), parts.scenario.start, parts.durations);
}

void Maintenance::host(ClusterRuntime& cluster, std::uint32_t index, CloudApi& cloud, Notes& notes) {
  hosted_.push_back(&cluster.add(controllers_[index], cloud, notes));
}

void Maintenance::begin() { events_.start(); }

void Maintenance::upgrade(std::uint32_t cluster, const UpgradeRequest& request) {
  controllers_[cluster].request(request);
  hosted_[cluster]->begin();
}

void Maintenance::abort_upgrade(std::uint32_t cluster) {
  controllers_[cluster].abort();
  hosted_[cluster]->begin();
}

void Maintenance::break_nodes(PoolId pool, std::int64_t count) {
  std::vector<InstanceId> running;
  for (const InstanceId id : parts_.cloud.pools[pool].instances)
    if (parts_.cloud.instances[id].state == InstanceState::Running) running.push_back(id);
  const auto goes = std::min(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)), running.size());
  for (std::size_t i = 0; i < goes; ++i) {
    const InstanceId id = running[running.size() - 1 - i];
    events_.break_machine(id, events_.fault_draw(id, ++faults_));
  }
}

}  // namespace akstwin
