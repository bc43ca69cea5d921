// Nodes and their leases.
#include "adapters/kube/encode_parts.hpp"
#include "models/catalog/allocatable.hpp"
#include "models/catalog/vm_sizes.hpp"

namespace akstwin {
namespace {

/// The scale-set instance or machine behind a node, or null.
const Instance* instance_of(const EncodeSource& source, NodeId id) {
  const Node& node = source.state.nodes[id];
  if (!source.cloud.pools.contains(node.pool)) return nullptr;
  for (const InstanceId instance : source.cloud.pools[node.pool].instances)
    if (source.cloud.instances.contains(instance) && source.cloud.instances[instance].node == id) return &source.cloud.instances[instance];
  return nullptr;
}

Json conditions(const EncodeSource& source, const Node& node) {
  const std::string since = source.epoch.iso(node.ready_transition == kNever ? node.created : node.ready_transition);
  const std::string created = source.epoch.iso(node.created), heard = node.silent_since == kNever ? since : source.epoch.iso(node.silent_since);
  Json out = Json::array();
  const auto pressure = [&](std::string_view type, std::string_view reason, std::string_view message) {
    Json entry{{"type", type}, {"status", node.unknown ? "Unknown" : "False"}, {"lastHeartbeatTime", heard}, {"lastTransitionTime", node.unknown ? since : created},
               {"reason", node.unknown ? "NodeStatusUnknown" : reason}, {"message", node.unknown ? "Kubelet stopped posting node status." : message}};
    out.push_back(std::move(entry));
  };
  pressure("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available");
  pressure("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure");
  pressure("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available");
  Json ready{{"type", "Ready"}, {"status", node.unknown ? "Unknown" : node.ready ? "True" : "False"}, {"lastHeartbeatTime", heard}, {"lastTransitionTime", since}};
  ready["reason"] = node.unknown ? "NodeStatusUnknown" : node.ready ? "KubeletReady" : "KubeletNotReady";
  ready["message"] = node.unknown ? "Kubelet stopped posting node status." : node.ready ? "kubelet is posting ready status" : "the container runtime is starting";
  out.push_back(std::move(ready));
  return out;
}

Json taints(const EncodeSource& source, const Node& node) {
  Json out = Json::array();
  for (const Taint& taint : node.taints) {
    Json entry{{"key", taint.key.text()}, {"effect", effect_text(taint.effect)}};
    if (!taint.value.empty()) entry["value"] = taint.value.text();
    out.push_back(std::move(entry));
  }
  if (node.unschedulable) out.push_back({{"key", "node.kubernetes.io/unschedulable"}, {"effect", "NoSchedule"}, {"timeAdded", source.epoch.iso(node.created)}});
  return out;
}

Json capacity_object(const Node& node, const NodePoolSpec* pool) {
  Resources whole = node.allocatable;
  if (pool != nullptr)
    if (const VmSize* size = find_vm_size(pool->vm_size.text())) whole = capacity(*size, pool->os_disk_gib);
  Json out = amounts(whole);
  out["pods"] = std::to_string(node.pod_capacity);
  return out;
}

}  // namespace

Json encode_node(const EncodeSource& source, NodeId id) {
  const Node& node = source.state.nodes[id];
  const std::string name(own_name(node.name.text()));
  const Instance* instance = instance_of(source, id);
  const NodePoolSpec* pool = instance != nullptr && instance->machine != nullptr ? instance->machine
                             : source.cloud.pools.contains(node.pool)            ? source.cloud.pools[node.pool].spec
                                                                                 : nullptr;
  Json metadata = metadata_object(source, "Node", {}, name, node.created);
  metadata["uid"] = uid_text("Node/" + name + "/" + std::to_string(node.created.us));
  metadata["labels"] = labels_object(node.labels);
  metadata["labels"]["kubernetes.azure.com/role"] = "agent";
  metadata["labels"]["kubernetes.io/role"] = "agent";
  metadata["labels"]["node-role.kubernetes.io/agent"] = "";
  metadata["annotations"] = {{"node.alpha.kubernetes.io/ttl", "0"}, {"volumes.kubernetes.io/controller-managed-attach-detach", "true"}};
  const std::string number = std::to_string(instance != nullptr ? instance->ordinal : id.row);
  const std::string pool_name = pool != nullptr ? pool->name.str() : "pool";
  Json spec{{"providerID", "azure:///subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mc_" + source.state.spec->name.str() +
                               "/providers/Microsoft.Compute/virtualMachineScaleSets/aks-" + pool_name + "/virtualMachines/" + number}};
  if (Json list = taints(source, node); !list.empty()) spec["taints"] = std::move(list);
  if (node.unschedulable) spec["unschedulable"] = true;
  Json allocatable = amounts(node.allocatable);
  allocatable["pods"] = std::to_string(node.pod_capacity);
  const std::string version = "v1." + std::to_string(source.state.spec->kubernetes_minor) + ".0";
  Json status{{"conditions", conditions(source, node)},
              {"addresses", Json::array({Json{{"type", "InternalIP"}, {"address", node_address(source, id)}}, Json{{"type", "Hostname"}, {"address", name}}})},
              {"capacity", capacity_object(node, pool)},
              {"allocatable", std::move(allocatable)},
              {"daemonEndpoints", {{"kubeletEndpoint", {{"Port", 10250}}}}},
              {"nodeInfo", {{"machineID", uid_text("machine/" + name)}, {"systemUUID", uid_text("system/" + name)}, {"bootID", uid_text("boot/" + name)},
                            {"kernelVersion", "5.15.0-1079-azure"}, {"osImage", "Ubuntu 22.04.5 LTS"}, {"containerRuntimeVersion", "containerd://1.7.25-1"},
                            {"kubeletVersion", version}, {"kubeProxyVersion", version}, {"operatingSystem", "linux"}, {"architecture", "amd64"}}}};
  return {{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}, {"status", std::move(status)}};
}

Json encode_lease(const EncodeSource& source, NodeId id, SimTime now) {
  const Node& node = source.state.nodes[id];
  const std::string name(own_name(node.name.text()));
  Json metadata = metadata_object(source, "Lease", Name("kube-node-lease"), name, node.created);
  std::string renewed = source.epoch.iso(last_heard(node, now));
  renewed.insert(renewed.size() - 1, ".000000");   // MicroTime
  return {{"apiVersion", "coordination.k8s.io/v1"}, {"kind", "Lease"}, {"metadata", std::move(metadata)},
          {"spec", {{"holderIdentity", name}, {"leaseDurationSeconds", 40}, {"renewTime", renewed}}}};
}

}  // namespace akstwin
