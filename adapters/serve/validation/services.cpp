// Source: kubernetes v1.32 pkg/apis/core/validation (ValidateService) and pkg/registry/core/service, read 2026-11.
#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

/// clusterIP and clusterIPs are one thing in two fields.
Json addresses_of(const Field& spec) {
  if (spec["clusterIPs"]) return *spec["clusterIPs"].json;
  const std::string one = spec["clusterIP"].text();
  return one.empty() ? Json::array() : Json::array({one});
}

void check_service_port(FieldErrors& errors, const Field& port, bool named, std::set<std::string>& names) {
  const Field name = port["name"];
  if (named && name.text().empty()) errors.required(name);
  if (!name.text().empty()) {
    errors.invalid_each(name, dns_label(name.text()));
    if (!names.insert(name.text()).second) errors.duplicate(name);
  }
  for (const std::string& message : port_number(port["port"].number())) errors.invalid_as(port["port"].path, std::to_string(port["port"].number()), message);
  errors.one_of(port["protocol"], {"SCTP", "TCP", "UDP"}, "TCP");
  const Field target = port["targetPort"];
  // Missing, or 0: the port itself.
  if (target && (target.json->is_string() || target.number() != 0)) check_port(errors, target);
  else check_port(errors, {port["port"].json, target.path});
  if (port["appProtocol"]) check_label_key(errors, port["appProtocol"]);
}

void check_kind_of_service(FieldErrors& errors, const Field& spec, const std::string& type, bool headless) {
  if (spec["ports"].size() == 0 && !headless && type != "ExternalName") errors.required(spec["ports"]);
  if (type == "LoadBalancer")
    for (const Field& port : spec["ports"].items())
      if (port["port"].number() == 10250) errors.invalid_as(port.path, "10250", "may not expose port 10250 externally since it is used by kubelet");
  if ((type == "LoadBalancer" || type == "NodePort") && headless) errors.invalid_as(spec.path + ".clusterIPs[0]", "\"None\"", "may not be set to 'None' for " + type + " services");
  if (type != "ExternalName") return;
  if (!addresses_of(spec).empty()) errors.forbidden(spec.path + ".clusterIPs", "may not be set for ExternalName services");
  for (const char* field : {"ipFamilies", "ipFamilyPolicy"})
    if (spec[field]) errors.forbidden(spec[field].path, "may not be set for ExternalName services");
  const Field host = spec["externalName"];
  std::string name = host.text();
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) errors.required(host);
  else errors.invalid_each(host, dns_subdomain(name));
}

void check_affinity_of_clients(FieldErrors& errors, const Field& spec) {
  const Field affinity = spec["sessionAffinity"], config = spec["sessionAffinityConfig"];
  errors.one_of(affinity, {"ClientIP", "None"}, "None");
  if (affinity.text() != "ClientIP") return;
  const Field timeout = config["clientIP"]["timeoutSeconds"];
  if (timeout && (timeout.number() <= 0 || timeout.number() > 86400)) errors.invalid(timeout, "must be greater than 0 and less than 86400");
}

void check_cluster_addresses(FieldErrors& errors, const Field& spec) {
  const Json list = addresses_of(spec);
  const Field addresses{&list, spec.path + ".clusterIPs"};
  const std::string one = spec["clusterIP"].text();
  if (!one.empty() && !list.empty() && list[0] != one) errors.invalid(addresses, "first value must match `clusterIP`");
  if (one.empty() && spec["clusterIPs"].size() > 0) errors.invalid(addresses, "must be empty when `clusterIP` is not specified");
  std::set<std::string> seen;
  for (const Field& family : spec["ipFamilies"].items()) {
    errors.one_of(family, {"IPv4", "IPv6"});
    if (!seen.insert(family.text()).second) errors.duplicate(family);
  }
  if (spec["ipFamilyPolicy"]) errors.one_of(spec["ipFamilyPolicy"], {"PreferDualStack", "RequireDualStack", "SingleStack"});
  const auto items = addresses.items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0 || items[i].text() != "None") check_address(errors, items[i]);
    else if (items.size() > 1) errors.invalid(addresses, "'None' must be the first and only value");
  }
  if (items.size() > 2) errors.invalid(addresses, "may only hold up to 2 values");
  if (items.size() != 2) return;
  const auto first = parse_address(items[0].text()), second = parse_address(items[1].text());
  if (first && second && first->v6 == second->v6) errors.invalid(addresses, "may specify no more than one IP for each IP family");
}

