// Source: kubernetes v1.32 pkg/apis/core/validation (validateContainers and what it calls), read 2026-11.
#include <algorithm>

#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

/// What containers share: the volumes, and how long the pod may take to stop.
struct PodContext {
  const std::set<std::string>& volumes;
  std::int64_t grace = 30;
};

void check_container_ports(FieldErrors& errors, const Field& ports) {
  std::set<std::string> names;
  for (const Field& port : ports.items()) {
    if (const Field name = port["name"]; !name.text().empty()) {
      const Messages wrong = port_name(name.text());
      errors.invalid_each(name, wrong);
      if (wrong.empty() && !names.insert(name.text()).second) errors.duplicate(name);
    }
    if (port["containerPort"].number() == 0) errors.required(port["containerPort"]);
    else errors.invalid_each(port["containerPort"], port_number(port["containerPort"].number()));
    if (port["hostPort"].number() != 0) errors.invalid_each(port["hostPort"], port_number(port["hostPort"].number()));
    errors.one_of(port["protocol"], {"SCTP", "TCP", "UDP"}, "TCP");
  }
}

void check_key_reference(FieldErrors& errors, const Field& reference) {
  errors.invalid_each(reference["name"], dns_subdomain(reference["name"].text()));
  if (const Field key = reference["key"]; key.text().empty()) errors.required(key);
  else errors.invalid_each(key, config_key(key.text()));
}

