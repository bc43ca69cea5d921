// What exists in a cluster: objects from manifests, applied at the start, by GitOps, or removed again.
#include <algorithm>
#include <map>

#include "models/api/disruption.hpp"
#include "models/kube/api_server.hpp"

namespace akstwin {

void ApiServer::load(const ManifestSet& manifests) {
  for (const WorkloadSpec& spec : manifests.workloads) {
    Workload workload;
    workload.spec = &spec;
    workload.key = Name(spec.name_space.str() + "/" + spec.name.str());
    workload.pod_template = &spec.pod;
    state_.workloads.insert(std::move(workload));
  }
  state_.metrics.resize(state_.workloads.size());
  load_volumes(manifests);
  load_autoscalers(manifests);
  load_vertical_autoscalers(manifests);
  load_gitops(manifests);
}

void ApiServer::load_autoscalers(const ManifestSet& manifests) {
  const auto target_of = [&](Name name_space, Name target) { return find_workload(state_, Name(name_space.str() + "/" + target.str())); };
  std::map<Name, ScaledObjectId> generated;   // by the name of the autoscaler that KEDA makes
  for (const ScaledObjectSpec& spec : manifests.scaled_objects) {
    const WorkloadId target = target_of(spec.name_space, spec.target);
    if (!target || spec.min_replicas > spec.max_replicas) continue;   // nothing to scale, or refused by validation
    const ScaledObjectId id = state_.scaled_objects.insert({&spec, target, false, std::vector<std::int64_t>(spec.triggers.size())});
    generated[Name(spec.name_space.str() + "/keda-hpa-" + spec.name.str())] = id;
  }
  for (const HorizontalPodAutoscalerSpec& spec : manifests.autoscalers) {
    const WorkloadId target = target_of(spec.name_space, spec.target);
    if (!target || spec.min_replicas > spec.max_replicas) continue;   // nothing to scale, or refused by validation
    const auto keda = generated.find(Name(spec.name_space.str() + "/" + spec.name.str()));
    state_.autoscalers.insert({&spec, target, false, keda == generated.end() ? ScaledObjectId{} : keda->second});
  }
  for (const PodDisruptionBudgetSpec& spec : manifests.disruption_budgets) {
    AppliedBudget budget{&spec, false, {}};
    state_.workloads.for_each([&](WorkloadId id, const Workload& workload) {
      if (selects(spec, workload)) budget.workloads.push_back(id);
    });
    state_.disruption_budgets.push_back(std::move(budget));
  }
}

void ApiServer::load_gitops(const ManifestSet& manifests) {
  const bool paused = spec_.standby.gitops_suspended;
  for (const GitRepositorySpec& spec : manifests.git_repositories) state_.git_sources.push_back({&spec, spec.suspend || paused, 1, 0});
  for (const KustomizationSpec& spec : manifests.kustomizations) {
    Kustomization kustomization;
    kustomization.spec = &spec;
    kustomization.suspended = spec.suspend || paused;
    state_.workloads.for_each([&](WorkloadId id, const Workload& workload) {
      if (workload.spec->kustomization == spec.name) kustomization.workloads.push_back(id);
    });
    state_.kustomizations.insert(std::move(kustomization));
  }
}

void ApiServer::apply_initial() {
  const bool paused = spec_.standby.gitops_suspended;
  for (std::uint32_t row = 0; row < state_.workloads.size(); ++row) {
    const WorkloadId id = state_.workloads.at(row);
    if (state_.workloads[id].spec->kustomization.empty() || !paused) apply_workload(id, 1, SimTime{});
  }
  if (paused) return;
  // A running platform: GitOps has applied the first revision before time zero.
  for (GitSource& source : state_.git_sources) source.fetched = 1;
  for (std::uint32_t row = 0; row < state_.kustomizations.size(); ++row) {
    Kustomization& kustomization = state_.kustomizations[state_.kustomizations.at(row)];
    kustomization.applied_revision = 1;
    kustomization.ready = true;
  }
}

void ApiServer::apply_workload(WorkloadId id, std::uint32_t release, SimTime merged) {
  Workload& workload = state_.workloads[id];
  const bool fresh = !workload.applied;
  if (!fresh && workload.revision == release) return;
  workload.revision = release;
  workload.changed = kernel_.now();
  if (fresh) {
    workload.applied = true;
    workload.replicas = workload.spec->replicas;
    const auto concerns = [&](Name name_space) { return workload.spec->name_space == name_space; };
    for (std::uint32_t row = 0; row < state_.autoscalers.size(); ++row)
      if (Autoscaler& a = state_.autoscalers[state_.autoscalers.at(row)]; a.target == id) a.applied = true;
    for (std::uint32_t row = 0; row < state_.scaled_objects.size(); ++row)
      if (ScaledObject& s = state_.scaled_objects[state_.scaled_objects.at(row)]; s.target == id) s.applied = true;
    apply_vertical_autoscalers(id, true);
    for (AppliedBudget& budget : state_.disruption_budgets)
      if (concerns(budget.spec->name_space)) budget.applied = true;
  } else {
    const Name name(spec_.name.str() + "/" + workload.key.str());
    timeline_.event({kernel_.now(), code(EventKind::ReleaseApplied), name, workload.spec->kustomization, {}, (kernel_.now() - merged).us});
  }
  recorder_.replicas_changed(id, kernel_.now());
  changed(ChangeKind::WorkloadUpdated, id.row, id.generation);
}

void ApiServer::apply_kustomization(KustomizationId id, std::uint64_t revision) {
  Kustomization& kustomization = state_.kustomizations[id];
  kustomization.applied_revision = revision;
  for (const WorkloadId workload : kustomization.workloads) {
    const std::uint32_t release = repository_.release_at(state_.workloads[workload].key, revision);
    apply_workload(workload, release, repository_.merged_at(release));
  }
  changed(ChangeKind::KustomizationUpdated, id.row, id.generation);
}

void ApiServer::repository_moved(std::uint64_t head) {
  for (GitSource& source : state_.git_sources) source.head = head;
}

void ApiServer::remove_workloads() {
  for (std::uint32_t row = 0; row < state_.workloads.size(); ++row) {
    const WorkloadId id = state_.workloads.at(row);
    Workload& workload = state_.workloads[id];
    if (workload.spec->kustomization.empty() || !workload.applied) continue;
    workload.applied = false;
    workload.replicas = 0;
    for (std::uint32_t a = 0; a < state_.autoscalers.size(); ++a)
      if (Autoscaler& scaler = state_.autoscalers[state_.autoscalers.at(a)]; scaler.target == id) scaler.applied = false;
    for (std::uint32_t s = 0; s < state_.scaled_objects.size(); ++s)
      if (ScaledObject& object = state_.scaled_objects[state_.scaled_objects.at(s)]; object.target == id) object.applied = false;
    apply_vertical_autoscalers(id, false);
    recorder_.replicas_changed(id, kernel_.now());
    changed(ChangeKind::WorkloadUpdated, id.row, id.generation);
  }
  for (std::uint32_t row = 0; row < state_.kustomizations.size(); ++row) {
    Kustomization& kustomization = state_.kustomizations[state_.kustomizations.at(row)];
    kustomization.applied_revision = 0;
    kustomization.ready = false;
  }
  for (GitSource& source : state_.git_sources) source.fetched = 0;
}

}  // namespace akstwin
