#include "adapters/serve/arm_handler.hpp"

#include <algorithm>
#include <cctype>

#include "adapters/kube/encode.hpp"
#include "adapters/serve/object_text.hpp"

namespace akstwin {
namespace {

// Operations that clients may still ask for.
constexpr std::size_t kKept = 256;

HttpServerResponse arm_fault(int code, std::string_view name, std::string_view message) {
  return json_response({{"error", {{"code", name}, {"message", message}}}}, code);
}

bool same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y)); });
}

}  // namespace

PoolId ArmHandler::find(std::string_view cluster, std::string_view pool) const {
  PoolId found;
  world_.cloud_state().pools.for_each([&](PoolId id, const Pool& row) {
    if (same(world_.scenario().clusters[row.cluster].name.text(), cluster) && same(row.spec->name.text(), pool)) found = id;
  });
  return found;
}

bool ArmHandler::settled(PoolId pool) const {
  const CloudState& cloud = world_.cloud_state();
  const Pool& row = cloud.pools[pool];
  std::int64_t running = 0;
  for (const InstanceId id : row.instances) {
    if (cloud.instances[id].state != InstanceState::Running || !cloud.instances[id].node) return false;
    ++running;
  }
  return running == (row.stopped ? 0 : row.target);
}

Json ArmHandler::pool_object(PoolId pool, const std::string& path) const {
  const Pool& row = world_.cloud_state().pools[pool];
  const NodePoolSpec& spec = *row.spec;
  Json properties{{"count", row.target}, {"vmSize", spec.vm_size.text()}, {"mode", spec.mode == PoolMode::System ? "System" : "User"}, {"enableAutoScaling", spec.autoscaling},
                  {"scaleSetPriority", spec.spot ? "Spot" : "Regular"}, {"osType", "Linux"}, {"type", "VirtualMachineScaleSets"},
                  {"provisioningState", settled(pool) ? "Succeeded" : "Scaling"}, {"powerState", {{"code", row.stopped ? "Stopped" : "Running"}}},
                  {"currentOrchestratorVersion", "1." + std::to_string(world_.scenario().clusters[row.cluster].kubernetes_minor) + ".0"}};
  if (spec.autoscaling) properties["minCount"] = row.min, properties["maxCount"] = row.max;
  for (const int zone : spec.zones) properties["availabilityZones"].push_back(std::to_string(zone));
  return {{"id", path}, {"name", spec.name.text()}, {"type", "Microsoft.ContainerService/managedClusters/agentPools"}, {"properties", std::move(properties)}};
}

HttpServerResponse ArmHandler::accepted(PoolId pool, std::int64_t target, const std::string& path, const std::string& host, int code) {
  if (operations_.size() >= kKept) operations_.erase(operations_.begin());
  const std::string id = uid_text("operation/" + path + "/" + std::to_string(world_.now().us) + "/" + std::to_string(target) + "/" + std::to_string(operations_.size()));
  operations_.push_back({id, pool, target, world_.now()});
  HttpServerResponse out = json_response(pool_object(pool, path), code);
  const std::string region = world_.scenario().clusters[world_.cloud_state().pools[pool].cluster].location.str();
  const std::string url = "https://" + host + "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.ContainerService/locations/" + region + "/operations/" + id;
  out.headers.emplace_back("Azure-AsyncOperation", url + "?api-version=2025-05-01");
  out.headers.emplace_back("Retry-After", "5");
  return out;
}

