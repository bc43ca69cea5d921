#include <catch2/catch.hpp>
#include <random>

#include "models/controllers/provisioning/placement.hpp"
#include "models/world/node_provisioning.hpp"
#include "tests/provisioning/platform.hpp"

namespace akstwin::test {
namespace {

/// NodePools of a cluster that has no node yet.
struct Bench {
  explicit Bench(std::vector<KarpenterNodePoolSpec> node_pools) : scenario(provisioned(std::move(node_pools), {})) {
    for (NodePoolOffer& offer : provisioner_options(scenario, 0, {}).pools) pools.emplace_back(std::move(offer));
  }
  void pod(const PodSpec& spec) {
    const auto number = static_cast<std::uint32_t>(specs.size());
    specs.push_back(spec);
    question.pods.push_back({.id = {number, 1}, .spec = &specs.back(), .name = Name("pod-" + std::to_string(number)), .created = {}, .pending = true, .volume_zones = {}});
  }
  PlacementResult solve() {
    Placement placement(pools, context);
    placement.rebuild(state, {}, unavailable, at(0_s));
    PlacementResult once = placement.solve(question), twice = placement.solve(question);
    CHECK(once.claims.size() == twice.claims.size());   // asking leaves no trace
    return once;
  }
  std::string cheapest(const PlannedClaim& claim) const { return pools[claim.pool].size_of(claim.choices.front()).name.str(); }
  int zone(const PlannedClaim& claim) const { return pools[claim.pool].choices()[claim.choices.front()].zone; }

