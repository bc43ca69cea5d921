#include <catch2/catch.hpp>

#include "adapters/kube/kube_requests.hpp"
#include "tests/drive/small_cluster.hpp"
#include "tests/support/process.hpp"

namespace akstwin::test {
namespace {

// kGenerous without a word about nodes.
const char* const kOneNamespace = R"(
contexts: [aks-test]
namespaces: [orders]
pools: [user]
actions: [workload.scale, pods.evict, pool.cordon]
maxAffectedPercent: 100
maxAffectedPods: 10
maxDuration: 30m
window: {days: [Mon, Tue, Wed, Thu, Fri, Sat, Sun], from: "00:00", to: "24:00"}
steadyState: ["pods.pending == 0"]
)";

}  // namespace

TEST_CASE("Who may read one namespace drives in that one, and is told what is not seen") {
  DriveBench bench;
  bench.allow_text(kOneNamespace);
  const TemporaryFolder folder;
  bench.journal_path = (folder.path() / "j.jsonl").string();
  bench.connect_within({"orders"});
  CHECK(bench.kube->narrowed() == "this credential may not read the whole cluster: of namespaces only orders, and no nodes");
  CHECK(bench.kube->blindness().empty());
  CHECK(bench.kube->state().pods.live() == 4);          // not coredns of kube-system
  const DrivePlan plan = bench.plan({"workload.scale(orders/api, 6)", "pods.evict(orders/api, 1)"});
  CHECK(plan.refused.empty());
  CHECK(bench.run(plan).end == DriveEnd::Done);
  REQUIRE(bench.server.writes.size() == 2);
  CHECK(bench.server.writes[1].starts_with("POST /api/v1/namespaces/orders/pods/api-abc-1/eviction"));
}

TEST_CASE("What is about nodes is refused where nodes may not be read") {
  DriveBench bench;
  bench.allow_text(kOneNamespace);
  bench.connect_within({"orders"});
  CHECK(bench.plan({"pool.cordon(user, 1)"}).refused == std::vector<std::string>{"pool.cordon(user): this credential may not read nodes"});
  // There are no nodes in sight: "nodes.notReady > 0" would never, and "nodes.ready < 1" always be true.
  bench.allow.abort = {*parse_state_condition("nodes.notReady > 0")};
  const DrivePlan plan = bench.plan({"workload.scale(orders/api, 6)"});
  REQUIRE(plan.refused.size() == 1);
  CHECK(plan.refused[0] == "the allow-list's 'nodes.notReady > 0' cannot be seen: this credential may not read nodes");
}

TEST_CASE("The second key of a namespace that cannot be watched is looked at again and again") {
  DriveBench bench;
  bench.allow_text(kOneNamespace);
  bench.connect_within({"orders"});
  const KubeRequest scale = scale_request(WorkloadKind::Deployment, {"orders", "api"}, 5);
  CHECK(bench.guard->check(scale));
  bench.server.object("/api/v1/namespaces/orders")["metadata"]["labels"] = nlohmann::json::object();
  bench.kube->step();
  CHECK(bench.guard->check(scale));                     // at most 15 seconds out of date
  bench.server.now += 15'000'000;
  bench.kube->step();
  CHECK_FALSE(bench.guard->check(scale));
  // A server that is away says nothing about labels.
  bench.server.object("/api/v1/namespaces/orders")["metadata"]["labels"] = {{"akstwin.io/allow", "drive"}};
  bench.server.now += 15'000'000;
  bench.kube->step();
  bench.server.refuse["/api/v1/namespaces/orders"] = 503;
  bench.server.now += 15'000'000;
  bench.kube->step();
  CHECK(bench.guard->check(scale));
  bench.server.refuse["/api/v1/namespaces/orders"] = 403;
  bench.server.now += 15'000'000;
  bench.kube->step();
  CHECK_FALSE(bench.guard->check(scale));
}

TEST_CASE("Without a namespace to fall back on, a refused list is an error that says so") {
  DriveBench bench;
  bench.server.refuse["/api/v1/pods?"] = 403;
  KubeClusterApi kube(bench.client, bench.scenario.clusters.front(), bench.timeline, bench.server.now);
  const auto synced = kube.sync(Duration{10'000'000});
  REQUIRE_FALSE(synced);
  CHECK(synced.error().message.ends_with("; no namespace is stated that could be read alone"));
}

}  // namespace akstwin::test
