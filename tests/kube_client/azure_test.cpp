#include <catch2/catch.hpp>

#include "adapters/azure/azure_cloud_api.hpp"
#include "adapters/azure/token.hpp"
#include "tests/kube_client/scripted.hpp"

namespace akstwin::test {
namespace {

using nlohmann::json;

const std::string kCluster = "/subscriptions/s/resourceGroups/r/providers/Microsoft.ContainerService/managedClusters/aks-prod";
const AzureCluster kAzure{kCluster, "/subscriptions/s/providers/Microsoft.Cdn/profiles/p/originGroups/g/origins/o"};
const char* const kPool = R"({"id":"x","name":"user","type":"y","properties":{"count":3,"vmSize":"Standard_D4s_v5","mode":"User","enableAutoScaling":false,"provisioningState":"Succeeded","nodeImageVersion":"AKS"}})";

struct ArmBench {
  explicit ArmBench(std::vector<Exchange> exchanges) : transport(std::move(exchanges)), arm(transport, nobody) {}
  ReplayTransport transport;
  Nobody nobody;
  ArmClient arm;
};

Exchange arm_answer(const char* method, const std::string& path, int status, const std::string& body, HttpHeaders headers = {}) { return answer(method, path, status, body, std::move(headers)); }

}  // namespace

TEST_CASE("Scaling a pool puts back the whole pool with another count and nothing that only ARM writes") {
  const ArmRequest request = scale_pool_request(kAzure, "user", json::parse(kPool), 5);
  CHECK(request.method == "PUT");
  CHECK(request.path == kCluster + "/agentPools/user?api-version=2025-08-01");
  CHECK(json::parse(request.body) == json::parse(R"({"properties":{"count":5,"vmSize":"Standard_D4s_v5","mode":"User","enableAutoScaling":false}})"));
  CHECK(json::parse(pool_power_request(kAzure, "user", json::parse(kPool), false).body)["properties"]["powerState"]["code"] == "Stopped");
  CHECK(json::parse(origin_request(kAzure, false).body) == json::parse(R"({"properties":{"enabledState":"Disabled"}})"));
}

TEST_CASE("An operation is polled as its server asks until it has succeeded, and then the resource is read") {
  const std::string operation = "/subscriptions/s/providers/Microsoft.ContainerService/locations/eastus2/operations/1";
  const std::string pool = kCluster + "/agentPools/user";
  ArmBench bench({arm_answer("PUT", pool, 201, kPool, {{"Azure-AsyncOperation", "https://management.azure.com" + operation + "?api-version=1"}, {"Retry-After", "7"}}),
                  arm_answer("GET", operation, 200, R"({"status":"InProgress"})", {{"Retry-After", "20"}}), arm_answer("GET", operation, 200, R"({"status":"Succeeded"})"), arm_answer("GET", pool, 200, kPool)});
  const auto done = bench.arm.run({"scale", "PUT", pool, "{}"});
  REQUIRE(done);
  CHECK((*done)["name"] == "user");
  CHECK(bench.transport.now_us() == 27'000'000);   // 7 s + 20 s
}

TEST_CASE("An operation that fails says ARM's code and words; one whose address leads elsewhere is not followed with a token") {
  const std::string operation = "/subscriptions/s/operations/2";
  ArmBench failing({arm_answer("POST", "/x", 202, "", {{"Azure-AsyncOperation", operation}}), arm_answer("GET", operation, 200, R"({"status":"Failed","error":{"code":"QuotaExceeded","message":"no cores"}})")});
  const auto failed = failing.arm.run({"scale", "POST", "/x", ""});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.find("QuotaExceeded: no cores") != std::string::npos);
  ArmBench astray({arm_answer("POST", "/x", 202, "{}", {{"Location", "https://evil.example/steal"}})});
  CHECK(astray.arm.run({"scale", "POST", "/x", ""}));
  CHECK(astray.transport.asked().size() == 1);
}

TEST_CASE("A Location is polled until it no longer says 202") {
  ArmBench bench({arm_answer("POST", "/x", 202, "", {{"Location", "/l"}}), arm_answer("GET", "/l", 202, "", {{"Retry-After", "3"}}), arm_answer("GET", "/l", 200, R"({"a":1})")});
  const auto done = bench.arm.run({"start", "POST", "/x", ""});
  REQUIRE(done);
  CHECK((*done)["a"] == 1);
}

TEST_CASE("Throttling is waited for as long as ARM says") {
  ArmBench bench({arm_answer("GET", "/x", 429, R"({"error":{"code":"TooManyRequests"}})", {{"Retry-After", "17"}}), arm_answer("GET", "/x", 200, "{}")});
  CHECK(bench.arm.get("/x"));
  CHECK(bench.transport.now_us() == 17'000'000);
}

TEST_CASE("Without a guard nothing is written to Azure; with one, as it allows") {
  Scenario scenario;
  ClusterSpec cluster;
  cluster.name = Name("aks-prod");
  scenario.clusters.push_back(cluster);
  const std::string pools = kCluster + "/agentPools", pool = pools + "/user";
  ArmBench bench({arm_answer("GET", pools, 200, std::string("{\"value\":[") + kPool + "]}"), arm_answer("GET", pool, 200, kPool), arm_answer("GET", pool, 200, kPool), arm_answer("PUT", pool, 200, kPool)});
  AzureCloudApi api(bench.arm, scenario, {{"aks-prod", kAzure}});
  REQUIRE(api.refresh());
  PoolId id;
  api.state().pools.for_each([&](PoolId row, const Pool& one) {
    id = row;
    CHECK(one.key.text() == "aks-prod/user");
    CHECK(one.target == 3);
  });
  CHECK(api.submit(ResizePool{id, 5, {}}) == Verdict::Refused);
  api.set_guard([](const ArmRequest&) { return Result<void>{}; });
  CHECK(api.submit(ResizePool{id, 5, {}}) == Verdict::Accepted);
  CHECK(json::parse(bench.transport.asked().back().body)["properties"]["count"] == 5);
  CHECK(api.submit(EvictSpotInstances{id, 1, 1}) == Verdict::Refused);
}

TEST_CASE("Tokens are read from all three sources and never quoted") {
  CHECK(read_token_answer(R"({"access_token":"t","expires_in":3600})", 1'000'000)->expires_us == 3'601'000'000);
  CHECK(read_token_answer(R"({"access_token":"t","expires_on":"1790000000"})", 0)->expires_us == 1'790'000'000'000'000);
  CHECK(read_command_line_token(R"({"accessToken":"t","expires_on":1790000000,"expiresOn":"2026-09-21 16:13:20"})", 0)->token == "t");
  for (const char* text : {"hunter", "{}", R"({"access_token":7,"hint":"hunter"})"}) {
    const auto read = read_token_answer(text, 0);
    REQUIRE_FALSE(read);
    CHECK(read.error().message.find("hunter") == std::string::npos);
  }
}

TEST_CASE("A machine of a scale set is found in a node's provider id, and only there") {
  const ScaleSetInstance found = instance_of("azure:///subscriptions/s/resourceGroups/mc/providers/Microsoft.Compute/virtualMachineScaleSets/aks-spot-vmss/virtualMachines/3");
  CHECK(found.scale_set_id == "/subscriptions/s/resourceGroups/mc/providers/Microsoft.Compute/virtualMachineScaleSets/aks-spot-vmss");
  CHECK(found.instance == "3");
  CHECK(instance_of("azure:///subscriptions/s/virtualMachines/vm").instance.empty());
  CHECK(instance_of("aws:///x").instance.empty());
}

}  // namespace akstwin::test
