#include "adapters/azure/azure_requests.hpp"

#include <nlohmann/json.hpp>

namespace akstwin {
namespace {

using nlohmann::json;

constexpr const char* kContainerService = "?api-version=2025-08-01";
constexpr const char* kCompute = "?api-version=2024-11-01";
constexpr const char* kCdn = "?api-version=2023-05-01";

/// What a PUT may carry of a GET's answer: ARM refuses or ignores what only it writes.
json writable(json pool) {
  for (const char* key : {"id", "name", "type", "etag", "systemData"}) pool.erase(key);
  if (auto properties = pool.find("properties"); properties != pool.end() && properties->is_object())
    for (const char* key : {"provisioningState", "currentOrchestratorVersion", "nodeImageVersion", "eTag", "status"}) properties->erase(key);
  return pool;
}

std::string last_part(const std::string& id) { return id.substr(id.rfind('/') + 1); }

}  // namespace

std::string cluster_path(const AzureCluster& cluster) { return cluster.resource_id + kContainerService; }
std::string pools_path(const AzureCluster& cluster) { return cluster.resource_id + "/agentPools" + kContainerService; }
std::string pool_path(const AzureCluster& cluster, const std::string& pool) { return cluster.resource_id + "/agentPools/" + pool + kContainerService; }
std::string origin_path(const AzureCluster& cluster) { return cluster.origin_id + kCdn; }

ArmRequest scale_pool_request(const AzureCluster& cluster, const std::string& pool, const json& pool_object, std::int64_t count) {
  json body = writable(pool_object);
  body["properties"]["count"] = count;
  return {"scale pool " + last_part(cluster.resource_id) + "/" + pool + " to " + std::to_string(count), "PUT", pool_path(cluster, pool), body.dump()};
}

ArmRequest pool_power_request(const AzureCluster& cluster, const std::string& pool, const json& pool_object, bool running) {
  json body = writable(pool_object);
  body["properties"]["powerState"] = {{"code", running ? "Running" : "Stopped"}};
  return {std::string(running ? "start" : "stop") + " pool " + last_part(cluster.resource_id) + "/" + pool, "PUT", pool_path(cluster, pool), body.dump()};
}

ArmRequest cluster_power_request(const AzureCluster& cluster, bool running) {
  return {std::string(running ? "start" : "stop") + " cluster " + last_part(cluster.resource_id), "POST", cluster.resource_id + (running ? "/start" : "/stop") + kContainerService, {}};
}

ArmRequest upgrade_node_image_request(const AzureCluster& cluster, const std::string& pool) {
  return {"upgrade the node image of pool " + last_part(cluster.resource_id) + "/" + pool, "POST", cluster.resource_id + "/agentPools/" + pool + "/upgradeNodeImageVersion" + kContainerService, {}};
}

ArmRequest simulate_eviction_request(const std::string& scale_set_id, const std::string& instance) {
  return {"simulate the eviction of " + last_part(scale_set_id) + "/" + instance, "POST", scale_set_id + "/virtualMachines/" + instance + "/simulateEviction" + kCompute, {}};
}

ArmRequest origin_request(const AzureCluster& cluster, bool enabled) {
  const json body{{"properties", {{"enabledState", enabled ? "Enabled" : "Disabled"}}}};
  return {std::string(enabled ? "enable" : "disable") + " origin " + last_part(cluster.origin_id), "PATCH", origin_path(cluster), body.dump()};
}

ScaleSetInstance instance_of(const std::string& provider_id) {
  static constexpr std::string_view kScheme = "azure://";
  static constexpr std::string_view kMachines = "/virtualMachines/";
  const std::size_t machines = provider_id.find(kMachines);
  if (!provider_id.starts_with(kScheme) || machines == std::string::npos || provider_id.find("/virtualMachineScaleSets/") == std::string::npos) return {};
  return {provider_id.substr(kScheme.size(), machines - kScheme.size()), provider_id.substr(machines + kMachines.size())};
}

}  // namespace akstwin
