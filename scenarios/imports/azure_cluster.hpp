/// AKS clusters, node pools and virtual networks as Azure describes them, in a scenario's words.
#pragma once
#include "scenarios/imports/fragment.hpp"

namespace akstwin {

/// A managed cluster: flat as `az aks show` prints it, or with `properties` as ARM does.
void read_managed_cluster(const YamlNode& object, Fragment& out);
/// An agent pool in either shape.
YamlNode pool_of(const YamlNode& object, Fragment& out);
/// A virtual network with its subnets, as ARM and `az network vnet show` print it.
void read_virtual_network(const YamlNode& object, Fragment& out);

/// Whether the object has the look of a managed cluster, an agent pool or a virtual network.
bool is_managed_cluster(const YamlNode& object);
bool is_agent_pool(const YamlNode& object);
bool is_virtual_network(const YamlNode& object);

/// "East US 2" and "eastus2" are one region.
std::string region_name(std::string_view text);

}  // namespace akstwin
