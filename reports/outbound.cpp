/// Ports for outgoing connections: what each node is given, and when they run out.
#include <algorithm>

#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/outbound_ports.hpp"
#include "models/spec/network_lookup.hpp"
#include "reports/analysis.hpp"
#include "reports/reading.hpp"
#include "reports/subnet_pools.hpp"
#include "reports/subnet_sizing.hpp"
#include "reports/text.hpp"

namespace akstwin {
namespace {

std::vector<Sample> nodes_of(const Timeline& timeline, Name cluster) {
  return sum_series(select(timeline, GaugeKind::NodesReady, [&](const SeriesKey& k) { return k.a == cluster; }));
}

/// Thousandths of a request a second over the cluster's services.
std::vector<Sample> rate_of(const Timeline& timeline, Name cluster) {
  return sum_series(select(timeline, GaugeKind::RequestRate, [&](const SeriesKey& k) { return first_part(k.a.text()) == cluster.text(); }));
}

/// Walks both gauges together.
void read_use(const VirtualNetworkSpec& network, const std::vector<Sample>& nodes, const std::vector<Sample>& rate, OutboundAnswer& out) {
  std::size_t n = 0, r = 0;
  std::int64_t now_nodes = 0, now_rate = 0;
  PortUse worst;
  while (n < nodes.size() || r < rate.size()) {
    const SimTime at = n < nodes.size() && (r >= rate.size() || nodes[n].at <= rate[r].at) ? nodes[n].at : rate[r].at;
    if (n < nodes.size() && nodes[n].at == at) now_nodes = nodes[n++].value;
    if (r < rate.size() && rate[r].at == at) now_rate = rate[r++].value;
    if (now_nodes == 0) continue;
    const PortUse use = port_use(network, now_nodes, now_rate);
    if (!out.exhausted_at && use.exhausted()) out.exhausted_at = at;
    if (!use.worse_than(worst)) continue;
    worst = use;
    out.in_use_peak_at = at;
  }
  out.in_use_peak = worst.used;
  out.in_use_limit = worst.used > 0 ? worst.limit : port_use(network, std::max<std::int64_t>(out.nodes_peak, 1), 0).limit;
}

void read_allocation(const VirtualNetworkSpec& network, const std::vector<Sample>& nodes, OutboundAnswer& out) {
  if (network.outbound != OutboundType::LoadBalancer || nodes.empty()) return;
  if (network.allocated_ports > 0) {
    out.nodes_supported = most_nodes_with_ports(network.allocated_ports, network.public_ips);
    const auto first = std::ranges::find_if(nodes, [&](const Sample& s) { return s.value > out.nodes_supported; });
    if (first != nodes.end()) out.allocation_failed_at = first->at;
    return;
  }
  const std::int64_t before = default_ports(nodes.front().value);
  const auto fewer = std::ranges::find_if(nodes, [&](const Sample& s) { return default_ports(s.value) < before; });
  if (fewer != nodes.end()) out.ports_halved_at = fewer->at;
}

/// The run counts connections without a port from the instant on at which ports run out: nearer than rates, which are means of 15 minutes.
void read_failures(const Timeline& timeline, Name cluster, OutboundAnswer& out) {
  const Series* series = timeline.find(key(GaugeKind::PortlessTotal, cluster));
  if (series == nullptr || series->samples.empty()) return;
  out.exhausted_at = series->samples.front().at;
  out.portless = series->samples.back().value;
}

std::string verdict_of(const VirtualNetworkSpec& network, const OutboundAnswer& o, const Epoch& start) {
  const bool shared = network.outbound == OutboundType::NatGateway;
  std::string text = shared ? grouped(o.addresses) + (o.addresses == 1 ? " public address" : " public addresses") + " of a NAT gateway " + (o.addresses == 1 ? "carries " : "carry ") + grouped(o.in_use_limit) + " connections to a destination"
                            : "a node has " + grouped(o.ports_a_node) + " ports at the peak of " + counted(o.nodes_peak, "node");
  if (o.nodes_supported > 0) text += "; stated ports suffice for " + counted(o.nodes_supported, "node") + ", the pools may have " + grouped(o.nodes_at_maximum);
  if (o.allocation_failed_at) text += "; more nodes than that from " + day_and_clock(*o.allocation_failed_at, start) + " on";
  if (o.ports_halved_at) text += "; the pool outgrew its tier on " + day_and_clock(*o.ports_halved_at, start) + ", which leaves each node fewer ports";
  if (network.connections_per_thousand_requests > 0)
    text += "; at most " + grouped(o.in_use_peak) + " of " + grouped(o.in_use_limit) + " are in use" + (o.exhausted_at ? ", exhausted first on " + day_and_clock(*o.exhausted_at, start) : "");
  if (o.portless > 0) text += "; " + counted(o.portless, "connection") + " found no port";
  return text + ".";
}

}  // namespace

std::vector<OutboundAnswer> analyse_outbound(const Scenario& scenario, const Timeline& timeline) {
  std::vector<OutboundAnswer> out;
  for (const ClusterSpec& cluster : scenario.clusters) {
    const VirtualNetworkSpec* network = virtual_network_of(scenario, cluster);
    if (network == nullptr || network->outbound == OutboundType::AzureFirewall) continue;   // a firewall's ports are not modelled
    const auto nodes = nodes_of(timeline, cluster.name);
    OutboundAnswer answer;
    answer.cluster = cluster.name.str();
    answer.type = network->outbound == OutboundType::NatGateway ? "NAT gateway" : "load balancer";
    answer.addresses = network->public_ips;
    answer.nodes_peak = maximum(nodes, {}, timeline.end()).value;
    for (const NodePoolSpec& pool : all_pools(cluster)) answer.nodes_at_maximum += largest_count(pool) + largest_surge(pool);
    if (network->outbound == OutboundType::LoadBalancer) answer.ports_a_node = ports_of_a_node(*network, answer.nodes_peak);
    read_allocation(*network, nodes, answer);
    read_use(*network, nodes, network->connections_per_thousand_requests > 0 ? rate_of(timeline, cluster.name) : std::vector<Sample>{}, answer);
    read_failures(timeline, cluster.name, answer);
    answer.verdict = verdict_of(*network, answer, scenario.start);
    out.push_back(std::move(answer));
  }
  return out;
}

}  // namespace akstwin
