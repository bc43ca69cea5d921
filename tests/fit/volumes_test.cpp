// Zonal disks, and matchLabelKeys of pod affinity.
#include <catch2/catch.hpp>

#include "tests/fit/builders.hpp"

using namespace akstwin;
using namespace akstwin::test;

TEST_CASE("A pod goes only where its disk is") {
  Cluster cluster;
  const NodeIndex here = cluster.node(a_node("n0", "eastus2-1")), there = cluster.node(a_node("n1", "eastus2-2")), nowhere = cluster.node(a_node("n2"));
  const PodSpec pod = a_pod();
  const std::vector<Name> zones{Name("eastus2-2")};
  const PreparedPod prepared = prepare({.spec = &pod, .volume_zones = zones}, cluster.snapshot, cluster.context);
  CHECK(filter_node(prepared, cluster.snapshot, there).feasible());
  CHECK(fits(prepared, cluster.snapshot, there));
  for (const NodeIndex node : {here, nowhere}) {
    const NodeVerdict verdict = filter_node(prepared, cluster.snapshot, node);
    CHECK(verdict.plugin == FilterPlugin::VolumeBinding);
    CHECK(verdict.code == FitCode::UnschedulableAndUnresolvable);
    CHECK(reasons_of(verdict, cluster.snapshot, node) == std::vector<std::string>{"node(s) had volume node affinity conflict"});
    CHECK_FALSE(fits(prepared, cluster.snapshot, node));
  }
}

TEST_CASE("Two disks in two zones leave a pod without any node") {
  Cluster cluster;
  cluster.node(a_node("n0", "eastus2-1"));
  cluster.node(a_node("n1", "eastus2-2"));
  const PodSpec pod = a_pod();
  const std::vector<Name> zones{Name("eastus2-1"), Name("eastus2-2")};
  const PreparedPod prepared = prepare({.spec = &pod, .volume_zones = zones}, cluster.snapshot, cluster.context);
  std::vector<NodeVerdict> verdicts;
  run_filters(prepared, cluster.snapshot, verdicts);
  CHECK(unschedulable_message(verdicts, cluster.snapshot) == "0/2 nodes are available: 2 node(s) had volume node affinity conflict.");
}

TEST_CASE("A node takes as many disks as its machine has slots for; pods without disks never ask") {
  Cluster cluster;
  NodeInput limited = a_node("n0");
  limited.disk_limit = 4;   // Standard_D2ds_v5
  const NodeIndex small = cluster.node(limited), free = cluster.node(a_node("n1"));
  PodSpec database = a_pod();
  database.disks = 3;
  CHECK(cluster.verdict(database, small).feasible());
  cluster.pods(small, database);
  const NodeVerdict full = cluster.verdict(database, small);
  CHECK(full.plugin == FilterPlugin::NodeVolumeLimits);
  CHECK(full.code == FitCode::Unschedulable);
  CHECK(reasons_of(full, cluster.snapshot, small) == std::vector<std::string>{"node(s) exceed max volume count"});
  CHECK(cluster.verdict(database, free).feasible());   // no CSINode, no limit
  CHECK(cluster.verdict(a_pod(), small).feasible());
  PodSpec one = a_pod();
  one.disks = 1;
  CHECK(cluster.verdict(one, small).feasible());
}

TEST_CASE("Pod affinity with matchLabelKeys wants the company of its own revision only") {
  Cluster cluster;
  const NodeIndex old_home = cluster.node(a_node("n0")), new_home = cluster.node(a_node("n1"));
  cluster.pods(old_home, a_pod(100, 128, {{"app", "web"}, {"rev", "1"}}));
  cluster.pods(new_home, a_pod(100, 128, {{"app", "web"}, {"rev", "2"}}));
  PodSpec pod = a_pod(100, 128, {{"app", "web"}, {"rev", "2"}});
  PodAffinityTerm term = company_of(kHostnameKey);
  pod.affinity.pod_required = {term};
  CHECK(cluster.verdict(pod, old_home).feasible());   // any "web" will do
  term.match_label_keys = {Name("rev")};
  pod.affinity.pod_required = {term};
  CHECK_FALSE(cluster.verdict(pod, old_home).feasible());
  CHECK(cluster.verdict(pod, new_home).feasible());
}

TEST_CASE("Anti-affinity with matchLabelKeys lets a new revision in beside the old one") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0"));
  cluster.pods(node, a_pod(100, 128, {{"app", "web"}, {"rev", "1"}}));
  PodSpec pod = a_pod(100, 128, {{"app", "web"}, {"rev", "2"}});
  PodAffinityTerm term = company_of(kHostnameKey);
  pod.affinity.pod_anti_required = {term};
  CHECK(cluster.verdict(pod, node).plugin == FilterPlugin::InterPodAffinity);
  term.match_label_keys = {Name("rev")};
  pod.affinity.pod_anti_required = {term};
  CHECK(cluster.verdict(pod, node).feasible());
}

TEST_CASE("mismatchLabelKeys keeps tenants apart: only pods of another tenant are unwanted") {
  Cluster cluster;
  const NodeIndex own = cluster.node(a_node("n0")), foreign = cluster.node(a_node("n1"));
  cluster.pods(own, a_pod(100, 128, {{"app", "web"}, {"tenant", "a"}}));
  cluster.pods(foreign, a_pod(100, 128, {{"app", "web"}, {"tenant", "b"}}));
  PodSpec pod = a_pod(100, 128, {{"app", "web"}, {"tenant", "a"}});
  PodAffinityTerm term = company_of(kHostnameKey);
  term.mismatch_label_keys = {Name("tenant")};
  pod.affinity.pod_anti_required = {term};
  CHECK(cluster.verdict(pod, own).feasible());
  CHECK_FALSE(cluster.verdict(pod, foreign).feasible());
}

TEST_CASE("A matchLabelKeys key that the pod does not carry is left out") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0"));
  cluster.pods(node, a_pod(100, 128, {{"app", "web"}, {"rev", "1"}}));
  PodSpec pod = a_pod();   // app=web, no rev
  PodAffinityTerm term = company_of(kHostnameKey);
  term.match_label_keys = {Name("rev")};
  pod.affinity.pod_anti_required = {term};
  CHECK_FALSE(cluster.verdict(pod, node).feasible());
}
