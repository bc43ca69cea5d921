#include <catch2/catch.hpp>

#include "tests/scenarios/reading.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

const std::string kManifestScenario = kHeader + kCluster + "  workloads: [{cluster: aks, from: [m]}]\n";

ManifestSet read_manifests_of(const std::string& manifest, std::string* said = nullptr) {
  const Folder folder("manifests");
  folder.write("s.yaml", kManifestScenario);
  folder.write("m/a.yaml", manifest);
  Loaded loaded = folder.load("s.yaml");
  if (said != nullptr) *said = loaded.said;
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  return loaded.scenario->workloads[0].manifests;
}

std::string deployment(const std::string& pod_spec, const std::string& spec = "") {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, namespace: shop}\nspec:\n" + spec +
         "  selector: {matchLabels: {app: api}}\n  template:\n    metadata: {labels: {app: api}}\n    spec:\n" + pod_spec;
}

const std::string kContainer = "      containers: [{name: api, image: api:1, resources: {requests: {cpu: 250m, memory: 512Mi}, limits: {cpu: 1, memory: 1Gi}}}]\n";

PodSpec pod_of(const std::string& pod_spec) { return read_manifests_of(deployment(pod_spec)).workloads.at(0).pod; }

}  // namespace

TEST_CASE("A Deployment carries Kubernetes' defaults where it says nothing") {
  const ManifestSet set = read_manifests_of(deployment(kContainer));
  REQUIRE(set.workloads.size() == 1);
  const WorkloadSpec& api = set.workloads[0];
  CHECK(api.kind == WorkloadKind::Deployment);
  CHECK(api.name_space == Name("shop"));
  CHECK(api.replicas == 1);
  CHECK_FALSE(api.replicas_stated);
  CHECK(api.max_surge == IntOrPercent{25, true});
  CHECK(api.progress_deadline == Duration{600'000'000});
  CHECK(api.pod.termination_grace == Duration{30'000'000});
  CHECK(api.pod.containers[0].requests.cpu == Millicores{250});
  CHECK(api.pod.containers[0].limits.memory == Bytes{1LL << 30});
  CHECK(api.file == "m/a.yaml");
  CHECK(api.declared_at.line == 1);
}

TEST_CASE("Rollout fields are read: surge, unavailability, ready seconds, Recreate") {
  const auto set = read_manifests_of(deployment(kContainer, "  replicas: 4\n  minReadySeconds: 15\n  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}\n"));
  CHECK(set.workloads[0].replicas == 4);
  CHECK(set.workloads[0].replicas_stated);
  CHECK(set.workloads[0].min_ready == Duration{15'000'000});
  CHECK(set.workloads[0].max_surge == IntOrPercent{1, false});
  CHECK(set.workloads[0].max_unavailable == IntOrPercent{0, false});
  CHECK(read_manifests_of(deployment(kContainer, "  strategy: {type: Recreate}\n")).workloads[0].recreate);
}

TEST_CASE("A missing request takes the limit, as the API server does") {
  const PodSpec pod = pod_of("      containers: [{name: a, image: a, resources: {limits: {cpu: 500m}}}, {name: b, image: b}]\n");
  CHECK(pod.containers[0].requests.cpu == Millicores{500});
  CHECK(pod.containers[0].states_cpu_request);
  CHECK(pod.containers[1].requests.cpu == Millicores{0});
  CHECK_FALSE(pod.containers[1].states_cpu_request);
}

TEST_CASE("Native sidecars are told from ordinary init containers, and count while the pod runs") {
  const PodSpec pod = pod_of(
      "      initContainers:\n"
      "        - {name: wait, image: w, resources: {requests: {cpu: 800m}}}\n"
      "        - {name: proxy, image: p, restartPolicy: Always, resources: {requests: {cpu: 100m}}}\n" + kContainer);
  REQUIRE(pod.init_containers.size() == 2);
  CHECK_FALSE(pod.init_containers[0].restartable_init);
  CHECK(pod.init_containers[1].restartable_init);
  // running 250 + 100 = 350; starting max(800, 100) = 800.
  CHECK(pod.effective_request().cpu == Millicores{800});
}

