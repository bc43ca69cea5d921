// The whole cluster as one list.
#include <set>

#include "adapters/kube/encode_parts.hpp"

namespace akstwin {
namespace {

/// Namespaces of the manifests and those that objects are in, by name.
std::set<std::string> namespaces_of(const EncodeSource& source) {
  std::set<std::string> names{"default", "kube-node-lease", "kube-public", "kube-system"};
  for (const auto& [name, labels] : source.manifests.namespaces) names.insert(name.str());
  source.state.workloads.for_each([&](WorkloadId, const Workload& workload) { names.insert(workload.spec->name_space.str()); });
  return names;
}

Labels labels_of(const EncodeSource& source, std::string_view name) {
  for (const auto& [known, labels] : source.manifests.namespaces)
    if (known.text() == name) return labels;
  return {};
}

/// Revisions of which a Deployment still has pods, and the one it wants.
std::set<std::uint32_t> revisions_of(const ClusterState& state, const Workload& workload) {
  std::set<std::uint32_t> revisions{workload.revision};
  for (const PodId id : workload.pods) revisions.insert(state.pods[id].revision);
  return revisions;
}

void add_workloads(const EncodeSource& source, Json& items) {
  source.state.workloads.for_each([&](WorkloadId id, const Workload& workload) {
    if (!workload.applied || workload.spec->kind == WorkloadKind::Job || workload.spec->kind == WorkloadKind::ScaledJob) return;
    items.push_back(encode_workload(source, id));
    if (workload.spec->kind != WorkloadKind::Deployment) return;
    for (const std::uint32_t revision : revisions_of(source.state, workload)) items.push_back(encode_replica_set(source, id, revision));
  });
  source.state.jobs.for_each([&](JobId id, const Job&) { items.push_back(encode_job(source, id)); });
}

void add_policies(const EncodeSource& source, Json& items) {
  const ClusterState& state = source.state;
  state.autoscalers.for_each([&](AutoscalerId id, const Autoscaler& row) {
    if (row.applied) items.push_back(encode_autoscaler(source, id));
  });
  state.scaled_objects.for_each([&](ScaledObjectId id, const ScaledObject& row) {
    if (row.applied) items.push_back(encode_scaled_object(source, id));
  });
  for (const VerticalAutoscaler& row : state.vertical_autoscalers)
    if (row.applied) items.push_back(encode_vertical_autoscaler(source, row));
  for (const AppliedBudget& row : state.disruption_budgets)
    if (row.applied) items.push_back(encode_budget(source, row));
  for (const GitSource& row : state.git_sources) items.push_back(encode_git_repository(source, row));
  state.kustomizations.for_each([&](KustomizationId id, const Kustomization&) { items.push_back(encode_kustomization(source, id)); });
}

}  // namespace

Json encode_cluster(const EncodeSource& source, SimTime now) {
  Json items = Json::array();
  for (const std::string& name : namespaces_of(source)) items.push_back(encode_namespace(source, Name(name), labels_of(source, name)));
  for (const PriorityClassSpec& spec : source.manifests.priority_classes) items.push_back(encode_priority_class(source, spec));
  for (const StorageClassSpec& spec : source.manifests.storage_classes) items.push_back(encode_storage_class(source, spec));
  source.state.nodes.for_each([&](NodeId id, const Node&) { items.push_back(encode_node(source, id)); });
  source.state.nodes.for_each([&](NodeId id, const Node&) { items.push_back(encode_lease(source, id, now)); });
  for (const ServiceSpec& service : source.manifests.services) items.push_back(encode_service(source, service));
  source.state.volume_claims.for_each([&](VolumeClaimId id, const VolumeClaim&) { items.push_back(encode_volume_claim(source, id)); });
  add_workloads(source, items);
  add_policies(source, items);
  source.state.pods.for_each([&](PodId id, const Pod&) { items.push_back(encode_pod(source, id)); });
  return {{"apiVersion", "v1"}, {"kind", "List"}, {"metadata", {{"resourceVersion", ""}}}, {"items", std::move(items)}};
}

}  // namespace akstwin
