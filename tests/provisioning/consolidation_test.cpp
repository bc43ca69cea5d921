#include <catch2/catch.hpp>

#include "models/controllers/provisioning/consolidation.hpp"
#include "models/world/node_provisioning.hpp"
#include "tests/provisioning/platform.hpp"

namespace akstwin::test {
namespace {

/// Initialised nodes of one NodePool with pods of 900m and 1Gi on them.
struct Fleet {
  explicit Fleet(KarpenterNodePoolSpec spec, bool spot_to_spot = false) : scenario(provisioned({std::move(spec)}, {deployment("api", 1, 900_mcpu, 1_Gi)})) {
    scenario.cost.spot_discount = PartsPerMillion{800'000};
    for (NodePoolOffer& offer : provisioner_options(scenario, 0, {}).pools) karpenter.pools.emplace_back(std::move(offer));
    karpenter.wants_spot_to_spot = spot_to_spot;
    Workload workload;
    workload.spec = &objects(scenario).workloads[0];
    workload.key = Name("orders/api");
    workload.applied = true;
    workload.pod_template = &workload.spec->pod;
    owner = state.workloads.insert(workload);
  }
  void node(std::string_view size, int pods, bool spot = false) {
    NodePoolModel& pool = karpenter.pools.front();
    NodeClaim claim;
    claim.choice = static_cast<std::uint32_t>(pool.find(Name(size), 1, spot));
    REQUIRE(claim.choice < pool.choices().size());
    claim.name = Name("general-" + std::to_string(karpenter.claims.size()));
    claim.node_name = Name("prod/aks-" + claim.name.str());
    claim.phase = ClaimPhase::Initialized;
    claim.initialized = at(0_s);
    const NodeInput input = pool.imagined(claim.choice, claim.node_name);
    Node node;
    node.name = claim.node_name;
    node.labels = input.labels;
    node.allocatable = input.allocatable;
    node.ready = true;
    claim.node = state.nodes.insert(node);
    for (int i = 0; i < pods; ++i) {
      Pod pod;
      pod.name = Name(claim.name.str() + "-pod-" + std::to_string(i));
      pod.spec = &objects(scenario).workloads[0].pod;
      pod.owner = owner;
      pod.node = claim.node;
      pod.phase = PodPhase::Running;
      pod.ready = true;
      state.nodes[claim.node].pods.push_back(state.pods.insert(pod));
    }
    karpenter.claims.push_back(claim);
  }
  std::vector<Candidate> candidates() {
    std::vector<Candidate> found;
    for (const NodeClaim& claim : karpenter.claims) {
      std::string blocked;
      auto candidate = as_candidate(state, karpenter, claim, DisruptionClass::Graceful, at(1_h), blocked);
      INFO(blocked);
      REQUIRE(candidate);
      found.push_back(*candidate);
    }
    std::ranges::sort(found, saves_more);
    return found;
  }
  Placement& placement() {
    placed.rebuild(state, karpenter.claims, karpenter.unavailable, at(1_h));
    return placed;
  }
  std::string cheapest(const DisruptionPlan& plan) { return karpenter.pools.front().size_of(plan.replacements.front().choices.front()).name.str(); }

  Scenario scenario;
  ProvisioningState karpenter;
  FitContext context;
  ClusterState state;
  WorkloadId owner;
  Placement placed{karpenter.pools, context};
};

const std::vector<std::string_view> kSizes{"Standard_D2s_v5", "Standard_D4s_v5", "Standard_D8s_v5"};

KarpenterNodePoolSpec spot_pool(const std::vector<std::string_view>& sizes) {
  KarpenterNodePoolSpec pool = node_pool("general", sizes);
  pool.requirements.front() = requires_in("karpenter.sh/capacity-type", {"spot"});
  return pool;
}

}  // namespace

TEST_CASE("A large node with little on it is replaced by the smallest that holds it, for the difference of their prices") {
  // Two pods of 900m need 1800m: D2s_v5 (1900m) at $0.096 will do for D8s_v5 at $0.384. Saving: $0.288 an hour.
  Fleet fleet(node_pool("general", kSizes));
  fleet.node("Standard_D8s_v5", 2);
  std::string why;
  const auto plan = consolidate(fleet.state, fleet.karpenter, fleet.placement(), {}, fleet.candidates(), at(1_h), why);
  INFO(why);
  REQUIRE(plan);
  REQUIRE(plan->replacements.size() == 1);
  CHECK(fleet.cheapest(*plan) == "Standard_D2s_v5");
  CHECK(plan->saving(fleet.karpenter) == Money{288'000'000});
  // Only what is cheaper may come instead, whatever is available then: D2s_v5 and D4s_v5 in three zones.
  CHECK(plan->replacements.front().choices.size() == 6);
}

TEST_CASE("A node of the right size stays") {
  Fleet fleet(node_pool("general", kSizes));
  fleet.node("Standard_D2s_v5", 2);
  std::string why;
  CHECK_FALSE(consolidate(fleet.state, fleet.karpenter, fleet.placement(), {}, fleet.candidates(), at(1_h), why));
  CHECK(why == "Can't replace with a cheaper node");
}

TEST_CASE("A node whose pods fit elsewhere is deleted, and its whole price is saved") {
  Fleet fleet(node_pool("general", kSizes));
  fleet.node("Standard_D2s_v5", 1);
  fleet.node("Standard_D4s_v5", 2);   // 3860m − 1800m: room for two more
  std::string why;
  const auto plan = consolidate(fleet.state, fleet.karpenter, fleet.placement(), {}, {fleet.candidates().back()}, at(1_h), why);
  INFO(why);
  REQUIRE(plan);
  CHECK(plan->candidates.front().claim.text() == "general-0");
  CHECK(plan->replacements.empty());
  CHECK(plan->saving(fleet.karpenter) == Money{96'000'000});
}

TEST_CASE("Several nodes become one where that is cheaper, and the most that can are taken at once") {
  // Four D4s_v5 with a pod each cost 4 × $0.192. Their 3600m fit one D4s_v5: but then one of them may as well stay, so that three are
  // deleted instead: upstream drops replacements of a size that is there already unless they are cheaper than that one.
  Fleet fleet(node_pool("general", kSizes));
  for (int i = 0; i < 4; ++i) fleet.node("Standard_D4s_v5", 1);
  const auto plan = consolidate_first(fleet.state, fleet.karpenter, fleet.placement(), {}, fleet.candidates(), at(1_h));
  REQUIRE(plan);
  CHECK(plan->candidates.size() == 3);
  CHECK(plan->replacements.empty());
  CHECK(plan->saving(fleet.karpenter) == Money{3 * 192'000'000LL});
}

TEST_CASE("Two nodes that are too large are replaced by one small one") {
  // Two D8s_v5 with one pod each: 1800m fit one D2s_v5. 2 × 0.384 − 0.096 = $0.672.
  Fleet fleet(node_pool("general", {"Standard_D2s_v5", "Standard_D8s_v5"}));
  fleet.node("Standard_D8s_v5", 1);
  fleet.node("Standard_D8s_v5", 1);
  const auto plan = consolidate_first(fleet.state, fleet.karpenter, fleet.placement(), {}, fleet.candidates(), at(1_h));
  REQUIRE(plan);
  CHECK(plan->candidates.size() == 2);
  REQUIRE(plan->replacements.size() == 1);
  CHECK(fleet.cheapest(*plan) == "Standard_D2s_v5");
  CHECK(plan->saving(fleet.karpenter) == Money{672'000'000});
}

TEST_CASE("Spot is replaced by spot only with the gate, and for one node only with fifteen cheaper sizes") {
  Fleet off(spot_pool(kSizes));
  off.node("Standard_D8s_v5", 2, true);
  std::string why;
  CHECK_FALSE(consolidate(off.state, off.karpenter, off.placement(), {}, off.candidates(), at(1_h), why));
  CHECK(why == "SpotToSpotConsolidation is disabled, can't replace a spot node with a spot node");
  Fleet few(spot_pool(kSizes), true);
  few.node("Standard_D8s_v5", 2, true);
  CHECK_FALSE(consolidate(few.state, few.karpenter, few.placement(), {}, few.candidates(), at(1_h), why));
  CHECK(why == "SpotToSpotConsolidation requires 15 cheaper instance type options than the current candidate to consolidate, got 2");
  // The whole D family: more than fifteen sizes are cheaper than D64s_v5, and the fifteen cheapest are asked for.
  KarpenterNodePoolSpec family = spot_pool({"Standard_D64s_v5"});
  family.requirements.back() = requires_in("karpenter.azure.com/sku-family", {"D"});
  Fleet many(family, true);
  many.node("Standard_D64s_v5", 2, true);
  const auto plan = consolidate(many.state, many.karpenter, many.placement(), {}, many.candidates(), at(1_h), why);
  INFO(why);
  REQUIRE(plan);
  CHECK(plan->replacements.front().choices.size() == 15 * 3);
}

TEST_CASE("What is worth most for least disruption goes first: price over one plus the pods' worth") {
  // D4s_v5 with one pod: 0.192 / 2 = 0.096. D8s_v5 with five: 0.384 / 6 = 0.064. D2s_v5 with none: 0.096 / 1 = 0.096, and the name decides.
  Fleet fleet(node_pool("general", kSizes));
  fleet.node("Standard_D8s_v5", 5);
  fleet.node("Standard_D4s_v5", 1);
  fleet.node("Standard_D2s_v5", 0);
  const auto order = fleet.candidates();
  CHECK(order[0].claim.text() == "general-1");
  CHECK(order[1].claim.text() == "general-2");
  CHECK(order[2].claim.text() == "general-0");
  CHECK(order[1].empty());
}

TEST_CASE("Eviction costs follow priority and deletion cost, within ten either way") {
  PodSpec pod;
  CHECK(eviction_cost_milli(pod) == 1'000);
  pod.priority = 1 << 25;   // one more
  CHECK(eviction_cost_milli(pod) == 2'000);
  pod.priority = 2'000'000'000;
  CHECK(eviction_cost_milli(pod) == 10'000);
  pod.priority = 0;
  pod.annotations.set(Name("controller.kubernetes.io/pod-deletion-cost"), Name("-268435456"));   // −2^28: minus two
  CHECK(eviction_cost_milli(pod) == -1'000);
}

}  // namespace akstwin::test
