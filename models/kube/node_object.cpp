#include "models/kube/node_object.hpp"

#include <string>

#include "models/catalog/allocatable.hpp"
#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/vm_sizes.hpp"

namespace akstwin {
namespace {

// Cluster Autoscaler's template of an empty Azure pool: 110 pods, and allocatable equal to capacity (azure_template.go, facts A2).
constexpr std::int64_t kTemplatePods = 110;

}  // namespace

Labels node_labels(const Instance& instance, const NodePoolSpec& pool, const ClusterSpec& cluster) {
  Labels labels = pool.labels;
  const std::string zone = instance.zone == 0 ? "0" : cluster.location.str() + "-" + std::to_string(instance.zone);
  labels.set(Name("kubernetes.io/hostname"), instance.node_name);
  labels.set(Name("kubernetes.io/os"), Name(pool.os == OsType::Windows ? "windows" : "linux"));
  const VmSize* size = find_vm_size(pool.vm_size.text());
  // A machine states its own.
  if (instance.machine == nullptr) labels.set(Name("kubernetes.io/arch"), Name(size != nullptr && parts_of(*size).arm() ? "arm64" : "amd64"));
  labels.set(Name("node.kubernetes.io/instance-type"), pool.vm_size);
  labels.set(Name("topology.kubernetes.io/region"), cluster.location);
  labels.set(Name("topology.kubernetes.io/zone"), Name(zone));
  if (instance.machine != nullptr) return labels;
  labels.set(Name("agentpool"), pool.name);
  labels.set(Name("kubernetes.azure.com/agentpool"), pool.name);
  labels.set(Name("kubernetes.azure.com/mode"), Name(pool.mode == PoolMode::System ? "system" : "user"));
  if (!pool.os_sku.empty()) labels.set(Name("kubernetes.azure.com/os-sku"), pool.os_sku);
  if (size != nullptr && size->gpus > 0) labels.set(Name("kubernetes.azure.com/accelerator"), Name("nvidia"));   // facts C
  if (pool.spot) labels.set(Name("kubernetes.azure.com/scalesetpriority"), Name("spot"));
  return labels;
}

std::vector<Taint> node_taints(const NodePoolSpec& pool) {
  std::vector<Taint> taints = pool.taints;
  if (pool.spot) taints.push_back({Name("kubernetes.azure.com/scalesetpriority"), Name("spot"), TaintEffect::NoSchedule});
  return taints;
}

std::vector<PoolTemplate> pool_templates(const ClusterSpec& cluster) {
  std::vector<PoolTemplate> templates;
  for (const NodePoolSpec& pool : cluster.pools) {
    const VmSize* size = find_vm_size(pool.vm_size.text());
    if (size == nullptr) continue;
    Instance instance;
    instance.node_name = Name("template-node-for-" + pool.name.str());
    instance.zone = pool.zones.empty() ? 0 : pool.zones.front();
    PoolTemplate entry;
    entry.pool = Name(cluster.name.str() + "/" + pool.name.str());
    entry.node.name = instance.node_name;
    entry.node.labels = node_labels(instance, pool, cluster);
    entry.node.taints = node_taints(pool);
    entry.capacity = capacity(*size, pool.os_disk_gib);
    entry.node.allocatable = entry.capacity;
    entry.node.pod_capacity = kTemplatePods;
    templates.push_back(std::move(entry));
  }
  return templates;
}

}  // namespace akstwin
