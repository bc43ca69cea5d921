// VerticalPodAutoscaler objects: their status, what admission makes of it, and the resize subresource of pods.
#include <algorithm>

#include "models/kube/api_server.hpp"

namespace akstwin {

void ApiServer::load_vertical_autoscalers(const ManifestSet& manifests) {
  for (const VerticalPodAutoscalerSpec& spec : manifests.vertical_autoscalers) {
    const WorkloadId target = find_workload(state_, Name(spec.name_space.str() + "/" + spec.target.str()));
    if (target) state_.vertical_autoscalers.push_back({&spec, target, false, {}});
  }
}

void ApiServer::apply_vertical_autoscalers(WorkloadId target, bool applied) {
  for (VerticalAutoscaler& autoscaler : state_.vertical_autoscalers) {
    if (autoscaler.target != target) continue;
    autoscaler.applied = applied;
    if (!applied) autoscaler.recommendation.clear();   // the status goes with the object
  }
}

Verdict ApiServer::recommend(const RecommendResources& action) {
  if (action.autoscaler >= state_.vertical_autoscalers.size() || !state_.vertical_autoscalers[action.autoscaler].applied) return Verdict::NotFound;
  VerticalAutoscaler& autoscaler = state_.vertical_autoscalers[action.autoscaler];
  if (autoscaler.recommendation == action.containers) return Verdict::Accepted;
  autoscaler.recommendation = action.containers;
  recorder_.resources_recommended(autoscaler, kernel_.now());
  changed(ChangeKind::AutoscalerUpdated, action.autoscaler, 0, autoscaler.target.row);
  return Verdict::Accepted;
}

/// Templates are immutable and shared: pods with equal resources have one.
const PodSpec* ApiServer::variant(const PodSpec* original, const std::vector<ContainerResize>& containers) {
  const auto known = std::ranges::find_if(variants_, [&](const SpecVariant& v) { return v.original == original && v.containers == containers; });
  if (known != variants_.end()) return &known->spec;
  return &variants_.emplace_back(original, containers, with_resources(*original, containers)).spec;
}

// The admission webhook of the Vertical Pod Autoscaler: every mode but Off applies the recommendation to pods at creation.
const PodSpec* ApiServer::admitted(WorkloadId workload) {
  const PodSpec* const pod_template = of_revision(workload);
  for (const VerticalAutoscaler& autoscaler : state_.vertical_autoscalers) {
    if (autoscaler.target != workload || !autoscaler.applied || autoscaler.spec->mode == VpaUpdateMode::Off) continue;
    const std::vector<ContainerResize> containers = resized(*autoscaler.spec, autoscaler.recommendation, *pod_template);
    return containers.empty() ? pod_template : variant(pod_template, containers);
  }
  return pod_template;
}

// The kubelet takes a resize when its node has the room: not now is Deferred, never is Infeasible (KEP-1287, Kubernetes 1.33).
Verdict ApiServer::resize_pod(const ResizePod& action) {
  if (!state_.pods.contains(action.pod)) return Verdict::NotFound;
  Pod& pod = state_.pods[action.pod];
  if (!pod.node || !pod.live() || pod.phase != PodPhase::Running) return Verdict::Conflict;
  const PodSpec* const next = variant(pod.spec, action.containers);
  const Resources before = pod.spec->effective_request(), after = next->effective_request();
  const Node& node = state_.nodes[pod.node];
  const auto fits = [&](const Resources& others) {
    return others.cpu + after.cpu <= node.allocatable.cpu && others.memory + after.memory <= node.allocatable.memory;
  };
  if (!fits({})) return Verdict::Refused;
  Resources others;
  for (const PodId other : node.pods)
    if (other != action.pod) others = others + state_.pods[other].spec->effective_request();
  if (!fits(others)) return Verdict::Conflict;
  pod.spec = next;
  recorder_.pod_resized(action.pod, before, kernel_.now());
  pod_changed(ChangeKind::PodResized, action.pod);
  return Verdict::Accepted;
}

}  // namespace akstwin
