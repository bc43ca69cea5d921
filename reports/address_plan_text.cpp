// An address plan as a document, as lines of a scenario and as JSON.
#include <nlohmann/json.hpp>

#include "reports/address_plan.hpp"
#include "reports/text.hpp"

namespace akstwin {
namespace {

using OrderedJson = nlohmann::ordered_json;

ReportTable networks_table(const AddressPlan& plan) {
  ReportTable table{"networks", "Networks and subnets", {{"Network", false}, {"Subnet", false}, {"Prefix", false}, {"Usable", true}, {"Needed", true}, {"Free", true}, {"For", false}}, {}, false};
  for (const PlannedNetwork& network : plan.networks) {
    table.rows.push_back({network.name, "", to_string(network.prefix), "", "", "", "the whole network"});
    for (const PlannedSubnet& subnet : network.subnets)
      table.rows.push_back({network.name, subnet.name, to_string(subnet.prefix), grouped(subnet.prefix.usable()), grouped(subnet.need), grouped(subnet.prefix.usable() - subnet.need), subnet.purpose});
  }
  return table;
}

ReportTable ranges_table(const AddressPlan& plan) {
  ReportTable table{"ranges", "Ranges inside each cluster (the same for all)", {{"Range", false}, {"Prefix", false}, {"Holds", false}}, {}, false};
  if (plan.has_pod_cidr) table.rows.push_back({"podCidr", to_string(plan.pod_cidr), grouped(overlay_node_limit(plan.pod_cidr.prefix)) + " nodes with a /24 each"});
  table.rows.push_back({"serviceCidr", to_string(plan.service_cidr), grouped(plan.service_cidr.size() - 2) + " Services"});
  table.rows.push_back({"dnsServiceIP", plan.dns_service_ip, "CoreDNS"});
  return table;
}

const PlannedSubnet* find_subnet(const PlannedNetwork& network, const std::string& name) {
  for (const PlannedSubnet& subnet : network.subnets)
    if (subnet.name == name) return &subnet;
  return nullptr;
}

}  // namespace

Document plan_document(const AddressPlan& plan, const AddressPlanRequest& request) {
  Document document;
  document.title = "Address plan";
  document.question = counted(request.clusters, "cluster") + " of " + counted(request.nodes, "node") + " each, " + std::string(to_string(request.mode));
  document.answer = counted(static_cast<std::int64_t>(plan.networks.size()), "network") + " of /" + std::to_string(plan.networks.front().prefix.prefix) + ": room for " + counted(plan.nodes, "node") + " a cluster and " +
                    grouped(plan.surge) + " more while it is upgraded, with up to " + grouped(plan.max_pods) + " pods each. Nothing overlaps.";
  Section section{"plan", "Plan", "Growth to " + grouped(request.growth_percent) + " % of today's nodes is included; Azure keeps 5 addresses of each subnet.", {}};
  section.blocks.emplace_back(networks_table(plan));
  section.blocks.emplace_back(ranges_table(plan));
  document.sections.push_back(std::move(section));
  document.assumptions = {"Networks do not overlap, so that they can be peered. Pod and Service ranges are not routed outside a cluster; all clusters may have the same.",
                          "Formulas: Microsoft's AKS documentation of 2026-08 (models/catalog/cni_addresses.hpp). From memory [recall]: /26 for Bastion and Firewall, the ranges that AKS keeps for itself."};
  if (request.mode == AddressMode::Kubenet) document.warnings.push_back("kubenet retires in March 2028 (from memory); a new cluster is better off with Overlay.");
  return document;
}

std::string plan_scenario(const AddressPlan& plan, const AddressPlanRequest& request) {
  std::string out = "  network:\n";
  for (const PlannedNetwork& network : plan.networks) {
    out += "    - name: " + network.name + "\n      location: eastus2                  # put yours here\n      addressSpace: [" + to_string(network.prefix) + "]\n      subnets:\n";
    for (const PlannedSubnet& subnet : network.subnets) {
      out += "        - {name: " + subnet.name + ", prefix: " + to_string(subnet.prefix);
      if (subnet.name == "endpoints") out += ", privateEndpoints: " + std::to_string(request.private_endpoints);
      if (subnet.name.ends_with("-gateway")) out += ", delegation: applicationGatewayForContainers";
      if (subnet.name.ends_with("-apiserver")) out += ", delegation: apiServer";
      out += "}   # " + subnet.purpose + ", needs " + std::to_string(subnet.need) + "\n";
    }
  }
  out += "  # Of each cluster:\n  #   networkProfile: {networkPlugin: azure, ";
  if (request.mode == AddressMode::Overlay) out += "networkPluginMode: overlay, ";
  if (plan.has_pod_cidr) out += "podCidr: " + to_string(plan.pod_cidr) + ", ";
  out += "serviceCidr: " + to_string(plan.service_cidr) + "}\n";
  for (const PlannedNetwork& network : plan.networks)
    for (std::int64_t cluster = 1; cluster <= request.clusters; ++cluster)
      if (find_subnet(network, "aks" + std::to_string(cluster) + "-nodes") != nullptr)
        out += "  #   cluster " + std::to_string(cluster) + ": virtualNetwork: " + network.name + "; of its pools vnetSubnet: aks" + std::to_string(cluster) + "-nodes\n";
  return out;
}

std::string plan_json(const AddressPlan& plan, const AddressPlanRequest& request) {
  OrderedJson out;
  out["schemaVersion"] = 1;
  out["mode"] = to_string(request.mode);
  out["clusters"] = request.clusters;
  out["cluster"] = {{"nodes", plan.nodes}, {"surge", plan.surge}, {"maxPods", plan.max_pods}};
  out["networks"] = OrderedJson::array();
  for (const PlannedNetwork& network : plan.networks) {
    OrderedJson subnets = OrderedJson::array();
    for (const PlannedSubnet& subnet : network.subnets)
      subnets.push_back({{"name", subnet.name}, {"purpose", subnet.purpose}, {"prefix", to_string(subnet.prefix)}, {"usable", subnet.prefix.usable()}, {"needed", subnet.need}});
    out["networks"].push_back({{"name", network.name}, {"prefix", to_string(network.prefix)}, {"subnets", std::move(subnets)}});
  }
  out["podCidr"] = plan.has_pod_cidr ? OrderedJson(to_string(plan.pod_cidr)) : OrderedJson(nullptr);
  out["serviceCidr"] = to_string(plan.service_cidr);
  out["dnsServiceIP"] = plan.dns_service_ip;
  return out.dump(2) + "\n";
}

}  // namespace akstwin
