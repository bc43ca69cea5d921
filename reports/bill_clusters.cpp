/// What a cluster costs besides its nodes: control plane, load balancer, outbound, private endpoints.
#include <map>

#include "models/catalog/vm_sizes.hpp"
#include "reports/bill.hpp"
#include "reports/reading.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr std::int64_t kMonthHours = kHoursPerMonth * kMicro;  // In millionths of an hour.
constexpr std::int64_t kGigabyte = 1'000'000'000;              // Azure's GB of transfer and ingestion: 10⁹ bytes.

// A cold standby exists, or runs, only while it has nodes; every other cluster is there all the month.
std::int64_t hours_up(const Bill& bill, const Timeline& timeline, const ClusterSpec& cluster) {
  // A stopped cluster's control plane is not billed (facts A7, start-stop-cluster.md).
  if (const Series* running = timeline.find(key(GaugeKind::ControlPlaneRunning, cluster.name)))
    return bill.monthly_micro(time_at_or_above(running->samples, {}, bill.end(), 1).us, kHourUs);
  if (cluster.standby.pattern != StandbyPattern::Cold) return kMonthHours;
  const auto nodes = sum_series(select(timeline, GaugeKind::NodesAllocated, [&](const SeriesKey& k) { return k.a == cluster.name; }));
  return bill.monthly_micro(time_at_or_above(nodes, {}, bill.end(), 1).us, kHourUs);
}

const char* control_plane_meter(ControlPlaneTier tier) {
  switch (tier) {
    case ControlPlaneTier::Free:
      return "AKS Free tier";
    case ControlPlaneTier::Standard:
      return "AKS Standard tier (Uptime SLA meter)";
    case ControlPlaneTier::Premium:
      return "AKS Premium tier (LTS)";
  }
  return "";
}

std::int64_t client_bytes(const Timeline& timeline, Name cluster) {
  return total_of(select(timeline, GaugeKind::EdgeBytesTotal, [&](const SeriesKey& k) { return k.a == cluster; }));
}

void bill_outbound(Bill& bill, const VirtualNetworkSpec& network, const ClusterSpec& first_user, std::int64_t hours) {
  const std::string cluster = first_user.name.str();
  const std::string_view region = network.location.text();
  bill.add_meter({"compute", "public addresses", cluster, ""}, "Public IP Standard static (regional)", region, hours * network.public_ips);
  if (network.outbound == OutboundType::NatGateway) {
    bill.add_meter({"compute", "NAT gateway", cluster, ""}, "NAT gateway resource", region, hours);
    bill.not_priced("NAT gateway data processed in " + network.name.str() + ": outbound traffic of pods is not modelled");
  }
  if (network.outbound == OutboundType::AzureFirewall) {
    bill.add_meter({"network", "Azure Firewall", cluster, ""}, "Azure Firewall Standard deployment", region, hours);
    bill.not_priced("Azure Firewall data processed in " + network.name.str() + ": outbound traffic of pods is not modelled");
  }
}

// Endpoints of the registry are among those of the subnets; they are billed with the registry.
void bill_private_endpoints(Bill& bill, const VirtualNetworkSpec& network, const std::string& cluster, std::int64_t& registry_endpoints) {
  std::int64_t endpoints = 0;
  for (const SubnetSpec& subnet : network.subnets) {
    endpoints += subnet.private_endpoints;
    if (subnet.delegation.text() == "applicationGatewayForContainers")
      bill.not_priced("Application Gateway for Containers in " + network.name.str() + ": no price in the list");
  }
  const std::int64_t of_registry = std::min(endpoints, registry_endpoints);
  registry_endpoints -= of_registry;
  bill.add_meter({"network", "private endpoints", cluster, ""}, "Private endpoint", network.location.text(),
                 (endpoints - of_registry) * kMonthHours);
}

bool uses(const Scenario& scenario, const ClusterSpec& cluster, const VirtualNetworkSpec& network) {
  if (!cluster.virtual_network.empty()) return cluster.virtual_network == network.name;
  std::int64_t in_location = 0;
  for (const VirtualNetworkSpec& other : scenario.networks) in_location += other.location == cluster.location ? 1 : 0;
  return in_location == 1 && network.location == cluster.location;
}

// Vulnerability scanning is billed by the vCPU; the scenario lists it as an add-on.
void bill_defender(Bill& bill, const Timeline& timeline, const ClusterSpec& cluster) {
  for (const Name addon : cluster.addons) {
    if (addon.text() != "defender" && addon.text() != "azure-defender") continue;
    Int128 vcpu_us = 0;
    for (const NodePoolSpec& pool : cluster.pools)
      if (const VmSize* size = find_vm_size(pool.vm_size.text()))
        vcpu_us +=
            integral(samples_of(of_pool(timeline, GaugeKind::NodesAllocated, cluster.name, pool.name)), {}, bill.end()) * size->vcpus;
    for (const Series* machines : select(timeline, GaugeKind::MachinesAllocated, [&](const SeriesKey& k) { return k.a == cluster.name; }))
      if (const VmSize* size = find_vm_size(first_part(machines->key.c.text())))
        vcpu_us += integral(samples_of(machines), {}, bill.end()) * size->vcpus;
    bill.add_meter({"security", "Defender for Containers", cluster.name.str(), ""}, "Defender for Containers", cluster.location.text(),
                   bill.monthly_micro(vcpu_us, kHoursPerMonth * kHourUs));
  }
}

}  // namespace

void bill_clusters(Bill& bill, const Timeline& timeline) {
  const Scenario& scenario = bill.scenario();
  std::map<std::string, std::int64_t> hours;
  for (const ClusterSpec& cluster : scenario.clusters) {
    const std::string name = cluster.name.str();
    const std::string_view region = cluster.location.text();
    const std::int64_t up = hours[name] = hours_up(bill, timeline, cluster);
    bill.add_meter({"compute", "control plane", name, ""}, control_plane_meter(cluster.tier), region, up);
    bill.add_meter({"compute", "load balancer", name, ""}, "Standard Load Balancer first 5 rules (total)", region, up);
    bill.add_meter({"compute", "load balancer data", name, ""}, "Standard Load Balancer data processed", region,
                   bill.monthly_micro(client_bytes(timeline, cluster.name), kGigabyte));
    bill_defender(bill, timeline, cluster);
  }
  std::int64_t registry_endpoints = scenario.registry.private_endpoints;
  for (const VirtualNetworkSpec& network : scenario.networks) {
    const ClusterSpec* first_user = nullptr;
    for (const ClusterSpec& cluster : scenario.clusters)
      if (first_user == nullptr && uses(scenario, cluster, network)) first_user = &cluster;
    if (first_user != nullptr) bill_outbound(bill, network, *first_user, hours[first_user->name.str()]);
    bill_private_endpoints(bill, network, first_user == nullptr ? "" : first_user->name.str(), registry_endpoints);
  }
}

}  // namespace akstwin