TEST_CASE("Placement is read whole: selector, tolerations, affinity, spread") {
  const PodSpec pod = pod_of(
      "      nodeSelector: {pool: gpu}\n"
      "      tolerations:\n"
      "        - {key: sku, operator: Equal, value: gpu, effect: NoSchedule}\n"
      "        - {operator: Exists, effect: NoExecute, tolerationSeconds: 60}\n"
      "      affinity:\n"
      "        nodeAffinity:\n"
      "          requiredDuringSchedulingIgnoredDuringExecution:\n"
      "            nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [\"1\", \"2\"]}]}]\n"
      "        podAntiAffinity:\n"
      "          preferredDuringSchedulingIgnoredDuringExecution:\n"
      "            - {weight: 100, podAffinityTerm: {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: api}}}}\n"
      "      topologySpreadConstraints:\n"
      "        - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: api}}}\n" + kContainer);
  CHECK(pod.node_selector.find(Name("pool")) != nullptr);
  REQUIRE(pod.tolerations.size() == 2);
  CHECK(pod.tolerations[0].tolerates({Name("sku"), Name("gpu"), TaintEffect::NoSchedule}));
  CHECK(pod.tolerations[1].exists);
  CHECK(pod.tolerations[1].seconds == 60);
  REQUIRE(pod.affinity.node_required);
  CHECK(pod.affinity.node_required->at(0).match_expressions.at(0).values.size() == 2);
  REQUIRE(pod.affinity.pod_anti_preferred.size() == 1);
  CHECK(pod.affinity.pod_anti_preferred[0].weight == 100);
  CHECK(pod.affinity.pod_anti_preferred[0].term.selector->matches(pod.labels));
  REQUIRE(pod.topology_spread.size() == 1);
  CHECK_FALSE(pod.topology_spread[0].do_not_schedule);
}

TEST_CASE("Only disks that live on the node count as local storage") {
  CHECK(pod_of("      volumes: [{name: tmp, emptyDir: {}}]\n" + kContainer).has_local_storage);
  CHECK_FALSE(pod_of("      volumes: [{name: tmp, emptyDir: {medium: Memory}}, {name: c, configMap: {name: c}}]\n" + kContainer).has_local_storage);
  CHECK(pod_of("      volumes: [{name: log, hostPath: {path: /var/log}}]\n" + kContainer).has_local_storage);
  CHECK(pod_of("      volumes: [{name: d, persistentVolumeClaim: {claimName: disk}}]\n" + kContainer).volume_claims == std::vector<Name>{Name("disk")});
}

TEST_CASE("Probes keep their timing") {
  const PodSpec pod = pod_of("      terminationGracePeriodSeconds: 90\n      containers: [{name: a, image: a, readinessProbe: {initialDelaySeconds: 5, periodSeconds: 3, httpGet: {path: /}}, startupProbe: {failureThreshold: 30}}]\n");
  REQUIRE(pod.readiness_probe);
  CHECK(pod.readiness_probe->initial_delay == Duration{5'000'000});
  CHECK(pod.readiness_probe->period == Duration{3'000'000});
  CHECK(pod.startup_probe->failure_threshold == 30);
  CHECK(pod.termination_grace == Duration{90'000'000});
}

TEST_CASE("An autoscaler without metrics wants 80 % CPU, and behavior is defaulted in both directions") {
  const std::string hpa = "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: api, namespace: shop}\nspec: {scaleTargetRef: {kind: Deployment, name: api}, maxReplicas: 9";
  const auto plain = read_manifests_of(deployment(kContainer) + hpa + "}\n").autoscalers.at(0);
  CHECK(plain.min_replicas == 1);
  REQUIRE(plain.metrics.size() == 1);
  CHECK(plain.metrics[0].name == Name("cpu"));
  CHECK(plain.metrics[0].value == 80);
  CHECK_FALSE(plain.behavior);
  const auto slow = read_manifests_of(deployment(kContainer) + hpa + ", behavior: {scaleDown: {stabilizationWindowSeconds: 60, policies: [{type: Pods, value: 1, periodSeconds: 60}]}}}\n").autoscalers.at(0);
  REQUIRE(slow.behavior);
  CHECK(slow.behavior->scale_up.stabilization_seconds == 0);
  CHECK(slow.behavior->scale_up.policies == std::vector<ScalingPolicy>{{false, 4, 15}, {true, 100, 15}});
  CHECK(slow.behavior->scale_down.stabilization_seconds == 60);
  CHECK(slow.behavior->scale_down.policies == std::vector<ScalingPolicy>{{false, 1, 60}});
}

