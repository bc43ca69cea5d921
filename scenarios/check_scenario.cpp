#include "scenarios/check_scenario.hpp"

#include <algorithm>

namespace akstwin {

Position Check::where(std::string_view path) const {
  std::string full = "spec." + std::string(path);
  while (!full.empty()) {
    if (const auto found = context_.positions.find(full); found != context_.positions.end()) return found->second;
    const std::size_t dot = full.rfind('.');
    full.resize(dot == std::string::npos ? 0 : dot);
  }
  return {scenario_.file, 0, 0, 1};
}

bool Check::states(std::string_view path) const { return context_.positions.contains("spec." + std::string(path)); }

bool Check::broken(std::string_view path) const {
  const std::string full = "spec." + std::string(path);
  const auto next = context_.broken.lower_bound(full);
  return next != context_.broken.end() && next->starts_with(full) && (next->size() == full.size() || (*next)[full.size()] == '.');
}

void Check::error(std::string code, const Position& at, std::string message, std::string hint) {
  context_.diagnostics.add({Severity::Error, std::move(code), at, std::move(message), std::move(hint)});
}

void Check::warning(std::string code, const Position& at, std::string message, std::string hint) {
  context_.diagnostics.add({Severity::Warning, std::move(code), at, std::move(message), std::move(hint)});
}

std::string Check::suggestion(std::string_view wanted, const std::vector<std::string>& known) {
  if (const std::string near = closest(wanted, known); !near.empty()) return "did you mean '" + near + "'?";
  if (known.empty()) return "there are none";
  std::string all;
  for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
  return "there are: " + all;
}

std::string path_of(const ClusterSpec& cluster) { return "clusters." + cluster.name.str(); }
std::string path_of(const ClusterSpec& cluster, const NodePoolSpec& pool) { return path_of(cluster) + ".agentPoolProfiles." + pool.name.str(); }
std::string path_of(const VirtualNetworkSpec& network) { return "network." + network.name.str(); }

std::int64_t nodes_at_start(const NodePoolSpec& pool) { return pool.autoscaling ? std::clamp(pool.count, pool.min_count, std::max(pool.min_count, pool.max_count)) : pool.count; }

std::int64_t nodes_with_surge(const NodePoolSpec& pool) {
  const std::int64_t nodes = pool.autoscaling ? std::max(pool.min_count, pool.max_count) : pool.count;
  return nodes + upgrade_surge(pool, nodes);
}

const VirtualNetworkSpec* network_of(const Scenario& scenario, const ClusterSpec& cluster) {
  const VirtualNetworkSpec* only = nullptr;
  for (const VirtualNetworkSpec& network : scenario.networks) {
    if (!cluster.virtual_network.empty()) {
      if (network.name == cluster.virtual_network) return &network;
    } else if (network.location == cluster.location) {
      if (only != nullptr) return nullptr;
      only = &network;
    }
  }
  return only;
}

const SubnetSpec* subnet_of(const VirtualNetworkSpec& network, const NodePoolSpec& pool) {
  for (const SubnetSpec& subnet : network.subnets)
    if (pool.subnet.empty() ? subnet.delegation.empty() : subnet.name == pool.subnet) return &subnet;
  return nullptr;
}

void check_scenario(const Scenario& scenario, ReadContext& context) {
  Check check(scenario, context);
  check_networks(check);
  check_addresses(check);
  check_connectivity(check);
  check_clusters(check);
  check_quotas(check);
  check_provisioning(check);
  check_maintenance(check);
  check_workloads(check);
  check_placement(check);
  check_autoscalers(check);
  check_vertical_autoscalers(check);
  check_load(check);
  check_experiment(check);
}

}  // namespace akstwin
