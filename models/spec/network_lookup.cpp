#include "models/spec/network_lookup.hpp"

namespace akstwin {

const VirtualNetworkSpec* virtual_network_of(const Scenario& scenario, const ClusterSpec& cluster) {
  const VirtualNetworkSpec* found = nullptr;
  for (const VirtualNetworkSpec& network : scenario.networks) {
    if (!cluster.virtual_network.empty()) {
      if (network.name == cluster.virtual_network) return &network;
      continue;
    }
    if (network.location != cluster.location) continue;
    if (found != nullptr) return nullptr;   // Several in the location and none named: none is meant.
    found = &network;
  }
  return found;
}

std::size_t subnet_in(const VirtualNetworkSpec& network, Name name) {
  for (std::size_t i = 0; i < network.subnets.size(); ++i)
    if (name.empty() ? network.subnets[i].delegation.empty() : network.subnets[i].name == name) return i;
  return 0;
}

}  // namespace akstwin
