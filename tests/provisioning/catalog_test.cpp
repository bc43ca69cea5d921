// The answer that scenarios/catalog/nap-versus-autoscaler.yaml expects, and the messages about NodePools that cannot work.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "reports/answers.hpp"
#include "scenarios/load.hpp"
#include "tests/provisioning/platform.hpp"
#include "tests/scenarios/reading.hpp"

namespace akstwin::test {
namespace {

struct Outcome {
  double user_nodes = 0;             ///< dollars a month
  std::int64_t never_scheduled = 0;
};

Outcome simulate_shop(bool provisioned) {
  LoadOptions options;
  options.path = std::string(AKSTWIN_SOURCE_DIR) + "/scenarios/catalog/nap-versus-autoscaler.yaml";
  if (provisioned) options.overrides = {{"clusters.shop.nodeProvisioningProfile.mode", "Auto"}};
  Diagnostics diagnostics;
  const auto scenario = load_scenario(options, diagnostics);
  REQUIRE(scenario);
  const Answers answers = analyse(*scenario, run(*scenario));
  Outcome outcome;
  for (const PriceLine& line : answers.cost.lines)
    if (line.pool == "user" || line.pool == "general") outcome.user_nodes += line.amount.dollars();
  outcome.never_scheduled = answers.capacity.never_scheduled;
  return outcome;
}

const std::string kPoolHead = "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: general}\nspec:\n  template:\n    spec:\n      nodeClassRef: {name: general}\n      requirements:\n";
const std::string kClass = "---\napiVersion: karpenter.azure.com/v1beta1\nkind: AKSNodeClass\nmetadata: {name: general}\nspec: {osDiskSizeGB: 64}\n";

Loaded with_pool(const std::string& folder_name, const std::string& manifest, const std::string& profile) {
  const Folder folder("provisioning-" + folder_name);
  folder.write("pool.yaml", manifest);
  folder.write("s.yaml", kHeader + kCluster + profile + "  workloads: [{cluster: aks, from: [pool.yaml]}]\n");
  return folder.load("s.yaml");
}

const std::string kAuto = "      nodeProvisioningProfile: {mode: Auto, defaultNodePools: None}\n";

}  // namespace

TEST_CASE("Node auto-provisioning saves a fifth to a third of the autoscaler's user nodes, as the catalogue expects") {
  const Outcome autoscaler = simulate_shop(false), machines = simulate_shop(true);
  INFO("autoscaler $" << autoscaler.user_nodes << ", node auto-provisioning $" << machines.user_nodes);
  CHECK(autoscaler.user_nodes == Approx(495).epsilon(0.1));
  CHECK(machines.user_nodes == Approx(371).epsilon(0.1));
  CHECK(machines.user_nodes < autoscaler.user_nodes * 4 / 5);
  CHECK(machines.user_nodes > autoscaler.user_nodes * 2 / 3);
  CHECK(autoscaler.never_scheduled == 0);
  CHECK(machines.never_scheduled == 0);
}

TEST_CASE("NodePool and AKSNodeClass manifests become NodePools of the cluster") {
  const Loaded loaded = with_pool("full", R"(apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: general}
spec:
  weight: 10
  limits: {cpu: "100", memory: 400Gi, nodes: 12}
  disruption:
    consolidationPolicy: WhenEmpty
    consolidateAfter: 30s
    budgets:
      - {nodes: "20%"}
      - {nodes: "0", schedule: "0 9 * * mon-fri", duration: 8h, reasons: [Drifted, Underutilized]}
  template:
    metadata: {labels: {team: a}}
    spec:
      nodeClassRef: {group: karpenter.azure.com, kind: AKSNodeClass, name: general}
      expireAfter: 336h
      terminationGracePeriod: 1h
      taints: [{key: team, value: a, effect: NoSchedule}]
      startupTaints: [{key: node.cilium.io/agent-not-ready, value: "true", effect: NoExecute}]
      requirements:
        - {key: karpenter.azure.com/sku-family, operator: In, values: [D, E], minValues: 2}
        - {key: karpenter.azure.com/sku-cpu, operator: Gte, values: ["4"]}
        - {key: karpenter.azure.com/sku-cpu, operator: Lte, values: ["16"]}
)" + kClass, kAuto);
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const NodeProvisioningSpec& provisioning = loaded.scenario->clusters[0].provisioning;
  REQUIRE(provisioning.node_pools.size() == 1);
  const KarpenterNodePoolSpec& pool = provisioning.node_pools[0];
  CHECK(pool.weight == 10);
  CHECK(pool.limits.resources.cpu == Millicores{100'000});
  CHECK(pool.limits.nodes == 12);
  CHECK(pool.policy == ConsolidationPolicy::WhenEmpty);
  CHECK(pool.consolidate_after == Duration{30'000'000});
  REQUIRE(pool.budgets.size() == 2);
  CHECK(pool.budgets[0].percent);
  CHECK(pool.budgets[1].nodes == 0);
  CHECK(pool.budgets[1].reasons == std::vector{DisruptionReason::Drifted, DisruptionReason::Underutilized});
  CHECK(pool.expire_after == Duration{336LL * 3'600'000'000});
  CHECK(pool.termination_grace == Duration{3'600'000'000});
  CHECK(pool.taints.size() == 1);
  CHECK(pool.startup_taints.size() == 1);
  CHECK(pool.requirements[0].min_values == 2);
  CHECK(pool.requirements[1].rule.op == SelectorRequirement::Operator::Gt);
  CHECK(pool.requirements[1].rule.values.front().text() == "3");
  CHECK(pool.requirements[2].rule.values.front().text() == "17");
  CHECK(provisioning.node_classes[0].os_disk_gib == 64);
}

TEST_CASE("AKS's own NodePools come with mode Auto, unless a manifest has their name") {
  const Loaded loaded = load_text(kHeader + kCluster + "      nodeProvisioningProfile: {mode: Auto}\n");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const auto& pools = loaded.scenario->clusters[0].provisioning.node_pools;
  REQUIRE(pools.size() == 2);
  CHECK(pools[0].name.text() == "default");
  CHECK_FALSE(pools[0].expire_after);
  CHECK(pools[1].name.text() == "system-surge");
  CHECK(pools[1].taints.front().key.text() == "CriticalAddonsOnly");
}

TEST_CASE("A NodePool that cannot make a machine is an error that names the requirement") {
  const auto said = [](const std::string& name, const std::string& requirements) { return with_pool(name, kPoolHead + requirements + kClass, kAuto).said; };
  const std::string key = said("key", "        - {key: karpenter.azure.com/sku-famly, operator: In, values: [D]}\n");
  CHECK(key.find("error[S046]") != std::string::npos);
  CHECK(key.find("did you mean 'karpenter.azure.com/sku-family'?") != std::string::npos);
  const std::string size = said("size", "        - {key: karpenter.azure.com/sku-family, operator: In, values: [D]}\n        - {key: karpenter.azure.com/sku-gpu-count, operator: Gt, values: [\"0\"]}\n");
  CHECK(size.find("error[S047]") != std::string::npos);
  CHECK(size.find("nothing is left once 'karpenter.azure.com/sku-gpu-count' is applied") != std::string::npos);
  const std::string zone = said("zone", "        - {key: topology.kubernetes.io/zone, operator: In, values: [westeurope-1]}\n");
  CHECK(zone.find("admits no zone of eastus2") != std::string::npos);
  const std::string priority = said("priority", "        - {key: karpenter.sh/capacity-type, operator: In, values: [reserved]}\n");
  CHECK(priority.find("admits neither on-demand nor spot machines") != std::string::npos);
  CHECK(said("bound", "        - {key: karpenter.azure.com/sku-cpu, operator: Gt, values: [many]}\n").find("S046") != std::string::npos);
  CHECK(with_pool("class", kPoolHead + "        - {key: kubernetes.io/arch, operator: In, values: [amd64]}\n", kAuto).said.find("error[S020]") != std::string::npos);
}

TEST_CASE("NodePools without node auto-provisioning, and the other way round, are warned of") {
  const std::string requirement = "        - {key: kubernetes.io/arch, operator: In, values: [amd64]}\n";
  CHECK(with_pool("off", kPoolHead + requirement + kClass, "").said.find("warning[S048]") != std::string::npos);
  CHECK(load_text(kHeader + kCluster + kAuto).said.find("warning[S048]") != std::string::npos);
  const Loaded both = load_text(kHeader + kCluster + "        - {name: user, vmSize: Standard_D4ds_v5, enableAutoScaling: true, minCount: 1, maxCount: 5}\n      nodeProvisioningProfile: {mode: Auto}\n");
  INFO(both.said);
  REQUIRE(both.scenario);
  CHECK(both.said.find("is not autoscaled: node auto-provisioning is on") != std::string::npos);
  CHECK_FALSE(both.scenario->clusters[0].pools[1].autoscaling);
  CHECK(both.scenario->clusters[0].pools[1].count == 1);
}

}  // namespace akstwin::test
