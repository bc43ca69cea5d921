// Tables of network, storage, access and extensions.
#include "adapters/serve/printing.hpp"

#include <algorithm>

namespace akstwin::printing {
namespace {

std::string ports(const Json& list) {
  std::string out;
  for (const Json& port : list) {
    std::string entry = text(at(port, {"port"}));
    if (const Json& node = at(port, {"nodePort"}); number(node) > 0) entry += ":" + node.dump();
    out += (out.empty() ? "" : ",") + entry + "/" + text(at(port, {"protocol"}), "TCP");
  }
  return out.empty() ? "<none>" : out;
}

std::vector<Json> service_cells(const Json& o) {
  return {name(o), text(at(o, {"spec", "type"}), "ClusterIP"), text(at(o, {"spec", "clusterIP"}), "<none>"),
          at(o, {"spec", "type"}) == "LoadBalancer" ? "<pending>" : at(o, {"spec", "type"}) == "ExternalName" ? text(at(o, {"spec", "externalName"})) : "<none>", ports(at(o, {"spec", "ports"})), age(o), pairs(at(o, {"spec", "selector"}))};
}

/// "RWO,ROX": access modes in kubectl's abbreviations.
std::string access_modes(const Json& list) {
  std::string out;
  for (const auto& [mode, brief] : {std::pair{"ReadWriteOnce", "RWO"}, {"ReadOnlyMany", "ROX"}, {"ReadWriteMany", "RWX"}, {"ReadWriteOncePod", "RWOP"}})
    if (std::ranges::find(list, Json(mode)) != list.end()) out += (out.empty() ? "" : ",") + std::string(brief);
  return out;
}

std::vector<Json> claim_cells(const Json& o) {
  return {name(o), at(o, {"status", "phase"}), text(at(o, {"spec", "volumeName"})), text(at(o, {"status", "capacity", "storage"})),
          access_modes(at(o, {"status", "accessModes"})), text(at(o, {"spec", "storageClassName"})), "<unset>", age(o), text(at(o, {"spec", "volumeMode"}), "Filesystem")};
}

std::vector<Json> storage_class_cells(const Json& o) {
  const bool standard = at(o, {"metadata", "annotations", "storageclass.kubernetes.io/is-default-class"}) == "true";
  return {text(name(o)) + (standard ? " (default)" : ""), at(o, {"provisioner"}), text(at(o, {"reclaimPolicy"}), "Delete"), text(at(o, {"volumeBindingMode"}), "Immediate"),
          at(o, {"allowVolumeExpansion"}) == true, age(o)};
}

std::vector<Json> kustomization_cells(const Json& o) { return {name(o), age(o), condition(o, "Ready", "status"), condition(o, "Ready", "message")}; }

std::vector<Json> repository_cells(const Json& o) { return {name(o), at(o, {"spec", "url"}), age(o), condition(o, "Ready", "status"), condition(o, "Ready", "message")}; }

std::vector<Json> application_cells(const Json& o) {
  return {name(o), at(o, {"status", "sync", "status"}), at(o, {"status", "health", "status"}), at(o, {"spec", "project"})};
}

std::vector<Json> definition_cells(const Json& o) { return {name(o), at(o, {"metadata", "creationTimestamp"})}; }

/// "a, b + 3 more...": the first three.
std::string first_of(const std::vector<std::string>& all) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, all.size()); ++i) out += (i > 0 ? "," : "") + all[i];
  if (all.size() > 3) out += " + " + std::to_string(all.size() - 3) + " more...";
  return out.empty() ? "<none>" : out;
}

std::vector<Json> endpoints_cells(const Json& o) {
  std::vector<std::string> all;
  for (const Json& subset : at(o, {"subsets"}))
    for (const Json& address : at(subset, {"addresses"})) {
      if (at(subset, {"ports"}).empty()) all.push_back(text(at(address, {"ip"})));
      for (const Json& port : at(subset, {"ports"})) all.push_back(text(at(address, {"ip"})) + ":" + text(at(port, {"port"})));
    }
  return {name(o), first_of(all), age(o)};
}

std::vector<Json> slice_cells(const Json& o) {
  std::vector<std::string> addresses, ports;
  for (const Json& entry : at(o, {"endpoints"}))
    for (const Json& address : at(entry, {"addresses"})) addresses.push_back(text(address));
  for (const Json& port : at(o, {"ports"})) ports.push_back(text(at(port, {"port"}), "*"));
  return {name(o), at(o, {"addressType"}), ports.empty() ? "<unset>" : first_of(ports), addresses.empty() ? "<unset>" : first_of(addresses), age(o)};
}

