#include <catch2/catch.hpp>

#include "tests/fit/builders.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

using Scores = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("LeastAllocated is the truncated mean of the free shares of CPU and memory") {
  Cluster cluster;
  const NodeIndex node = cluster.node(a_node("n0"));
  cluster.pods(node, a_pod(1000, 1024));
  // cpu (4000 − 1000 − 500) × 100 / 4000 = 62; memory (8192 − 1024 − 1024) × 100 / 8192 = 75; (62 + 75) / 2 = 68.
  CHECK(scored_by(cluster.scores(a_pod(500, 1024)), ScorePlugin::NodeResourcesFit) == Scores{68});
}

TEST_CASE("LeastAllocated counts 100m and 200Mi for a container that states nothing") {
  Cluster cluster;
  cluster.node(a_node("n0"));
  PodSpec silent = a_pod(0, 0);
  silent.containers.front().states_cpu_request = silent.containers.front().states_memory_request = false;
  // cpu 3900/4000 = 97; memory 7992/8192 = 97.
  CHECK(scored_by(cluster.scores(silent), ScorePlugin::NodeResourcesFit) == Scores{97});
  CHECK(scored_by(cluster.scores(silent), ScorePlugin::NodeResourcesBalancedAllocation) == Scores{100});
}

TEST_CASE("BalancedAllocation loses half the difference of the used shares") {
  Cluster cluster;
  cluster.node(a_node("n0"));
  // cpu 2000/4000 = 0.5, memory 2048/8192 = 0.25: 1 − 0.125 = 87.5 → 87.
  CHECK(scored_by(cluster.scores(a_pod(2000, 2048)), ScorePlugin::NodeResourcesBalancedAllocation) == Scores{87});
  // Shares are capped at 1: cpu 8000/4000 → 1, memory 0: 1 − 0.5 = 50.
  CHECK(scored_by(cluster.scores(a_pod(8000, 0)), ScorePlugin::NodeResourcesBalancedAllocation) == Scores{50});
}

TEST_CASE("Untolerated PreferNoSchedule taints push a node down relative to the worst") {
  Cluster cluster;
  const Taint first{.key = Name("a"), .value = {}, .effect = TaintEffect::PreferNoSchedule},
      second{.key = Name("b"), .value = {}, .effect = TaintEffect::PreferNoSchedule};
  NodeInput clean = a_node("n0"), one = a_node("n1"), two = a_node("n2");
  one.taints = {first};
  two.taints = {first, second};
  for (const NodeInput& node : {clean, one, two}) cluster.node(node);
  // Taints 0, 1, 2 → 100 − 0, 100 − 50, 100 − 100; × 3.
  CHECK(scored_by(cluster.scores(a_pod()), ScorePlugin::TaintToleration) == Scores{300, 150, 0});
  PodSpec tolerant = a_pod();
  tolerant.tolerations.push_back({.key = Name("b"), .exists = true, .value = {}, .effect = TaintEffect::NoSchedule, .seconds = {}});
  CHECK(scored_by(cluster.scores(tolerant), ScorePlugin::TaintToleration) == Scores{300, 150, 0});   // another effect does not help
}

TEST_CASE("Preferred node affinity sums the weights and scales to the highest") {
  Cluster cluster;
  cluster.node(a_node("n0", "z1"));
  cluster.node(a_node("n1", "z2"));
  cluster.node(a_node("n2"));
  PodSpec pod = a_pod();
  using enum SelectorRequirement::Operator;
  const auto prefer = [&](int weight, SelectorRequirement requirement) {
    pod.affinity.node_preferred.push_back({.weight = weight, .term = {.match_expressions = {std::move(requirement)}, .match_fields = {}}});
  };
  prefer(20, {.key = Name(kZoneKey), .op = Exists, .values = {}});
  prefer(10, {.key = Name(kZoneKey), .op = In, .values = {Name("z1")}});
  // 30, 20, 0 → 100, 66, 0; × 2. Visiting order n0 n1 n2.
  CHECK(scored_by(cluster.scores(pod), ScorePlugin::NodeAffinity) == Scores{200, 132, 0});
}

TEST_CASE("ImageLocality weighs the size by the share of nodes that have the image") {
  Cluster cluster;
  NodeInput warm = a_node("n0");
  warm.images = {{.image = Name("registry/app:latest"), .size = {1000LL << 20}}};
  cluster.node(warm);
  cluster.node(a_node("n1"));
  PodSpec pod = a_pod();
  pod.containers.front().image = Name("registry/app");   // no tag: latest
  // 1000 MiB × 1/2 = 500 MiB; 100 × (500 − 23) / (1000 − 23) = 48.8 → 48.
  CHECK(scored_by(cluster.scores(pod), ScorePlugin::ImageLocality) == Scores{48, 0});
}

TEST_CASE("A port in the registry's name is not a tag") {
  Cluster cluster;
  NodeInput warm = a_node("n0");
  warm.images = {{.image = Name("localhost:5000/app:latest"), .size = {1000LL << 20}}};
  cluster.node(warm);
  PodSpec pod = a_pod();
  pod.containers.front().image = Name("localhost:5000/app");
  CHECK(scored_by(cluster.scores(pod), ScorePlugin::ImageLocality) == Scores{100});
}

TEST_CASE("The best nodes are all that share the highest total") {
  Cluster cluster;
  for (const std::string_view name : {"n0", "n1", "n2"}) cluster.node(a_node(name));
  cluster.pods(1, a_pod(2000, 2048));
  const ScoreTable table = cluster.scores(a_pod());
  CHECK(best_nodes(table) == std::vector<NodeIndex>{0, 2});
}
