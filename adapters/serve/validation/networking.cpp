// Source: kubernetes v1.32 pkg/apis/networking/validation, read 2026-11.
#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

void check_policy_port(FieldErrors& errors, const Field& port) {
  const Field number = port["port"], end = port["endPort"], protocol = port["protocol"];
  if (protocol && protocol.text() != "TCP" && protocol.text() != "UDP" && protocol.text() != "SCTP") errors.unsupported(protocol, {"TCP", "UDP", "SCTP"});
  if (!number) {
    if (end) errors.invalid(end, "may not be specified when `port` is not specified");
    return;
  }
  if (number.json->is_string()) {
    if (end) errors.invalid(end, "may not be specified when `port` is non-numeric");
    return errors.invalid_each(number, port_name(number.text()));
  }
  errors.invalid_each(number, port_number(number.number()));
  if (!end) return;
  if (end.number() < number.number()) errors.invalid_as(end.path, std::to_string(number.number()), "must be greater than or equal to `port`");
  errors.invalid_each(end, port_number(end.number()));
}

void check_block(FieldErrors& errors, const Field& block) {
  if (block["cidr"].text().empty()) return errors.required(block["cidr"]);
  check_range(errors, block["cidr"]);
  const auto range = parse_range(block["cidr"].text());
  if (!range) return;
  for (const Field& part : block["except"].items()) {
    check_range(errors, part);
    const auto inner = parse_range(part.text());
    if (inner && (!contains(*range, inner->address) || range->bits >= inner->bits)) errors.invalid(part, "must be a strict subset of `cidr`");
  }
}

void check_peer(FieldErrors& errors, const Field& peer) {
  const Field pods = peer["podSelector"], spaces = peer["namespaceSelector"], block = peer["ipBlock"];
  check_label_selector(errors, pods);
  check_label_selector(errors, spaces);
  if (block) check_block(errors, block);
  if (!pods && !spaces && !block) errors.required(peer, "must specify a peer");
  else if (block && (pods || spaces)) errors.forbidden(peer.path, "may not specify both ipBlock and another peer");
}

void check_policy_rules(FieldErrors& errors, const Field& rules, std::string_view peers) {
  for (const Field& rule : rules.items()) {
    for (const Field& port : rule["ports"].items()) check_policy_port(errors, port);
    for (const Field& peer : rule[peers].items()) check_peer(errors, peer);
  }
}

void check_resource_backend(FieldErrors& errors, const Field& resource) {
  if (resource["apiGroup"]) errors.invalid_each(resource["apiGroup"], dns_subdomain(resource["apiGroup"].text()));
  for (const char* part : {"kind", "name"}) {
    if (resource[part].text().empty()) errors.required(resource[part], std::string(part) + " is required");
    else errors.invalid_each(resource[part], path_segment(resource[part].text()));
  }
}

void check_backend(FieldErrors& errors, const Field& backend) {
  const Field resource = backend["resource"], service = backend["service"];
  if (resource && service) return errors.invalid_as(backend.path, "\"\"", "cannot set both resource and service backends");
  if (resource) return check_resource_backend(errors, resource);
  if (!service) return errors.invalid_as(backend.path, "\"\"", "resource or service backend is required");
  if (service["name"].text().empty()) errors.required(service["name"]);
  else errors.invalid_each(service["name"], dns_1035_label(service["name"].text()));
  const Field name = service["port"]["name"], number = service["port"]["number"];
  const bool named = !name.text().empty(), numbered = number.number() != 0;
  if (named && numbered) errors.invalid_as(backend.path, "\"\"", "cannot set both port name & port number");
  else if (named) errors.invalid_each(name, port_name(name.text()));
  else if (numbered) errors.invalid_each(number, port_number(number.number()));
  else errors.required(backend, "port name or number is required");
}

void check_path(FieldErrors& errors, const Field& entry) {
  const Field type = entry["pathType"], path = entry["path"];
  const std::string text = path.text(), kind = type.text();
  if (!type) return errors.required(type, "pathType must be specified");
  if (kind == "Exact" || kind == "Prefix") {
    if (!text.starts_with('/')) errors.invalid(path, "must be an absolute path");
    for (const std::string_view part : {"//", "/./", "/../", "%2f", "%2F"})
      if (text.find(part) != std::string::npos) errors.invalid(path, "must not contain '" + std::string(part) + "'");
    for (const std::string_view end : {"/..", "/."})
      if (text.ends_with(end)) errors.invalid(path, "cannot end with '" + std::string(end) + "'");
  } else if (kind == "ImplementationSpecific") {
    if (!text.empty() && !text.starts_with('/')) errors.invalid(path, "must be an absolute path");
  } else {
    errors.unsupported(type, {"Exact", "ImplementationSpecific", "Prefix"});
  }
  check_backend(errors, entry["backend"]);
}

void check_host(FieldErrors& errors, const Field& host) { errors.invalid_each(host, host.text().find('*') != std::string::npos ? wildcard_subdomain(host.text()) : dns_subdomain(host.text())); }

}  // namespace

void check_network_policy(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const Field spec = object["spec"], types = spec["policyTypes"];
  check_label_selector(errors, spec["podSelector"]);
  check_policy_rules(errors, spec["ingress"], "from");
  check_policy_rules(errors, spec["egress"], "to");
  if (types.size() > 2) {
    std::string list;
    for (const Field& type : types.items()) list += (list.empty() ? "" : ", ") + in_quotes(type.text());
    return errors.invalid_as(types.path, "[]networking.PolicyType{" + list + "}", "may not specify more than two policyTypes");
  }
  for (const Field& type : types.items())
    if (type.text() != "Ingress" && type.text() != "Egress") errors.unsupported(type, {"Ingress", "Egress"});
}

void check_ingress(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const Field spec{object["spec"].json, "spec"};
  if (spec["rules"].size() == 0 && !spec["defaultBackend"]) errors.invalid_as(spec.path, "[]networking.IngressRule(nil)", "either `defaultBackend` or `rules` must be specified");
  if (spec["defaultBackend"]) check_backend(errors, spec["defaultBackend"]);
  for (const Field& rule : spec["rules"].items()) {
    const Field host = rule["host"], paths = rule["http"]["paths"];
    if (!host.text().empty()) {
      if (parse_address(host.text())) errors.invalid(host, "must be a DNS name, not an IP address");
      check_host(errors, host);
    }
    if (rule["http"] && paths.size() == 0) errors.required(paths);
    for (const Field& path : paths.items()) check_path(errors, path);
  }
  for (const Field& certificate : spec["tls"].items()) {
    for (const Field& host : certificate["hosts"].items()) check_host(errors, host);
    if (const Field secret = certificate["secretName"]; !secret.text().empty()) errors.invalid_each(secret, dns_subdomain(secret.text()));
  }
  const Field chosen = spec["ingressClassName"], annotation = object["metadata"]["annotations"]["kubernetes.io/ingress.class"];
  if (chosen) errors.invalid_each(chosen, dns_subdomain(chosen.text()));
  if (chosen && annotation && chosen.text() != annotation.text()) errors.invalid_as("annotations.kubernetes.io/ingress.class", go_value(annotation.json), "must match `ingressClassName` when both are specified");
}

void check_ingress_class(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {.namespaced = false});
  const Field spec{object["spec"].json, "spec"}, parameters = spec["parameters"];
  if (spec["controller"].text().size() > 250) errors.too_long("spec.controller", 250);
  check_domain_path(errors, spec["controller"]);
  if (parameters) check_resource_backend(errors, parameters);
}

}  // namespace akstwin::validation