HttpServerResponse ArmHandler::put(const ApiRequest& request, PoolId pool, const std::string& path, const std::string& host) {
  const auto body = parse_object_text(request.body, false);
  if (!body || !body->is_object()) return arm_fault(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized.");
  const Json properties = body->value("properties", Json::object());
  const Json count = properties.is_object() ? properties.value("count", Json()) : Json();
  if (!count.is_number_integer() || count.get<std::int64_t>() < 0 || count.get<std::int64_t>() > 1'000)
    return arm_fault(400, "InvalidParameter", "The value of parameter agentPoolProfile.count is invalid: it is a number from 0 to 1000.");
  const Pool& row = world_.cloud_state().pools[pool];
  if (!settled(pool)) return arm_fault(409, "OperationNotAllowed", "Operation is not allowed because there's an in progress scale operation on the agent pool.");
  const std::int64_t target = count.get<std::int64_t>();
  if (target == row.target) return json_response(pool_object(pool, path));
  if (row.spec->autoscaling && target > row.max)
    return arm_fault(400, "InvalidParameter", "The value of parameter agentPoolProfile.count is above maxCount, " + std::to_string(row.max) + ".");
  // Pools without an autoscaler have no maximum; the scenario's own is what its networks and checks were sized for.
  const CloudAction action = target > row.max ? CloudAction(SurgePool{pool, target - row.target}) : CloudAction(ResizePool{pool, target, Name("PutAgentPool")});
  if (world_.cloud().submit(action) != Verdict::Accepted)
    return arm_fault(409, "OperationNotAllowed", "The agent pool cannot be scaled now: it is stopped, or its region does not answer.");
  world_.refresh();
  return accepted(pool, target, path, host, 200);
}

HttpServerResponse ArmHandler::power(const ApiRequest& request, PoolId pool, const std::string& host, const std::string& path) {
  if (request.method != "POST") return arm_fault(405, "MethodNotAllowed", "start and stop are POST.");
  const bool stop = same(request.segments.back(), "stop");
  const Verdict verdict = stop ? world_.cloud().submit(StopPool{pool}) : world_.cloud().submit(StartPool{pool});
  if (verdict != Verdict::Accepted) return arm_fault(409, "OperationNotAllowed", "The agent pool refuses it in its present state.");
  world_.refresh();
  return accepted(pool, world_.cloud_state().pools[pool].target, path, host, 202);
}

HttpServerResponse ArmHandler::follow(const std::string& id) const {
  const auto found = std::ranges::find(operations_, id, &Operation::id);
  if (found == operations_.end()) return arm_fault(404, "OperationNotFound", "There is no such operation.");
  const Pool& row = world_.cloud_state().pools[found->pool];
  const bool refused = row.last_failure != kNever && row.last_failure >= found->began;
  const bool done = settled(found->pool);
  Json body{{"name", id}, {"status", done ? "Succeeded" : refused ? "Failed" : "InProgress"}, {"startTime", world_.scenario().start.iso(found->began)}};
  if (done || refused) body["endTime"] = world_.scenario().start.iso(world_.now());
  if (refused && !done) body["error"] = {{"code", row.last_failure_code.text()}, {"message", "The platform refused instances: " + row.last_failure_code.str()}};
  return json_response(body);
}

HttpServerResponse ArmHandler::handle(const ApiRequest& request, const std::string& host) {
  const auto& s = request.segments;
  // /subscriptions/S/providers/Microsoft.ContainerService/locations/L/operations/ID
  if (s.size() == 8 && same(s[2], "providers") && same(s[6], "operations")) return follow(s[7]);
  // /subscriptions/S/resourceGroups/G/providers/Microsoft.ContainerService/managedClusters/C/agentPools[/P[/start|stop]]
  const bool pools = s.size() >= 9 && s.size() <= 11 && same(s[2], "resourceGroups") && same(s[4], "providers") && same(s[5], "Microsoft.ContainerService") &&
                     same(s[6], "managedClusters") && same(s[8], "agentPools");
  if (!pools) return arm_fault(404, "ResourceNotFound", "The twin serves managedClusters/agentPools.");
  if (s.size() == 9) {
    if (request.method != "GET") return arm_fault(405, "MethodNotAllowed", "The list of agent pools can only be read.");
    Json list = Json::array();
    world_.cloud_state().pools.for_each([&](PoolId id, const Pool& row) {
      if (same(world_.scenario().clusters[row.cluster].name.text(), s[7])) list.push_back(pool_object(id, request.path + "/" + row.spec->name.str()));
    });
    return json_response({{"value", std::move(list)}});
  }
  const PoolId pool = find(s[7], s[9]);
  if (!pool) return arm_fault(404, "ResourceNotFound", "The Resource 'Microsoft.ContainerService/managedClusters/" + s[7] + "/agentPools/" + s[9] + "' was not found.");
  if (s.size() == 11) return same(s[10], "start") || same(s[10], "stop") ? power(request, pool, host, request.path) : arm_fault(404, "ResourceNotFound", "There is no such action.");
  if (request.method == "GET") return json_response(pool_object(pool, request.path));
  if (request.method == "PUT") return put(request, pool, request.path, host);
  return arm_fault(405, "MethodNotAllowed", "Agent pools are read with GET and scaled with PUT.");
}

}  // namespace akstwin
