// Source: kubernetes v1.32 pkg/apis/core/validation (ValidatePodSpec, ValidatePodTemplateSpec, ValidatePodCreate), read 2026-11.
#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

void check_host_network(FieldErrors& errors, const Field& spec, bool template_only) {
  if (!spec["hostNetwork"].is_true()) return;
  for (const Field& container : spec["containers"].items())
    for (const Field& port : container["ports"].items()) {
      const Field host = port["hostPort"];
      // A pod's host ports are defaulted to its container ports.
      if ((template_only || host.number() != 0) && host.number() != 0 && host.number() != port["containerPort"].number()) errors.invalid(host, "must match `containerPort` when `hostNetwork` is true");
    }
}

void check_dns(FieldErrors& errors, const Field& spec) {
  const Field config = spec["dnsConfig"], servers = config["nameservers"], searches = config["searches"];
  if (spec["dnsPolicy"].text() == "None") {
    if (!config) return errors.required(config, "must provide `dnsConfig` when `dnsPolicy` is None");
    if (servers.size() == 0) return errors.required(servers, "must provide at least one DNS nameserver when `dnsPolicy` is None");
  }
  if (servers.size() > 3) errors.invalid(servers, "must not have more than 3 nameservers");
  for (const Field& server : servers.items()) check_address(errors, server);
  if (searches.size() > 32) errors.invalid(searches, "must not have more than 32 search paths");
  std::size_t characters = 0;
  for (const Field& search : searches.items()) characters += search.text().size() + 1;
  if (characters > 2049) errors.invalid(searches, "must not have more than 2048 characters (including spaces) in the search list");
  for (const Field& search : searches.items()) {
    Json text = search.text();
    if (search.text().ends_with('.')) text = search.text().substr(0, search.text().size() - 1);
    errors.invalid_each({&text, search.path}, dns_subdomain(text.get<std::string>()));
  }
  for (const Field& option : config["options"].items())
    if (option["name"].text().empty()) errors.required(option, "must not be empty");
}

void check_gates(FieldErrors& errors, const Field& spec) {
  for (const Field& gate : spec["readinessGates"].items()) check_label_key(errors, gate["conditionType"]);
  std::set<std::string> seen;
  for (const Field& gate : spec["schedulingGates"].items()) {
    const Field name{gate["name"].json, gate.path};
    check_label_key(errors, name);
    if (!seen.insert(name.text()).second) errors.duplicate(name);
  }
}

void check_names(FieldErrors& errors, const Field& spec) {
  for (const char* field : {"serviceAccountName", "nodeName"})
    if (!spec[field].text().empty()) errors.invalid_each(spec[field], dns_subdomain(spec[field].text()));
  if (const Field deadline = spec["activeDeadlineSeconds"]; deadline && (deadline.number() < 1 || deadline.number() > 2147483647)) errors.invalid(deadline, "must be between 1 and 2147483647, inclusive");
  for (const char* field : {"hostname", "subdomain"})
    if (!spec[field].text().empty()) errors.invalid_each(spec[field], dns_label(spec[field].text()));
}

void check_windows(FieldErrors& errors, const Field& spec) {
  for (const char* flag : {"hostPID", "hostIPC"})
    if (spec[flag].is_true()) errors.forbidden(spec[flag].path, "cannot be set for a windows pod");
  if (spec["securityContext"]["seLinuxOptions"]) errors.forbidden(spec["securityContext"]["seLinuxOptions"].path, "cannot be set for a windows pod");
}

void check_system(FieldErrors& errors, const Field& spec) {
  const Field system = spec["os"];
  if (!system) return;
  const std::string name = system["name"].text();
  if (name.empty()) return errors.required(system["name"], "cannot be empty");
  if (name != "linux" && name != "windows") return errors.unsupported_as(system.path, in_quotes(name), {"linux", "windows"});
  if (name == "windows") return check_windows(errors, spec);
  if (const Field options = spec["securityContext"]["windowsOptions"]) errors.forbidden(options.path, "windows options cannot be set for a linux pod");
}

/// Limits are the requests of a pod that states none: pkg/apis/core/v1/defaults.go, SetDefaults_Pod.
Json with_requests(const Field& spec) {
  Json out = spec ? *spec.json : Json::object();
  for (const char* list : {"containers", "initContainers"}) {
    if (!out.contains(list) || !out[list].is_array()) continue;
    for (Json& container : out[list]) {
      if (!container.is_object() || !container.contains("resources") || !container["resources"].is_object() || !container["resources"].contains("limits")) continue;
      const Json limits = container["resources"]["limits"];
      for (const auto& [name, amount] : limits.items()) container["resources"]["requests"].emplace(name, amount);
    }
  }
  return out;
}

}  // namespace

void check_pod_spec(FieldErrors& errors, const Field& spec, const PodRules& rules) {
  const std::set<std::string> volumes = check_volumes(errors, spec["volumes"]);
  check_containers(errors, spec, volumes);
  check_host_network(errors, spec, rules.template_only);
  errors.one_of(spec["restartPolicy"], {"Always", "OnFailure", "Never"}, "Always");
  errors.one_of(spec["dnsPolicy"], {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"}, "ClusterFirst");
  check_labels(errors, spec["nodeSelector"]);
  check_pod_security(errors, spec);
  check_affinity(errors, spec["affinity"]);
  check_dns(errors, spec);
  check_gates(errors, spec);
  check_spread(errors, spec["topologySpreadConstraints"]);
  check_names(errors, spec);
  check_tolerations(errors, spec["tolerations"]);
  for (const Field& alias : spec["hostAliases"].items()) {
    check_address(errors, alias["ip"]);
    for (const Field& name : alias["hostnames"].items()) errors.invalid_each(name, dns_subdomain(name.text()));
  }
  if (!spec["priorityClassName"].text().empty()) errors.invalid_each(spec["priorityClassName"], dns_subdomain(spec["priorityClassName"].text()));
  if (spec["runtimeClassName"]) errors.invalid_each(spec["runtimeClassName"], dns_subdomain(spec["runtimeClassName"].text()));
  if (spec["preemptionPolicy"]) errors.one_of(spec["preemptionPolicy"], {"PreemptLowerPriority", "Never"});
  check_system(errors, spec);
}

void check_pod(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const Json completed = with_requests(object["spec"]);
  const Field spec{&completed, "spec"};
  check_pod_spec(errors, spec, {});
  check_containers_of_pod(errors, spec);
  if (spec["ephemeralContainers"].size() > 0) errors.forbidden(spec["ephemeralContainers"].path, "cannot be set on create");
}

void check_pod_template(FieldErrors& errors, const Field& pod_template) {
  const Field metadata = pod_template["metadata"];
  check_labels(errors, {metadata["labels"].json, pod_template.path + ".labels"});
  check_annotations(errors, {metadata["annotations"].json, pod_template.path + ".annotations"});
  check_pod_spec(errors, pod_template["spec"], {.template_only = true});
  if (pod_template["spec"]["ephemeralContainers"].size() > 0) errors.forbidden(pod_template["spec"]["ephemeralContainers"].path, "ephemeral containers not allowed in pod template");
}

}  // namespace akstwin::validation
