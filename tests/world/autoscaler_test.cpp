// The Cluster Autoscaler on a whole platform: machines that never come, priorities, what a drain does to DaemonSet pods.
#include <catch2/catch.hpp>

#include "tests/world/platform.hpp"

namespace akstwin::test {
namespace {

std::vector<SimTime> times_of(const Timeline& timeline, EventKind kind, Name detail) {
  std::vector<SimTime> times;
  for (const TimelineEvent& event : timeline.events())
    if (event.kind == code(kind) && event.detail == detail) times.push_back(event.at);
  return times;
}

}  // namespace

TEST_CASE("A machine that is no node after fifteen minutes is deleted, and the pool backs off") {
  // Three pods of 3000m want three nodes; one is there. The machines asked for within the first half minute would take an hour to boot.
  Scenario scenario = platform({autoscaled("user", 1, 10)}, {deployment("api", 3, 3000_mcpu)}, 40_min);
  scenario.clusters[0].pools[0].times = exactly(1_h, 60_s);
  const Timeline timeline = run(scenario);
  const std::vector<SimTime> gone = times_of(timeline, EventKind::NodeDeleting, Name("NeverRegistered"));
  REQUIRE(gone.size() >= 2);
  // Instance lists are read anew every two minutes while nothing grows, so that the first look after 15 min may come 2 min later.
  CHECK(gone[0] >= at(15_min));
  CHECK(gone[0] <= at(18_min));
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(39_min), "prod", "prod/user") == 1);
}

TEST_CASE("The priority expander grows the pool that its ConfigMap prefers, although another one fits as well") {
  Scenario scenario = platform({pool("system", 1), autoscaled("cheap", 0, 5), autoscaled("dear", 0, 5)}, {deployment("api", 6, 1000_mcpu)});
  scenario.clusters[0].autoscaler.expanders = {Expander::Priority};
  const auto grown = [&](const char* preferred) {
    scenario.workloads[0].manifests.expander_priorities = {{10, {".*"}}, {50, {preferred}}};
    const Timeline timeline = run(scenario);
    return std::pair(gauge(timeline, GaugeKind::NodesReady, at(10_min), "prod", "prod/cheap"), gauge(timeline, GaugeKind::NodesReady, at(10_min), "prod", "prod/dear"));
  };
  // Three pods of 1000m a node; three are on the system node, the other three need one more.
  CHECK(grown("cheap") == std::pair<std::int64_t, std::int64_t>(1, 0));
  CHECK(grown("dear") == std::pair<std::int64_t, std::int64_t>(0, 1));
}

TEST_CASE("Pods of a DaemonSet on a drained node are asked to leave, unless the profile says no") {
  WorkloadSpec agent = deployment("agent", 0, 100_mcpu);
  agent.kind = WorkloadKind::DaemonSet;
  // Four nodes with one small pod each: all but one are drained.
  Scenario scenario = platform({autoscaled("user", 1, 10)}, {deployment("api", 4, 500_mcpu), agent}, 1_h);
  scenario.clusters[0].pools[0].count = 4;
  WorkloadSpec& api = scenario.workloads[0].manifests.workloads[0];
  TopologySpreadConstraint apart;
  apart.topology_key = Name("kubernetes.io/hostname");
  apart.do_not_schedule = false;
  apart.selector = api.selector;
  api.pod.topology_spread.push_back(apart);
  // A pod that was not asked to leave goes with its machine, at the same instant.
  const auto first_leaves_early = [&](bool daemons) {
    scenario.clusters[0].autoscaler.daemonset_eviction_for_occupied_nodes = daemons;
    const Timeline timeline = run(scenario);
    SimTime first = kNever;
    for (const TimelineEvent& event : events(timeline, EventKind::PodDeleted))
      if (event.detail == Name("ScaleDown") && event.subject.str().find("agent") != std::string::npos) first = std::min(first, event.at);
    const std::vector<TimelineEvent> gone = events(timeline, EventKind::NodeGone);
    REQUIRE_FALSE(gone.empty());
    return first < gone.front().at;
  };
  CHECK(first_leaves_early(true));
  CHECK_FALSE(first_leaves_early(false));
}

}  // namespace akstwin::test
