#include <catch2/catch.hpp>

#include "adapters/serve/managed_fields.hpp"
#include "adapters/serve/patches.hpp"
#include "tests/serve/served.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

Json deployment(const std::string& name, int replicas, const std::string& image) {
  return {{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"metadata", {{"name", name}, {"namespace", "shop"}}},
          {"spec", {{"replicas", replicas}, {"selector", {{"matchLabels", {{"app", name}}}}},
                    {"template", {{"metadata", {{"labels", {{"app", name}}}}},
                                  {"spec", {{"containers", Json::array({Json{{"name", "app"}, {"image", image}, {"resources", {{"requests", {{"cpu", "10m"}}}}}}})}}}}}}}};
}

const std::string kDeployments = "/apis/apps/v1/namespaces/shop/deployments";

}  // namespace

TEST_CASE("A Deployment that a client creates is rolled out by the simulated controllers") {
  Desk desk;
  CHECK(desk.ask("POST", kDeployments, deployment("hello", 3, "hello:1")).status == 201);
  CHECK(desk.get("/api/v1/namespaces/shop/pods?labelSelector=app%3Dhello").json["items"].empty());   // time has not passed
  desk.run(Duration{120'000'000});
  const Answer answer = desk.get(kDeployments + "/hello");
  CHECK(answer.json["status"]["readyReplicas"] == 3);
  CHECK(desk.get("/api/v1/namespaces/shop/pods?labelSelector=app%3Dhello").json["items"].size() == 3);

  SECTION("another image is another revision, and the old ReplicaSet stays for undo") {
    HttpHeaders strategic{{"Content-Type", "application/strategic-merge-patch+json"}};
    const Json patch{{"spec", {{"template", {{"spec", {{"containers", Json::array({Json{{"name", "app"}, {"image", "hello:2"}}})}}}}}}}};
    CHECK(desk.ask("PATCH", kDeployments + "/hello", patch, strategic).status == 200);
    desk.run(Duration{120'000'000});
    const Json sets = desk.get("/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app%3Dhello").json["items"];
    REQUIRE(sets.size() == 2);
    CHECK(sets[0]["spec"]["template"]["spec"]["containers"][0]["image"] == "hello:1");
    CHECK(sets[0]["spec"]["replicas"] == 0);
    CHECK(sets[1]["spec"]["template"]["spec"]["containers"][0]["image"] == "hello:2");
    CHECK(sets[1]["status"]["readyReplicas"] == 3);
  }
  SECTION("scale changes the pods and not the template") {
    CHECK(desk.ask("PATCH", kDeployments + "/hello/scale", {{"spec", {{"replicas", 5}}}}, {{"Content-Type", "application/merge-patch+json"}}).json["spec"]["replicas"] == 5);
    desk.run(Duration{60'000'000});
    CHECK(desk.get(kDeployments + "/hello").json["status"]["readyReplicas"] == 5);
    CHECK(desk.get("/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app%3Dhello").json["items"].size() == 1);
  }
  SECTION("delete takes the pods with it") {
    CHECK(desk.ask("DELETE", kDeployments + "/hello").json["status"] == "Success");
    CHECK(desk.get(kDeployments + "/hello").status == 404);
    desk.run(Duration{60'000'000});
    CHECK(desk.get("/api/v1/namespaces/shop/pods?labelSelector=app%3Dhello").json["items"].empty());
  }
}

TEST_CASE("A pod without a controller runs under its own name until it is deleted") {
  Desk desk;
  const Json pod{{"metadata", {{"name", "probe"}, {"labels", {{"run", "probe"}}}}}, {"spec", {{"containers", Json::array({Json{{"name", "c"}, {"image", "x:1"}}})}}}};
  CHECK(desk.ask("POST", "/api/v1/namespaces/shop/pods", pod).status == 201);
  const std::string uid = desk.get("/api/v1/namespaces/shop/pods/probe").json["metadata"]["uid"];
  desk.run(Duration{60'000'000});
  const Json running = desk.get("/api/v1/namespaces/shop/pods/probe").json;
  CHECK(running["status"]["phase"] == "Running");
  CHECK(running["metadata"]["uid"] == uid);
  desk.ask("DELETE", "/api/v1/namespaces/shop/pods/probe");
  desk.run(Duration{60'000'000});
  CHECK(desk.get("/api/v1/namespaces/shop/pods/probe").status == 404);
  CHECK(desk.get("/apis/batch/v1/namespaces/shop/jobs").json["items"].empty());
}

TEST_CASE("An eviction that a budget forbids is 429 with the budget as its cause, and no Retry-After") {
  Desk desk;
  desk.run(Duration{300'000'000});
  // maxUnavailable 1 over the pods of shop/api: the second eviction in a row is refused.
  const Json pods = desk.get("/api/v1/namespaces/shop/pods?labelSelector=app%3Dapi").json["items"];
  REQUIRE(pods.size() >= 2);
  const auto evict = [&](std::size_t index) {
    const std::string name = pods[index]["metadata"]["name"];
    return desk.ask("POST", "/api/v1/namespaces/shop/pods/" + name + "/eviction", {{"apiVersion", "policy/v1"}, {"kind", "Eviction"}, {"metadata", {{"name", name}, {"namespace", "shop"}}}});
  };
  CHECK(evict(0).status == 201);
  const Answer refused = evict(1);
  CHECK(refused.status == 429);
  CHECK(refused.json["details"]["causes"][0]["reason"] == "DisruptionBudget");
  CHECK(evict(0).status == 201);   // it is terminating already
}

