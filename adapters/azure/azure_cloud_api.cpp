#include "adapters/azure/azure_cloud_api.hpp"

#include <nlohmann/json.hpp>

#include "adapters/http/json_field.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

std::int64_t number_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

NodePoolSpec spec_of(const std::string& name, const json& properties) {
  NodePoolSpec spec;
  spec.name = Name(name);
  spec.mode = text_at(properties, "mode") == "System" ? PoolMode::System : PoolMode::User;
  spec.vm_size = Name(text_at(properties, "vmSize"));
  spec.count = number_at(properties, "count");
  spec.min_count = number_at(properties, "minCount");
  spec.max_count = number_at(properties, "maxCount");
  spec.autoscaling = properties.value("enableAutoScaling", false);
  spec.spot = text_at(properties, "scaleSetPriority") == "Spot";
  return spec;
}

}  // namespace

AzureCloudApi::AzureCloudApi(ArmClient& arm, const Scenario& scenario, std::map<std::string, AzureCluster> clusters)
    : arm_(arm), scenario_(scenario), clusters_(std::move(clusters)) {}

const AzureCluster* AzureCloudApi::cluster(const std::string& name) const {
  const auto found = clusters_.find(name);
  return found == clusters_.end() || found->second.resource_id.empty() ? nullptr : &found->second;
}

const AzureCloudApi::Row* AzureCloudApi::row_of(PoolId pool) const {
  const auto found = rows_.find(pool.row);
  return found == rows_.end() ? nullptr : &found->second;
}

Result<void> AzureCloudApi::refresh() {
  for (std::uint32_t i = 0; i < scenario_.clusters.size(); ++i) {
    const std::string name = scenario_.clusters[i].name.str();
    const AzureCluster* azure = cluster(name);
    if (azure == nullptr) continue;
    auto pools = arm_.get(pools_path(*azure));
    if (!pools) return tl::unexpected(pools.error());
    for (const json& entry : pools->value("value", json::array())) {
      const json properties = entry.value("properties", json::object());
      const std::string pool = text_at(entry, "name"), key = name + "/" + pool;
      specs_.push_back(spec_of(pool, properties));
      Pool row;
      row.spec = &specs_.back();
      row.cluster = i;
      row.key = Name(key);
      row.min = specs_.back().min_count;
      row.max = specs_.back().max_count;
      row.target = specs_.back().count;
      row.stopped = text_at(properties.value("powerState", json::object()), "code") == "Stopped";
      if (const auto known = by_key_.find(key); known != by_key_.end()) {
        state_.pools[known->second] = row;
      } else {
        const PoolId id = by_key_[key] = state_.pools.insert(row);
        rows_[id.row] = {name, pool};
      }
    }
  }
  return {};
}

Result<ArmRequest> AzureCloudApi::request_for(const CloudAction& action) {
  const auto current = [&](PoolId pool) -> Result<std::pair<const Row*, json>> {
    const Row* row = row_of(pool);
    if (row == nullptr) return fail("the pool is not known in Azure");
    auto object = arm_.get(pool_path(*cluster(row->cluster), row->pool));
    if (!object) return tl::unexpected(object.error());
    return std::pair{row, *object};
  };
  if (const auto* resize = std::get_if<ResizePool>(&action)) {
    const auto pool = current(resize->pool);
    if (!pool) return tl::unexpected(pool.error());
    return scale_pool_request(*cluster(pool->first->cluster), pool->first->pool, pool->second, resize->target);
  }
  const auto* stop = std::get_if<StopPool>(&action);
  const auto* start = std::get_if<StartPool>(&action);
  if (stop != nullptr || start != nullptr) {
    const auto pool = current(stop != nullptr ? stop->pool : start->pool);
    if (!pool) return tl::unexpected(pool.error());
    return pool_power_request(*cluster(pool->first->cluster), pool->first->pool, pool->second, start != nullptr);
  }
  return fail("this is not asked of a real subscription in one request");
}

ArmAnswer AzureCloudApi::perform(const ArmRequest& request) {
  if (!guard_) return {Verdict::Refused, request.what + ": writes are off"};
  if (auto allowed = guard_(request); !allowed) return {Verdict::Refused, request.what + ": " + allowed.error().message};
  auto done = arm_.run(request);
  if (!done) return {Verdict::InternalError, done.error().message};
  return {Verdict::Accepted, {}};
}

Verdict AzureCloudApi::submit(const CloudAction& action) {
  auto request = request_for(action);
  if (!request) {
    last_refusal_ = request.error().message;
    return Verdict::Refused;
  }
  if (!guard_) {
    last_refusal_ = request->what + ": writes are off";
    return Verdict::Refused;
  }
  if (auto allowed = guard_(*request); !allowed) {
    last_refusal_ = request->what + ": " + allowed.error().message;
    return Verdict::Refused;
  }
  std::string operation;
  auto accepted = arm_.start(*request, operation);
  if (accepted) return Verdict::Accepted;
  last_refusal_ = accepted.error().message;
  return Verdict::InternalError;
}

}  // namespace akstwin
