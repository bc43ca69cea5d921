#include "scenarios/draft.hpp"

namespace akstwin {

void describe(Fields& f, SubnetSpec& out) {
  out.declared_at = f.at();
  f.required("name", out.name, "Name of the subnet, referred to by `vnetSubnet` of a node pool.");
  f.required("prefix", out.prefix, "Address range; Azure keeps five addresses of it.");
  f.optional("privateEndpoints", out.private_endpoints, "Private endpoints in the subnet; each takes one address.").at_least(0);
  f.optional("delegation", out.delegation, "Service that owns the subnet, such as applicationGatewayForContainers; node pools cannot use it.");
}

void describe(Fields& f, VirtualNetworkSpec& out) {
  out.declared_at = f.at();
  f.required("name", out.name, "Name of the virtual network.");
  f.required("location", out.location, "Azure region, such as eastus2.");
  f.values("addressSpace", out.address_space, "Address ranges of the network.", true);
  f.list("subnets", out.subnets, "Subnets.", true);
  f.group("outbound", "How nodes reach the internet.", [&](Fields& g) {
    g.choice("type", out.outbound,
             {{"loadBalancer", OutboundType::LoadBalancer}, {"natGateway", OutboundType::NatGateway}, {"azureFirewall", OutboundType::AzureFirewall}},
             "What translates outgoing connections.")
        .source("AKS default outboundType (learn.microsoft.com, AKS egress-outboundtype, 2026-08)");
    g.optional("publicIps", out.public_ips, "Public addresses used for outgoing connections.").between(1, 100);
    g.optional("allocatedPorts", out.allocated_ports, "Ports reserved for each node; 0: by pool size (1,024 up to 50 nodes, halved by each doubling).")
        .between(0, 64'000)
        .recorded_only()
        .source("facts A7: load-balancer-outbound-connections.md");
  });
}

}  // namespace akstwin
