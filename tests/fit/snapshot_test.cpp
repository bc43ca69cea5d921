#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "tests/fit/builders.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

std::vector<std::string> visiting_order(const Snapshot& snapshot) {
  std::vector<std::string> names;
  for (const NodeIndex node : snapshot.order()) names.push_back(snapshot.node(node).name.str());
  return names;
}

// Recomputes every sum of a node from its list of pods.
void expect_sums_right(const Snapshot& snapshot, NodeIndex node) {
  Resources requested, scored;
  std::map<const PodSpec*, std::pair<int, int>> templates;
  std::size_t ports = 0;
  for (const PodOnNode& pod : snapshot.pods(node)) {
    requested = requested + pod.spec->effective_request();
    scored = scored + scored_request(*pod.spec);
    ports += host_ports_of(*pod.spec).size();
    ++templates[pod.spec].first;
    templates[pod.spec].second += pod.terminating ? 1 : 0;
  }
  CHECK(snapshot.requested(node) == requested);
  CHECK(snapshot.columns().scored_cpu[node] == scored.cpu.value);
  CHECK(snapshot.columns().scored_memory[node] == scored.memory.value);
  CHECK(snapshot.columns().free_pods[node] == snapshot.node(node).pod_capacity - snapshot.pod_count(node));
  CHECK(snapshot.host_ports(node).size() == ports);
  REQUIRE(snapshot.rows(node).size() == templates.size());
  for (const TemplateRow& row : snapshot.rows(node)) {
    const PodTemplate& pod_template = snapshot.templates()[row.pod_template];
    const TemplatePlace& place = pod_template.places[row.place];
    CHECK(place.node == node);
    CHECK(place.pods == templates[pod_template.spec].first);
    CHECK(place.terminating == templates[pod_template.spec].second);
  }
}

void expect_labels_right(const Snapshot& snapshot) {
  for (const NodeIndex node : snapshot.order())
    for (const auto& [key, value] : snapshot.node(node).labels.pairs) {
      const Name* found = snapshot.labels().value(snapshot.labels().find(key), node);
      REQUIRE(found != nullptr);
      CHECK(*found == value);
    }
}

}  // namespace

TEST_CASE("Nodes are visited zone by zone in turn, as upstream's node tree does") {
  Cluster cluster;
  for (const auto& [name, zone] :
       std::vector<std::pair<std::string, std::string>>{{"a1", "z1"}, {"a2", "z1"}, {"b1", "z2"}, {"a3", "z1"}, {"c1", ""}})
    cluster.node(a_node(name, zone));
  CHECK(visiting_order(cluster.snapshot) == std::vector<std::string>{"a1", "b1", "c1", "a2", "a3"});
  cluster.snapshot.remove_node(cluster.snapshot.find(Name("a1")));
  CHECK(visiting_order(cluster.snapshot) == std::vector<std::string>{"a2", "b1", "c1", "a3"});
}

TEST_CASE("Random adds and removes leave the same sums as a recomputation") {
  std::mt19937 draw(7);   // a fixed seed; the raw output of mt19937 is the same everywhere
  Cluster cluster;
  std::deque<PodSpec> specs;
  for (int i = 0; i < 12; ++i) {
    PodSpec spec = a_pod(50 * (i % 5), 64 * (i % 4));
    if (i % 3 == 0) spec.containers.front().states_cpu_request = false;
    if (i % 4 == 0) spec.containers.front().host_ports.push_back({.port = 8000 + i, .protocol = Name("TCP"), .host_ip = Name()});
    specs.push_back(spec);
  }
  std::vector<std::pair<NodeIndex, std::uint64_t>> present;
  std::uint64_t tag = 0;
  int names = 0;
  for (int step = 0; step < 3000; ++step) {
    const std::uint64_t what = draw() % 100;
    Snapshot& snapshot = cluster.snapshot;
    if (what < 4 || snapshot.node_count() == 0) {
      snapshot.add_node(a_node("n" + std::to_string(names++), "z" + std::to_string(draw() % 3)));
    } else if (what < 6) {
      const NodeIndex node = snapshot.order()[draw() % snapshot.node_count()];
      snapshot.remove_node(node);
      std::erase_if(present, [&](const auto& pod) { return pod.first == node; });
    } else if (what < 9) {
      const NodeIndex node = snapshot.order()[draw() % snapshot.node_count()];
      NodeInput changed = snapshot.node(node);
      changed.allocatable.cpu = {static_cast<std::int64_t>(draw() % 8000)};
      changed.labels.set(Name(kZoneKey), Name("z" + std::to_string(draw() % 3)));
      changed.taints.assign(draw() % 2,
                            {.key = Name("k" + std::to_string(draw() % 3)), .value = Name(), .effect = TaintEffect::NoSchedule});
      snapshot.update_node(node, changed);
    } else if (what < 55 || present.empty()) {
      const NodeIndex node = snapshot.order()[draw() % snapshot.node_count()];
      snapshot.add_pod(
          node, {.spec = &specs[draw() % specs.size()], .name = Name(), .tag = ++tag, .start_us = 0, .terminating = draw() % 5 == 0});
      present.emplace_back(node, tag);
    } else if (what < 90) {
      const std::size_t at = draw() % present.size();
      REQUIRE(snapshot.remove_pod(present[at].first, present[at].second));
      present.erase(present.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      const auto& [node, which] = present[draw() % present.size()];
      REQUIRE(snapshot.set_terminating(node, which));
    }
    if (step % 50 != 0) continue;
    for (const NodeIndex node : snapshot.order()) expect_sums_right(snapshot, node);
    expect_labels_right(snapshot);
  }
}

TEST_CASE("A copy of a snapshot is independent of the original") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0"));
  cluster.pods(node, a_pod(500));
  Snapshot copy = cluster.snapshot;
  copy.add_pod(node, {.spec = &cluster.specs.front(), .name = Name(), .tag = 99, .start_us = 0, .terminating = false});
  CHECK(copy.requested(node).cpu.value == 1000);
  CHECK(cluster.snapshot.requested(node).cpu.value == 500);
  REQUIRE(copy.remove_pod(node, 99));
  CHECK(copy.requested(node) == cluster.snapshot.requested(node));
}

TEST_CASE("A container that states no request is scored with 100m and 200Mi, a stated zero is not") {
  PodSpec silent = a_pod(0, 0), zero = a_pod(0, 0);
  silent.containers.front().states_cpu_request = silent.containers.front().states_memory_request = false;
  CHECK(scored_request(silent).cpu.value == 100);
  CHECK(scored_request(silent).memory.value == 200 << 20);
  CHECK(scored_request(zero).cpu.value == 0);
  CHECK(silent.effective_request().cpu.value == 0);
}

TEST_CASE("A taint list that no node has any more gives its number back") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0"));
  for (int i = 0; i < 20; ++i) {   // the Cluster Autoscaler writes the time into its taint
    NodeInput marked = a_node("n0");
    marked.taints = {{.key = Name("ToBeDeletedByClusterAutoscaler"), .value = Name(std::to_string(i)), .effect = TaintEffect::NoSchedule}};
    cluster.snapshot.update_node(node, marked);
  }
  CHECK(cluster.snapshot.taint_classes().size() <= 2);
}