void check_environment(FieldErrors& errors, const Field& environment) {
  for (const Field& variable : environment.items()) {
    const Field name = variable["name"], from = variable["valueFrom"];
    if (name.text().empty()) errors.required(name);
    else errors.invalid_each(name, environment_name(name.text()));
    if (!from) continue;
    int sources = 0;
    if (from["fieldRef"]) {
      ++sources;
      check_field_reference(errors, from["fieldRef"], {"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"});
    }
    if (from["resourceFieldRef"]) ++sources, check_resource_reference(errors, from["resourceFieldRef"], false);
    for (const char* kind : {"configMapKeyRef", "secretKeyRef"})
      if (from[kind]) ++sources, check_key_reference(errors, from[kind]);
    if (sources == 0) errors.invalid_as(from.path, "\"\"", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
    else if (!variable["value"].text().empty()) errors.invalid_as(from.path, "\"\"", "may not be specified when `value` is not empty");
    else if (sources > 1) errors.invalid_as(from.path, "\"\"", "may not have more than one field specified at a time");
  }
}

void check_environment_sources(FieldErrors& errors, const Field& sources) {
  for (const Field& source : sources.items()) {
    if (const Field prefix = source["prefix"]; !prefix.text().empty()) errors.invalid_each(prefix, environment_name(prefix.text()));
    int kinds = 0;
    for (const char* kind : {"configMapRef", "secretRef"}) {
      if (!source[kind]) continue;
      ++kinds;
      const Field name = source[kind]["name"];
      if (name.text().empty()) errors.required(name);
      else if (!name.text().ends_with('-')) errors.invalid_each(name, dns_subdomain(name.text()));
    }
    if (kinds == 0) errors.invalid_as(sources.path, "\"\"", "must specify one of: `configMapRef` or `secretRef`");
    else if (kinds > 1) errors.invalid_as(sources.path, "\"\"", "may not have more than one field specified at a time");
  }
}

void check_propagation(FieldErrors& errors, const Field& container, const Field& propagation) {
  if (!propagation) return;
  errors.one_of(propagation, {"Bidirectional", "HostToContainer", "None"});
  if (propagation.text() == "Bidirectional" && !container["securityContext"]["privileged"].is_true()) errors.forbidden(propagation.path, "Bidirectional mount propagation is available only to privileged containers");
}

void check_mounts(FieldErrors& errors, const Field& container, const std::set<std::string>& volumes) {
  const Field mounts = container["volumeMounts"];
  std::set<std::string> places;
  for (const Field& mount : mounts.items()) {
    const Field name = mount["name"], place = mount["mountPath"];
    if (name.text().empty()) errors.required(name);
    if (!volumes.contains(name.text())) errors.not_found(name);
    if (place.text().empty()) errors.required(place);
    if (!places.insert(place.text()).second) errors.invalid(place, "must be unique");
    for (const Field& device : container["volumeDevices"].items()) {
      if (device["name"].text() == name.text()) errors.invalid(name, "must not already exist in volumeDevices");
      if (device["devicePath"].text() == place.text()) errors.invalid(place, "must not already exist as a path in volumeDevices");
    }
    // Upstream names the list, not the mount, in these.
    const auto of_list = [&](std::string_view part) { return Field{mount[part].json, mounts.path + "." + std::string(part)}; };
    if (!mount["subPath"].text().empty()) check_relative_path(errors, of_list("subPath"));
    if (const Field expression = mount["subPathExpr"]; !expression.text().empty()) {
      if (!mount["subPath"].text().empty()) errors.invalid(expression, "subPathExpr and subPath are mutually exclusive");
      check_relative_path(errors, of_list("subPathExpr"));
    }
    check_propagation(errors, container, of_list("mountPropagation"));
  }
}

void check_devices(FieldErrors& errors, const Field& container, const std::set<std::string>& volumes) {
  for (const Field& device : container["volumeDevices"].items()) {
    if (device["name"].text().empty()) errors.required(device["name"]);
    else if (!volumes.contains(device["name"].text())) errors.not_found(device["name"]);
    if (device["devicePath"].text().empty()) errors.required(device["devicePath"]);
  }
}

void check_container(FieldErrors& errors, const Field& container, const PodContext& pod) {
  const Field name = container["name"];
  if (name.text().empty()) errors.required(name);
  else errors.invalid_each(name, dns_label(name.text()));
  if (container["image"].text().empty()) errors.required(container["image"]);
  errors.one_of(container["terminationMessagePolicy"], {"File", "FallbackToLogsOnError"}, "File");
  check_container_ports(errors, container["ports"]);
  check_environment(errors, container["env"]);
  check_environment_sources(errors, container["envFrom"]);
  check_mounts(errors, container, pod.volumes);
  check_devices(errors, container, pod.volumes);
  errors.one_of(container["imagePullPolicy"], {"Always", "IfNotPresent", "Never"}, "IfNotPresent");
  check_resources(errors, container["resources"]);
  check_container_security(errors, container["securityContext"]);
}

void check_http(FieldErrors& errors, const Field& action) {
  check_port(errors, action["port"]);
  errors.one_of(action["scheme"], {"HTTP", "HTTPS"}, "HTTP");
  for (const Field& header : action["httpHeaders"].items())
    for (const std::string& message : header_name(header["name"].text())) errors.invalid_as(action["httpHeaders"].path, go_value(header["name"].json), message);
}

void check_handler(FieldErrors& errors, const Field& handler, std::int64_t grace, bool probe) {
  int kinds = 0;
  for (const std::string_view kind : {"exec", "httpGet", "tcpSocket", probe ? "grpc" : "sleep"}) {
    const Field action = handler[kind];
    if (!action) continue;
    if (kinds++ > 0) errors.forbidden(action.path, "may not specify more than 1 handler type");
    else if (kind == "exec" && action["command"].size() == 0) errors.required(action["command"]);
    else if (kind == "httpGet") check_http(errors, action);
    else if (kind == "tcpSocket" || kind == "grpc") check_port(errors, action["port"]);
    else if (const std::int64_t seconds = action["seconds"].number(); kind == "sleep" && (seconds <= 0 || seconds > grace))
      errors.invalid_as(action.path, std::to_string(seconds), "must be greater than 0 and less than terminationGracePeriodSeconds (" + std::to_string(grace) + "). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.");
  }
  if (kinds == 0) errors.required(handler, "must specify a handler type");
}

void check_probe(FieldErrors& errors, const Field& probe, bool readiness) {
  if (!probe) return;
  check_handler(errors, probe, 0, true);
  for (const char* number : {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"}) errors.not_negative(probe[number]);
  const Field grace = probe["terminationGracePeriodSeconds"];
  if (grace && grace.number() <= 0) errors.invalid(grace, "must be greater than 0");
  if (readiness && grace) errors.invalid(grace, "must not be set for readinessProbes");
  // Zero stands for the default of 1.
  if (const Field successes = probe["successThreshold"]; !readiness && successes.number() != 0 && successes.number() != 1) errors.invalid(successes, "must be 1");
}

void check_life(FieldErrors& errors, const Field& container, const PodContext& pod) {
  for (const char* hook : {"postStart", "preStop"})
    if (container["lifecycle"][hook]) check_handler(errors, container["lifecycle"][hook], pod.grace, false);
  check_probe(errors, container["livenessProbe"], false);
  check_probe(errors, container["readinessProbe"], true);
  check_probe(errors, container["startupProbe"], false);
}

void check_host_ports(FieldErrors& errors, const std::vector<Field>& containers) {
  std::set<std::string> taken;
  for (const Field& container : containers)
    for (const Field& port : container["ports"].items()) {
      if (port["hostPort"].number() == 0) continue;
      const std::string key = port["protocol"].text("TCP") + "/" + port["hostIP"].text() + "/" + std::to_string(port["hostPort"].number());
      if (!taken.insert(key).second) errors.duplicate_as(port["hostPort"].path, in_quotes(key));
    }
}

void check_init_containers(FieldErrors& errors, const Field& spec, const PodContext& pod) {
  std::set<std::string> names;
  for (const Field& container : spec["containers"].items()) names.insert(container["name"].text());
  for (const Field& container : spec["initContainers"].items()) {
    check_container(errors, container, pod);
    const Field restart = container["restartPolicy"];
    if (restart && restart.text() != "Always") errors.unsupported(restart, {"Always"});
    if (const std::string name = container["name"].text(); names.contains(name)) errors.duplicate(container["name"]);
    else if (!name.empty()) names.insert(name);
    // Upstream counts the one container as the first of the list.
    check_host_ports(errors, {Field{container.json, spec["initContainers"].path + "[0]"}});
    if (restart.text() == "Always") {
      check_life(errors, container, pod);
      continue;
    }
    for (const char* part : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"})
      if (container[part]) errors.forbidden(container[part].path, "may not be set for init containers without restartPolicy=Always");
  }
}

}  // namespace

void check_containers(FieldErrors& errors, const Field& spec, const std::set<std::string>& volumes) {
  const PodContext pod{volumes, spec["terminationGracePeriodSeconds"].number(30)};
  const Field containers = spec["containers"];
  if (containers.size() == 0) errors.required(containers);
  std::set<std::string> names;
  for (const Field& container : containers.items()) {
    check_container(errors, container, pod);
    if (!names.insert(container["name"].text()).second) errors.duplicate(container["name"]);
    check_life(errors, container, pod);
    if (container["restartPolicy"]) errors.forbidden(container["restartPolicy"].path, "may not be set for non-init containers");
  }
  check_host_ports(errors, containers.items());
  check_init_containers(errors, spec, pod);
}

void check_containers_of_pod(FieldErrors& errors, const Field& spec) {
  for (const char* list : {"containers", "initContainers"})
    for (const Field& container : spec[list].items())
      if (const std::string image = container["image"].text(); !image.empty() && (image.find_first_not_of(" \t\r\n") != 0 || image.find_last_not_of(" \t\r\n") != image.size() - 1))
        errors.invalid(container["image"], "must not have leading or trailing whitespace");
}

void check_field_reference(FieldErrors& errors, const Field& reference, std::initializer_list<std::string_view> known) {
  const Field path = reference["fieldPath"];
  const std::string text = path.text(), version = reference["apiVersion"].text("v1");
  if (text.empty()) return errors.required(path);
  if (version != "v1") return errors.invalid(path, "error converting fieldPath: unsupported pod version: " + version);
  const std::size_t open = text.find("['");
  if (open != std::string::npos && text.ends_with("']")) {
    const Json key = text.substr(open + 2, text.size() - open - 4);
    const std::string map = text.substr(0, open);
    if (map == "metadata.annotations" || map == "metadata.labels") return errors.invalid_each({&key, reference.path}, qualified_name(key.get<std::string>()));
    return errors.invalid(path, "error converting fieldPath: field label does not support subscript: " + text);
  }
  const std::initializer_list<std::string_view> kConverted{"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName", "spec.schedulerName",
                                                               "status.phase", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"};
  if (std::ranges::find(kConverted, std::string_view(text)) == kConverted.end()) return errors.invalid(path, "error converting fieldPath: field label not supported: " + text);
  if (std::ranges::find(known, std::string_view(text)) == known.end()) errors.unsupported(path, known);
}

void check_resource_reference(FieldErrors& errors, const Field& reference, bool volume) {
  const std::initializer_list<std::string_view> kKnown{"limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
  const Field resource = reference["resource"];
  const std::string name = resource.text();
  if (volume && reference["containerName"].text().empty()) errors.required(reference["containerName"]);
  else if (name.empty()) errors.required(resource);
  else if (std::ranges::find(kKnown, std::string_view(name)) == kKnown.end() && !name.starts_with("limits.hugepages-") && !name.starts_with("requests.hugepages-")) errors.unsupported(resource, kKnown);
  const Quantity divisor = quantity_of(reference["divisor"].json);
  if (divisor.nano == 0) return;
  const std::string text = divisor.canonical();
  const bool one = text.size() >= 1 && text.front() == '1' && (text.size() == 1 || std::string_view("kMGTPE").find(text[1]) != std::string_view::npos || text == "1Ki");
  if (name.ends_with(".cpu") && text != "1" && text != "1m") errors.invalid_as(reference["divisor"].path, in_quotes(name), "only divisor's values 1m and 1 are supported with the cpu resource");
  const char* what = name.ends_with(".memory") ? "memory" : name.ends_with(".ephemeral-storage") ? "local ephemeral storage" : name.find(".hugepages-") != std::string::npos ? "hugepages" : nullptr;
  if (what != nullptr && !one) errors.invalid_as(reference["divisor"].path, in_quotes(name), "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the " + std::string(what) + " resource");
}

}  // namespace akstwin::validation
