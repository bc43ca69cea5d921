#include <algorithm>
#include <map>

#include "models/catalog/cni_addresses.hpp"
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
  if (std::ranges::count(a.peered_with, b.name) + std::ranges::count(b.peered_with, a.name) > 0) return;   // check_connectivity: an error
  for (const Cidr& x : a.address_space) {
    for (const Cidr& y : b.address_space) {
      if (x.overlaps(y))
        return check.warning("S030", check.where(path_of(b) + ".addressSpace"), "networks '" + a.name.str() + "' (" + to_string(x) + ") and '" + b.name.str() + "' (" + to_string(y) + ") overlap", "they could not be peered");
    }
  }
}

/// Modes that give every node a /24 of the pod CIDR.
bool uses_pod_cidr(const ClusterSpec& cluster) { return cluster.network.mode == NetworkPluginMode::Overlay || cluster.network.mode == NetworkPluginMode::Kubenet; }

const SubnetSpec* pod_subnet_of(const VirtualNetworkSpec& network, const NodePoolSpec& pool) {
  const auto found = std::ranges::find(network.subnets, pool.pod_subnet, &SubnetSpec::name);
  return found == network.subnets.end() ? nullptr : &*found;
}

void check_pod_subnet(Check& check, const VirtualNetworkSpec& network, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  const std::string path = path_of(cluster, pool) + ".podSubnetID";
  if (check.broken(path)) return;
  if (cluster.network.mode != NetworkPluginMode::PodSubnet) {
    if (!pool.pod_subnet.empty())
      check.error("S034", check.where(path), "pool '" + pool.name.str() + "' names a subnet for pods, but the cluster's pods take no addresses of one", "set networkProfile.networkPluginMode: podSubnet, or remove podSubnetID");
    return;
  }
  if (pool.pod_subnet.empty()) return check.error("S034", pool.declared_at, "pool '" + pool.name.str() + "' has no podSubnetID", "networkPluginMode podSubnet needs the name of a subnet for its pods");
  const SubnetSpec* subnet = pod_subnet_of(network, pool);
  if (subnet == nullptr) {
    std::vector<std::string> names;
    for (const SubnetSpec& known : network.subnets) names.push_back(known.name.str());
    return check.error("S020", check.where(path), "there is no subnet '" + pool.pod_subnet.str() + "' in '" + network.name.str() + "'", Check::suggestion(pool.pod_subnet.text(), names));
  }
  if (!subnet->delegation.empty())
    return check.error("S034", check.where(path), "subnet '" + subnet->name.str() + "' is delegated to " + subnet->delegation.str() + "; pods of '" + pool.name.str() + "' cannot use it", "use a subnet of its own");
  if (subnet == subnet_of(network, pool))
    check.error("S034", check.where(path), "pods and nodes of '" + pool.name.str() + "' share the subnet '" + subnet->name.str() + "'", "pods need a subnet of their own");
}