TEST_CASE("Metric targets are thousandths, utilisation is percent") {
  const std::string hpa = "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: api, namespace: shop}\nspec:\n  scaleTargetRef: {kind: Deployment, name: api}\n  maxReplicas: 9\n  metrics:\n"
                          "    - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 65}}}\n"
                          "    - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 500Mi}}}\n"
                          "    - {type: Pods, pods: {metric: {name: rps}, target: {type: AverageValue, averageValue: 1k}}}\n"
                          "    - {type: External, external: {metric: {name: depth}, target: {type: Value, value: 2500m}}}\n";
  const auto metrics = read_manifests_of(deployment(kContainer) + hpa).autoscalers.at(0).metrics;
  REQUIRE(metrics.size() == 4);
  CHECK(metrics[0].value == 65);
  CHECK(metrics[1].target == MetricTarget::AverageValue);
  CHECK(metrics[1].value == 500LL * 1'048'576 * 1'000);
  CHECK(metrics[2].value == 1'000'000);
  CHECK(metrics[3].source == MetricSource::External);
  CHECK(metrics[3].value == 2'500);
}

TEST_CASE("A ScaledObject's trigger finds its queue by name, or by queueName") {
  const std::string scaled = "---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: api, namespace: shop}\nspec:\n  scaleTargetRef: {name: api}\n  cooldownPeriod: 60\n  maxReplicaCount: 40\n  triggers:\n"
                             "    - {type: azure-servicebus, metadata: {queueName: jobs, messageCount: \"60\", activationMessageCount: \"20\"}}\n"
                             "    - {type: cron, metadata: {timezone: UTC, start: 0 6 * * *, end: 0 20 * * *, desiredReplicas: \"10\"}}\n";
  const auto object = read_manifests_of(deployment(kContainer) + scaled).scaled_objects.at(0);
  CHECK(object.cooldown == Duration{60'000'000});
  CHECK(object.max_replicas == 40);
  REQUIRE(object.triggers.size() == 2);
  CHECK(object.triggers[0].name == Name("jobs"));
  CHECK(object.triggers[0].target_milli == 60'000);
  CHECK(object.triggers[0].activation_milli == 20'000);
  CHECK(object.triggers[1].cron_start == "0 6 * * *");
  CHECK(object.triggers[1].cron_replicas == 10);
}

TEST_CASE("A pod takes the number of its priority class") {
  const PodSpec pod = pod_of("      priorityClassName: system-node-critical\n" + kContainer);
  CHECK(pod.priority == 2'000'001'000);
  const auto set = read_manifests_of("apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: low}\nvalue: -5\npreemptionPolicy: Never\n---\n" + deployment("      priorityClassName: low\n" + kContainer));
  CHECK(set.workloads[0].pod.priority == -5);
  CHECK_FALSE(set.workloads[0].pod.preempts);
}

TEST_CASE("A List is read item by item and v1 kinds are not confused with others of the same name") {
  std::string said;
  const auto set = read_manifests_of("apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {mesh: \"on\"}}}\n  - {apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: x}}\n", &said);
  REQUIRE(set.namespaces.size() == 1);
  CHECK(set.namespaces[0].second.find(Name("mesh")) != nullptr);
  CHECK(set.services.empty());
  CHECK(said.find("kind Service (serving.knative.dev/v1) not read") != std::string::npos);
}

TEST_CASE("A workload belongs to the Kustomization with the longest path above its file") {
  const Folder folder("owners");
  folder.write("s.yaml", kHeader + kCluster + "  workloads: [{cluster: aks, from: [repo]}]\n  delivery: {gitops: {from: repo/flux}}\n");
  folder.write("repo/apps/orders/api.yaml", deployment(kContainer));
  folder.write("repo/other/web.yaml", "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: web}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: w}]}}}\n");
  const auto kustomization = [](const std::string& name, const std::string& path) {
    return "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: " + name + ", namespace: flux-system}\nspec: {interval: 5m, path: " + path + ", prune: true, sourceRef: {kind: GitRepository, name: config}}\n";
  };
  folder.write("repo/flux/all.yaml", "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: config}\nspec: {interval: 1m0s, url: x}\n" + kustomization("apps", "./apps") + kustomization("orders", "./apps/orders/"));
  const Loaded loaded = folder.load("s.yaml");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const ManifestSet& set = loaded.scenario->workloads[0].manifests;
  REQUIRE(set.workloads.size() == 2);            // the flux folder is named twice and read once
  CHECK(set.workloads[0].kustomization == Name("orders"));
  CHECK(set.workloads[1].kustomization.empty());
  CHECK(set.git_repositories.at(0).interval == Duration{60'000'000});
}

TEST_CASE("Generated services are Deployments with autoscalers and images") {
  const Loaded loaded = load_text(kHeader + kCluster + "  workloads: [{cluster: aks, generate: {team: dispatch, services: 3, replicas: {min: 2, max: 12}, requests: {cpu: 250m, memory: 512Mi}, image: {size: 180Mi, layers: 8}}}]\n");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const ManifestSet& set = loaded.scenario->workloads[0].manifests;
  REQUIRE(set.workloads.size() == 3);
  CHECK(set.workloads[2].name == Name("dispatch-03"));
  CHECK(set.autoscalers[2].max_replicas == 12);
  CHECK(loaded.scenario->images.size() == 3);
}
