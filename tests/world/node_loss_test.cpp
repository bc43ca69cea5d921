#include <catch2/catch.hpp>

#include "tests/world/platform.hpp"

namespace akstwin::test {
namespace {

StepSpec step(Duration when, ActionKind kind, std::string target, int zone, std::int64_t count, Duration duration) {
  StepSpec spec;
  spec.at = at(when);
  spec.actions.push_back(an_action(kind, target, zone, count, duration));
  return spec;
}

std::int64_t deleted(const Timeline& timeline, std::string_view reason) {
  return std::ranges::count_if(events(timeline, EventKind::PodDeleted), [&](const TimelineEvent& event) { return event.detail.text() == reason; });
}

}  // namespace

TEST_CASE("Nodes of a lost zone are noticed after the grace period, and their pods leave after five minutes") {
  // Lost at 600 s, the last renewal is that of 600 s. 600 + 50: the pass at 655 s is the first later one. NoExecute at 660.1 s, and
  // 300 s of toleration: 960.1 s.
  Scenario scenario = platform({pool("user", 3)}, {deployment("api", 6)}, 2_h);
  scenario.steps = {step(600_s, ActionKind::ZoneLoss, "eastus2", 2, 0, 1_h)};
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(654_s), "prod", "prod/user") == 3);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(656_s), "prod", "prod/user") == 2);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(654_s), "prod/orders/api") == 6);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(656_s), "prod/orders/api") == 4);
  std::int64_t evicted = 0;
  for (const TimelineEvent& event : events(timeline, EventKind::PodDeleted)) {
    if (event.detail.text() != "TaintManagerEviction") continue;
    ++evicted;
    CHECK(event.at == at(960_s + 100_ms));
  }
  CHECK(evicted == 2);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(20_min), "prod/orders/api") == 6);
  // The evicted pods stay Terminating, and bound, until the machine is back.
  CHECK(gauge(timeline, GaugeKind::PodsRunning, at(69_min), "prod", "orders") == 8);
  CHECK(gauge(timeline, GaugeKind::PodsRunning, at(71_min), "prod", "orders") == 6);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(71_min), "prod", "prod/user") == 3);
}

TEST_CASE("Requests to pods that died with their zone fail until the control plane has noticed") {
  Scenario scenario = platform({pool("user", 3)}, {deployment("api", 6)}, 30_min);
  scenario.services.push_back(load("api", 30'000, 5'000));
  scenario.steps = {step(600_s, ActionKind::ZoneLoss, "eastus2", 2, 0, 1_h)};
  const Timeline timeline = run(scenario);
  const std::int64_t errors = gauge(timeline, GaugeKind::ErrorsTotal, at(30_min), "prod/orders/api");
  // 30 requests a second × a third of the pods × 55 s = 550; evaluated in ticks, so a tick more or less.
  CHECK(errors > 300);
  CHECK(errors < 900);
}

TEST_CASE("A single node that is lost is not evicted from: the fault could be the control plane's own") {
  Scenario scenario = platform({pool("user", 1)}, {deployment("api", 2)}, 1_h);
  scenario.steps = {step(600_s, ActionKind::ZoneLoss, "eastus2", 1, 0, 30_min)};
  const Timeline timeline = run(scenario);
  CHECK(deleted(timeline, "TaintManagerEviction") == 0);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(45_min), "prod/orders/api") == 2);
}

TEST_CASE("A StatefulSet's pod on a lost machine is not replaced before the machine is back") {
  WorkloadSpec store = deployment("store", 3);
  store.kind = WorkloadKind::StatefulSet;
  Scenario scenario = platform({pool("user", 3)}, {store}, 2_h);
  scenario.steps = {step(600_s, ActionKind::ZoneLoss, "eastus2", 2, 0, 1_h)};
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(9_min), "prod/orders/store") == 3);
  // Evicted at 960 s, it keeps its name until its kubelet, or the deletion of its node, lets it go: at most one pod of an identity.
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(20_min), "prod/orders/store") == 2);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(69_min), "prod/orders/store") == 2);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(75_min), "prod/orders/store") == 3);
}

TEST_CASE("Two budgets over the same pods keep the autoscaler from draining their nodes") {
  const auto nodes_left = [](int budgets) {
    Scenario scenario = platform({autoscaled("user", 1, 10)}, {deployment("api", 4, 100_mcpu)}, 2_h);
    scenario.clusters[0].pools[0].count = 4;
    for (int i = 0; i < budgets; ++i) {
      PodDisruptionBudgetSpec budget;
      budget.name_space = Name("orders");
      budget.name = Name("budget-" + std::to_string(i));
      budget.selector = objects(scenario).workloads[0].selector;
      budget.max_unavailable = IntOrPercent{1, false};
      objects(scenario).disruption_budgets.push_back(budget);
    }
    return gauge(run(scenario), GaugeKind::NodesReady, at(115_min), "prod", "prod/user");
  };
  CHECK(nodes_left(1) == 1);
  CHECK(nodes_left(2) == 4);   // every eviction is answered with 500
}

TEST_CASE("Pods of a pool that a game day makes smaller are not called preempted") {
  Scenario scenario = platform({pool("user", 3)}, {deployment("api", 6)}, 30_min);
  scenario.steps = {step(600_s, ActionKind::ScalePool, "prod/user", 0, 2, 0_s)};
  const Timeline timeline = run(scenario);
  CHECK(deleted(timeline, "SpotPreempted") == 0);
  CHECK(deleted(timeline, "ScaleDown") == 2);
}

}  // namespace akstwin::test
