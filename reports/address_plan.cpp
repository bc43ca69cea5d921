#include "reports/address_plan.hpp"

#include <algorithm>
#include <optional>

#include "reports/text.hpp"

namespace akstwin {
namespace {

// Ranges that AKS uses itself, so that no Service, pod or network range may touch them
// (configure-azure-cni.md, "IP address ranges"; from memory, not read again [recall]).
constexpr Cidr kTakenByAks[] = {{(169U << 24) | (254U << 16), 16}, {(172U << 24) | (30U << 16), 16}, {(172U << 24) | (31U << 16), 16}, {(192U << 24) | (2U << 8), 24}};
// Private ranges (RFC 1918) and the shared one (RFC 6598), where pod and Service ranges are looked for; AKS's own default first.
constexpr Cidr kPodRanges[] = {{(10U << 24) | (244U << 16), 16}, {(100U << 24) | (64U << 16), 10}, {(172U << 24) | (16U << 16), 12}, {(192U << 24) | (168U << 16), 16}, {10U << 24, 8}};
constexpr Cidr kServiceRanges[] = {{(172U << 24) | (16U << 16), 12}, {(192U << 24) | (168U << 16), 16}, {(100U << 24) | (64U << 16), 10}, {10U << 24, 8}};

// facts B: /28 for the API server, /24 for Application Gateway for Containers.
constexpr int kApiServerPrefix = 28, kGatewayPrefix = 24;

/// The lowest block of that size inside `room` that overlaps nothing taken.
std::optional<Cidr> first_free(const Cidr& room, int prefix, const std::vector<Cidr>& taken) {
  if (prefix < room.prefix) return std::nullopt;
  for (std::uint64_t base = room.base; base < room.end();) {
    const Cidr block{static_cast<std::uint32_t>(base), prefix};
    const auto other = std::ranges::find_if(taken, [&](const Cidr& range) { return block.overlaps(range); });
    if (other == taken.end()) return block;
    const std::uint64_t size = static_cast<std::uint64_t>(block.size());
    base = std::max(base + size, (other->end() + size - 1) / size * size);   // behind the obstacle, aligned
  }
  return std::nullopt;
}

template <class Rooms>
std::optional<Cidr> first_free_in(const Rooms& rooms, int prefix, const std::vector<Cidr>& taken) {
  for (const Cidr& room : rooms)
    if (const auto block = first_free(room, prefix, taken)) return block;
  return std::nullopt;
}

struct Wanted {
  std::string name, purpose;
  int prefix;
  std::int64_t need;
};

Result<void> want(std::vector<Wanted>& list, std::string name, std::string purpose, std::int64_t need, int at_least) {
  const auto prefix = smallest_prefix_for(need);
  if (!prefix) return fail("no subnet holds the " + grouped(need) + " addresses of " + name);
  list.push_back({std::move(name), std::move(purpose), std::min(*prefix, at_least), need});
  return {};
}

/// The subnets of a network with `clusters` clusters from number `first` on.
Result<std::vector<Wanted>> wanted_subnets(const AddressPlanRequest& request, const AddressPlan& plan, std::int64_t first, std::int64_t clusters) {
  std::vector<Wanted> list;
  Result<void> ok;
  const auto add = [&](std::string name, std::string purpose, std::int64_t need, int at_least) {
    if (ok) ok = want(list, std::move(name), std::move(purpose), need, at_least);
  };
  for (std::int64_t cluster = first; cluster < first + clusters; ++cluster) {
    const std::string prefix = "aks" + std::to_string(cluster) + "-";
    const AddressNeed need = address_need(request.mode, plan.nodes, plan.surge, plan.max_pods);
    add(prefix + "nodes", "nodes and internal load balancers", need.nodes + request.internal_load_balancers, 29);
    if (need.pods > 0) add(prefix + "pods", "pods", need.pods, 28);
    if (request.api_server_subnet) add(prefix + "apiserver", "API server, delegated", kApiServerAddresses, kApiServerPrefix);
    if (request.gateway_for_containers) add(prefix + "gateway", "Application Gateway for Containers, delegated", kGatewayAddresses, kGatewayPrefix);
  }
  if (request.private_endpoints > 0) add("endpoints", "private endpoints", request.private_endpoints, 29);
  for (const auto& [wanted, name] : {std::pair(request.bastion, "AzureBastionSubnet"), std::pair(request.firewall, "AzureFirewallSubnet")})
    if (const ReservedSubnet* reserved = wanted ? reserved_subnet(name) : nullptr) add(name, std::string(reserved->owner), 1, reserved->longest_prefix);
  if (!ok) return tl::unexpected<Error>(ok.error());
  std::ranges::stable_sort(list, {}, &Wanted::prefix);   // largest first: blocks in this order are aligned without gaps
  return list;
}

/// The prefix of the smallest block that holds the subnets one behind the other.
int network_prefix(const std::vector<Wanted>& subnets) {
  std::int64_t sum = 0;
  for (const Wanted& subnet : subnets) sum += std::int64_t{1} << (32 - subnet.prefix);
  int prefix = 29;                                 // the smallest that a subnet can have
  while (prefix > 0 && (std::int64_t{1} << (32 - prefix)) < sum) --prefix;
  return prefix;
}

Result<void> add_network(AddressPlan& plan, const AddressPlanRequest& request, std::vector<Cidr>& taken, std::int64_t first, std::int64_t clusters) {
  auto subnets = wanted_subnets(request, plan, first, clusters);
  if (!subnets) return tl::unexpected<Error>(subnets.error());
  const int prefix = network_prefix(*subnets);
  const auto block = first_free_in(request.within, prefix, taken);
  if (!block) return fail("no free /" + std::to_string(prefix) + " is left for a network; allow more with --within, or let go of ranges to avoid");
  PlannedNetwork network{clusters == 1 ? "vnet" + std::to_string(first) : "vnet", *block, {}};
  std::uint64_t base = block->base;
  for (Wanted& subnet : *subnets) {
    const Cidr range{static_cast<std::uint32_t>(base), subnet.prefix};
    network.subnets.push_back({std::move(subnet.name), std::move(subnet.purpose), range, subnet.need});
    base = range.end();
  }
  taken.push_back(*block);
  plan.networks.push_back(std::move(network));
  return {};
}

Result<void> refuse_impossible(const AddressPlanRequest& request) {
  if (request.nodes < 1) return fail("a plan needs the number of nodes: --nodes N");
  if (request.clusters < 1 || request.clusters > 100) return fail("clusters must be 1 to 100");
  if (request.growth_percent < 100 || request.growth_percent > 1'000) return fail("growth must be 1 to 10 times");
  if (request.max_pods != 0 && (request.max_pods < 10 || request.max_pods > 250)) return fail("AKS allows 10 to 250 pods a node");
  if (request.surge.scaled(request.nodes, true) < 1) return fail("an upgrade needs a surge of at least one node");
  return {};
}

Result<void> place_ranges(AddressPlan& plan, const AddressPlanRequest& request, std::vector<Cidr> taken) {
  if (request.mode == AddressMode::Overlay || request.mode == AddressMode::Kubenet) {
    const auto prefix = smallest_pod_cidr_for(plan.nodes + plan.surge);
    const auto block = prefix ? first_free_in(kPodRanges, *prefix, taken) : std::nullopt;
    if (!block) return fail("no free pod range holds " + grouped(plan.nodes + plan.surge) + " nodes with a /24 each");
    plan.has_pod_cidr = true;
    plan.pod_cidr = *block;
    taken.push_back(*block);
  }
  // The first address is the API server's, the last one is left out by the allocator; an AKS Service range is smaller than a /12.
  int prefix = 28;
  while (prefix > 13 && (std::int64_t{1} << (32 - prefix)) < request.services * request.growth_percent / 100 + 2) --prefix;
  const auto block = first_free_in(kServiceRanges, prefix, taken);
  if (!block || block->size() < request.services * request.growth_percent / 100 + 2) return fail("no free Service range holds " + grouped(request.services) + " Services");
  plan.service_cidr = *block;
  const Cidr dns{block->base + 10, 32};            // by convention the tenth address (concepts-network-services.md)
  plan.dns_service_ip = to_string(dns).substr(0, to_string(dns).find('/'));
  return {};
}

}  // namespace

Result<AddressPlan> plan_addresses(const AddressPlanRequest& request) {
  if (auto possible = refuse_impossible(request); !possible) return tl::unexpected<Error>(possible.error());
  AddressPlan plan;
  plan.nodes = (request.nodes * request.growth_percent + 99) / 100;
  plan.surge = request.surge.scaled(plan.nodes, true);
  plan.max_pods = request.max_pods > 0 ? request.max_pods : default_max_pods(request.mode);
  const std::int64_t limit = request.mode == AddressMode::Kubenet ? kKubenetNodes : kClusterNodes;
  if (plan.nodes + plan.surge > limit)
    return fail(grouped(plan.nodes) + " nodes and " + grouped(plan.surge) + " of surge are more than the " + grouped(limit) + " of a cluster in mode " + std::string(to_string(request.mode)));
  std::vector<Cidr> taken = request.avoid;
  taken.insert(taken.end(), std::begin(kTakenByAks), std::end(kTakenByAks));
  if (request.one_network) {
    if (auto added = add_network(plan, request, taken, 1, request.clusters); !added) return tl::unexpected<Error>(added.error());
  } else {
    for (std::int64_t cluster = 1; cluster <= request.clusters; ++cluster)
      if (auto added = add_network(plan, request, taken, cluster, 1); !added) return tl::unexpected<Error>(added.error());
  }
  if (auto placed = place_ranges(plan, request, std::move(taken)); !placed) return tl::unexpected<Error>(placed.error());
  const auto problems = check_plan(plan, request);
  if (!problems.empty()) return fail(problems.front());
  return plan;
}

std::vector<std::string> check_plan(const AddressPlan& plan, const AddressPlanRequest& request) {
  std::vector<std::string> problems;
  std::vector<std::pair<std::string, Cidr>> ranges;
  const auto outermost = [&](const std::string& name, const Cidr& range) {
    for (const auto& [other, taken] : ranges)
      if (range.overlaps(taken)) problems.push_back(name + " " + to_string(range) + " overlaps " + other + " " + to_string(taken));
    ranges.emplace_back(name, range);
  };
  for (const Cidr& range : request.avoid) ranges.emplace_back("a range in use", range);
  for (const Cidr& range : kTakenByAks) ranges.emplace_back("a range of AKS itself", range);
  for (const PlannedNetwork& network : plan.networks) {
    outermost(network.name, network.prefix);
    std::int64_t pods = 0;
    for (std::size_t i = 0; i < network.subnets.size(); ++i) {
      const PlannedSubnet& subnet = network.subnets[i];
      const std::string name = network.name + "/" + subnet.name;
      if (!network.prefix.contains(subnet.prefix)) problems.push_back(name + " lies outside its network");
      if (subnet.prefix.usable() < subnet.need) problems.push_back(name + " has " + grouped(subnet.prefix.usable()) + " of " + grouped(subnet.need) + " addresses");
      for (std::size_t j = 0; j < i; ++j)
        if (subnet.prefix.overlaps(network.subnets[j].prefix)) problems.push_back(name + " overlaps " + network.subnets[j].name);
      if (subnet.purpose == "pods") pods += subnet.need;
      if (request.mode == AddressMode::NodeSubnet && subnet.name.ends_with("-nodes")) pods += subnet.need;
    }
    if (pods > kVirtualNetworkPodAddresses)
      problems.push_back(network.name + " gives " + grouped(pods) + " addresses to pods, more than the " + grouped(kVirtualNetworkPodAddresses) + " of a network; use Overlay, or more networks");
  }
  if (plan.has_pod_cidr) {
    outermost("the pod range", plan.pod_cidr);
    if (overlay_node_limit(plan.pod_cidr.prefix) < plan.nodes + plan.surge) problems.push_back("the pod range has too few /24 blocks");
  }
  outermost("the Service range", plan.service_cidr);
  return problems;
}

}  // namespace akstwin
