#include "models/azure/sim_cloud_api.hpp"

#include <variant>

namespace akstwin {

SimCloudApi::SimCloudApi(const CloudState& cloud, ScaleSets& scale_sets, FrontDoor& front_door, DataFailover& data, Duration notice)
    : cloud_(cloud), scale_sets_(scale_sets), front_door_(front_door), data_(data), notice_(notice) {}

Verdict SimCloudApi::pool_verdict(PoolId pool) const {
  if (!cloud_.pools.contains(pool)) return Verdict::NotFound;
  return scale_sets_.region_up(pool) ? Verdict::Accepted : Verdict::Refused;
}

Verdict SimCloudApi::admit_write(PoolId pool, const CloudAction& action) {
  if (operations_ == nullptr) return Verdict::Accepted;
  const std::uint32_t cluster = cloud_.pools[pool].cluster;
  if (const auto* resize = std::get_if<ResizePool>(&action)) {
    const Name request("nodepool scale");
    if (resize->reason == Name("cluster-autoscaler")) return Verdict::Accepted;
    if (const Verdict verdict = operations_->admit(cluster, ArmWrite::AgentPool, request); verdict != Verdict::Accepted) return verdict;
    return operations_->admit_count(pool, resize->target, request) ? Verdict::Accepted : Verdict::Refused;
  }
  if (const auto* surge = std::get_if<SurgePool>(&action)) return operations_->admit_surge(pool, surge->count) ? Verdict::Accepted : Verdict::Refused;
  if (std::holds_alternative<StopPool>(action)) return operations_->admit(cluster, ArmWrite::AgentPool, Name("nodepool stop"));
  if (std::holds_alternative<StartPool>(action)) return operations_->admit(cluster, ArmWrite::AgentPool, Name("nodepool start"));
  return Verdict::Accepted;
}

Verdict SimCloudApi::submit(const CloudAction& action) {
  if (const auto* route = std::get_if<RouteEdge>(&action)) {
    if (!front_door_.is_origin(route->cluster)) return Verdict::NotFound;
    front_door_.route(route->cluster, route->takes);
    return Verdict::Accepted;
  }
  if (const auto* data = std::get_if<FailOverData>(&action)) {
    if (data->store >= cloud_.data_region.size()) return Verdict::NotFound;
    data_.fail_over(data->store, data->region, data->takes);
    return Verdict::Accepted;
  }
  if (const auto* operation = std::get_if<StartAksOperation>(&action))
    return operations_ == nullptr ? Verdict::Refused : operations_->begin(*operation);
  if (const auto* stop = std::get_if<StopCluster>(&action)) return switch_cluster(stop->cluster, false);
  if (const auto* start = std::get_if<StartCluster>(&action)) return switch_cluster(start->cluster, true);
  const PoolId pool = std::visit(
      [](const auto& asked) {
        if constexpr (requires { asked.pool; }) return asked.pool;
        else return PoolId{};
      },
      action);
  if (const Verdict verdict = pool_verdict(pool); verdict != Verdict::Accepted) return verdict;
  if (const Verdict verdict = admit_write(pool, action); verdict != Verdict::Accepted) return verdict;
  if (const auto* creation = std::get_if<CreateMachine>(&action)) {
    if (!cloud_.pools[pool].of_machines) return Verdict::Refused;
    return scale_sets_.create_machine(pool, creation->machine).empty() ? Verdict::Accepted : Verdict::Refused;
  }
  if (const auto* deletion = std::get_if<DeleteMachine>(&action))
    return scale_sets_.remove_machine(pool, deletion->machine, deletion->reason) ? Verdict::Accepted : Verdict::NotFound;
  if (cloud_.pools[pool].of_machines && !std::holds_alternative<EvictSpotInstances>(action)) return Verdict::Refused;
  if (const auto* resize = std::get_if<ResizePool>(&action)) {
    if (cloud_.pools[pool].stopped) return Verdict::Refused;
    scale_sets_.resize(pool, resize->target);
  } else if (const auto* removal = std::get_if<DeleteInstances>(&action)) {
    const std::int64_t gone = scale_sets_.remove(pool, removal->nodes, removal->reason.empty() ? Name("ScaleDown") : removal->reason);
    if (gone == 0) return Verdict::NotFound;
  } else if (const auto* eviction = std::get_if<EvictSpotInstances>(&action)) {
    if (!cloud_.pools[pool].spec->spot && !cloud_.pools[pool].of_machines) return Verdict::Refused;
    scale_sets_.evict_spot(pool, eviction->zone, eviction->count, notice_);
  } else if (std::holds_alternative<StopPool>(action)) {
    scale_sets_.stop_pool(pool);
  } else if (std::holds_alternative<StartPool>(action)) {
    scale_sets_.start_pool(pool);
  } else {
    return maintain(action);
  }
  return Verdict::Accepted;
}

Verdict SimCloudApi::maintain(const CloudAction& action) {
  const auto taken = [](bool accepted) { return accepted ? Verdict::Accepted : Verdict::Refused; };
  if (const auto* surge = std::get_if<SurgePool>(&action)) {
    scale_sets_.surge(surge->pool, surge->count);   // how many come shows in the state, and why no more do
    return Verdict::Accepted;
  }
  if (const auto* reimage = std::get_if<ReimageNode>(&action)) return taken(scale_sets_.reimage(reimage->pool, reimage->node, reimage->reason));
  if (const auto* restart = std::get_if<RestartNode>(&action))
    return taken(scale_sets_.restart(restart->pool, restart->node, restart->elsewhere, restart->reason));
  return Verdict::Refused;
}

Verdict SimCloudApi::switch_cluster(std::uint32_t cluster, bool on) {
  if (power_ == nullptr) return Verdict::NotFound;
  return (on ? power_->start(cluster) : power_->stop(cluster)) ? Verdict::Accepted : Verdict::Conflict;
}

}  // namespace akstwin
