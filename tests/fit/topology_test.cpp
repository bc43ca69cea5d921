#include <catch2/catch.hpp>

#include "tests/fit/builders.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

PodSpec spread_pod(TopologySpreadConstraint constraint) {
  PodSpec pod = a_pod();
  pod.topology_spread.push_back(std::move(constraint));
  return pod;
}

/// Two nodes in z1, one in z2, one in z3.
struct ThreeZones : Cluster {
  NodeIndex a1 = node(a_node("a1", "z1")), a2 = node(a_node("a2", "z1")), b = node(a_node("b", "z2")), c = node(a_node("c", "z3"));
};

}  // namespace

TEST_CASE("A hard spread constraint refuses the domain that would be too full") {
  ThreeZones zones;
  zones.pods(zones.a1, a_pod());
  zones.pods(zones.a2, a_pod());
  zones.pods(zones.b, a_pod());
  // z1 2, z2 1, z3 0 → minimum 0. Skew after placing: z1 3, z2 2, z3 1; maxSkew 1 leaves z3, maxSkew 2 leaves z2 and z3.
  const PodSpec strict = spread_pod(spread_over(kZoneKey, 1, true)), loose = spread_pod(spread_over(kZoneKey, 2, true));
  CHECK(zones.reasons(strict, zones.a1) == std::vector<std::string>{"node(s) didn't match pod topology spread constraints"});
  CHECK_FALSE(zones.verdict(strict, zones.b).feasible());
  CHECK(zones.verdict(strict, zones.c).feasible());
  CHECK(zones.verdict(loose, zones.b).feasible());
  CHECK_FALSE(zones.verdict(loose, zones.a2).feasible());
}

TEST_CASE("Too few domains make the global minimum zero") {
  ThreeZones zones;
  for (const NodeIndex node : {zones.a1, zones.b, zones.c}) zones.pods(node, a_pod());
  // All zones hold 1: skew 1 + 1 − 1 = 1 is allowed, with minDomains 4 it is 1 + 1 − 0 = 2.
  TopologySpreadConstraint constraint = spread_over(kZoneKey, 1, true);
  CHECK(zones.verdict(spread_pod(constraint), zones.b).feasible());
  constraint.min_domains = 4;
  CHECK_FALSE(zones.verdict(spread_pod(constraint), zones.b).feasible());
}

TEST_CASE("Terminating pods and pods of other namespaces do not count for spreading") {
  ThreeZones zones;
  PodSpec foreign = a_pod();
  foreign.name_space = Name("other");
  zones.pods(zones.a1, a_pod(), 3, true);
  zones.pods(zones.a1, foreign, 3);
  CHECK(zones.verdict(spread_pod(spread_over(kZoneKey, 1, true)), zones.a1).feasible());
}

TEST_CASE("A node without the key fails for good, and a key that no node has skips the constraint elsewhere") {
  ThreeZones zones;
  const NodeIndex bare = zones.node(a_node("bare"));
  const NodeVerdict verdict = zones.verdict(spread_pod(spread_over(kZoneKey, 1, true)), bare);
  CHECK(verdict.code == FitCode::UnschedulableAndUnresolvable);
  // No eligible domain: the only zones are excluded by the pod's own node selector, honoured by default.
  PodSpec pod = spread_pod(spread_over(kZoneKey, 1, true));
  pod.node_selector.set(Name("pool"), Name("none"));
  const PreparedPod prepared = zones.prepared(pod);
  CHECK(prepared.spread.counts.front().domains == 0);
  CHECK(spread_allows(prepared.spread, zones.snapshot, zones.a1) == SpreadVerdict::Fits);
}

TEST_CASE("A policy that honours taints keeps tainted nodes out of the minimum") {
  ThreeZones zones;
  NodeInput tainted = a_node("d", "z4");
  tainted.taints.push_back({.key = Name("k"), .value = {}, .effect = TaintEffect::NoSchedule});
  zones.node(tainted);
  for (const NodeIndex node : {zones.a1, zones.b, zones.c}) zones.pods(node, a_pod());
  TopologySpreadConstraint constraint = spread_over(kZoneKey, 1, true);
  CHECK_FALSE(zones.verdict(spread_pod(constraint), zones.b).feasible());   // z4 counts with 0
  constraint.honor_node_taints = true;
  CHECK(zones.verdict(spread_pod(constraint), zones.b).feasible());
}

TEST_CASE("matchLabelKeys compares only pods of the same revision") {
  ThreeZones zones;
  zones.pods(zones.a1, a_pod(100, 128, {{"app", "web"}, {"rev", "1"}}), 2);
  TopologySpreadConstraint constraint = spread_over(kZoneKey, 1, true);
  constraint.match_label_keys = {Name("rev")};
  PodSpec pod = spread_pod(constraint);
  pod.labels.set(Name("rev"), Name("2"));
  CHECK(zones.verdict(pod, zones.a1).feasible());
  pod.labels.set(Name("rev"), Name("1"));
  CHECK_FALSE(zones.verdict(pod, zones.a1).feasible());
}

TEST_CASE("An empty selector counts no existing pod but the pod itself") {
  ThreeZones zones;
  zones.pods(zones.a1, a_pod(), 5);
  CHECK(zones.verdict(spread_pod(spread_over(kZoneKey, 1, true, {})), zones.a1).feasible());   // 0 + 1 − 0 = 1
}

