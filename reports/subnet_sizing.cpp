#include "reports/subnet_sizing.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "models/catalog/machine_sizes.hpp"
#include "reports/analysis.hpp"
#include "reports/reading.hpp"
#include "reports/text.hpp"

namespace akstwin {
namespace {

// Source: facts B: API-server VNet integration reserves at least 9 addresses a cluster; Application Gateway for Containers wants a
// delegated subnet of at least /24 with 250 free (learn.microsoft.com, read 2026-11).
constexpr std::int64_t kApiServerNeed = 9;
constexpr std::int64_t kGatewayNeed = 250;

const VirtualNetworkSpec* network_of(const Scenario& scenario, const ClusterSpec& cluster) {
  const VirtualNetworkSpec* only = nullptr;
  int in_location = 0;
  for (const VirtualNetworkSpec& network : scenario.networks) {
    if (!cluster.virtual_network.empty() && network.name == cluster.virtual_network) return &network;
    if (network.location != cluster.location) continue;
    only = &network;
    ++in_location;
  }
  return cluster.virtual_network.empty() && in_location == 1 ? only : nullptr;
}

struct PoolIn {
  const ClusterSpec* cluster;
  NodePoolSpec pool;
};

std::vector<PoolIn> pools_in(const Scenario& scenario, const VirtualNetworkSpec& network, std::size_t subnet) {
  std::vector<PoolIn> pools;
  for (const ClusterSpec& cluster : scenario.clusters) {
    if (network_of(scenario, cluster) != &network) continue;
    for (const NodePoolSpec& pool : all_pools(cluster)) {
      const bool here = pool.subnet.empty() ? subnet == 0 : last_part(pool.subnet.text()) == network.subnets[subnet].name.text();
      if (here) pools.push_back({&cluster, pool});
    }
  }
  return pools;
}

std::int64_t need_of(const std::vector<PoolIn>& pools, std::optional<NetworkPluginMode> mode) {
  std::int64_t need = 0;
  for (const auto& [cluster, pool] : pools) {
    const NetworkPluginMode used = mode.value_or(cluster->network.mode);
    const std::int64_t nodes = largest_count(pool), surge = largest_surge(pool);
    need += used == NetworkPluginMode::Overlay ? overlay_need(nodes, surge) : node_subnet_need(nodes, surge, pods_per_node(pool, used));
  }
  return need;
}

int prefix_for(std::int64_t addresses) { return smallest_prefix_for(addresses).value_or(0); }

void read_use(const Timeline& timeline, SubnetAnswer& out) {
  const Name name(out.subnet);
  const auto series = select(timeline, GaugeKind::SubnetUsed, [&](const SeriesKey& k) { return k.a == name; });
  const SimTime end = timeline.end();
  for (const Series* one : series) {
    const auto samples = samples_of(one);
    out.owners.push_back({one->key.b.str(), maximum(samples, {}, end).value, time_quantile(samples, {}, end, 0.95), one->current()});
  }
  const auto all = sum_series(series);
  if (all.empty()) return;
  const Extreme peak = maximum(all, {}, end);
  out.peak = peak.value;
  out.peak_at = peak.at;
  out.p95 = time_quantile(all, {}, end, 0.95);
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
  if (subnet.delegation.text() == "applicationGatewayForContainers") others = std::max(others, kGatewayNeed);
  if (subnet.delegation.text() == "apiServer") others = std::max(others, kApiServerNeed);
  return endpoints + others;
}

void note_refusals(const Timeline& timeline, const std::vector<PoolIn>& pools, SubnetAnswer& out) {
  std::set<std::string> names;
  for (const auto& [cluster, pool] : pools) names.insert(cluster->name.str() + "/" + pool.name.str());
  for (const TimelineEvent& event : timeline.events()) {
    if (event.kind != code(EventKind::PoolRefused) || event.detail.text() != "SubnetIsFull") continue;
    if (!names.contains(event.subject.str())) continue;
    if (!out.exhausted_at || event.at < *out.exhausted_at) out.exhausted_at = event.at;
    return;
  }
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
  if (s.exhausted_at) text += " It ran dry on " + day_and_clock(*s.exhausted_at, start) + ".";
  return text;
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
  note_refusals(timeline, pools, out);
  for (const auto& [cluster, pool] : pools) {
    out.nodes_at_maximum += largest_count(pool);
    out.surge_at_maximum += largest_surge(pool);
  }
  const std::int64_t others = other_need(subnet, out);
  out.need_at_maximum = need_of(pools, std::nullopt) + others;
  out.safe_prefix = prefix_for(out.need_at_maximum);
  out.safe = out.need_at_maximum <= out.usable;
  if (!pools.empty()) {
    const auto alternative = [&](const char* name, NetworkPluginMode mode) {
      const bool chosen = std::all_of(pools.begin(), pools.end(), [&](const PoolIn& p) { return p.cluster->network.mode == mode; });
      const std::int64_t need = need_of(pools, mode) + others;
      out.alternatives.push_back({name, chosen, need, prefix_for(need), need <= out.usable});
    };
    alternative("Overlay", NetworkPluginMode::Overlay);
    alternative("Node Subnet", NetworkPluginMode::NodeSubnet);
  }
  out.verdict = verdict_of(out, scenario.start);
  return out;
}

PodCidrAnswer pod_cidr_answer(const Scenario& scenario, const Timeline& timeline, const ClusterSpec& cluster) {
  PodCidrAnswer out;
  out.cluster = cluster.name.str();
  out.pod_cidr = to_string(cluster.network.pod_cidr);
  out.blocks_total = overlay_node_limit(cluster.network.pod_cidr.prefix);
  out.blocks_peak = maximum(samples_of(timeline.find(key(GaugeKind::PodCidrBlocksUsed, cluster.name))), {}, timeline.end()).value;
  for (const NodePoolSpec& pool : all_pools(cluster)) out.blocks_at_maximum += overlay_need(largest_count(pool), largest_surge(pool));
  out.safe_prefix = smallest_pod_cidr_for(out.blocks_at_maximum).value_or(0);
  out.safe = out.blocks_at_maximum <= out.blocks_total;
  for (const TimelineEvent& event : timeline.events())
    if (event.kind == code(EventKind::PoolRefused) && event.detail.text() == "PodCidrExhausted" &&
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
  return pool.spot ? 0 : std::min(nodes, pool.max_surge.scaled(nodes, true));
}

std::int64_t pods_per_node(const NodePoolSpec& pool, NetworkPluginMode mode) {
  if (pool.max_pods > 0) return pool.max_pods;
  return mode == NetworkPluginMode::Overlay ? 250 : 30;
}

SubnetsAnswer analyse_subnets(const Scenario& scenario, const Timeline& timeline) {
  SubnetsAnswer out;
  for (const VirtualNetworkSpec& network : scenario.networks)
    for (std::size_t i = 0; i < network.subnets.size(); ++i) out.subnets.push_back(subnet_answer(scenario, timeline, network, i));
  for (const ClusterSpec& cluster : scenario.clusters)
    if (cluster.network.mode == NetworkPluginMode::Overlay) out.pod_cidrs.push_back(pod_cidr_answer(scenario, timeline, cluster));
  return out;
}

}  // namespace akstwin
