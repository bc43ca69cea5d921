#include "models/workload/outbound_flows.hpp"

#include <cmath>

#include "models/catalog/outbound_ports.hpp"
#include "models/observe/kinds.hpp"
#include "models/spec/network_lookup.hpp"
#include "sim/base/rounding.hpp"

namespace akstwin {

OutboundFlows::OutboundFlows(const Scenario& scenario, const ClusterSpec& cluster) : cluster_(cluster.name) {
  const VirtualNetworkSpec* network = virtual_network_of(scenario, cluster);
  if (network == nullptr || network->outbound == OutboundType::AzureFirewall || network->connections_per_thousand_requests == 0) return;
  network_ = network;
}

void OutboundFlows::count(SimTime now) {
  portless_ += connections_ * short_ * static_cast<double>((now - counted_).us) / 1e6;
  counted_ = now;
}

// A connection holds its port until it may be used again; what the ports carry of the connections that are wanted is their number over the
// number wanted (Little's law). "When SNAT ports run out, flows fail until existing ones give theirs back" (load-balancer-outbound-connections.md).
void OutboundFlows::update(const ClusterState& state, double requests_per_second, SimTime now, Timeline& timeline) {
  count(now);
  if (!ever_ && portless_ >= 0.5) {   // the first that counts: a gauge has no sample of its zero
    ever_ = true;
    record(now, timeline);
  }
  std::int64_t ready = 0;
  state.nodes.for_each([&](NodeId, const Node& node) { ready += node.ready ? 1 : 0; });
  const double a_request = static_cast<double>(network_->connections_per_thousand_requests) / 1e3;
  connections_ = requests_per_second * a_request;
  const PortUse use = port_use(*network_, ready, round_half_away(requests_per_second * 1e3));
  short_ = ready > 0 && use.exhausted() ? 1 - static_cast<double>(use.limit) / static_cast<double>(use.used) : 0;
  // Of requests that open several connections, those fail that miss any of them.
  const double missed = a_request <= 1 ? a_request * short_ : 1 - std::pow(1 - short_, a_request);
  failing_ = missed * static_cast<double>(network_->failed_without_port.value) / 1e6;
}

void OutboundFlows::record(SimTime now, Timeline& timeline) {
  if (!ever_) return;
  count(now);
  timeline.set(timeline.series(key(GaugeKind::PortlessTotal, cluster_)), now, round_half_away(portless_));
}

}  // namespace akstwin
