// What the autoscalers tell about pods, nodes, pools and autoscalers that somebody asks for.
#include <catch2/catch.hpp>

#include "tests/world/platform.hpp"

namespace akstwin::test {
namespace {

/// Keeps the decisions about one subject.
class DecisionListener final : public Decisions {
 public:
  DecisionListener(SubjectKind kind, std::string subject) : kind_(kind), subject_(subject) {}
  bool wants(SubjectKind kind, Name subject) const override { return kind == kind_ && subject == subject_; }
  void record(Decision decision) override { told.push_back(std::move(decision)); }
  /// The last decision of `decider` up to `until`.
  const Decision& last(std::string_view decider, SimTime until = kNever) const {
    const Decision* found = nullptr;
    for (const Decision& decision : told)
      if (decision.decider == decider && decision.at <= until) found = &decision;
    REQUIRE(found != nullptr);
    return *found;
  }
  std::vector<Decision> told;

 private:
  SubjectKind kind_;
  Name subject_;
};

DecisionListener listen(const Scenario& scenario, SubjectKind kind, std::string subject) {
  DecisionListener listener(kind, std::move(subject));
  RunOptions options;
  options.kernel = KernelKind::Calendar;
  options.decisions = &listener;
  simulate(scenario, options);
  return listener;
}

std::string fact(const Decision& decision, std::string_view name) {
  for (const auto& [key, value] : decision.facts)
    if (key == name) return value;
  return "";
}

const std::vector<std::string>& row(const Decision& decision, std::string_view first) {
  for (const DecisionTable& table : decision.tables)
    for (const auto& cells : table.rows)
      if (cells.front() == first) return cells;
  FAIL("no row " << first);
  return decision.tables.front().rows.front();
}

}  // namespace

TEST_CASE("The autoscaler tells a pending pod which pool grows for it") {
  // Three pods of 1000m fill the only node; the next ones need another.
  const DecisionListener told = listen(platform({autoscaled("user", 1, 3)}, {deployment("api", 6, 1000_mcpu)}, 3_min), SubjectKind::Pod, "prod/orders/api-r1-00005");
  bool grew = false;
  for (const Decision& decision : told.told) grew = grew || (decision.decider == "cluster-autoscaler" && decision.outcome == "TriggeredScaleUp");
  CHECK(grew);
}

TEST_CASE("The autoscaler tells a pending pod that no pool can help, and what each says") {
  Scenario scenario = platform({autoscaled("user", 1, 3), autoscaled("full", 1, 1)}, {deployment("api", 1, 5000_mcpu)}, 3_min);
  const Decision decision = listen(scenario, SubjectKind::Pod, "prod/orders/api-r1-00000").last("cluster-autoscaler");
  CHECK(decision.outcome == "NotTriggerScaleUp");
  CHECK(row(decision, "prod/user")[2] == "NodeResourcesFit: Insufficient cpu");
  CHECK_FALSE(row(decision, "prod/full")[2].empty());
}

TEST_CASE("The autoscaler tells of a pool at its minimum, of nodes in use, and for how long the others have been unneeded") {
  Scenario scenario = platform({autoscaled("user", 1, 5)}, {deployment("api", 2, 100_mcpu)}, 5_min);
  scenario.clusters[0].pools[0].count = 3;
  const DecisionListener told = listen(scenario, SubjectKind::Pool, "prod/user");
  const Decision& decision = told.last("cluster-autoscaler");
  CHECK(decision.message == "No pod waits for a new node");
  CHECK(fact(decision, "size") == "3 nodes, 1 to 5");
  REQUIRE(decision.tables.size() == 1);
  CHECK(decision.tables.front().rows.size() == 3);
  int unneeded = 0;
  for (const auto& cells : decision.tables.front().rows) unneeded += cells[1] == "NotUnneededLongEnough" ? 1 : 0;
  CHECK(unneeded >= 2);   // three nodes, two tiny pods: all fit on one
}

TEST_CASE("The autoscaler tells of a node that a pod keeps, and names the pod") {
  WorkloadSpec pinned = deployment("pinned", 1, 100_mcpu);
  pinned.pod.annotations.set(Name("cluster-autoscaler.kubernetes.io/safe-to-evict"), Name("false"));
  Scenario scenario = platform({autoscaled("user", 1, 5)}, {pinned}, 5_min);
  scenario.clusters[0].pools[0].count = 2;
  // The pod's node, from the timeline of the same run.
  const Name node = events(run(scenario), EventKind::PodScheduled).front().object;
  const Decision decision = listen(scenario, SubjectKind::Node, node.str()).last("cluster-autoscaler");
  CHECK(decision.outcome == "BlockedByPod");
  CHECK(fact(decision, "blocking pod") == "prod/orders/pinned-r1-00000");
  CHECK(fact(decision, "blocking reason") == "NotSafeToEvictAnnotation");
}

TEST_CASE("The HPA tells its metrics, what they ask for, and what limited it") {
  // 320 rps × 25 ms = 8000m of work over four pods of 250m at 50 %: 8000 / 125 = 64 wanted, 40 allowed, a doubling at a time.
  Scenario scenario = platform({pool("user", 4)}, {deployment("api", 4, 250_mcpu)}, 20_min);
  scenario.services.push_back(load("api", 320'000, 25'000));
  objects(scenario).autoscalers.push_back(autoscaler("api", 2, 40, 50));
  const DecisionListener told = listen(scenario, SubjectKind::Autoscaler, "prod/orders/api");
  const Decision& decision = told.last("horizontal-pod-autoscaler");
  CHECK(fact(decision, "bounds") == "2 to 40");
  CHECK(fact(decision, "desired") == "40");
  CHECK(fact(decision, "ScalingLimited") == "True, TooManyReplicas");
  CHECK(row(decision, "cpu")[3] == "50 %");
  bool doubled = false;
  for (const Decision& one : told.told) doubled = doubled || (one.outcome == "SuccessfulRescale" && one.message.starts_with("From 4 to 8 replicas"));
  CHECK(doubled);
}

}  // namespace akstwin::test
