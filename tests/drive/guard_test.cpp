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

TEST_CASE("In Azure only named clusters, their allowed pools and their origins may be changed, and nothing is deleted") {
  DriveBench bench;
  bench.allow_text(kGenerous);
  const std::string id = "/subscriptions/s/resourceGroups/r/providers/Microsoft.ContainerService/managedClusters/aks-prod";
  bench.allow.azure["aks-prod"] = {id, "/subscriptions/s/o"};
  CHECK(bench.guard->check_arm({"x", "PUT", id + "/agentPools/user?api-version=1", "{}"}));
  CHECK_FALSE(bench.guard->check_arm({"x", "PUT", id + "/agentPools/system?api-version=1", "{}"}));
  CHECK_FALSE(bench.guard->check_arm({"x", "DELETE", id + "/agentPools/user?api-version=1", ""}));
  CHECK_FALSE(bench.guard->check_arm({"x", "PUT", id + "-other/agentPools/user?api-version=1", "{}"}));
  CHECK_FALSE(bench.guard->check_arm({"x", "POST", id + "/agentPools/user/deleteMachines?api-version=1", "{}"}));
  CHECK(bench.guard->check_arm({"x", "PATCH", "/subscriptions/s/o?api-version=1", "{}"}));
}

TEST_CASE("A file with a misspelt key or a condition that is none is refused with the place") {
  for (const char* text : {"namespace: [orders]\n", "steadyState: [pods.pending]\n", "window: {days: [Mon], from: \"17:00\", to: \"08:00\"}\n", "maxAffectedPercent: 150\n", "- a\n", "azure: {aks-prod: {resourceId: https://x}}\n"}) {
    INFO(text);
    Diagnostics diagnostics;
    CHECK_FALSE(read_allow_list(text, "drive.allow.yaml", diagnostics));
    CHECK(diagnostics.has_errors());
  }
}

}  // namespace akstwin::test
