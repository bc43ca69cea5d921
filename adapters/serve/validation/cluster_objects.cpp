// Source: kubernetes v1.32 pkg/apis/core, scheduling, coordination and discovery validation, read 2026-11.
#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

void check_taints(FieldErrors& errors, const Field& taints) {
  std::set<std::string> seen;
  for (const Field& taint : taints.items()) {
    const Field key = taint["key"], value = taint["value"], effect = taint["effect"];
    check_label_key(errors, key);
    std::string wrong;
    for (const std::string& message : label_value(value.text())) wrong += (wrong.empty() ? "" : ";") + message;
    if (!wrong.empty()) errors.invalid(value, wrong);
    check_effect(errors, effect, true);
    if (!seen.insert(effect.text() + "\n" + key.text()).second)
      errors.duplicate_as(taint.path, "core.Taint{Key:" + in_quotes(key.text()) + ", Value:" + in_quotes(value.text()) + ", Effect:" + in_quotes(effect.text()) + ", TimeAdded:<nil>}", "taints must be unique by key and effect pair");
  }
}

void check_endpoint_address(FieldErrors& errors, const Field& address) {
  check_address(errors, address["ip"]);
  if (!address["hostname"].text().empty()) errors.invalid_each(address["hostname"], dns_label(address["hostname"].text()));
  if (address["nodeName"]) errors.invalid_each(address["nodeName"], dns_subdomain(address["nodeName"].text()));
  check_usable_address(errors, address["ip"]);
}

void check_endpoint_port(FieldErrors& errors, const Field& port, bool named) {
  if (named && port["name"].text().empty()) errors.required(port["name"]);
  else if (!port["name"].text().empty()) errors.invalid_each(port["name"], dns_label(port["name"].text()));
  for (const std::string& message : port_number(port["port"].number())) errors.invalid_as(port["port"].path, std::to_string(port["port"].number()), message);
  errors.one_of(port["protocol"], {"SCTP", "TCP", "UDP"}, "TCP");
  if (port["appProtocol"]) check_label_key(errors, port["appProtocol"]);
}

void check_slice_address(FieldErrors& errors, const Field& address, const std::string& type) {
  const auto parsed = parse_address(address.text());
  if (type == "FQDN") return errors.invalid_each(address, dns_subdomain(address.text()));
  if (type == "IPv4" && (!parsed || parsed->v6)) errors.invalid(address, "must be a valid IPv4 address");
  if (type == "IPv6" && (!parsed || !parsed->v6)) errors.invalid(address, "must be a valid IPv6 address");
  if (type == "IPv4" || type == "IPv6") check_usable_address(errors, address);
}

}  // namespace

void check_node(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {.namespaced = false});
  const Field spec = object["spec"];
  check_taints(errors, {spec["taints"].json, "metadata.taints"});   // upstream's path
  const std::string first = spec["podCIDR"].text();
  if (!spec["podCIDRs"] && !first.empty()) {
    const Json one = first;
    return check_range(errors, {&one, "spec.podCIDRs[0]"});
  }
  const auto ranges = spec["podCIDRs"].items();
  for (const Field& range : ranges) check_range(errors, range);
  if (ranges.size() > 2) errors.invalid(spec["podCIDRs"], "may specify no more than one CIDR for each IP family");
  if (ranges.size() != 2) return;
  const auto one = parse_range(ranges[0].text()), other = parse_range(ranges[1].text());
  if (one && other && one->address.v6 == other->address.v6) errors.invalid(spec["podCIDRs"], "may specify no more than one CIDR for each IP family");
}

void check_namespace(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {.name = &dns_label, .namespaced = false});
  for (const Field& finalizer : Field{object["spec"]["finalizers"].json, "spec.finalizers"}.items()) {
    const Field shown{finalizer.json, "spec.finalizers"};
    errors.invalid_each(shown, qualified_name(finalizer.text()));
    check_finalizer(errors, shown);
  }
}

void check_priority_class(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {.namespaced = false});
  const std::string name = object["metadata"]["name"].text();
  if (name.starts_with("system-")) {
    if (name != "system-node-critical" && name != "system-cluster-critical")
      errors.forbidden("metadata.name", "priority class names with 'system-' prefix are reserved for system use only. error: " + name + " is not a known system priority class");
  } else if (object["value"].number() > 1'000'000'000) {
    errors.forbidden("value", "maximum allowed value of a user defined priority is 1000000000");
  }
  if (object["preemptionPolicy"]) errors.one_of(object["preemptionPolicy"], {"PreemptLowerPriority", "Never"});
}

void check_lease(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {.known_finalizers = false});
  const Field spec = object["spec"], seconds = spec["leaseDurationSeconds"];
  if (seconds && seconds.number() <= 0) errors.invalid(seconds, "must be greater than 0");
  errors.not_negative(spec["leaseTransitions"]);
}

void check_endpoints(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  for (const Field& subset : object["subsets"].items()) {
    const Field ready = subset["addresses"], waiting = subset["notReadyAddresses"], ports = subset["ports"];
    if (ready.size() == 0 && waiting.size() == 0) errors.required(subset, "must specify `addresses` or `notReadyAddresses`");
    for (const Field& address : ready.items()) check_endpoint_address(errors, address);
    for (const Field& address : waiting.items()) check_endpoint_address(errors, address);
    for (const Field& port : ports.items()) check_endpoint_port(errors, port, ports.size() > 1);
  }
}

void check_endpoint_slice(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const std::string type = object["addressType"].text();
  errors.one_of(object["addressType"], {"FQDN", "IPv4", "IPv6"});
  for (const Field& endpoint : object["endpoints"].items()) {
    const Field addresses = endpoint["addresses"], host = endpoint["hostname"], node = endpoint["nodeName"];
    if (addresses.size() == 0) errors.required(addresses, "must contain at least 1 address");
    for (const Field& address : addresses.items()) check_slice_address(errors, address, type);
    if (node) errors.invalid_each(node, dns_subdomain(node.text()));
    if (host) errors.invalid_each(host, dns_label(host.text()));
  }
  std::set<std::string> names;
  for (const Field& port : object["ports"].items()) {
    const Field name = port["name"];
    if (!name.text().empty()) errors.invalid_each(name, dns_label(name.text()));
    if (!names.insert(name.text()).second) errors.duplicate(name);
    errors.one_of(port["protocol"], {"SCTP", "TCP", "UDP"}, "TCP");
    if (port["appProtocol"]) check_label_key(errors, port["appProtocol"]);
  }
}

}  // namespace akstwin::validation
