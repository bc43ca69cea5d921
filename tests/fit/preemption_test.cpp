#include <catch2/catch.hpp>

#include "models/fit/preemption.hpp"
#include "tests/fit/builders.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

PodSpec ranked(int priority, std::int64_t millicores, Pairs pod_labels = {{"app", "web"}}) {
  PodSpec pod = a_pod(millicores, 1, pod_labels);
  pod.priority = priority;
  return pod;
}

std::vector<PreemptionCandidate> candidates_for(Cluster& cluster, const PodSpec& pod, const std::vector<DisruptionBudget>& budgets = {}) {
  const PreparedPod prepared = cluster.prepared(pod);
  std::vector<NodeVerdict> verdicts;
  run_filters(prepared, cluster.snapshot, verdicts);
  return preemption_candidates(prepared, cluster.snapshot, verdicts, budgets);
}

DisruptionBudget budget(Pairs selector, std::int64_t allowed) {
  return {.name_space = Name("default"),
          .name = Name("pdb"),
          .selector = selecting(selector),
          .disruptions_allowed = allowed,
          .disrupted_pods = {}};
}

}  // namespace

TEST_CASE("Only as many pods go as needed, the least important first") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0"));
  cluster.pods(node, ranked(5, 1500));
  const std::uint64_t low = cluster.pods(node, ranked(1, 1500));
  cluster.pods(node, ranked(50, 1000));
  // 4000 in use. The pod needs 1500: giving up priority 1 is enough, priority 5 is spared; 50 is not below 10.
  const auto candidates = candidates_for(cluster, ranked(10, 1500));
  REQUIRE(candidates.size() == 1);
  CHECK(candidates.front().victims == std::vector<std::uint64_t>{low});
}

TEST_CASE("Nothing helps when the more important pods alone leave no room") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0"));
  cluster.pods(node, ranked(50, 3000));
  cluster.pods(node, ranked(1, 1000));
  CHECK(candidates_for(cluster, ranked(10, 1500)).empty());
}

TEST_CASE("A pod under an exhausted budget is spared before a more important one without") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0"));
  const std::uint64_t plain = cluster.pods(node, ranked(5, 2000, {{"app", "plain"}}));
  cluster.pods(node, ranked(1, 2000, {{"app", "guarded"}}));
  const auto candidates = candidates_for(cluster, ranked(10, 2000), {budget({{"app", "guarded"}}, 0)});
  REQUIRE(candidates.size() == 1);
  CHECK(candidates.front().victims == std::vector<std::uint64_t>{plain});
  CHECK(candidates.front().pdb_violations == 0);
}

TEST_CASE("Evictions beyond a budget are counted") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0"));
  cluster.pods(node, ranked(1, 2000, {{"app", "guarded"}}), 2);
  const auto candidates = candidates_for(cluster, ranked(10, 4000), {budget({{"app", "guarded"}}, 1)});
  REQUIRE(candidates.size() == 1);
  CHECK(candidates.front().victims.size() == 2);
  CHECK(candidates.front().pdb_violations == 1);
}

TEST_CASE("The node with the least important top victim is chosen, then the fewest, then the youngest") {
  Cluster cluster;
  for (const std::string_view name : {"n0", "n1", "n2", "n3"}) cluster.node(a_node(name));
  cluster.pods(0, ranked(9, 4000));
  cluster.pods(1, ranked(5, 2000), 2);
  cluster.pods(2, ranked(5, 4000), 1, false, 100);
  cluster.pods(3, ranked(5, 4000), 1, false, 200);
  const auto candidates = candidates_for(cluster, ranked(10, 4000));
  REQUIRE(candidates.size() == 4);
  const std::vector<std::size_t> chosen = select_candidates(candidates, cluster.snapshot);
  REQUIRE(chosen.size() == 1);
  CHECK(candidates[chosen.front()].node == 3);
}

TEST_CASE("A node that fails for good is not tried") {
  Cluster cluster;
  NodeInput tainted = a_node("n0");
  tainted.taints.push_back({.key = Name("k"), .value = {}, .effect = TaintEffect::NoSchedule});
  cluster.pods(cluster.node(tainted), ranked(1, 4000));
  CHECK(candidates_for(cluster, ranked(10, 1000)).empty());
}

TEST_CASE("Removing a pod can satisfy anti-affinity and spreading") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0", "z1"));
  cluster.node(a_node("n1", "z2"));
  cluster.pods(1, ranked(50, 4000, {{"app", "full"}}));
  const std::uint64_t rival = cluster.pods(node, ranked(1, 100));
  PodSpec shy = ranked(10, 100);
  shy.affinity.pod_anti_required.push_back(company_of(kHostnameKey));
  shy.topology_spread.push_back(spread_over(kZoneKey, 1, true));
  const auto candidates = candidates_for(cluster, shy);
  REQUIRE(candidates.size() == 1);
  CHECK(candidates.front().victims == std::vector<std::uint64_t>{rival});
}

TEST_CASE("A pod may not preempt with policy Never or while its earlier victims are still going") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0"));
  cluster.pods(node, ranked(1, 100), 1, true);
  PodSpec never = ranked(10, 100);
  never.preempts = false;
  CHECK_FALSE(may_preempt(never, cluster.snapshot));
  CHECK(may_preempt(ranked(10, 100), cluster.snapshot));
  CHECK_FALSE(may_preempt(ranked(10, 100), cluster.snapshot, node));
}