std::vector<Json> ingress_cells(const Json& o) {
  std::vector<std::string> hosts;
  for (const Json& rule : at(o, {"spec", "rules"}))
    if (const std::string host = text(at(rule, {"host"})); !host.empty()) hosts.push_back(host);
  std::string addresses;
  for (const Json& entry : at(o, {"status", "loadBalancer", "ingress"})) addresses += (addresses.empty() ? "" : ",") + text(at(entry, {"ip"}), text(at(entry, {"hostname"})));
  return {name(o), text(at(o, {"spec", "ingressClassName"}), "<none>"), hosts.empty() ? "*" : first_of(hosts), addresses, at(o, {"spec", "tls"}).empty() ? "80" : "80, 443", age(o)};
}

std::vector<Json> ingress_class_cells(const Json& o) {
  const Json& parameters = at(o, {"spec", "parameters"});
  std::string words = text(at(parameters, {"kind"}));
  if (const std::string group = text(at(parameters, {"apiGroup"})); !group.empty()) words += "." + group;
  return {name(o), at(o, {"spec", "controller"}), parameters.is_null() ? "<none>" : words + "/" + text(at(parameters, {"name"})), age(o)};
}

std::vector<Json> network_policy_cells(const Json& o) { return {name(o), selector(at(o, {"spec", "podSelector"})), age(o)}; }

std::vector<Json> volume_cells(const Json& o) {
  const Json& claim = at(o, {"spec", "claimRef"});
  return {name(o), text(at(o, {"spec", "capacity", "storage"})), access_modes(at(o, {"spec", "accessModes"})), text(at(o, {"spec", "persistentVolumeReclaimPolicy"})), text(at(o, {"status", "phase"})),
          claim.is_null() ? "" : text(at(claim, {"namespace"})) + "/" + text(at(claim, {"name"})), text(at(o, {"spec", "storageClassName"})), "<unset>", text(at(o, {"status", "reason"})), age(o),
          text(at(o, {"spec", "volumeMode"}), "Filesystem")};
}

std::vector<Json> attachment_cells(const Json& o) {
  return {name(o), at(o, {"spec", "attacher"}), text(at(o, {"spec", "source", "persistentVolumeName"})), at(o, {"spec", "nodeName"}), at(o, {"status", "attached"}) == true, age(o)};
}

std::vector<Json> csi_driver_cells(const Json& o) {
  const Json& spec = at(o, {"spec"});
  std::string modes;
  for (const Json& mode : at(spec, {"volumeLifecycleModes"})) modes += (modes.empty() ? "" : ",") + text(mode);
  std::string tokens;
  for (const Json& request : at(spec, {"tokenRequests"})) tokens += (tokens.empty() ? "" : ",") + text(at(request, {"audience"}));
  return {name(o), at(spec, {"attachRequired"}) != false, at(spec, {"podInfoOnMount"}) == true, at(spec, {"storageCapacity"}) == true, tokens.empty() ? "<unset>" : tokens,
          at(spec, {"requiresRepublish"}) == true, modes.empty() ? "Persistent" : modes, age(o)};
}

std::vector<Json> csi_node_cells(const Json& o) { return {name(o), at(o, {"spec", "drivers"}).size(), age(o)}; }
std::vector<Json> role_cells(const Json& o) { return {name(o), at(o, {"metadata", "creationTimestamp"})}; }

std::vector<Json> binding_cells(const Json& o) {
  std::string users, groups, accounts;
  for (const Json& subject : at(o, {"subjects"})) {
    const std::string kind = text(at(subject, {"kind"})), who = text(at(subject, {"name"}));
    std::string& list = kind == "User" ? users : kind == "Group" ? groups : accounts;
    list += (list.empty() ? "" : ", ") + (kind == "ServiceAccount" ? text(at(subject, {"namespace"})) + "/" + who : who);
  }
  return {name(o), text(at(o, {"roleRef", "kind"})) + "/" + text(at(o, {"roleRef", "name"})), age(o), users, groups, accounts};
}

