#include <algorithm>
#include <map>

#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/vm_sizes.hpp"
#include "scenarios/check_scenario.hpp"

namespace akstwin {
namespace {

std::string with_prefix(const std::string& what, const Cidr& prefix) { return what + " (" + to_string(prefix) + ")"; }

void check_region(Check& check, Name location, const std::string& path) {
  if (location.empty() || check.broken(path) || find_region(location.text()) != nullptr) return;
  std::vector<std::string> names;
  for (const Region& region : regions()) names.push_back(region.name.str());
  const std::string near = closest(location.text(), names);
  check.error("S042", check.where(path), "there is no Azure region '" + location.str() + "'", near.empty() ? "write it as eastus2 or westeurope" : "did you mean '" + near + "'?");
}

void check_subnets(Check& check, const VirtualNetworkSpec& network) {
  for (std::size_t i = 0; i < network.subnets.size(); ++i) {
    const SubnetSpec& subnet = network.subnets[i];
    if (check.broken(path_of(network) + ".subnets." + subnet.name.str())) continue;
    const Position at = check.where(path_of(network) + ".subnets." + subnet.name.str() + ".prefix");
    const bool inside = std::ranges::any_of(network.address_space, [&](const Cidr& space) { return space.contains(subnet.prefix); });
    if (!inside && !network.address_space.empty())
      check.error("S032", at, "subnet " + with_prefix("'" + subnet.name.str() + "'", subnet.prefix) + " lies outside the address space of '" + network.name.str() + "'", "the address space begins with " + to_string(network.address_space.front()));
    if (subnet.private_endpoints > subnet.prefix.usable())
      check.error("S031", check.where(path_of(network) + ".subnets." + subnet.name.str() + ".privateEndpoints"),
                  "subnet '" + subnet.name.str() + "' has " + std::to_string(subnet.prefix.usable()) + " usable addresses for " + std::to_string(subnet.private_endpoints) + " private endpoints", "enlarge the subnet");
    for (std::size_t j = 0; j < i; ++j) {
      const SubnetSpec& other = network.subnets[j];
      if (other.name == subnet.name) check.error("S016", subnet.declared_at, "subnet '" + subnet.name.str() + "' is defined twice in '" + network.name.str() + "'", "give it another name");
      if (other.prefix.overlaps(subnet.prefix))
        check.error("S030", at, "subnet " + with_prefix("'" + subnet.name.str() + "'", subnet.prefix) + " overlaps " + with_prefix("'" + other.name.str() + "'", other.prefix), "move one of them");
    }
  }
}

void check_network_pair(Check& check, const VirtualNetworkSpec& a, const VirtualNetworkSpec& b) {
  if (a.name == b.name) return check.error("S016", b.declared_at, "network '" + b.name.str() + "' is defined twice", "give it another name");
  for (const Cidr& x : a.address_space) {
    for (const Cidr& y : b.address_space) {
      if (x.overlaps(y))
        return check.warning("S030", check.where(path_of(b) + ".addressSpace"), "networks '" + a.name.str() + "' (" + to_string(x) + ") and '" + b.name.str() + "' (" + to_string(y) + ") overlap", "they could not be peered");
    }
  }
}

void check_cluster_network(Check& check, const ClusterSpec& cluster) {
  const Scenario& scenario = check.scenario();
  const VirtualNetworkSpec* network = network_of(scenario, cluster);
  if (network == nullptr && !cluster.virtual_network.empty()) {
    std::vector<std::string> names;
    for (const auto& known : scenario.networks) names.push_back(known.name.str());
    return check.error("S020", check.where(path_of(cluster) + ".virtualNetwork"), "there is no network '" + cluster.virtual_network.str() + "'", Check::suggestion(cluster.virtual_network.text(), names));
  }
  if (network == nullptr) {
    const auto here = std::ranges::count(scenario.networks, cluster.location, &VirtualNetworkSpec::location);
    if (here > 1) check.error("S020", cluster.declared_at, std::to_string(here) + " networks are in " + cluster.location.str() + "; cluster '" + cluster.name.str() + "' could use any of them", "add virtualNetwork: with the name of one");
    return;
  }
  if (network->location != cluster.location && !network->location.empty() && !cluster.location.empty())
    check.error("S020", check.where(path_of(cluster) + ".virtualNetwork"), "cluster '" + cluster.name.str() + "' is in " + cluster.location.str() + ", network '" + network->name.str() + "' in " + network->location.str(), "both must be in one region");
  for (const Cidr& space : network->address_space) {
    const auto& profile = cluster.network;
    if (profile.mode == NetworkPluginMode::Overlay && profile.pod_cidr.overlaps(space))
      check.error("S030", check.where(path_of(cluster) + ".networkProfile.podCidr"), "podCidr " + to_string(profile.pod_cidr) + " of '" + cluster.name.str() + "' overlaps " + with_prefix("network '" + network->name.str() + "'", space), "choose a range outside the network, such as 192.168.0.0/16");
    if (profile.service_cidr.overlaps(space))
      check.error("S030", check.where(path_of(cluster) + ".networkProfile.serviceCidr"), "serviceCidr " + to_string(profile.service_cidr) + " of '" + cluster.name.str() + "' overlaps " + with_prefix("network '" + network->name.str() + "'", space), "choose a range that nothing else uses, such as 172.16.0.0/16");
  }
  for (const NodePoolSpec& pool : cluster.pools) {
    const SubnetSpec* subnet = subnet_of(*network, pool);
    std::vector<std::string> names;
    for (const SubnetSpec& known : network->subnets) names.push_back(known.name.str());
    if (subnet == nullptr)
      check.error("S020", check.where(path_of(cluster, pool) + ".vnetSubnet"), pool.subnet.empty() ? "network '" + network->name.str() + "' has no subnet for nodes" : "there is no subnet '" + pool.subnet.str() + "' in '" + network->name.str() + "'", Check::suggestion(pool.subnet.text(), names));
    else if (!subnet->delegation.empty())
      check.error("S040", check.where(path_of(cluster, pool) + ".vnetSubnet"), "subnet '" + subnet->name.str() + "' is delegated to " + subnet->delegation.str() + "; node pool '" + pool.name.str() + "' cannot use it", "use a subnet of its own");
  }
}

/// What the pools in one subnet need, at the start and at most.
struct SubnetNeed {
  const SubnetSpec* subnet = nullptr;
  const VirtualNetworkSpec* network = nullptr;
  std::int64_t at_start = 0, at_most = 0, nodes = 0;
  std::string pools, per_node;
  Position at;
};

std::string grouped(std::int64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::map<std::string, SubnetNeed> subnet_needs(const Check& check) {
  std::map<std::string, SubnetNeed> needs;
  for (const ClusterSpec& cluster : check.scenario().clusters) {
    const VirtualNetworkSpec* network = network_of(check.scenario(), cluster);
    if (network == nullptr) continue;
    for (const NodePoolSpec& pool : all_pools(cluster)) {
      const SubnetSpec* subnet = subnet_of(*network, pool);
      if (subnet == nullptr) continue;
      // Node Subnet reserves maxPods + 1 addresses for each node, Overlay one (facts B).
      const bool overlay = cluster.network.mode == NetworkPluginMode::Overlay;
      const std::int64_t each = overlay ? 1 : 1 + max_pods(pool, cluster.network.mode);
      SubnetNeed& need = needs[network->name.str() + "/" + subnet->name.str()];
      need.subnet = subnet;
      need.network = network;
      need.at_start += nodes_at_start(pool) * each;
      need.at_most += nodes_with_surge(pool) * each;
      need.nodes += nodes_with_surge(pool);
      need.pools += (need.pools.empty() ? "" : ", ") + cluster.name.str() + "/" + pool.name.str();
      if (!overlay) need.per_node = " × (" + std::to_string(each - 1) + " pods + 1)";
      if (need.at.line == 0) need.at = check.states(path_of(cluster, pool) + ".vnetSubnet") ? check.where(path_of(cluster, pool) + ".vnetSubnet") : check.where(path_of(*network) + ".subnets." + subnet->name.str() + ".prefix");
    }
  }
  return needs;
}

}  // namespace

void check_networks(Check& check) {
  const auto& networks = check.scenario().networks;
  for (std::size_t i = 0; i < networks.size(); ++i) {
    check_region(check, networks[i].location, path_of(networks[i]) + ".location");
    check_subnets(check, networks[i]);
    for (std::size_t j = 0; j < i; ++j) check_network_pair(check, networks[j], networks[i]);
  }
  for (const ClusterSpec& cluster : check.scenario().clusters) {
    check_region(check, cluster.location, path_of(cluster) + ".location");
    check_cluster_network(check, cluster);
    const auto& profile = cluster.network;
    if (profile.mode == NetworkPluginMode::Overlay && profile.pod_cidr.overlaps(profile.service_cidr))
      check.error("S030", check.where(path_of(cluster) + ".networkProfile.serviceCidr"), "podCidr " + to_string(profile.pod_cidr) + " and serviceCidr " + to_string(profile.service_cidr) + " of '" + cluster.name.str() + "' overlap", "pods and Services need ranges of their own");
    if (profile.service_cidr.prefix < 12)
      check.error("S032", check.where(path_of(cluster) + ".networkProfile.serviceCidr"), "serviceCidr " + to_string(profile.service_cidr) + " is larger than AKS allows", "use a /12 or smaller");
  }
}

void check_addresses(Check& check) {
  for (const auto& [name, need] : subnet_needs(check)) {
    const std::int64_t usable = need.subnet->prefix.usable() - need.subnet->private_endpoints;
    if (need.at_most <= usable || usable < 0 || check.broken(path_of(*need.network))) continue;
    const auto fits = smallest_prefix_for(need.at_most + need.subnet->private_endpoints);
    const std::string remedy = fits ? "; a /" + std::to_string(*fits) + " (" + grouped(Cidr{0, *fits}.usable()) + ") would do" : "; no subnet is that large";
    const bool at_once = need.at_start > usable;
    const std::string message = "subnet '" + need.subnet->name.str() + "' (" + to_string(need.subnet->prefix) + ", " + grouped(usable) + " usable) is too small" + (at_once ? " for the nodes at the start" : " for all nodes that may come");
    const std::string hint = grouped(need.nodes) + " nodes with surge" + need.per_node + " need " + grouped(need.at_most) + " addresses" + remedy + " (" + need.pools + ")";
    if (at_once) check.error("S031", need.at, message, hint);
    else check.warning("S031", need.at, message, hint);
  }
  for (const ClusterSpec& cluster : check.scenario().clusters) {
    if (cluster.network.mode != NetworkPluginMode::Overlay) continue;
    std::int64_t at_start = 0, at_most = 0;
    for (const NodePoolSpec& pool : all_pools(cluster)) {
      at_start += nodes_at_start(pool);
      at_most += nodes_with_surge(pool);
    }
    // Every node takes a /24 of the pod CIDR, whatever maxPods is (facts B).
    const std::int64_t blocks = cluster.network.pod_cidr.prefix <= 24 ? std::int64_t{1} << (24 - cluster.network.pod_cidr.prefix) : 0;
    if (at_most <= blocks) continue;
    int prefix = 24;
    while (prefix > 8 && (std::int64_t{1} << (24 - prefix)) < at_most) --prefix;
    const Position at = check.where(path_of(cluster) + ".networkProfile.podCidr");
    const std::string message = "podCidr " + to_string(cluster.network.pod_cidr) + " of '" + cluster.name.str() + "' has room for " + grouped(blocks) + " nodes";
    const std::string hint = "up to " + grouped(at_most) + " nodes with surge take a /24 each; a /" + std::to_string(prefix) + " would do";
    if (at_start > blocks) check.error("S033", at, message, hint);
    else check.warning("S033", at, message, hint);
  }
}

}  // namespace akstwin
