#include <catch2/catch.hpp>

#include "models/fit/nodes_to_score.hpp"
#include "tests/fit/builders.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

using Reasons = std::vector<std::string>;

NodeInput tainted(std::string_view name, Taint taint) {
  NodeInput node = a_node(name);
  node.taints.push_back(taint);
  return node;
}

PodSpec wanting(SelectorRequirement::Operator op, std::string_view key, std::vector<Name> values) {
  PodSpec pod = a_pod();
  pod.affinity.node_required = {{.match_expressions = {{.key = Name(key), .op = op, .values = std::move(values)}}, .match_fields = {}}};
  return pod;
}

PodSpec with_port(int port, std::string_view address) {
  PodSpec pod = a_pod();
  pod.containers.front().host_ports.push_back({.port = port, .protocol = Name("TCP"), .host_ip = Name(address)});
  return pod;
}

}  // namespace

TEST_CASE("The number of nodes to score follows upstream's adaptive rule") {
  // facts K10: 50 − nodes/125 percent, at least 5 %, never fewer than 100 nodes.
  CHECK(nodes_to_score(99) == 99);
  CHECK(nodes_to_score(100) == 100);
  CHECK(nodes_to_score(1000) == 420);   // 50 − 8 = 42 %
  CHECK(nodes_to_score(5000) == 500);   // 50 − 40 = 10 %
  CHECK(nodes_to_score(6000) == 300);   // 50 − 48 = 2 → 5 %
  CHECK(nodes_to_score(1000, 100) == 1000);
  CHECK(nodes_to_score(1000, 5) == 100);   // 50 is below the floor of 100
}

TEST_CASE("A cordoned node refuses a pod that does not tolerate it") {
  Cluster cluster;
  NodeInput cordoned = a_node("n0");
  cordoned.unschedulable = true;
  const NodeIndex node = cluster.node(cordoned);
  CHECK(cluster.reasons(a_pod(), node) == Reasons{"node(s) were unschedulable"});
  CHECK(cluster.verdict(a_pod(), node).code == FitCode::UnschedulableAndUnresolvable);
  PodSpec daemon = a_pod();
  daemon.tolerations.push_back(
      {.key = Name("node.kubernetes.io/unschedulable"), .exists = true, .value = {}, .effect = TaintEffect::NoSchedule, .seconds = {}});
  CHECK(cluster.verdict(daemon, node).feasible());
}

TEST_CASE("The first untolerated taint is named and PreferNoSchedule refuses nothing") {
  Cluster cluster;
  NodeInput node = tainted("n0", {.key = Name("soft"), .value = {}, .effect = TaintEffect::PreferNoSchedule});
  node.taints.push_back({.key = Name("dedicated"), .value = Name("gpu"), .effect = TaintEffect::NoSchedule});
  const NodeIndex hard = cluster.node(node);
  const NodeIndex soft = cluster.node(tainted("n1", {.key = Name("soft"), .value = {}, .effect = TaintEffect::PreferNoSchedule}));
  CHECK(cluster.reasons(a_pod(), hard) == Reasons{"node(s) had untolerated taint {dedicated: gpu}"});
  CHECK(cluster.verdict(a_pod(), soft).feasible());
}

TEST_CASE("Gt and Lt need integers on both sides") {
  Cluster cluster;
  NodeInput five = a_node("n0"), text = a_node("n1");
  five.labels.set(Name("gen"), Name("5"));
  text.labels.set(Name("gen"), Name("x"));
  const NodeIndex number = cluster.node(five), word = cluster.node(text);
  using enum SelectorRequirement::Operator;
  CHECK(cluster.verdict(wanting(Gt, "gen", {Name("4")}), number).feasible());
  CHECK_FALSE(cluster.verdict(wanting(Gt, "gen", {Name("5")}), number).feasible());
  CHECK(cluster.verdict(wanting(Lt, "gen", {Name("6")}), number).feasible());
  CHECK_FALSE(cluster.verdict(wanting(Gt, "gen", {Name("4")}), word).feasible());
  CHECK_FALSE(cluster.verdict(wanting(Gt, "gen", {Name("four")}), number).feasible());
}

TEST_CASE("Terms of node affinity are alternatives, an empty term matches nothing") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0", "z1"));
  PodSpec pod = wanting(SelectorRequirement::Operator::In, kZoneKey, {Name("z9")});
  pod.affinity.node_required->push_back({});
  CHECK(cluster.reasons(pod, node) == Reasons{"node(s) didn't match Pod's node affinity/selector"});
  pod.affinity.node_required->push_back(
      {.match_expressions = {{.key = Name(kZoneKey), .op = SelectorRequirement::Operator::Exists, .values = {}}}, .match_fields = {}});
  CHECK(cluster.verdict(pod, node).feasible());
}

