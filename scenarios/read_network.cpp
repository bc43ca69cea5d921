#include <algorithm>

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
  f.without_effect("from", "Compiled ARM template, Terraform plan or az network vnet show -o json: the virtual network of that name, or without any other field all of them.");
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
        .source("facts A7: load-balancer-outbound-connections.md");
    g.optional("connectionsPerThousandRequests", out.connections_per_thousand_requests,
               "Outbound connections that a thousand requests to the clusters' services open. Not an ARM field: measured on your platform; 0: ports are allocated, but never used up.")
        .between(0, 10'000'000);
    g.optional("connectionDuration", out.connection_duration, "How long one of them lasts. Its port is free again 65 s after its end. Not an ARM field.")
        .between(Duration{0}, Duration{86'400'000'000});
    g.optional("destinations", out.outbound_destinations, "Addresses and ports that the connections go to, evenly; a port serves one connection to each of them. Not an ARM field.")
        .between(1, 1'000'000);
    g.optional("failedWithoutPort", out.failed_without_port, "Of the requests whose outbound connection finds no free port, those that fail. Not an ARM field: 100 % unless your programs retry or do without.")
        .between(PartsPerMillion{0}, PartsPerMillion{1'000'000})
        .source("Azure: flows fail until ports are free (load-balancer-outbound-connections.md, 2026-08); that the request fails with them is an assumption");
  });
  f.values("peeredWith", out.peered_with, "Networks of this scenario that this one is peered with; ranges of peered networks must not overlap.");
  f.values("connectedRanges", out.connected_ranges, "Ranges that this network is connected to: on premises, networks that the scenario leaves out. Nothing may overlap them.");
}

void describe(Fields& f, PodCidrExpansionSpec& out) {
  out.declared_at = f.at();
  f.required("at", out.at, "When the pod CIDR grows.");
  f.required("podCidr", out.pod_cidr, "The pod CIDR from then on; contains the one before.");
}

void describe_addresses(Fields& f, NetworkProfileSpec& out) {
  std::vector<std::string> families;
  f.values("ipFamilies", families, "[IPv4], or [IPv4, IPv6] for dual stack: with overlay and kubenet only. IPv6 addresses never run out; kubenet needs two routes a node.");
  for (const std::string& family : families) {
    out.dual_stack = out.dual_stack || family == "IPv6";
    if (family != "IPv4" && family != "IPv6") f.report(Severity::Error, "S015", f.at(), f.field_name("ipFamilies") + " has '" + family + "'; it is one of IPv4, IPv6", "write [IPv4], or [IPv4, IPv6]");
  }
  if (out.dual_stack && std::ranges::find(families, "IPv4") == families.end())
    f.report(Severity::Error, "S035", f.at(), "AKS has no clusters with IPv6 alone", "write [IPv4, IPv6]");
  f.choice("networkPolicy", out.azure_network_policy, {{"none", false}, {"azure", true}, {"calico", false}, {"cilium", false}},
           "Network policy engine. azure, the network policy manager, is limited to 250 nodes.")
      .source("facts A7: best-practices-performance-scale-large.md");
  f.list("podCidrExpansions", out.pod_cidr_expansions, "Expansions of podCidr during the run, in order of time; overlay only. Not an ARM field.");
  f.optional("internalLoadBalancers", out.internal_load_balancers, "Frontends of the internal load balancer; each takes an address of the first pool's subnet. Not an ARM field.").between(0, 1'000);
  f.optional("loadBalancerServices", out.load_balancer_services, "Services of type LoadBalancer; AKS carries 300 a cluster. Not an ARM field.").between(0, 10'000);
  f.optional("portsPerService", out.ports_per_service, "Ports of each of them: a rule each, and an entry of the backend pool for each node. Not an ARM field.").between(1, 250);
}

void describe_api_server_access(Fields& f, ClusterSpec& out) {
  bool integrated = false;
  f.optional("enablePrivateCluster", out.private_cluster, "The API server is reached through a private endpoint in the first pool's subnet: one address.").source("facts B");
  f.optional("enableVnetIntegration", integrated, "The API server lives in the delegated subnet subnetId and keeps 9 addresses of it.").source("facts B: api-server-vnet-integration.md");
  f.optional("subnetId", out.api_server_subnet, "That subnet by name.");
  if (!f.documenting() && integrated != !out.api_server_subnet.empty())
    f.report(Severity::Error, "S034", f.at(), "enableVnetIntegration and subnetId go together", "state both, or neither");
  if (!f.documenting() && integrated) out.private_cluster = false;   // the subnet stands in for the endpoint
  f.without_effect("authorizedIPRanges", "Who may call the API server.");
  f.without_effect("privateDNSZone", "Name resolution of a private API server.");
  f.without_effect("enablePrivateClusterPublicFQDN", "A public name for a private API server.");
}

}  // namespace akstwin
