// Objects that clients write while the cluster runs: the same tables as those of the manifests, so that the controllers see no difference.
#include <algorithm>
#include <optional>

#include "models/api/disruption.hpp"
#include "models/kube/api_server.hpp"

namespace akstwin {
namespace {

WorkloadId find(const ClusterState& state, const WorkloadSpec& spec) {
  WorkloadId found;
  state.workloads.for_each([&](WorkloadId id, const Workload& workload) {
    if (workload.spec->kind == spec.kind && workload.spec->name_space == spec.name_space && workload.spec->name == spec.name) found = id;
  });
  return found;
}

}  // namespace

Verdict ApiServer::apply(const ApplyWorkload& action) {
  const WorkloadSpec& spec = written_workloads_.emplace_back(*action.spec);
  const WorkloadId known = find(state_, spec);
  if (!known) {
    Workload workload;
    workload.spec = &spec;
    workload.key = Name(spec.name_space.str() + "/" + spec.name.str());
    workload.pod_template = &spec.pod;
    const WorkloadId id = state_.workloads.insert(std::move(workload));
    state_.metrics.resize(state_.workloads.size());
    for (AppliedBudget& budget : state_.disruption_budgets)
      if (selects(*budget.spec, state_.workloads[id])) budget.workloads.push_back(id);
    apply_workload(id, 1, kernel_.now());
    return Verdict::Accepted;
  }
  Workload& workload = state_.workloads[known];
  const bool same_pods = !action.new_revision && *workload.pod_template == spec.pod;
  workload.spec = &spec;
  if (!workload.applied) {
    workload.pod_template = &spec.pod;
    apply_workload(known, workload.revision + 1, kernel_.now());
    return Verdict::Accepted;
  }
  if (spec.replicas_stated) workload.replicas = spec.replicas;
  workload.changed = kernel_.now();
  if (!same_pods) {
    workload.pod_template = &spec.pod;
    ++workload.revision;
  }
  recorder_.replicas_changed(known, kernel_.now());
  changed(ChangeKind::WorkloadUpdated, known.row, known.generation);
  return Verdict::Accepted;
}

Verdict ApiServer::remove(const DeleteWorkload& action) {
  if (!state_.workloads.contains(action.workload)) return Verdict::NotFound;
  Workload& workload = state_.workloads[action.workload];
  workload.applied = false;
  workload.replicas = 0;
  workload.changed = kernel_.now();
  recorder_.replicas_changed(action.workload, kernel_.now());
  changed(ChangeKind::WorkloadUpdated, action.workload.row, action.workload.generation);
  return Verdict::Accepted;
}

Verdict ApiServer::apply(const ApplyAutoscaler& action) {
  const WorkloadId target = find_workload(state_, Name(action.spec->name_space.str() + "/" + action.spec->target.str()));
  if (!target) return Verdict::NotFound;
  const HorizontalPodAutoscalerSpec& spec = written_autoscalers_.emplace_back(*action.spec);
  AutoscalerId known;
  state_.autoscalers.for_each([&](AutoscalerId id, const Autoscaler& autoscaler) {
    if (autoscaler.spec->name_space == spec.name_space && autoscaler.spec->name == spec.name) known = id;
  });
  if (known) {
    Autoscaler& autoscaler = state_.autoscalers[known];
    autoscaler.spec = &spec;
    autoscaler.target = target;
    autoscaler.applied = true;
  } else {
    known = state_.autoscalers.insert({&spec, target, true, {}});
  }
  changed(ChangeKind::AutoscalerUpdated, known.row, known.generation, target.row);
  return Verdict::Accepted;
}

Verdict ApiServer::remove(const DeleteAutoscaler& action) {
  if (!state_.autoscalers.contains(action.autoscaler)) return Verdict::NotFound;
  Autoscaler& autoscaler = state_.autoscalers[action.autoscaler];
  autoscaler.applied = false;
  changed(ChangeKind::AutoscalerUpdated, action.autoscaler.row, action.autoscaler.generation, autoscaler.target.row);
  return Verdict::Accepted;
}

Verdict ApiServer::apply(const ApplyBudget& action) {
  const PodDisruptionBudgetSpec& spec = written_budgets_.emplace_back(*action.spec);
  AppliedBudget budget{&spec, true, {}};
  state_.workloads.for_each([&](WorkloadId id, const Workload& workload) {
    if (selects(spec, workload)) budget.workloads.push_back(id);
  });
  const auto known = std::ranges::find_if(state_.disruption_budgets, [&](const AppliedBudget& other) {
    return other.spec->name_space == spec.name_space && other.spec->name == spec.name;
  });
  if (known != state_.disruption_budgets.end()) *known = std::move(budget);
  else state_.disruption_budgets.push_back(std::move(budget));
  return Verdict::Accepted;
}

Verdict ApiServer::remove(const DeleteBudget& action) {
  if (action.budget >= state_.disruption_budgets.size()) return Verdict::NotFound;
  state_.disruption_budgets[action.budget].applied = false;
  return Verdict::Accepted;
}

Verdict ApiServer::apply(const LabelNode& action) {
  if (!state_.nodes.contains(action.node)) return Verdict::NotFound;
  state_.nodes[action.node].labels = *action.labels;
  changed(ChangeKind::NodeUpdated, action.node.row, action.node.generation);
  return Verdict::Accepted;
}

Verdict ApiServer::apply(const SuspendKustomization& action) {
  if (!state_.kustomizations.contains(action.kustomization)) return Verdict::NotFound;
  state_.kustomizations[action.kustomization].suspended = action.suspended;
  changed(ChangeKind::KustomizationUpdated, action.kustomization.row, action.kustomization.generation);
  return Verdict::Accepted;
}

Verdict ApiServer::apply(const SuspendSource& action) {
  if (action.source >= state_.git_sources.size()) return Verdict::NotFound;
  state_.git_sources[action.source].suspended = action.suspended;
  changed(ChangeKind::SourceUpdated, action.source, 1);
  return Verdict::Accepted;
}

}  // namespace akstwin