TEST_CASE("A pod that asks for nodes by name is only tried on those") {
  Cluster cluster;
  const NodeIndex wanted = cluster.node(a_node("n0")), other = cluster.node(a_node("n1"));
  PodSpec pod = a_pod();
  const SelectorRequirement name{.key = Name("metadata.name"), .op = SelectorRequirement::Operator::In, .values = {Name("n0")}};
  pod.affinity.node_required = {{.match_expressions = {}, .match_fields = {name}}};
  CHECK(cluster.verdict(pod, wanted).feasible());
  CHECK(cluster.verdict(pod, other).plugin == FilterPlugin::PreFilterNodeList);
  CHECK(cluster.reasons(pod, other) == Reasons{"node(s) didn't satisfy plugin(s) [NodeAffinity]"});
  SelectorRequirement second = name;
  second.values = {Name("n1")};
  pod.affinity.node_required->front().match_fields.push_back(second);
  CHECK(cluster.reasons(pod, wanted) == Reasons{"pod affinity terms conflict"});
}

TEST_CASE("Host ports conflict on equal addresses and on the wildcard") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0"));
  cluster.pods(node, with_port(8080, "10.0.0.1"));
  CHECK(cluster.verdict(with_port(8080, "10.0.0.2"), node).feasible());
  CHECK(cluster.verdict(with_port(8081, "10.0.0.1"), node).feasible());
  CHECK(cluster.verdict(with_port(8080, "10.0.0.1"), node).plugin == FilterPlugin::NodePorts);
  CHECK(cluster.verdict(with_port(8080, "0.0.0.0"), node).plugin == FilterPlugin::NodePorts);
  CHECK(cluster.verdict(with_port(8080, ""), node).plugin == FilterPlugin::NodePorts);
}

TEST_CASE("Every missing resource is listed in upstream's order") {
  Cluster cluster;
  NodeInput small = a_node("n0");
  small.pod_capacity = 1;
  const NodeIndex node = cluster.node(small);
  cluster.pods(node, a_pod(4000, 8192));
  PodSpec pod = a_pod(1, 1);
  pod.containers.front().requests.ephemeral_storage = {1};
  pod.containers.front().requests.gpu = 1;
  CHECK(cluster.reasons(pod, node) == Reasons{"Too many pods", "Insufficient cpu", "Insufficient memory", "Insufficient ephemeral-storage",
                                              "Insufficient nvidia.com/gpu"});
}

TEST_CASE("A pod that requests nothing fits an overcommitted node") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0"));
  cluster.pods(node, a_pod(9000, 100));
  CHECK(cluster.verdict(a_pod(0, 0), node).feasible());
  CHECK(fits(cluster.prepared(a_pod(0, 0)), cluster.snapshot, node));
  CHECK_FALSE(fits(cluster.prepared(a_pod(1, 0)), cluster.snapshot, node));
}

TEST_CASE("The search for feasible nodes starts where it is told and stops when it has enough") {
  Cluster cluster;
  for (int i = 0; i < 5; ++i) cluster.node(a_node("n" + std::to_string(i)));
  cluster.pods(3, a_pod(4000));
  std::vector<NodeIndex> found;
  // From position 2: n2 fits, n3 is full, n4 fits: three looked at.
  CHECK(find_feasible(cluster.prepared(a_pod()), cluster.snapshot, 2, 2, found) == 3);
  CHECK(found == std::vector<NodeIndex>{2, 4});
  CHECK(find_feasible(cluster.prepared(a_pod()), cluster.snapshot, 2, 9, found) == 5);
  CHECK(found == std::vector<NodeIndex>{2, 4, 0, 1});
}

TEST_CASE("The message of an unschedulable pod counts nodes by reason") {
  Cluster cluster;
  for (int i = 0; i < 3; ++i) cluster.node(a_node("n" + std::to_string(i)));
  cluster.node(tainted("n3", {.key = Name("a"), .value = Name("b"), .effect = TaintEffect::NoExecute}));
  std::vector<NodeVerdict> verdicts;
  run_filters(cluster.prepared(a_pod(5000)), cluster.snapshot, verdicts);
  CHECK(unschedulable_message(verdicts, cluster.snapshot) ==
        "0/4 nodes are available: 1 node(s) had untolerated taint {a: b}, 3 Insufficient cpu.");
}
