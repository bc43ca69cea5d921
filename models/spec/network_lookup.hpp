/// Which virtual network and subnet a cluster's pools live in.
#pragma once
#include <cstddef>

#include "models/spec/scenario.hpp"

namespace akstwin {

/// The network that the cluster names, or the only one in its location; null where there is none or several are there.
const VirtualNetworkSpec* virtual_network_of(const Scenario& scenario, const ClusterSpec& cluster);
/// The subnet's position; a pool that names none lives in the first that is not delegated.
std::size_t subnet_in(const VirtualNetworkSpec& network, Name name);

}  // namespace akstwin
