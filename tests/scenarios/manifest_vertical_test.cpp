#include <catch2/catch.hpp>

#include "tests/scenarios/reading.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

const std::string kDeployment =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, namespace: shop}\nspec:\n  replicas: 3\n  selector: {matchLabels: {app: api}}\n"
    "  template:\n    metadata: {labels: {app: api}}\n    spec:\n      containers:\n"
    "        - {name: api, image: api:1, resources: {requests: {cpu: 250m, memory: 512Mi}}}\n---\n";

Loaded load_vertical(const std::string& spec) {
  const Folder folder("vertical");
  folder.write("s.yaml", kHeader + kCluster + "  workloads: [{cluster: aks, from: [m]}]\n");
  folder.write("m/a.yaml", kDeployment + "apiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: {name: api, namespace: shop}\nspec:\n" +
                               "  targetRef: {apiVersion: apps/v1, kind: Deployment, name: api}\n" + spec);
  return folder.load("s.yaml");
}

VerticalPodAutoscalerSpec read_vertical(const std::string& spec) {
  const Loaded loaded = load_vertical(spec);
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  CHECK(loaded.said.empty());
  const auto& all = loaded.scenario->workloads[0].manifests.vertical_autoscalers;
  REQUIRE(all.size() == 1);
  return all[0];
}

}  // namespace

TEST_CASE("A VerticalPodAutoscaler that says nothing updates CPU and memory of all containers") {
  const VerticalPodAutoscalerSpec spec = read_vertical("");
  CHECK(spec.name_space == Name("shop"));
  CHECK(spec.target == Name("api"));
  CHECK(spec.target_kind == WorkloadKind::Deployment);
  CHECK(spec.mode == VpaUpdateMode::Auto);
  CHECK_FALSE(spec.min_replicas);
  CHECK(spec.policies.empty());
}

TEST_CASE("Update policy and container policies are read") {
  const VerticalPodAutoscalerSpec spec = read_vertical(
      "  updatePolicy: {updateMode: InPlaceOrRecreate, minReplicas: 1}\n  resourcePolicy:\n    containerPolicies:\n"
      "      - {containerName: api, minAllowed: {cpu: 100m, memory: 256Mi}, maxAllowed: {cpu: 2}, controlledResources: [memory], controlledValues: RequestsOnly}\n"
      "      - {containerName: \"*\", mode: \"Off\"}\n");
  CHECK(spec.mode == VpaUpdateMode::InPlaceOrRecreate);
  CHECK(spec.min_replicas == 1);
  REQUIRE(spec.policies.size() == 2);
  const VpaContainerPolicySpec& own = spec.policies[0];
  CHECK(own.min_allowed.cpu == Millicores{100});
  CHECK(own.min_allowed.memory == Bytes{256LL << 20});
  CHECK(own.max_allowed.cpu == Millicores{2000});
  CHECK(own.max_allowed.memory == Bytes{0});
  CHECK_FALSE(own.controls_cpu);
  CHECK(own.controls_memory);
  CHECK(own.requests_only);
  CHECK_FALSE(own.off);
  CHECK(spec.policies[1].off);
  CHECK(spec.policies[1].container == Name("*"));
}

TEST_CASE("A horizontal autoscaler on another resource is no conflict") {
  const std::string hpa =
      "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: api, namespace: shop}\nspec:\n"
      "  scaleTargetRef: {kind: Deployment, name: api}\n  minReplicas: 2\n  maxReplicas: 6\n";
  CHECK(load_vertical(hpa).said.find("S067") != std::string::npos);
  CHECK(load_vertical("  updatePolicy: {updateMode: \"Off\"}\n" + hpa).said.find("S067") == std::string::npos);
  CHECK(load_vertical("  resourcePolicy: {containerPolicies: [{containerName: \"*\", controlledResources: [memory]}]}\n" + hpa).said.find("S067") == std::string::npos);
}