TEST_CASE("Cordon, taint and label reach the simulated node") {
  Desk desk;
  const std::string name = desk.get("/api/v1/nodes?labelSelector=agentpool%3Duser").json["items"][0]["metadata"]["name"];
  const HttpHeaders strategic{{"Content-Type", "application/strategic-merge-patch+json"}};
  const Json patch{{"metadata", {{"labels", {{"rack", "7"}}}}}, {"spec", {{"unschedulable", true}, {"taints", Json::array({Json{{"key", "a"}, {"value", "b"}, {"effect", "NoExecute"}}})}}}};
  const Answer answer = desk.ask("PATCH", "/api/v1/nodes/" + name, patch, strategic);
  CHECK(answer.status == 200);
  CHECK(answer.json["spec"]["taints"].size() == 2);   // with that of the cordon
  const ClusterState& state = desk.world().clusters()[0].runtime.server().state();
  bool found = false;
  state.nodes.for_each([&](NodeId, const Node& node) {
    if (!node.name.text().ends_with(name)) return;
    found = node.unschedulable && node.taints.size() == 1 && node.labels.find(Name("rack")) != nullptr;
  });
  CHECK(found);
}

TEST_CASE("Server-side apply tells who owns what is in the way, and takes away what an owner no longer wants") {
  const FieldWriter a{"a", "v1", "2026-03-02T00:00:00Z", false}, b{"b", "v1", "2026-03-02T00:00:00Z", false};
  const Json first{{"metadata", {{"name", "c"}}}, {"data", {{"x", "1"}, {"y", "1"}}}};
  const Json live = server_side_apply(nullptr, first, a).object;
  const ApplyResult clash = server_side_apply(live, {{"metadata", {{"name", "c"}}}, {"data", {{"x", "2"}}}}, b);
  REQUIRE(clash.conflicts.size() == 1);
  CHECK(clash.conflicts[0].manager == "\"a\"");
  CHECK(clash.conflicts[0].field == ".data.x");
  const Json less = server_side_apply(live, {{"metadata", {{"name", "c"}}}, {"data", {{"x", "1"}}}}, a).object;
  CHECK(less["data"] == Json{{"x", "1"}});
}

TEST_CASE("A strategic merge goes by the names of list items, and can delete one") {
  const Json pod{{"containers", Json::array({Json{{"name", "a"}, {"image", "1"}}, Json{{"name", "b"}, {"image", "1"}}})}};
  const Json patch{{"containers", Json::array({Json{{"name", "b"}, {"image", "2"}}, Json{{"name", "a"}, {"$patch", "delete"}}})}};
  const Json merged = strategic_merge(pod, patch).value();
  CHECK(merged == Json{{"containers", Json::array({Json{{"name", "b"}, {"image", "2"}}})}});
  CHECK(!strategic_merge(pod, {{"containers", Json::array({Json{{"image", "2"}}})}}));   // an item without its key
}

TEST_CASE("New items of a strategic merge stand in the order of the patch, before those that only the object had") {
  const auto named = [](std::initializer_list<const char*> names) {
    Json out = Json::array();
    for (const char* name : names) out.push_back({{"name", name}});
    return out;
  };
  CHECK(strategic_merge({{"env", named({"b"})}}, {{"env", named({"new"})}}).value()["env"] == named({"new", "b"}));
  CHECK(strategic_merge({{"env", named({"a", "b", "c"})}}, {{"env", named({"c"})}}).value()["env"] == named({"a", "b", "c"}));
  CHECK(strategic_merge({{"env", named({"a", "b"})}}, {{"env", named({"b", "a"})}}).value()["env"] == named({"b", "a"}));
  CHECK(strategic_merge({{"env", named({"a", "b"})}}, {{"$setElementOrder/env", named({"a", "b", "new"})}, {"env", named({"new"})}}).value()["env"] == named({"a", "b", "new"}));
}

TEST_CASE("An agent pool is scaled through ARM, and its operation can be followed") {
  Desk desk;
  const std::string pool = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/shop/agentPools/system";
  CHECK(desk.get(pool).json["properties"]["count"] == 2);
  CHECK(desk.ask("PUT", pool, {{"properties", {{"count", 3}}}}).status == 200);
  CHECK(desk.get(pool).json["properties"]["provisioningState"] == "Scaling");
  CHECK(desk.ask("PUT", pool, {{"properties", {{"count", 4}}}}).status == 409);   // one operation at a time
  desk.run(Duration{900'000'000});
  CHECK(desk.get(pool).json["properties"]["provisioningState"] == "Succeeded");
  CHECK(desk.get("/api/v1/nodes?labelSelector=agentpool%3Dsystem").json["items"].size() == 3);
}

TEST_CASE("The clock can be read, stepped, run to a time, and set to another speed") {
  Desk desk;
  CHECK(desk.get("/twin/clock").json["speed"] == "paused");
  CHECK(desk.ask("POST", "/twin/step?by=10m").json["elapsed"] == "10m");
  CHECK(desk.ask("POST", "/twin/run-to", {{"at", "2026-03-02T01:00:00Z"}}).json["now"] == "2026-03-02T01:00:00Z");
  CHECK(desk.ask("PUT", "/twin/clock", {{"speed", "60x"}}).json["speed"] == "60x");
  CHECK(desk.ask("PUT", "/twin/clock", {{"speed", "fast"}}).status == 400);
  CHECK(desk.ask("POST", "/twin/step?by=never").status == 400);
}
