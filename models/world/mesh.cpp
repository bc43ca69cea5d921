#include "models/world/mesh.hpp"

#include <algorithm>

namespace akstwin {
namespace {

ContainerSpec proxy(std::string_view name, const Resources& request) {
  ContainerSpec container;
  container.name = Name(name);
  container.image = Name("mcr.microsoft.com/oss/istio/proxyv2");
  container.requests = request;
  container.states_cpu_request = container.states_memory_request = true;
  return container;
}

bool meshed(const ServiceMeshSpec& mesh, const WorkloadSpec& workload) {
  if (workload.kind == WorkloadKind::DaemonSet || workload.name_space == Name("kube-system") || workload.name_space == Name("istio-system")) return false;
  return std::ranges::find(mesh.excluded_namespaces, workload.name_space) == mesh.excluded_namespaces.end();
}

WorkloadSpec mesh_workload(WorkloadKind kind, Name name_space, std::string_view name, ContainerSpec container) {
  WorkloadSpec workload;
  workload.kind = kind;
  workload.name_space = name_space;
  workload.name = Name(name);
  workload.pod.name_space = name_space;
  workload.pod.labels.set(Name("app"), Name(name));
  workload.selector.requirements.push_back({Name("app"), SelectorRequirement::Operator::In, {Name(name)}});
  workload.pod.containers.push_back(std::move(container));
  return workload;
}

}  // namespace

void add_mesh(const ServiceMeshSpec& mesh, ManifestSet& manifests) {
  if (mesh.data_plane == MeshDataPlane::Sidecar) {
    for (WorkloadSpec& workload : manifests.workloads)
      if (meshed(mesh, workload)) workload.pod.containers.push_back(proxy("istio-proxy", mesh.sidecar_request));
    return;
  }
  if (mesh.data_plane != MeshDataPlane::Ambient) return;
  WorkloadSpec ztunnel = mesh_workload(WorkloadKind::DaemonSet, Name("istio-system"), "ztunnel", proxy("istio-proxy", mesh.ztunnel_request));
  Toleration everything;
  everything.exists = true;
  ztunnel.pod.tolerations.push_back(everything);
  ztunnel.pod.priority = 2'000'001'000;   // system-node-critical
  manifests.workloads.push_back(std::move(ztunnel));
  for (const Name name_space : mesh.waypoint_namespaces) {
    // A waypoint belongs to its namespace and is applied with it.
    const auto peer = std::ranges::find(manifests.workloads, name_space, &WorkloadSpec::name_space);
    WorkloadSpec waypoint = mesh_workload(WorkloadKind::Deployment, name_space, "waypoint", proxy("istio-proxy", mesh.waypoint_request));
    waypoint.replicas = mesh.waypoint_replicas;
    if (peer != manifests.workloads.end()) waypoint.kustomization = peer->kustomization;
    manifests.workloads.push_back(std::move(waypoint));
  }
}

}  // namespace akstwin
