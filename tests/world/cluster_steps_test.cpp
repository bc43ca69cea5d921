#include <catch2/catch.hpp>

#include "tests/world/platform.hpp"

namespace akstwin::test {
namespace {

/// One pool of three nodes, a deployment of four pods that starts with the run, and one step.
Scenario stepped(const StepSpec& step, std::int64_t nodes = 3) {
  Scenario scenario = platform({pool("user", nodes)}, {deployment("api", 4)});
  scenario.steps = {step};
  return scenario;
}

StepSpec step_at(SimTime time, const ActionSpec& action) {
  StepSpec step;
  step.at = time;
  step.actions = {action};
  return step;
}

std::int64_t replicas_ready(const Timeline& timeline, SimTime time) { return gauge(timeline, GaugeKind::ReplicasReady, time, "prod/orders/api"); }

/// Pods that were created after this time.
std::int64_t scheduled_after(const Timeline& timeline, SimTime time) {
  const auto all = events(timeline, EventKind::PodScheduled);
  return std::ranges::count_if(all, [&](const TimelineEvent& event) { return event.at > time; });
}

}  // namespace

TEST_CASE("A step scales a workload as `kubectl scale` does") {
  const Timeline timeline = run(stepped(step_at(at(10_min), an_action(ActionKind::ScaleWorkload, "prod/orders/api", 0, 6))));
  CHECK(replicas_ready(timeline, at(9_min)) == 4);
  CHECK(gauge(timeline, GaugeKind::ReplicasDesired, at(10_min), "prod/orders/api") == 6);
  CHECK(replicas_ready(timeline, at(15_min)) == 6);
}

TEST_CASE("A restart replaces every pod and ends with as many as before") {
  const Timeline timeline = run(stepped(step_at(at(10_min), an_action(ActionKind::RestartWorkload, "prod/orders/api"))));
  CHECK(scheduled_after(timeline, at(10_min)) == 4);
  CHECK(replicas_ready(timeline, at(30_min)) == 4);
}

TEST_CASE("Pods that are evicted or deleted are made anew; a budget holds evictions back, not deletions") {
  const auto replaced = [](ActionKind kind, bool budget) {
    Scenario scenario = stepped(step_at(at(10_min), an_action(kind, "prod/orders/api", 0, 2)));
    if (budget) {
      PodDisruptionBudgetSpec spec;
      spec.name_space = Name("orders");
      spec.name = Name("api");
      spec.selector = objects(scenario).workloads[0].selector;
      spec.max_unavailable = IntOrPercent{0, false};
      objects(scenario).disruption_budgets.push_back(spec);
    }
    const Timeline timeline = run(scenario);
    CHECK(replicas_ready(timeline, at(30_min)) == 4);
    CHECK(events(timeline, EventKind::EvictionBlocked).size() == (budget && kind == ActionKind::EvictPods ? 2 : 0));
    return scheduled_after(timeline, at(10_min));
  };
  CHECK(replaced(ActionKind::EvictPods, false) == 2);
  CHECK(replaced(ActionKind::DeletePods, false) == 2);
  CHECK(replaced(ActionKind::EvictPods, true) == 0);
  CHECK(replaced(ActionKind::DeletePods, true) == 2);
}

TEST_CASE("Cordoned nodes take no pod until they are uncordoned") {
  // All three nodes are cordoned at 10 min, six more pods are asked for at 11 min and wait until 20 min.
  Scenario scenario = stepped(step_at(at(10_min), an_action(ActionKind::CordonPool, "prod/user", 0, 3)));
  scenario.steps.push_back(step_at(at(11_min), an_action(ActionKind::ScaleWorkload, "prod/orders/api", 0, 10)));
  scenario.steps.push_back(step_at(at(20_min), an_action(ActionKind::UncordonPool, "prod/user")));
  const Timeline timeline = run(scenario);
  CHECK(replicas_ready(timeline, at(19_min)) == 4);
  CHECK(replicas_ready(timeline, at(25_min)) == 10);
}

TEST_CASE("A step waits for a condition over the cluster and acts its delay after it") {
  // Two nodes of 4 vCPUs cannot hold 20 pods of 1 vCPU: pods pend from 10 min on. The step adds nodes five minutes later.
  Scenario scenario = platform({pool("user", 2)}, {deployment("api", 4, 1000_mcpu)});
  scenario.steps.push_back(step_at(at(10_min), an_action(ActionKind::ScaleWorkload, "prod/orders/api", 0, 20)));
  StepSpec grow;
  grow.condition = parse_state_condition("prod/pods.pending > 3");
  grow.after = {5_min, 5_min};
  grow.actions = {an_action(ActionKind::ScalePool, "prod/user", 0, 8)};
  scenario.steps.push_back(grow);
  const Timeline timeline = run(scenario);
  const auto began = events(timeline, EventKind::ActionStarted);
  REQUIRE(began.size() == 2);
  CHECK(began[1].at >= at(15_min));
  CHECK(began[1].at <= at(15_min) + 10_s);
  CHECK(replicas_ready(timeline, at(30_min)) == 20);
}

TEST_CASE("Reconciling fetches the newest revision at once instead of at the next poll") {
  const auto released = [](bool reconcile) {
    WorkloadSpec api = deployment("api", 2);
    Scenario scenario = platform({pool("user", 3)}, {}, 24_h);
    deliver(scenario, api, 4);
    objects(scenario).workloads = {api};
    objects(scenario).git_repositories[0].interval = 100'000_s;   // polls come a day later
    if (reconcile) scenario.steps.push_back(step_at(at(23_h), an_action(ActionKind::FluxReconcile, "prod/" + objects(scenario).kustomizations[0].name_space.str() + "/apps")));
    const auto applied = events(run(scenario), EventKind::FluxReconciled);
    return std::ranges::any_of(applied, [](const TimelineEvent& event) { return event.at >= at(23_h); });
  };
  CHECK(released(true));
  CHECK_FALSE(released(false));
}

}  // namespace akstwin::test
