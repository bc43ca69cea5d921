#include <catch2/catch.hpp>

#include "adapters/kube/kube_requests.hpp"
#include "tests/drive/small_cluster.hpp"

namespace akstwin::test {
namespace {

bool lets_through(DriveBench& bench, const KubeRequest& request) { return bench.guard->check(request).has_value(); }

}  // namespace

TEST_CASE("An empty allow-list allows nothing at all") {
  DriveBench bench;
  bench.allow_text("");
  const ObjectName api{"orders", "api"};
  CHECK_FALSE(lets_through(bench, scale_request(WorkloadKind::Deployment, api, 5)));
  CHECK_FALSE(lets_through(bench, cordon_request("n1", true)));
  CHECK_FALSE(lets_through(bench, evict_request({"orders", "api-abc-1"})));
  CHECK_FALSE(lets_through(bench, suspend_kustomization_request({"flux-system", "apps"}, true)));
  CHECK_FALSE(bench.guard->check_arm({"x", "PUT", "/subscriptions/s/resourceGroups/r/providers/Microsoft.ContainerService/managedClusters/c/agentPools/user?api-version=1", "{}"}));
}

TEST_CASE("What the allow-list names is let through, what it does not name is not") {
  DriveBench bench;
  bench.allow_text(kGenerous);
  CHECK(lets_through(bench, scale_request(WorkloadKind::Deployment, {"orders", "api"}, 5)));
  CHECK(lets_through(bench, cordon_request("n1", true)));
  CHECK(lets_through(bench, suspend_kustomization_request({"flux-system", "apps"}, true)));
  CHECK_FALSE(lets_through(bench, cordon_request("s1", true)));                                        // pool system
  CHECK_FALSE(lets_through(bench, scale_request(WorkloadKind::Deployment, {"payments", "api"}, 5)));
  CHECK_FALSE(lets_through(bench, evict_request({"flux-system", "kustomize-controller"})));            // the delivery itself
}

TEST_CASE("kube-system is never changed, even when somebody allows it") {
  DriveBench bench;
  bench.allow_text(std::string(kGenerous) + "\n");
  bench.allow.namespaces.push_back("kube-system");
  bench.server.object("/api/v1/namespaces/kube-system")["metadata"]["labels"] = {{"akstwin.io/allow", "drive"}};
  CHECK_FALSE(lets_through(bench, evict_request({"kube-system", "coredns"})));
  CHECK_FALSE(lets_through(bench, scale_request(WorkloadKind::Deployment, {"kube-system", "coredns"}, 0)));
}

TEST_CASE("A namespace without the second key is not changed") {
  DriveBench bench;
  bench.allow_text(kGenerous);
  bench.allow.namespaces.push_back("bare");
  CHECK_FALSE(lets_through(bench, scale_request(WorkloadKind::Deployment, {"bare", "api"}, 5)));
}

TEST_CASE("Requests that driving never makes are refused by their form alone") {
  DriveBench bench;
  bench.allow_text(kGenerous);
  const auto refused = [&](const char* method, const char* target, const char* body = "{\"spec\":{}}") {
    INFO(method << " " << target);
    CHECK_FALSE(lets_through(bench, {"x", {method, target, {}, body}}));
  };
  refused("DELETE", "/api/v1/namespaces/orders");
  refused("DELETE", "/api/v1/nodes/n1");
  refused("DELETE", "/api/v1/persistentvolumes/pv1");
  refused("DELETE", "/api/v1/namespaces/orders/persistentvolumeclaims/data");
  refused("DELETE", "/apis/apps/v1/namespaces/orders/deployments/api");
  refused("DELETE", "/api/v1/namespaces/orders/pods");
  refused("PATCH", "/api/v1/namespaces/orders/secrets/s");
  refused("PATCH", "/api/v1/namespaces/orders/pods/api-abc-1");
  refused("POST", "/api/v1/namespaces/orders/pods");
  refused("PUT", "/apis/apps/v1/namespaces/orders/deployments/api");
  refused("POST", "/api/v1/namespaces/orders/pods/api-abc-1/exec");
  refused("PATCH", "/apis/apps/v1/namespaces/orders/deployments/..%2f..%2fx/scale");
  refused("PATCH", "/apis/apps/v1/namespaces/orders/../kube-system/deployments/coredns");
  // A patch that does more than it should.
  refused("PATCH", "/apis/apps/v1/namespaces/orders/deployments/api", "{\"metadata\":{\"finalizers\":[]},\"spec\":{}}");
  refused("PATCH", "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/apps", "{\"metadata\":{\"labels\":{}}}");
  refused("PATCH", "/apis/apps/v1/namespaces/orders/deployments/api", "[{\"op\":\"remove\",\"path\":\"/spec\"}]");
}

TEST_CASE("No spelling of a path, a query or a body gets past the guard") {
  DriveBench bench;
  bench.allow_text(kGenerous);
  const auto refused = [&](HttpRequest request) {
    INFO(request.method << " " << request.target << " " << request.body);
    CHECK_FALSE(lets_through(bench, {"x", std::move(request)}));
  };
  const HttpRequest scale = scale_request(WorkloadKind::Deployment, {"orders", "api"}, 4).http;
  REQUIRE(lets_through(bench, {"x", scale}));
  const std::string base = "/apis/apps/v1/namespaces/orders/deployments/api";
  for (const std::string& target : {"/" + base + "/scale", base + "//scale", base + "/scale/", base + "/./scale", base + "/../api/scale", base + "/scale?fieldManager=x", base + "/scale#x", base + "/%73cale",
                                    base + "/status", base + "/scale/scale", std::string("/apis/apps/v1beta1/namespaces/orders/deployments/api/scale"), std::string("/apis/apps/v1/namespaces/Orders/deployments/api/scale"),
                                    std::string("/apis/apps/v1/namespaces/kube-system/deployments/api/scale"), std::string("/apis/apps/v1/namespaces/%6bube-system/deployments/coredns/scale"),
                                    std::string("/apis/apps/v1/namespaces/orders/replicasets/api/scale"), std::string("apis/apps/v1/namespaces/orders/deployments/api/scale"), base + "\\scale", base + "/scale\r\nX: y"})
    refused({scale.method, target, scale.headers, scale.body});
  for (const char* body : {"{\"spec\":{\"replicas\":4},\"metadata\":{}}", "{\"spec\":{\"replicas\":4,\"selector\":\"x\"}}", "{\"spec\":{\"replicas\":-1}}", "{\"spec\":{\"replicas\":4.5}}",
                           "{\"spec\":{\"replicas\":0,\"replicas\":4}}", "{\"Spec\":{\"replicas\":0},\"spec\":{\"replicas\":4}}", " {\"spec\":{\"replicas\":4}}", "{}", "", "[]", "null"})
    refused({scale.method, scale.target, scale.headers, body});
  for (const char* method : {"PUT", "POST", "DELETE", "patch", "GET"}) refused({method, scale.target, scale.headers, scale.body});
  refused({scale.method, scale.target, {{"Content-Type", "application/apply-patch+yaml"}}, scale.body});
  refused({scale.method, scale.target, {{"Content-Type", "application/merge-patch+json"}, {"Impersonate-User", "admin"}}, scale.body});
  // Nodes are cordoned and uncordoned; nothing else of them is written.
  for (const char* body : {"{\"spec\":{\"taints\":[{\"key\":\"x\",\"effect\":\"NoExecute\"}]}}", "{\"spec\":{\"unschedulable\":true,\"podCIDR\":\"10.0.0.0/8\"}}", "[{\"op\":\"replace\",\"path\":\"/spec/template\"}]"})
    refused({"PATCH", "/api/v1/nodes/n1", cordon_request("n1", true).http.headers, body});
  // Another pod in the body than in the path; options beside it; a deletion that takes more along.
  HttpRequest evict = evict_request({"orders", "api-abc-1"}).http;
  refused({evict.method, evict.target, evict.headers, evict_request({"kube-system", "coredns"}).http.body});
  refused({"DELETE", "/api/v1/namespaces/orders/pods/api-abc-1", {}, "{\"gracePeriodSeconds\":0}"});
  refused({"DELETE", "/api/v1/namespaces/orders/pods/api-abc-1?propagationPolicy=Foreground", {}, ""});
  refused({"DELETE", "/api/v1/namespaces/orders/pods/", {}, ""});
  refused({"DELETE", "/api/v1/namespaces/orders/pods?labelSelector=app", {}, ""});
  // Delivery: suspended, reconciled, synced; never pointed elsewhere.
  const HttpRequest suspend = suspend_kustomization_request({"flux-system", "apps"}, true).http;
  REQUIRE(lets_through(bench, {"x", suspend}));
  for (const char* body : {"{\"spec\":{\"path\":\"./evil\"}}", "{\"spec\":{\"sourceRef\":{\"name\":\"x\"}}}", "{\"spec\":{\"suspend\":true,\"prune\":true}}", "{\"metadata\":{\"annotations\":{\"x\":\"y\"}}}"})
    refused({"PATCH", suspend.target, suspend.headers, body});
  refused(sync_application_request({"flux-system", "app"}, "evil-branch").http);
  // A restart stamps the template; a template of its own comes through the way of a rollback alone.
  refused({"PATCH", base, restart_request(WorkloadKind::Deployment, {"orders", "api"}, "2026-09-21T14:13:20Z").http.headers, "{\"spec\":{\"template\":{\"spec\":{\"serviceAccountName\":\"admin\"}}}}"});
}

TEST_CASE("Once a plan is confirmed, a request of an allowed form that is not in it is refused") {
  DriveBench bench;
  bench.allow_text(kGenerous);
  const DrivePlan plan = bench.plan({"workload.scale(orders/api, 6)", "pool.cordon(user, 1)"});
  bench.guard->seal(plan.fingerprints());
  CHECK(lets_through(bench, scale_request(WorkloadKind::Deployment, {"orders", "api"}, 6)));
  CHECK_FALSE(lets_through(bench, scale_request(WorkloadKind::Deployment, {"orders", "api"}, 5)));
  CHECK_FALSE(lets_through(bench, cordon_request("n2", true)));
  CHECK_FALSE(lets_through(bench, evict_request({"orders", "api-abc-1"})));
  bench.guard->set_undoing(true);
  CHECK(lets_through(bench, scale_request(WorkloadKind::Deployment, {"orders", "api"}, 4)));   // what takes the plan back
  CHECK_FALSE(lets_through(bench, scale_request(WorkloadKind::Deployment, {"orders", "api"}, 0)));
  bench.guard->unseal();
  bench.guard->set_undoing(false);
  CHECK(lets_through(bench, cordon_request("n2", true)));
}

TEST_CASE("Repeating a request takes nothing more; scaling down step by step takes each step once") {
  DriveBench bench;
  bench.allow_text(kGenerous);
  bench.allow.max_affected_pods = 3;
  const auto to = [](std::int64_t replicas) { return scale_request(WorkloadKind::Deployment, {"orders", "api"}, replicas); };
  CHECK(lets_through(bench, to(3)));   // 4 → 3
  CHECK(lets_through(bench, to(3)));
  CHECK(bench.guard->affected_pods() == 1);
  CHECK(lets_through(bench, to(2)));   // the cache still says 4
  CHECK(bench.guard->affected_pods() == 2);
  CHECK(lets_through(bench, to(6)));
  CHECK_FALSE(lets_through(bench, to(2)));   // 2 + 4 > 3
  CHECK(bench.guard->affected_pods() == 2);  // what was refused is not counted
  CHECK(lets_through(bench, to(5)));
}

TEST_CASE("Outside its window and after its time nothing new is done, but undoing goes on") {
  DriveBench bench;
  bench.allow_text(kGenerous);
  bench.allow.window.days = {"Sun"};   // the bench's day is a Monday
  const KubeRequest request = scale_request(WorkloadKind::Deployment, {"orders", "api"}, 4);
  CHECK_FALSE(lets_through(bench, request));
  bench.guard->set_undoing(true);
  CHECK(lets_through(bench, request));
  bench.guard->set_undoing(false);
  bench.allow.window.days = {"Mon"};
  CHECK(lets_through(bench, request));
  bench.guard->set_deadline(bench.server.now);
  CHECK_FALSE(lets_through(bench, request));
}

TEST_CASE("The blast radius counts pods, nodes and replicas that are scaled away") {
  DriveBench bench;
  bench.allow_text(kGenerous);
  bench.allow.max_affected_pods = 2;
  CHECK(lets_through(bench, evict_request({"orders", "api-abc-1"})));
  CHECK(lets_through(bench, evict_request({"orders", "api-abc-1"})));   // the same pod counts once
  CHECK(lets_through(bench, evict_request({"orders", "api-abc-2"})));
  CHECK_FALSE(lets_through(bench, evict_request({"orders", "api-abc-3"})));
  bench.guard->count_from_zero();
  CHECK_FALSE(lets_through(bench, scale_request(WorkloadKind::Deployment, {"orders", "api"}, 1)));   // 4 − 1 = 3 pods
  bench.guard->count_from_zero();
  bench.allow.max_affected_percent = 34;   // of 3 nodes: one (33.3 %), not two
  CHECK(lets_through(bench, cordon_request("n1", true)));
  CHECK_FALSE(lets_through(bench, cordon_request("n2", true)));
}

namespace {

constexpr const char* kCluster = "/subscriptions/s/resourceGroups/r/providers/Microsoft.ContainerService/managedClusters/aks-prod";
const nlohmann::json kPool{{"properties", {{"count", 2}}}};

std::string scale_set(const std::string& subscription, const std::string& group) {
  return "/subscriptions/" + subscription + "/resourceGroups/" + group + "/providers/Microsoft.Compute/virtualMachineScaleSets/aks-spot-vmss";
}

/// Two spot nodes in an allowed pool, one of which a request is about.
struct SpotBench : DriveBench {
  SpotBench() {
    allow_text(kGenerous);
    allow.pools.push_back("spot");
    allow.azure["aks-prod"] = {kCluster, ""};
    join("sp1", "spot", scale_set("s", "MC_r_aks-prod_eastus2"), "0");
    join("sp2", "spot", scale_set("s", "MC_r_aks-prod_eastus2"), "1");
  }
  void join(const std::string& name, const std::string& pool, const std::string& set, const std::string& instance) {
    nlohmann::json node = server.object("/api/v1/nodes/n1");
    node["metadata"]["name"] = name;
    node["metadata"]["labels"]["kubernetes.azure.com/agentpool"] = pool;
    if (pool == "spot") node["metadata"]["labels"]["kubernetes.azure.com/scalesetpriority"] = "spot";
    node["spec"]["providerID"] = "azure://" + set + "/virtualMachines/" + instance;
    kube->cache().node_event({ObjectChange::Added, name, &node}, kube->now());
  }
  bool evicts(const std::string& set, const std::string& instance) { return guard->check_arm(simulate_eviction_request(set, instance)).has_value(); }
};

}  // namespace

TEST_CASE("In Azure only the driven cluster, its allowed pools and named origins may be changed, and nothing is deleted") {
  DriveBench bench;
  bench.allow_text(kGenerous);
  const AzureCluster prod{kCluster, "/subscriptions/s/o"}, other{std::string(kCluster) + "-other", "/subscriptions/s/p"};
  bench.allow.azure = {{"aks-prod", prod}, {"aks-other", other}};
  const auto allowed = [&](const ArmRequest& request) { return bench.guard->check_arm(request).has_value(); };
  CHECK(allowed(scale_pool_request(prod, "user", kPool, 3)));
  CHECK_FALSE(allowed(scale_pool_request(prod, "system", kPool, 3)));
  CHECK_FALSE(allowed(scale_pool_request(other, "user", kPool, 3)));
  CHECK(allowed(origin_request(other, false)));
  CHECK_FALSE(allowed(cluster_power_request(other, false)));
  const std::string pool = std::string(kCluster) + "/agentPools/user";
  const std::string body = scale_pool_request(prod, "user", kPool, 3).body, version = pool_path(prod, "user").substr(pool.size());
  for (const ArmRequest& request : {ArmRequest{"x", "DELETE", pool + version, ""}, ArmRequest{"x", "PUT", pool, body}, ArmRequest{"x", "PUT", pool + version + "&x=1", body}, ArmRequest{"x", "PATCH", pool + version, body},
                                    ArmRequest{"x", "PUT", std::string(kCluster) + "-third/agentPools/user" + version, body}, ArmRequest{"x", "PUT", pool + "/../system" + version, body},
                                    ArmRequest{"x", "PUT", pool + "%2f..%2fsystem" + version, body}, ArmRequest{"x", "POST", pool + "/deleteMachines" + version, "{}"}, ArmRequest{"x", "PUT", pool + version, "{}"},
                                    ArmRequest{"x", "GET", std::string(kCluster) + "/stop" + version, ""}, ArmRequest{"x", "POST", std::string(kCluster) + "/rotateClusterCertificates" + version, ""},
                                    ArmRequest{"x", "POST", std::string(kCluster) + "/listClusterAdminCredential" + version, ""}, ArmRequest{"x", "PUT", std::string(kCluster) + version, "{}"},
                                    ArmRequest{"x", "PATCH", origin_path(prod), "{\"properties\":{\"hostName\":\"evil\"}}"}}) {
    INFO(request.method << " " << request.path);
    CHECK_FALSE(allowed(request));
  }
}

TEST_CASE("What Azure takes away counts against the blast radius: 2 user nodes of 3 in all, on them the 4 pods of 5") {
  DriveBench bench;
  bench.allow_text(kGenerous);
  bench.allow.azure["aks-prod"] = {kCluster, ""};
  const AzureCluster& azure = bench.allow.azure["aks-prod"];
  CHECK(bench.guard->check_arm(scale_pool_request(azure, "user", kPool, 1)));   // 2 → 1
  CHECK(bench.guard->affected_nodes() == 1);
  CHECK(bench.guard->check_arm(scale_pool_request(azure, "user", kPool, 1)));
  CHECK(bench.guard->affected_nodes() == 1);
  bench.guard->count_from_zero();
  CHECK(bench.guard->check_arm(pool_power_request(azure, "user", kPool, false)));
  CHECK(bench.guard->affected_nodes() == 2);
  CHECK(bench.guard->affected_pods() == 4);
  bench.guard->count_from_zero();
  bench.allow.max_affected_percent = 66;
  CHECK_FALSE(bench.guard->check_arm(pool_power_request(azure, "user", kPool, false)));
  CHECK_FALSE(bench.guard->check_arm(cluster_power_request(azure, false)));
  CHECK(bench.guard->check_arm(cluster_power_request(azure, true)));
}

TEST_CASE("Spot evictions are simulated only on known nodes of allowed spot pools, in the cluster's own resource group") {
  SpotBench bench;
  const std::string own = scale_set("s", "MC_r_aks-prod_eastus2");
  CHECK(bench.evicts(own, "0"));
  CHECK_FALSE(bench.evicts(own, "7"));                                              // no such node
  CHECK_FALSE(bench.evicts(scale_set("s", "MC_r_other_eastus2"), "0"));             // another cluster's
  CHECK_FALSE(bench.evicts(own + "/../aks-user-vmss", "0"));
  bench.join("n1", "user", scale_set("s", "MC_r_aks-prod_eastus2") + "2", "0");     // an allowed pool, but no spot
  CHECK_FALSE(bench.evicts(own + "2", "0"));
  bench.join("far", "spot", scale_set("t", "MC_r_aks-prod_eastus2"), "0");          // somebody else's subscription
  CHECK_FALSE(bench.evicts(scale_set("t", "MC_r_aks-prod_eastus2"), "0"));
  bench.join("odd", "spot", scale_set("s", "victims"), "0");                        // another resource group
  CHECK_FALSE(bench.evicts(scale_set("s", "victims"), "0"));
  bench.allow.azure["aks-prod"].node_resource_group = "Victims";
  CHECK(bench.evicts(scale_set("s", "victims"), "0"));
  CHECK_FALSE(bench.evicts(own, "0"));
  bench.allow.azure["aks-prod"].node_resource_group.clear();
  std::erase(bench.allow.pools, "spot");
  CHECK_FALSE(bench.evicts(own, "0"));
  bench.allow.pools.push_back("spot");
  bench.allow.azure.clear();
  CHECK_FALSE(bench.evicts(own, "0"));
}

TEST_CASE("Simulated spot evictions count their nodes, each once") {
  SpotBench bench;   // 5 nodes now; 40 % of them are two, 39 % one
  const std::string own = scale_set("s", "MC_r_aks-prod_eastus2");
  bench.guard->count_from_zero();
  bench.allow.max_affected_percent = 39;
  CHECK(bench.evicts(own, "0"));
  CHECK(bench.evicts(own, "0"));
  CHECK_FALSE(bench.evicts(own, "1"));
}

TEST_CASE("A file with a misspelt key or a condition that is none is refused with the place") {
  for (const char* text : {"namespace: [orders]\n", "steadyState: [pods.pending]\n", "window: {days: [Mon], from: \"17:00\", to: \"08:00\"}\n", "maxAffectedPercent: 150\n", "- a\n", "azure: {aks-prod: {resourceId: https://x}}\n", "azure: {aks-prod: {resourceId: /subscriptions/s/../t}}\n", "steadyState: [aks-prod/pods.pending < 1]\n"}) {
    INFO(text);
    Diagnostics diagnostics;
    CHECK_FALSE(read_allow_list(text, "drive.allow.yaml", diagnostics));
    CHECK(diagnostics.has_errors());
  }
}

}  // namespace akstwin::test
