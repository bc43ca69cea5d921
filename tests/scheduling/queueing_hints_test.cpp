#include <catch2/catch.hpp>

#include "models/controllers/scheduling/queueing_hints.hpp"
#include "tests/fit/builders.hpp"

using namespace akstwin;
using namespace akstwin::test;
using Kind = ClusterEvent::Kind;

namespace {

/// Asks whether `event` could help a pod that `plugin` refused.
bool helps(FilterPlugin plugin, const PodSpec& pod, const ClusterEvent& event) {
  const NodeVerdict verdict{.plugin = plugin, .code = FitCode::Unschedulable, .detail = 0};
  return worth_requeuing(pod, rejectors(std::vector{verdict}), event, FitContext{});
}

ClusterEvent added(const NodeInput& node) { return {.kind = Kind::NodeAdded, .after = &node}; }
ClusterEvent changed(const NodeInput& before, const NodeInput& after) { return {.kind = Kind::NodeChanged, .before = &before, .after = &after}; }
ClusterEvent gone(const PodSpec& pod) { return {.kind = Kind::PodGone, .pod = &pod}; }
ClusterEvent assigned(const PodSpec& pod) { return {.kind = Kind::PodAssigned, .pod = &pod}; }

}  // namespace

TEST_CASE("A pod that lacked resources is tried again when a pod goes or when a node comes on which it would fit alone") {
  const PodSpec small = a_pod(3000), big = a_pod(5000), other = a_pod(100);
  const NodeInput node = a_node("n0");   // 4000m
  CHECK(helps(FilterPlugin::NodeResourcesFit, small, gone(other)));
  CHECK(helps(FilterPlugin::NodeResourcesFit, small, added(node)));
  CHECK_FALSE(helps(FilterPlugin::NodeResourcesFit, big, added(node)));
  CHECK_FALSE(helps(FilterPlugin::NodeResourcesFit, small, assigned(other)));
}

TEST_CASE("A node that changes its taints does not help a pod that lacked resources") {
  const PodSpec pod = a_pod(3000);
  const NodeInput before = a_node("n0");
  NodeInput after = before;
  after.taints.push_back({Name("team"), Name("data"), TaintEffect::PreferNoSchedule});
  CHECK_FALSE(helps(FilterPlugin::NodeResourcesFit, pod, changed(before, after)));
  after.allocatable.cpu.value += 1000;
  CHECK(helps(FilterPlugin::NodeResourcesFit, pod, changed(before, after)));
}

TEST_CASE("A pod kept out by a taint is tried again when the taint goes, not when another one comes") {
  const PodSpec pod = a_pod();
  const NodeInput clean = a_node("n0");
  NodeInput tainted = clean;
  tainted.taints.push_back({Name("node.kubernetes.io/not-ready"), {}, TaintEffect::NoSchedule});
  CHECK(helps(FilterPlugin::TaintToleration, pod, changed(tainted, clean)));
  CHECK_FALSE(helps(FilterPlugin::TaintToleration, pod, changed(clean, tainted)));
  CHECK_FALSE(helps(FilterPlugin::TaintToleration, pod, added(tainted)));
  CHECK(helps(FilterPlugin::TaintToleration, pod, added(clean)));
  CHECK_FALSE(helps(FilterPlugin::TaintToleration, pod, gone(pod)));
}

TEST_CASE("An uncordoned node helps a pod that was refused for the cordon") {
  const PodSpec pod = a_pod();
  const NodeInput open = a_node("n0");
  NodeInput cordoned = open;
  cordoned.unschedulable = true;
  CHECK(helps(FilterPlugin::NodeUnschedulable, pod, changed(cordoned, open)));
  CHECK_FALSE(helps(FilterPlugin::NodeUnschedulable, pod, changed(open, cordoned)));
}

TEST_CASE("A pod that wants other nodes is helped by a node with the labels it asks for") {
  PodSpec pod = a_pod();
  pod.node_selector.set(Name("disk"), Name("fast"));
  const NodeInput plain = a_node("n0");
  NodeInput fast = plain;
  fast.labels.set(Name("disk"), Name("fast"));
  CHECK(helps(FilterPlugin::NodeAffinity, pod, added(fast)));
  CHECK_FALSE(helps(FilterPlugin::NodeAffinity, pod, added(plain)));
  CHECK(helps(FilterPlugin::NodeAffinity, pod, changed(plain, fast)));
  CHECK_FALSE(helps(FilterPlugin::NodeAffinity, pod, changed(fast, fast)));
}

TEST_CASE("A host port is free again when a pod with a conflicting port goes") {
  PodSpec pod = a_pod(), same = a_pod(), other = a_pod();
  pod.containers[0].host_ports.push_back({8080, Name("TCP"), {}});
  same.containers[0].host_ports.push_back({8080, Name("TCP"), {}});
  other.containers[0].host_ports.push_back({9090, Name("TCP"), {}});
  CHECK(helps(FilterPlugin::NodePorts, pod, gone(same)));
  CHECK_FALSE(helps(FilterPlugin::NodePorts, pod, gone(other)));
}

TEST_CASE("Spread is looked at again when a pod that it counts comes or goes") {
  PodSpec pod = a_pod();
  pod.topology_spread.push_back(spread_over(kZoneKey, 1, true));
  const PodSpec counted = a_pod(), other = a_pod(100, 128, {{"app", "db"}});
  CHECK(helps(FilterPlugin::PodTopologySpread, pod, assigned(counted)));
  CHECK(helps(FilterPlugin::PodTopologySpread, pod, gone(counted)));
  CHECK_FALSE(helps(FilterPlugin::PodTopologySpread, pod, assigned(other)));
  CHECK(helps(FilterPlugin::PodTopologySpread, pod, added(a_node("n1", "z1"))));
  CHECK_FALSE(helps(FilterPlugin::PodTopologySpread, pod, added(a_node("n1"))));
}

TEST_CASE("Wanted company helps when it comes, unwanted company when it goes") {
  PodSpec friendly = a_pod(100, 128, {{"app", "cache"}}), hostile = a_pod(100, 128, {{"app", "lone"}});
  friendly.affinity.pod_required.push_back(company_of(kHostnameKey));
  hostile.affinity.pod_anti_required.push_back(company_of(kHostnameKey));
  const PodSpec web = a_pod(), db = a_pod(100, 128, {{"app", "db"}});
  CHECK(helps(FilterPlugin::InterPodAffinity, friendly, assigned(web)));
  CHECK_FALSE(helps(FilterPlugin::InterPodAffinity, friendly, assigned(db)));
  CHECK(helps(FilterPlugin::InterPodAffinity, hostile, gone(web)));
  CHECK_FALSE(helps(FilterPlugin::InterPodAffinity, hostile, gone(db)));
}

TEST_CASE("Plugins are named in the order in which they run, each once") {
  const std::vector<NodeVerdict> verdicts{{FilterPlugin::NodeResourcesFit, FitCode::Unschedulable, 2},
                                          {FilterPlugin::TaintToleration, FitCode::UnschedulableAndUnresolvable, 0},
                                          {FilterPlugin::NodeResourcesFit, FitCode::Unschedulable, 4}};
  CHECK(plugin_names(rejectors(verdicts)) == "TaintToleration, NodeResourcesFit");
}
