/// A cluster with a system and a user pool whose user pool is upgraded ten minutes after the start.
#pragma once
#include "tests/world/platform.hpp"

namespace akstwin::test {

inline LogNormal exact(Duration d) { return {d, d}; }

inline StepSpec step(Duration at, ActionKind kind, std::string target, std::int64_t count = 0) {
  StepSpec spec;
  spec.at = SimTime{} + at;
  ActionSpec action;
  action.kind = kind;
  action.target = Name(target);
  action.count = count;
  spec.actions.push_back(action);
  return spec;
}

/// `nodes` user nodes with two pods of "orders/api" each; boots take 120 s, reimages 180 s, removals 60 s, a control plane 300 s.
inline Scenario upgrading(std::int64_t nodes, IntOrPercent surge, Duration horizon = 90_min) {
  NodePoolSpec system = pool("system", 2), user = pool("user", nodes);
  system.mode = PoolMode::System;
  system.taints.push_back({Name("CriticalAddonsOnly"), Name("true"), TaintEffect::NoSchedule});
  system.upgrade.reimage = user.upgrade.reimage = exact(180_s);
  user.max_surge = surge;
  Scenario scenario = platform({system, user}, {deployment("api", 2 * nodes, 1'500_mcpu)}, horizon);
  scenario.clusters[0].maintenance.control_plane = exact(300_s);
  scenario.steps.push_back(step(10_min, ActionKind::UpgradeNodeImage, "prod/user"));
  return scenario;
}

/// A budget of the workload that wants that percentage available.
inline void protect(Scenario& scenario, const std::string& workload, std::int64_t percent) {
  PodDisruptionBudgetSpec budget;
  budget.name_space = Name("orders");
  budget.name = Name(workload);
  budget.selector.requirements.push_back({Name("app"), SelectorRequirement::Operator::In, {Name(workload)}});
  budget.min_available = IntOrPercent{percent, true};
  objects(scenario).disruption_budgets.push_back(budget);
}

/// A workload of one pod whose budget never lets it go.
inline void pin(Scenario& scenario, const std::string& workload) {
  objects(scenario).workloads.push_back(deployment(workload, 1, 100_mcpu));
  protect(scenario, workload, 100);
}

inline void tolerate_spot(Scenario& scenario) {
  for (WorkloadSpec& workload : objects(scenario).workloads) {
    Toleration toleration;
    toleration.key = Name("kubernetes.azure.com/scalesetpriority");
    toleration.exists = true;
    workload.pod.tolerations.push_back(toleration);
  }
}

inline void with_network(Scenario& scenario) {
  VirtualNetworkSpec network;
  network.name = Name("vnet");
  network.location = Name("eastus2");
  network.subnets.push_back({.name = Name("nodes"), .prefix = *parse_cidr("10.40.0.0/24"), .delegation = {}, .declared_at = {}});
  scenario.networks.push_back(network);
}

/// The one event of its kind.
inline TimelineEvent only(const Timeline& timeline, EventKind kind) {
  const auto found = events(timeline, kind);
  REQUIRE(found.size() == 1);
  return found.front();
}

inline std::int64_t highest(const Timeline& timeline, GaugeKind kind, std::string a, std::string b = "") {
  std::int64_t most = 0;
  if (const Series* series = timeline.find(key(kind, Name(a), Name(b))))
    for (const Sample& sample : series->samples) most = std::max(most, sample.value);
  return most;
}

inline std::int64_t lowest(const Timeline& timeline, GaugeKind kind, SimTime from, std::string a) {
  const Series* series = timeline.find(key(kind, Name(a)));
  REQUIRE(series != nullptr);
  std::int64_t least = value_at(series->samples, from);
  for (const Sample& sample : series->samples)
    if (sample.at >= from) least = std::min(least, sample.value);
  return least;
}

}  // namespace akstwin::test
