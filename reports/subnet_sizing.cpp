#include "reports/subnet_sizing.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "models/catalog/machine_sizes.hpp"
#include "models/observe/address_findings.hpp"
#include "reports/analysis.hpp"
#include "reports/reading.hpp"
#include "reports/subnet_pools.hpp"
#include "reports/text.hpp"

namespace akstwin {
namespace {

void read_use(const Timeline& timeline, SubnetAnswer& out) {
  const Name name(out.subnet);
  const auto series = select(timeline, GaugeKind::SubnetUsed, [&](const SeriesKey& k) { return k.a == name; });
  const SimTime end = timeline.end();
  for (const Series* one : series) {
    const auto samples = samples_of(one);
    const auto below = [&](double share) { return time_quantile(samples, {}, end, share); };
    out.owners.push_back({one->key.b.str(), maximum(samples, {}, end).value, below(0.5), below(0.95), below(0.99), one->current()});
  }
  const auto all = sum_series(series);
  if (all.empty()) return;
  const Extreme peak = maximum(all, {}, end);
  out.peak = peak.value;
  out.peak_at = peak.at;
  out.p50 = time_quantile(all, {}, end, 0.5);
  out.p95 = time_quantile(all, {}, end, 0.95);
  out.p99 = time_quantile(all, {}, end, 0.99);
  out.end = all.back().value;
  if (out.usable > 0) out.free_ratio_min = 1.0 - static_cast<double>(out.peak) / static_cast<double>(out.usable);
  for (const Sample& sample : all)
    if (sample.value >= out.usable) {
      out.exhausted_at = sample.at;
      break;
    }
}

// Addresses that are neither nodes' nor pods': private endpoints, load balancer frontends, delegated services.
std::int64_t other_need(const SubnetSpec& subnet, const SubnetAnswer& answer) {
  std::int64_t endpoints = subnet.private_endpoints, others = 0;
  for (const SubnetOwnerUse& owner : answer.owners) {
    if (owner.owner == "nodes" || owner.owner == "pods") continue;
    if (owner.owner == "private endpoints")
      endpoints = std::max(endpoints, owner.peak);
    else
      others += owner.peak;
  }
  if (subnet.delegation.text() == "applicationGatewayForContainers") others = std::max(others, kGatewayAddresses);
  if (subnet.delegation.text() == "apiServer") others = std::max(others, kApiServerAddresses);
  return endpoints + others;
}

/// Of the pools here, those whose refused nodes were refused for this subnet. Only static blocks leave a choice: between the nodes'
/// subnet and the pods', of which the full one is meant.
std::vector<PoolIn> refusable(const SubnetSpec& subnet, std::vector<PoolIn> here, const SubnetAnswer& answer) {
  std::erase_if(here, [&](const PoolIn& p) {
    const AddressMode mode = address_mode(p.cluster->network, p.pool);
    const bool for_pods = last_part(p.pool.pod_subnet.text()) == subnet.name.text();
    if (mode != AddressMode::PodSubnetStatic) return for_pods && mode == AddressMode::PodSubnetDynamic;
    const std::int64_t one_more = for_pods ? 16 * static_blocks(max_pods(p.pool, p.cluster->network.mode)) : 1;
    return answer.peak + one_more <= room_of(subnet.prefix.prefix, for_pods);
  });
  return here;
}

/// When nodes were refused or pods found no address, and which of it came first.
std::string note_refusals(const Timeline& timeline, const std::vector<PoolIn>& pools, SubnetAnswer& out) {
  std::set<std::string> names;
  for (const auto& [cluster, pool] : pools) names.insert(cluster->name.str() + "/" + pool.name.str());
  for (const TimelineEvent& event : timeline.events()) {
    const bool refused = event.kind == code(EventKind::PoolRefused) && event.detail.text() == "SubnetIsFull" && names.contains(event.subject.str());
    const bool dry = event.kind == code(EventKind::Finding) && event.subject.text() == out.subnet && event.detail.text() == kBatchesExhausted;
    if (!refused && !dry) continue;
    if (!out.exhausted_at || event.at < *out.exhausted_at) out.exhausted_at = event.at;
    return refused ? "a node of " + event.subject.str() + " was refused (SubnetIsFull)" : "no batch of 16 pod addresses was left for a node";
  }
  return {};
}

std::string verdict_of(const SubnetAnswer& s, const Epoch& start) {
  std::string text = s.safe ? "Safe: " : "Too small: ";
  text += s.nodes_at_maximum > 0 ? "at autoscaler maximum plus surge it needs " : "it needs ";
  text += grouped(s.need_at_maximum) + " of " + grouped(s.usable) + " addresses; ";
  if (s.safe_prefix > 0)
    text += "the smallest safe subnet is a /" + std::to_string(s.safe_prefix);
  else
    text += "no single subnet holds that many";
  text += ". It peaked at " + grouped(s.peak) + (s.peak > 0 ? " on " + day_and_clock(s.peak_at, start) : "") + ".";
  if (s.exhausted_at) text += " It ran dry on " + day_and_clock(*s.exhausted_at, start) + (s.cause.empty() ? "" : ": " + s.cause) + ".";
  return text;
}

/// What each mode would need of the nodes' subnet, and of a subnet for pods where the mode has one.
void add_alternatives(const VirtualNetworkSpec& network, const std::vector<PoolIn>& pools, const SubnetSpec& subnet, std::int64_t others, SubnetAnswer& out) {
  for (const AddressMode mode : {AddressMode::Overlay, AddressMode::NodeSubnet, AddressMode::PodSubnetDynamic, AddressMode::PodSubnetStatic, AddressMode::Kubenet}) {
    const bool chosen = std::ranges::all_of(pools, [&](const PoolIn& p) { return address_mode(p.cluster->network, p.pool) == mode; });
    const AddressNeed need = need_of(pools, mode, most_nodes);
    const std::string name(to_string(mode));
    const std::int64_t nodes = need.nodes + others;
    out.alternatives.push_back({name, chosen, nodes, prefix_for(nodes), nodes <= subnet.prefix.usable()});
    if (need.pods == 0) continue;
    const bool blocks = mode == AddressMode::PodSubnetStatic;
    // Fits: in the subnet that the pools name for their pods. Without one there is nothing to fit into.
    const auto named = std::ranges::find(network.subnets, last_part(pools.front().pool.pod_subnet.text()), [](const SubnetSpec& s) { return s.name.text(); });
    const bool fits = named != network.subnets.end() && need.pods <= room_of(named->prefix.prefix, blocks);
    out.alternatives.push_back({name + ": a second subnet for pods", chosen, need.pods, prefix_for(need.pods, blocks), fits});
  }
}

SubnetAnswer subnet_answer(const Scenario& scenario, const Timeline& timeline, const VirtualNetworkSpec& network, std::size_t index) {
  const SubnetSpec& subnet = network.subnets[index];
  const auto pools = pools_in(scenario, network, index);
  SubnetAnswer out;
  out.subnet = network.name.str() + "/" + subnet.name.str();
  out.prefix = to_string(subnet.prefix);
  out.delegation = subnet.delegation.str();
  out.usable = subnet.prefix.usable();
  read_use(timeline, out);
  const auto pod_pools = pod_pools_in(scenario, network, index);
  std::vector<PoolIn> here = pools;
  here.insert(here.end(), pod_pools.begin(), pod_pools.end());
  out.cause = note_refusals(timeline, refusable(subnet, here, out), out);
  for (const auto& [cluster, pool] : here) {
    out.nodes_at_maximum += largest_count(pool);
    out.surge_at_maximum += largest_surge(pool);
  }
  const std::int64_t others = other_need(subnet, out);
  const bool blocks = in_blocks(pod_pools);
  out.need_at_maximum = need_of(pools, std::nullopt, most_nodes).nodes + need_of(pod_pools, std::nullopt, most_nodes).pods + others;
  out.safe_prefix = prefix_for(out.need_at_maximum, blocks);
  out.safe = out.need_at_maximum <= room_of(subnet.prefix.prefix, blocks);
  if (!pools.empty()) add_alternatives(network, pools, subnet, others, out);
  if (!here.empty()) out.situations = situations_of(scenario, timeline, pools, pod_pools, others, out);
  if (!pools.empty()) out.demands = demands_of(timeline, pools, others, out);
  out.verdict = verdict_of(out, scenario.start);
  return out;
}

PodCidrAnswer pod_cidr_answer(const Scenario& scenario, const Timeline& timeline, const ClusterSpec& cluster) {
  PodCidrAnswer out;
  out.cluster = cluster.name.str();
  out.pod_cidr = to_string(cluster.network.pod_cidr);
  const auto& expansions = cluster.network.pod_cidr_expansions;
  const Cidr& finally = expansions.empty() ? cluster.network.pod_cidr : expansions.back().pod_cidr;
  for (const PodCidrExpansionSpec& expansion : expansions) out.pod_cidr += " → " + to_string(expansion.pod_cidr);
  out.blocks_total = overlay_node_limit(finally.prefix);
  if (cluster.network.mode == NetworkPluginMode::Kubenet) out.blocks_total = std::min(out.blocks_total, kubenet_nodes(cluster.network.dual_stack));
  out.blocks_peak = maximum(samples_of(timeline.find(key(GaugeKind::PodCidrBlocksUsed, cluster.name))), {}, timeline.end()).value;
  for (const NodePoolSpec& pool : all_pools(cluster)) out.blocks_at_maximum += overlay_need(largest_count(pool), largest_surge(pool));
  out.safe_prefix = smallest_pod_cidr_for(out.blocks_at_maximum).value_or(0);
  out.safe = out.blocks_at_maximum <= out.blocks_total;
  for (const TimelineEvent& event : timeline.events())
    if (event.kind == code(EventKind::PoolRefused) && (event.detail.text() == "PodCidrExhausted" || event.detail.text() == "RouteTableIsFull") &&
        first_part(event.subject.text()) == cluster.name.text()) {
      out.exhausted_at = event.at;
      break;
    }
  out.verdict = std::string(out.safe ? "Safe: " : "Too small: ") + "a /24 a node makes " + grouped(out.blocks_at_maximum) + " of " +
                grouped(out.blocks_total) + " blocks at autoscaler maximum plus surge; it peaked at " + grouped(out.blocks_peak) + ".";
  if (out.exhausted_at) out.verdict += " It ran dry on " + day_and_clock(*out.exhausted_at, scenario.start) + ".";
  return out;
}

}  // namespace

std::int64_t largest_count(const NodePoolSpec& pool) { return pool.autoscaling ? pool.max_count : pool.count; }

std::int64_t largest_surge(const NodePoolSpec& pool) {
  const std::int64_t nodes = largest_count(pool);
  return upgrade_surge(pool, nodes);
}

std::int64_t pods_per_node(const NodePoolSpec& pool, NetworkPluginMode mode) {
  return max_pods(pool, mode);
}

SubnetsAnswer analyse_subnets(const Scenario& scenario, const Timeline& timeline) {
  SubnetsAnswer out;
  for (const VirtualNetworkSpec& network : scenario.networks)
    for (std::size_t i = 0; i < network.subnets.size(); ++i) out.subnets.push_back(subnet_answer(scenario, timeline, network, i));
  for (const ClusterSpec& cluster : scenario.clusters)
    if (cluster.network.mode == NetworkPluginMode::Overlay || cluster.network.mode == NetworkPluginMode::Kubenet) out.pod_cidrs.push_back(pod_cidr_answer(scenario, timeline, cluster));
  out.admissions = admissions_of(scenario, timeline);
  return out;
}

}  // namespace akstwin