/// A subnet serves the pods of one mode only (concepts-network-azure-cni-pod-subnet.md, facts B).
void check_pod_subnet_modes(Check& check) {
  std::map<std::string, PodIpAllocation> modes;
  for (const ClusterSpec& cluster : check.scenario().clusters) {
    const VirtualNetworkSpec* network = network_of(check.scenario(), cluster);
    if (network == nullptr || cluster.network.mode != NetworkPluginMode::PodSubnet) continue;
    for (const NodePoolSpec& pool : cluster.pools) {
      if (pool.pod_subnet.empty()) continue;
      const auto [known, first] = modes.try_emplace(network->name.str() + "/" + pool.pod_subnet.str(), pool.pod_ips);
      if (!first && known->second != pool.pod_ips)
        check.error("S034", check.where(path_of(cluster, pool) + ".podIPAllocationMode"), "subnet '" + pool.pod_subnet.str() + "' serves pods in both allocation modes", "give '" + pool.name.str() + "' a pod subnet of its own");
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
    if (cluster.network.mode == NetworkPluginMode::PodSubnet && here == 0)
      return check.error("S034", check.where(path_of(cluster) + ".networkProfile.networkPluginMode"), "cluster '" + cluster.name.str() + "' has no virtual network to take pod addresses from", "state network: with a subnet for its pods");
    if (here > 1) check.error("S020", cluster.declared_at, std::to_string(here) + " networks are in " + cluster.location.str() + "; cluster '" + cluster.name.str() + "' could use any of them", "add virtualNetwork: with the name of one");
    return;
  }
  if (network->location != cluster.location && !network->location.empty() && !cluster.location.empty())
    check.error("S020", check.where(path_of(cluster) + ".virtualNetwork"), "cluster '" + cluster.name.str() + "' is in " + cluster.location.str() + ", network '" + network->name.str() + "' in " + network->location.str(), "both must be in one region");
  for (const Cidr& space : network->address_space) {
    const auto& profile = cluster.network;
    if (uses_pod_cidr(cluster) && profile.pod_cidr.overlaps(space))
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
    check_pod_subnet(check, *network, cluster, pool);
  }
  // Node auto-provisioning has neither kubenet nor pod subnets (AKS node-auto-provisioning-networking.md [recall]).
  const bool plain = cluster.network.mode == NetworkPluginMode::Overlay || cluster.network.mode == NetworkPluginMode::NodeSubnet;
  if (cluster.provisioning.automatic && !plain)
    check.error("S048", check.where(path_of(cluster) + ".networkProfile"), "node auto-provisioning of '" + cluster.name.str() + "' works with overlay and nodeSubnet only", "choose one of them, or nodeProvisioningProfile.mode: Manual");
}

/// What the pools in one subnet need, at the start and at most.
struct SubnetNeed {
  const SubnetSpec* subnet = nullptr;
  const VirtualNetworkSpec* network = nullptr;
  bool of_pods = false, in_blocks = false;
  std::int64_t at_start = 0, at_most = 0, nodes = 0;
  std::string pools, per_node;
  Position at;
};

std::string grouped(std::int64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

void add_need(const Check& check, SubnetNeed& need, const ClusterSpec& cluster, const NodePoolSpec& pool, std::int64_t start, std::int64_t most, std::string_view field) {
  need.at_start += start;
  need.at_most += most;
  need.nodes += nodes_with_surge(pool);
  need.pools += (need.pools.empty() ? "" : ", ") + cluster.name.str() + "/" + pool.name.str();
  const std::string stated = path_of(cluster, pool) + "." + std::string(field);
  if (need.at.line == 0) need.at = check.states(stated) ? check.where(stated) : check.where(path_of(*need.network) + ".subnets." + need.subnet->name.str() + ".prefix");
}

/// How many pod addresses a node takes, in words.
std::string taken_by_a_node(AddressMode mode, std::int64_t pods) {
  if (mode == AddressMode::NodeSubnet) return " × (" + std::to_string(pods) + " pods + 1)";
  if (mode == AddressMode::PodSubnetStatic) return " × " + std::to_string(static_blocks(pods)) + " blocks of 16";
  if (mode == AddressMode::PodSubnetDynamic) return " × " + std::to_string(dynamic_batch_need(pods)) + " for " + std::to_string(pods) + " pods";
  return "";
}

std::map<std::string, SubnetNeed> subnet_needs(const Check& check) {
  std::map<std::string, SubnetNeed> needs;
  const auto need_of = [&](const VirtualNetworkSpec& network, const SubnetSpec& subnet) -> SubnetNeed& {
    SubnetNeed& need = needs[network.name.str() + "/" + subnet.name.str()];
    need.subnet = &subnet;
    need.network = &network;
    return need;
  };
  for (const ClusterSpec& cluster : check.scenario().clusters) {
    const VirtualNetworkSpec* network = network_of(check.scenario(), cluster);
    if (network == nullptr) continue;
    for (const NodePoolSpec& pool : all_pools(cluster)) {
      const SubnetSpec* subnet = subnet_of(*network, pool);
      if (subnet == nullptr) continue;
      const AddressMode mode = address_mode(cluster.network, pool);
      const std::int64_t pods = max_pods(pool, cluster.network.mode);
      const AddressNeed start = address_need(mode, nodes_at_start(pool), 0, pods), most = address_need(mode, nodes_with_surge(pool), 0, pods);
      SubnetNeed& need = need_of(*network, *subnet);
      add_need(check, need, cluster, pool, start.nodes, most.nodes, "vnetSubnet");
      if (mode == AddressMode::NodeSubnet) need.per_node = taken_by_a_node(mode, pods);
      const SubnetSpec* of_pods = most.pods > 0 ? pod_subnet_of(*network, pool) : nullptr;
      if (of_pods == nullptr) continue;
      SubnetNeed& pod_need = need_of(*network, *of_pods);
      pod_need.of_pods = true;
      pod_need.per_node = taken_by_a_node(mode, pods);
      // A node begins with one batch; the rest comes with its pods.
      pod_need.in_blocks = mode == AddressMode::PodSubnetStatic;
      const std::int64_t blocks = 16 * static_blocks(pods);
      if (pod_need.in_blocks) add_need(check, pod_need, cluster, pool, nodes_at_start(pool) * blocks, nodes_with_surge(pool) * blocks, "podSubnetID");
      else add_need(check, pod_need, cluster, pool, nodes_at_start(pool) * dynamic_batch_need(0), most.pods, "podSubnetID");
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
  check_pod_subnet_modes(check);
  for (const ClusterSpec& cluster : check.scenario().clusters) {
    check_region(check, cluster.location, path_of(cluster) + ".location");
    check_cluster_network(check, cluster);
    const auto& profile = cluster.network;
    if (uses_pod_cidr(cluster) && profile.pod_cidr.overlaps(profile.service_cidr))
      check.error("S030", check.where(path_of(cluster) + ".networkProfile.serviceCidr"), "podCidr " + to_string(profile.pod_cidr) + " and serviceCidr " + to_string(profile.service_cidr) + " of '" + cluster.name.str() + "' overlap", "pods and Services need ranges of their own");
    if (profile.service_cidr.prefix < 12)
      check.error("S032", check.where(path_of(cluster) + ".networkProfile.serviceCidr"), "serviceCidr " + to_string(profile.service_cidr) + " is larger than AKS allows", "use a /12 or smaller");
  }
}

void check_addresses(Check& check) {
  for (const auto& [name, need] : subnet_needs(check)) {
    const std::int64_t all = need.in_blocks ? 16 * static_blocks_in(need.subnet->prefix.prefix) : need.subnet->prefix.usable();
    const std::int64_t usable = all - need.subnet->private_endpoints;
    if (need.at_most <= usable || usable < 0 || check.broken(path_of(*need.network))) continue;
    const std::int64_t wanted = need.at_most + need.subnet->private_endpoints;
    const auto fits = need.in_blocks ? smallest_prefix_for_blocks((wanted + 15) / 16) : smallest_prefix_for(wanted);
    const std::int64_t room = !fits ? 0 : need.in_blocks ? 16 * static_blocks_in(*fits) : Cidr{0, *fits}.usable();
    const std::string remedy = fits ? "; a /" + std::to_string(*fits) + " (" + grouped(room) + ") would do" : "; no subnet is that large";
    const bool at_once = need.at_start > usable;
    const std::string message = "subnet '" + need.subnet->name.str() + "' (" + to_string(need.subnet->prefix) + ", " + grouped(usable) + " usable) is too small" + (at_once ? " for the nodes at the start" : need.of_pods ? " for the pods of all nodes that may come" : " for all nodes that may come");
    const std::string hint = grouped(need.nodes) + " nodes with surge" + need.per_node + " need " + grouped(need.at_most) + " addresses" + remedy + " (" + need.pools + ")";
    if (at_once) check.error("S031", need.at, message, hint);
    else check.warning("S031", need.at, message, hint);
  }
  for (const ClusterSpec& cluster : check.scenario().clusters) {
    if (!uses_pod_cidr(cluster)) continue;
    std::int64_t at_start = 0, at_most = 0;
    for (const NodePoolSpec& pool : all_pools(cluster)) {
      at_start += nodes_at_start(pool);
      at_most += nodes_with_surge(pool);
    }
    // Every node takes a /24 of the pod CIDR, whatever maxPods is (facts B).
    if (cluster.network.mode == NetworkPluginMode::Kubenet && at_most > kubenet_nodes(cluster.network.dual_stack))
      check.warning("S033", check.where(path_of(cluster) + ".networkProfile.networkPlugin"),
                    "kubenet carries " + std::to_string(kubenet_nodes(cluster.network.dual_stack)) + " nodes, " + (cluster.network.dual_stack ? "two routes each; '" : "a route each; '") + cluster.name.str() + "' may have " + grouped(at_most) + " with surge", "use networkPluginMode: overlay");
    const auto blocks_of = [](const Cidr& range) { return range.prefix <= 24 ? std::int64_t{1} << (24 - range.prefix) : std::int64_t{0}; };
    const std::int64_t blocks = blocks_of(cluster.network.pod_cidr);
    const auto& expansions = cluster.network.pod_cidr_expansions;
    const std::int64_t finally = expansions.empty() ? blocks : blocks_of(expansions.back().pod_cidr);
    if (at_start <= blocks && at_most <= finally) continue;
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