  Scenario scenario;
  std::deque<NodePoolModel> pools;
  std::deque<PodSpec> specs;
  FitContext context;
  ClusterState state;
  UnavailableOfferings unavailable;
  Placement::Question question;
};

PodSpec a_pod(Millicores cpu, Bytes memory, std::string_view app = "api") { return deployment(std::string(app), 1, cpu, memory).pod; }

}  // namespace

TEST_CASE("The heaviest NodePool that can take a pod gets it, whatever its price") {
  KarpenterNodePoolSpec cheap = node_pool("cheap", {"Standard_D2s_v5"}), preferred = node_pool("preferred", {"Standard_D8s_v5"});
  preferred.weight = 10;
  Bench bench({cheap, preferred});
  bench.pod(a_pod(500_mcpu, 512_Mi));
  const PlacementResult result = bench.solve();
  REQUIRE(result.claims.size() == 1);
  CHECK(bench.cheapest(result.claims.front()) == "Standard_D8s_v5");
}

TEST_CASE("A pod's selector, taints and limits decide between NodePools") {
  KarpenterNodePoolSpec arm = node_pool("arm", {"Standard_D4ps_v5"}), tainted = node_pool("tainted", {"Standard_D2s_v5"}), small = node_pool("small", {"Standard_D4s_v5"});
  tainted.taints = {{Name("team"), Name("a"), TaintEffect::NoSchedule}};
  small.limits.resources.cpu = Millicores{4'000};
  Bench bench({arm, tainted, small});
  PodSpec on_arm = a_pod(500_mcpu, 512_Mi), tolerant = a_pod(400_mcpu, 512_Mi), plain = a_pod(3'000_mcpu, 512_Mi);
  on_arm.node_selector.set(Name("kubernetes.io/arch"), Name("arm64"));
  plain.node_selector.set(Name("kubernetes.io/arch"), Name("amd64"));
  tolerant.node_selector.set(Name("karpenter.azure.com/sku-cpu"), Name("2"));
  tolerant.tolerations = {{Name("team"), false, Name("a"), {}, {}}};
  bench.pod(on_arm);
  bench.pod(tolerant);
  bench.pod(plain);
  bench.pod(plain);   // a second machine of 4 vCPUs would exceed the limit of 4
  const PlacementResult result = bench.solve();
  REQUIRE(result.claims.size() == 3);
  REQUIRE(result.failed.size() == 1);
  CHECK(result.failed.front().why.text().find("NodePool small: all sizes exceed its limits") != std::string_view::npos);
  for (const PlannedClaim& claim : result.claims) CHECK(claim.pods.size() == 1);
}

TEST_CASE("Zone spread makes one machine a zone, though one machine could hold all") {
  Bench bench({node_pool("general", {"Standard_D2s_v5", "Standard_D8s_v5"})});
  PodSpec pod = a_pod(500_mcpu, 512_Mi);
  TopologySpreadConstraint spread;
  spread.topology_key = Name("topology.kubernetes.io/zone");
  spread.selector = LabelSelector{{{Name("app"), SelectorRequirement::Operator::In, {Name("api")}}}};
  pod.topology_spread = {spread};
  for (int i = 0; i < 3; ++i) bench.pod(pod);
  const PlacementResult result = bench.solve();
  REQUIRE(result.claims.size() == 3);
  std::vector<int> zones;
  for (const PlannedClaim& claim : result.claims) zones.push_back(bench.zone(claim));
  std::ranges::sort(zones);
  CHECK(zones == std::vector<int>{1, 2, 3});
}

TEST_CASE("Anti-affinity to oneself puts every pod on a machine of its own, preferred or required") {
  for (const bool required : {true, false}) {
    Bench bench({node_pool("general", {"Standard_D2s_v5", "Standard_D8s_v5"})});
    PodSpec pod = a_pod(100_mcpu, 128_Mi);
    PodAffinityTerm term;
    term.topology_key = Name("kubernetes.io/hostname");
    term.selector = LabelSelector{{{Name("app"), SelectorRequirement::Operator::In, {Name("api")}}}};
    // Karpenter reads a preference as a requirement as long as it can be met, and a new machine can always meet this one.
    if (required) pod.affinity.pod_anti_required = {term};
    else pod.affinity.pod_anti_preferred = {{100, term}};
    for (int i = 0; i < 4; ++i) bench.pod(pod);
    CHECK(bench.solve().claims.size() == 4);
  }
}

TEST_CASE("minValues keeps machines flexible: without enough sizes the NodePool is passed over") {
  KarpenterNodePoolSpec pool = node_pool("general", {"Standard_D2s_v5", "Standard_D4s_v5"});
  pool.requirements.back().min_values = 2;
  Bench bench({pool});
  bench.pod(a_pod(500_mcpu, 512_Mi));
  bench.pod(a_pod(3'000_mcpu, 512_Mi));   // fits D4s_v5 alone: one size, two are asked for
  const PlacementResult result = bench.solve();
  REQUIRE(result.claims.size() == 1);
  CHECK(result.failed.size() == 1);
}

TEST_CASE("Whatever is planned is feasible and within limits, for random pods and NodePools") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random()) % n; };
    KarpenterNodePoolSpec first = node_pool("first", {"Standard_D2s_v5", "Standard_D4s_v5", "Standard_E4s_v5"}), second = node_pool("second", {"Standard_F8s_v2", "Standard_D16s_v5", "Standard_D4ps_v5"});
    first.weight = static_cast<std::int64_t>(below(3));
    first.limits.resources.cpu = Millicores{static_cast<std::int64_t>(4 + below(30)) * 1'000};
    second.limits.nodes = static_cast<std::int64_t>(below(6));
    if (below(2) == 0) second.taints = {{Name("team"), Name("a"), TaintEffect::NoSchedule}};
    Bench bench({first, second});
    const std::uint32_t count = 1 + below(40);
    for (std::uint32_t i = 0; i < count; ++i) {
      PodSpec pod = a_pod(Millicores{static_cast<std::int64_t>(50 + below(5'000))}, Bytes{static_cast<std::int64_t>(64 + below(12'000)) << 20}, below(2) == 0 ? "api" : "web");
      if (below(4) == 0) pod.node_selector.set(Name("karpenter.azure.com/sku-family"), Name(below(2) == 0 ? "D" : "F"));
      if (below(4) == 0) pod.node_selector.set(Name("topology.kubernetes.io/zone"), Name("eastus2-" + std::to_string(1 + below(3))));
      if (below(3) == 0) pod.tolerations = {{Name("team"), true, {}, {}, {}}};
      bench.pod(pod);
    }
    const PlacementResult result = bench.solve();
    std::size_t placed = 0;
    std::vector<Millicores> cpu(bench.pools.size());
    std::vector<std::int64_t> nodes(bench.pools.size(), 0);
    for (const PlannedClaim& claim : result.claims) {
      NodePoolModel& pool = bench.pools[claim.pool];
      REQUIRE_FALSE(claim.choices.empty());
      Millicores largest;
      for (const std::uint32_t choice : claim.choices) {
        Resources sum;
        const Labels labels = pool.labels(choice);
        for (const std::size_t number : claim.pods) {
          const PodSpec& pod = *bench.question.pods[number].spec;
          sum = sum + pod.effective_request();
          for (const auto& [key, value] : pod.node_selector.pairs) {
            REQUIRE(labels.find(key) != nullptr);
            CHECK(*labels.find(key) == value);
          }
          for (const Taint& taint : pool.spec().taints) CHECK(std::ranges::any_of(pod.tolerations, [&](const Toleration& t) { return t.tolerates(taint); }));
        }
        const Resources room = pool.estimate_of(choice).allocatable;
        CHECK(sum.cpu <= room.cpu);
        CHECK(sum.memory <= room.memory);
        largest = std::max(largest, pool.estimate_of(choice).capacity.cpu);
      }
      placed += claim.pods.size();
      cpu[claim.pool] += largest;
      ++nodes[claim.pool];
    }
    CHECK(placed + result.failed.size() == count);
    for (std::size_t p = 0; p < bench.pools.size(); ++p) {
      const NodePoolLimits& limits = bench.pools[p].spec().limits;
      if (limits.resources.cpu > Millicores{0}) CHECK(cpu[p] <= limits.resources.cpu);
      if (limits.nodes > 0) CHECK(nodes[p] <= limits.nodes);
    }
  }
}

}  // namespace akstwin::test