std::vector<Json> scaled_object_cells(const Json& o) {
  std::string triggers, authentications;
  for (const Json& trigger : at(o, {"spec", "triggers"})) {
    triggers += (triggers.empty() ? "" : ",") + text(at(trigger, {"type"}));
    if (const std::string who = text(at(trigger, {"authenticationRef", "name"})); !who.empty()) authentications += (authentications.empty() ? "" : ",") + who;
  }
  const Json& target = at(o, {"spec", "scaleTargetRef"});
  const std::string version = text(at(target, {"apiVersion"}), "apps/v1"), kind = text(at(target, {"kind"}), "Deployment");
  return {name(o), version + "." + kind, text(at(target, {"name"})), at(o, {"spec", "minReplicaCount"}), at(o, {"spec", "maxReplicaCount"}), condition(o, "Ready", "status"), condition(o, "Active", "status"),
          condition(o, "Fallback", "status"), condition(o, "Paused", "status"), triggers, authentications, age(o)};
}

std::vector<Json> vertical_autoscaler_cells(const Json& o) {
  Json cpu, memory;
  for (const Json& container : at(o, {"status", "recommendation", "containerRecommendations"})) {
    cpu = at(container, {"target", "cpu"});
    memory = at(container, {"target", "memory"});
    break;
  }
  return {name(o), text(at(o, {"spec", "updatePolicy", "updateMode"}), "Auto"), cpu, memory, condition(o, "RecommendationProvided", "status"), age(o)};
}

}  // namespace

// Columns: kubernetes 1.32 pkg/printers/internalversion/printers.go; those of Flux, Argo CD, KEDA 2.16 and the Vertical Pod Autoscaler 1.3 are their resources'
// additionalPrinterColumns, KEDA's and the Vertical Pod Autoscaler's [recall].
std::span<const Printer> platform_printers() {
  static const std::vector<Printer> kPrinters = {
      {"Service", {"Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age", "+Selector"}, service_cells},
      {"PersistentVolumeClaim", {"Name", "Status", "Volume", "Capacity", "Access Modes", "StorageClass", "VolumeAttributesClass", "Age", "+VolumeMode"}, claim_cells},
      {"StorageClass", {"Name", "Provisioner", "ReclaimPolicy", "VolumeBindingMode", "?AllowVolumeExpansion", "Age"}, storage_class_cells},
      {"Kustomization", {"Name", "@Age", "Ready", "Status"}, kustomization_cells},
      {"GitRepository", {"Name", "URL", "@Age", "Ready", "Status"}, repository_cells},
      {"Application", {"Name", "Sync Status", "Health Status", "*Project"}, application_cells},
      {"CustomResourceDefinition", {"Name", "@Created At"}, definition_cells},
      {"Endpoints", {"Name", "Endpoints", "Age"}, endpoints_cells},
      {"EndpointSlice", {"Name", "AddressType", "Ports", "Endpoints", "Age"}, slice_cells},
      {"Ingress", {"Name", "Class", "Hosts", "Address", "Ports", "Age"}, ingress_cells},
      {"IngressClass", {"Name", "Controller", "Parameters", "Age"}, ingress_class_cells},
      {"NetworkPolicy", {"Name", "Pod-Selector", "Age"}, network_policy_cells},
      {"PersistentVolume", {"Name", "Capacity", "Access Modes", "Reclaim Policy", "Status", "Claim", "StorageClass", "VolumeAttributesClass", "Reason", "Age", "+VolumeMode"}, volume_cells},
      {"VolumeAttachment", {"Name", "Attacher", "PV", "Node", "?Attached", "Age"}, attachment_cells},
      {"CSIDriver", {"Name", "?AttachRequired", "?PodInfoOnMount", "?StorageCapacity", "TokenRequests", "?RequiresRepublish", "Modes", "Age"}, csi_driver_cells},
      {"CSINode", {"Name", "#Drivers", "Age"}, csi_node_cells},
      {"Role", {"Name", "@Created At"}, role_cells},
      {"ClusterRole", {"Name", "@Created At"}, role_cells},
      {"LimitRange", {"Name", "@Created At"}, role_cells},
      {"RoleBinding", {"Name", "Role", "Age", "+Users", "+Groups", "+ServiceAccounts"}, binding_cells},
      {"ClusterRoleBinding", {"Name", "Role", "Age", "+Users", "+Groups", "+ServiceAccounts"}, binding_cells},
      {"ScaledObject", {"Name", "ScaleTargetKind", "ScaleTargetName", "#Min", "#Max", "Ready", "Active", "Fallback", "Paused", "Triggers", "Authentications", "@Age"}, scaled_object_cells},
      {"VerticalPodAutoscaler", {"Name", "Mode", "CPU", "Mem", "Provided", "@Age"}, vertical_autoscaler_cells},
  };
  return kPrinters;
}

}  // namespace akstwin::printing
