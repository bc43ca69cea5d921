// autoScalerProfile: whose defaults hold, chains of expanders, and the ConfigMap of the priority expander.
#include <catch2/catch.hpp>

#include "tests/scenarios/reading.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

Loaded with_profile(const std::string& profile, const std::string& version = "1.31") {
  return load_text(kHeader + kCluster + "      kubernetesVersion: \"" + version + "\"\n      autoScalerProfile: " + profile + "\n");
}

AutoScalerProfileSpec profile_of(const std::string& profile, const std::string& version = "1.31") {
  const Loaded loaded = with_profile(profile, version);
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  return loaded.scenario->clusters[0].autoscaler;
}

const std::string kConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cluster-autoscaler-priority-expander, namespace: kube-system}\ndata:\n  priorities: |\n";

Loaded with_priorities(const std::string& lines) {
  const Folder folder("priorities");
  folder.write("s.yaml", kHeader + kCluster + "      autoScalerProfile: {expander: priority}\n  workloads: [{cluster: aks, from: [m]}]\n");
  folder.write("m/a.yaml", kConfigMap + lines);
  return folder.load("s.yaml");
}

}  // namespace

TEST_CASE("What a profile does not state is AKS's default, or upstream's when the scenario says so") {
  CHECK_FALSE(profile_of("{}").skip_nodes_with_local_storage);
  CHECK(profile_of("{defaults: upstream}").skip_nodes_with_local_storage);
  CHECK(profile_of("{}").scale_down_delay_after_delete == Duration{10'000'000});
  CHECK(profile_of("{defaults: upstream}").scale_down_delay_after_delete == Duration{0});
}

TEST_CASE("Upstream's expander is random up to 1.32 and least-waste from 1.33 on; AKS stays random") {
  CHECK(profile_of("{defaults: upstream}", "1.32").expanders == std::vector{Expander::Random});
  CHECK(profile_of("{defaults: upstream}", "1.33").expanders == std::vector{Expander::LeastWaste});
  CHECK(profile_of("{}", "1.33").expanders == std::vector{Expander::Random});
}

TEST_CASE("A chain of expanders is read in its order, and one named twice is refused") {
  CHECK(profile_of("{expander: \"most-pods, least-waste\"}").expanders == std::vector{Expander::MostPods, Expander::LeastWaste});
  const Loaded twice = with_profile("{expander: \"random,random\"}");
  CHECK_FALSE(twice.scenario);
  CHECK(twice.said.find("error[S015]") != std::string::npos);
}

TEST_CASE("The priority expander's ConfigMap is read from the manifests") {
  const Loaded loaded = with_priorities("    10: [\".*spot.*\"]\n    50:\n      - .*user.*\n      - .*gpu.*\n");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const auto& priorities = loaded.scenario->workloads[0].manifests.expander_priorities;
  REQUIRE(priorities.size() == 2);
  CHECK(priorities[0] == std::pair(10, std::vector<std::string>{".*spot.*"}));
  CHECK(priorities[1] == std::pair(50, std::vector<std::string>{".*user.*", ".*gpu.*"}));
  CHECK(loaded.said.empty());
}

TEST_CASE("Priorities that the expander could not read are an error, none at all a warning") {
  CHECK(with_priorities("    ten: [a]\n").said.find("'ten' in priorities is no priority with a list") != std::string::npos);
  CHECK(with_priorities("    10: [\"*\"]\n").said.find("is no regular expression") != std::string::npos);
  CHECK(with_priorities("    10: [\n").said.find("priorities is no YAML") != std::string::npos);
  const Loaded none = with_profile("{expander: priority}");
  CHECK(none.scenario);
  CHECK(none.said.find("has no priorities") != std::string::npos);
}

TEST_CASE("The tolerance of an HPA's behavior counts from 1.35 on; before, the API server drops it and the reader says so") {
  const auto load = [](const std::string& version) {
    const Folder folder("tolerance");
    folder.write("s.yaml", kHeader + kCluster + "      kubernetesVersion: \"" + version + "\"\n  workloads: [{cluster: aks, from: [m]}]\n");
    folder.write("m/a.yaml",
                 "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, namespace: shop}\nspec:\n  selector: {matchLabels: {app: api}}\n"
                 "  template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: a, resources: {requests: {cpu: 1, memory: 1Gi}}}]}}\n---\n"
                 "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: api, namespace: shop}\nspec:\n"
                 "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}\n  maxReplicas: 5\n  behavior: {scaleUp: {tolerance: 0.05}}\n");
    return folder.load("s.yaml");
  };
  const Loaded newer = load("1.35"), older = load("1.34");
  REQUIRE(newer.scenario);
  REQUIRE(older.scenario);
  CHECK(newer.scenario->workloads[0].manifests.autoscalers[0].behavior->scale_up.tolerance == 0.05);
  CHECK_FALSE(older.scenario->workloads[0].manifests.autoscalers[0].behavior->scale_up.tolerance);
  CHECK(older.said.find("tolerance of HorizontalPodAutoscaler shop/api is dropped by the API server of 'aks' (1.34)") != std::string::npos);
}