TEST_CASE("The soft spread score prefers the emptier zone by ln(domains + 2)") {
  ThreeZones zones;
  zones.pods(zones.a1, a_pod(), 2);
  zones.pods(zones.b, a_pod(), 1);
  // Weight ln(3 + 2) = 1.609: z1 round(3.219) = 3, z2 round(1.609) = 2, z3 0. 100 × (3 + 0 − s)/3 = 0, 33, 100; × 2.
  const ScoreTable table = zones.scores(spread_pod(spread_over(kZoneKey, 1, false)));
  // Visiting order: a1 b c a2.
  CHECK(scored_by(table, ScorePlugin::PodTopologySpread) == std::vector<std::int64_t>{0, 66, 200, 0});
}

TEST_CASE("A pod of a Service without constraints is spread softly over hosts and zones") {
  ThreeZones zones;
  zones.context.services.push_back({.name_space = Name("default"), .selector = labels({{"app", "web"}})});
  zones.pods(zones.a1, a_pod(), 2);
  // Hosts: ln(4 + 2) = 1.792, zones: ln 5 = 1.609; each domain adds maxSkew − 1: 2 + 4 = 6.
  // a1 2 × 1.792 + 2 × 1.609 + 6 = 12.80 → 13; a2 3.219 + 6 = 9.22 → 9; b, c 6. 100 × (13 + 6 − s)/13: 46, 76, 100; × 2.
  const ScoreTable table = zones.scores(a_pod());
  CHECK(table.ran[static_cast<std::size_t>(ScorePlugin::PodTopologySpread)]);
  CHECK(scored_by(table, ScorePlugin::PodTopologySpread) == std::vector<std::int64_t>{92, 200, 200, 152});
  CHECK_FALSE(zones.scores(a_pod(100, 128, {{"app", "db"}})).ran[static_cast<std::size_t>(ScorePlugin::PodTopologySpread)]);
}

TEST_CASE("Required affinity wants all its terms' pods in the node's domain") {
  ThreeZones zones;
  zones.pods(zones.a1, a_pod(100, 128, {{"app", "cache"}}));
  PodSpec pod = a_pod();
  pod.affinity.pod_required.push_back(company_of(kZoneKey, {{"app", "cache"}}));
  CHECK(zones.verdict(pod, zones.a2).feasible());
  CHECK(zones.reasons(pod, zones.b) == std::vector<std::string>{"node(s) didn't match pod affinity rules"});
  CHECK(zones.verdict(pod, zones.b).code == FitCode::UnschedulableAndUnresolvable);
}

TEST_CASE("The first pod of a group that wants its own company goes anywhere with the key") {
  ThreeZones zones;
  const NodeIndex bare = zones.node(a_node("bare"));
  PodSpec pod = a_pod();
  pod.affinity.pod_required.push_back(company_of(kZoneKey));
  CHECK(zones.verdict(pod, zones.b).feasible());
  CHECK_FALSE(zones.verdict(pod, bare).feasible());
  zones.pods(zones.a1, a_pod());
  CHECK_FALSE(zones.verdict(pod, zones.b).feasible());
}

TEST_CASE("Required anti-affinity works in both directions, terminating pods included") {
  ThreeZones zones;
  PodSpec shy = a_pod();
  shy.affinity.pod_anti_required.push_back(company_of(kHostnameKey));
  zones.pods(zones.a1, a_pod(), 1, true);
  CHECK(zones.reasons(shy, zones.a1) == std::vector<std::string>{"node(s) didn't match pod anti-affinity rules"});
  CHECK(zones.verdict(shy, zones.a2).feasible());
  zones.pods(zones.b, shy);
  CHECK(zones.reasons(a_pod(), zones.b) == std::vector<std::string>{"node(s) didn't satisfy existing pods anti-affinity rules"});
  CHECK(zones.verdict(a_pod(100, 128, {{"app", "db"}}), zones.b).feasible());
}

TEST_CASE("Namespaces and namespaceSelector of a term are united, without both it is the owner's namespace") {
  FitContext context;
  context.namespaces.emplace_back(Name("blue"), labels({{"team", "b"}}));
  PodSpec owner = a_pod(), target = a_pod();
  target.name_space = Name("blue");
  PodAffinityTerm term = company_of(kZoneKey);
  CHECK_FALSE(affinity_term_matches(term, owner, target, context));
  term.namespaces = {Name("red")};
  CHECK_FALSE(affinity_term_matches(term, owner, target, context));
  term.namespace_selector = selecting({{"team", "b"}});
  CHECK(affinity_term_matches(term, owner, target, context));
}

TEST_CASE("The affinity score adds weights by domain and scales them to 0…100") {
  ThreeZones zones;
  zones.pods(zones.a1, a_pod(100, 128, {{"app", "cache"}}), 2);
  zones.pods(zones.b, a_pod(100, 128, {{"app", "cache"}}));
  PodSpec pod = a_pod();
  pod.affinity.pod_preferred.push_back({.weight = 10, .term = company_of(kZoneKey, {{"app", "cache"}})});
  // z1 20, z2 10, z3 0 → 100, 50, 0; × 2, in visiting order a1 b c a2.
  CHECK(scored_by(zones.scores(pod), ScorePlugin::InterPodAffinity) == std::vector<std::int64_t>{200, 100, 0, 200});
  CHECK_FALSE(zones.scores(a_pod()).ran[static_cast<std::size_t>(ScorePlugin::InterPodAffinity)]);
}