void check_node_ports(FieldErrors& errors, const Field& spec, const std::string& type) {
  std::set<std::string> node_ports, ports;
  const auto all = spec["ports"].items();
  for (const Field& port : all)
    if (type == "ClusterIP" && port["nodePort"].number() != 0) errors.forbidden(port["nodePort"].path, "may not be used when `type` is 'ClusterIP'");
  for (const Field& port : all)
    if (port["nodePort"].number() != 0 && !node_ports.insert(port["protocol"].text("TCP") + std::to_string(port["nodePort"].number())).second) errors.duplicate(port["nodePort"]);
  for (const Field& port : all) {
    const std::string protocol = port["protocol"].text("TCP"), number = std::to_string(port["port"].number());
    if (!ports.insert(protocol + number).second)
      errors.duplicate_as(port.path, "core.ServicePort{Name:\"\", Protocol:" + in_quotes(protocol) + ", AppProtocol:(*string)(nil), Port:" + number + ", TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}, NodePort:0}");
  }
}

void check_balancer(FieldErrors& errors, const Field& spec, const std::string& type) {
  const std::string only = "may only be used when `type` is 'LoadBalancer'", ranges = spec.path + ".LoadBalancerSourceRanges";
  if (spec["loadBalancerSourceRanges"].size() > 0 && type != "LoadBalancer") errors.forbidden(ranges, only);
  for (const Field& range : Field{spec["loadBalancerSourceRanges"].json, ranges}.items()) check_range(errors, range);
  if (spec["allocateLoadBalancerNodePorts"] && type != "LoadBalancer") errors.forbidden(spec["allocateLoadBalancerNodePorts"].path, only);
  const Field balancer = spec["loadBalancerClass"];
  if (balancer && type != "LoadBalancer") errors.forbidden(balancer.path, only);
  else if (balancer) check_label_key(errors, balancer);
}

void check_traffic(FieldErrors& errors, const Field& spec, const std::string& type) {
  const Field outside = spec["externalTrafficPolicy"], health = spec["healthCheckNodePort"], inside = spec["internalTrafficPolicy"], spread = spec["trafficDistribution"];
  const bool reachable = type == "LoadBalancer" || type == "NodePort" || (type == "ClusterIP" && spec["externalIPs"].size() > 0);
  if (!reachable && !outside.text().empty()) errors.invalid(outside, "may only be set for externally-accessible services");
  if (reachable) errors.one_of(outside, {"Cluster", "Local"}, "Cluster");
  if (health.number() != 0 && (type != "LoadBalancer" || outside.text() != "Local")) errors.invalid(health, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
  else if (health.number() != 0) errors.invalid_each(health, port_number(health.number()));
  if (inside && inside.text() != "Cluster" && inside.text() != "Local") errors.unsupported(inside, {"Cluster", "Local"});
  if (spread && spread.text() != "PreferClose") errors.unsupported(spread, {"PreferClose"});
}

}  // namespace

void check_service(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {.name = &dns_1035_label});
  const Field spec{object["spec"].json, "spec"};
  const std::string type = spec["type"].text("ClusterIP");
  const Json addresses = addresses_of(spec);
  const bool headless = !addresses.empty() && addresses[0] == "None";
  check_kind_of_service(errors, spec, type, headless);
  std::set<std::string> names;
  for (const Field& port : spec["ports"].items()) check_service_port(errors, port, spec["ports"].size() > 1, names);
  check_labels(errors, spec["selector"]);
  check_affinity_of_clients(errors, spec);
  if (type != "ExternalName") check_cluster_addresses(errors, spec);
  for (const Field& address : spec["externalIPs"].items()) {
    if (parse_address(address.text())) check_usable_address(errors, address);
    else check_address(errors, address);
  }
  errors.one_of(spec["type"], {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}, "ClusterIP");
  check_node_ports(errors, spec, type);
  check_balancer(errors, spec, type);
  check_traffic(errors, spec, type);
}

}  // namespace akstwin::validation
