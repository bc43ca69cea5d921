#include "models/spec/field_gates.hpp"

#include <utility>

namespace akstwin {
namespace {

// The minor version in which the gate is on by default for the first time.
constexpr int kPodAffinityMatchLabelKeys = 31;     // MatchLabelKeysInPodAffinity
constexpr int kTopologySpreadMatchLabelKeys = 27;  // MatchLabelKeysInPodTopologySpread
constexpr int kAutoscalerTolerance = 35;           // HPAConfigurableTolerance

bool clear_keys(PodAffinityTerm& term) {
  const bool had = !term.match_label_keys.empty() || !term.mismatch_label_keys.empty();
  term.match_label_keys.clear();
  term.mismatch_label_keys.clear();
  return had;
}

bool clear_keys(Affinity& affinity) {
  bool had = false;
  for (PodAffinityTerm& term : affinity.pod_required) had = clear_keys(term) || had;
  for (PodAffinityTerm& term : affinity.pod_anti_required) had = clear_keys(term) || had;
  for (WeightedPodAffinityTerm& term : affinity.pod_preferred) had = clear_keys(term.term) || had;
  for (WeightedPodAffinityTerm& term : affinity.pod_anti_preferred) had = clear_keys(term.term) || had;
  return had;
}

bool clear_keys(std::vector<TopologySpreadConstraint>& constraints) {
  bool had = false;
  for (TopologySpreadConstraint& constraint : constraints) had = !std::exchange(constraint.match_label_keys, {}).empty() || had;
  return had;
}

bool clear_tolerance(ScalingBehavior& behavior) {
  const bool up = std::exchange(behavior.scale_up.tolerance, std::nullopt).has_value();
  const bool down = std::exchange(behavior.scale_down.tolerance, std::nullopt).has_value();
  return up || down;
}

}  // namespace

std::vector<DroppedField> drop_newer_fields(ManifestSet& manifests, int kubernetes_minor) {
  std::vector<DroppedField> dropped;
  for (WorkloadSpec& workload : manifests.workloads) {
    const std::string object = workload.name_space.str() + "/" + workload.name.str();
    if (kubernetes_minor < kPodAffinityMatchLabelKeys && clear_keys(workload.pod.affinity))
      dropped.push_back({object, "matchLabelKeys of podAffinity", workload.declared_at, kPodAffinityMatchLabelKeys});
    if (kubernetes_minor < kTopologySpreadMatchLabelKeys && clear_keys(workload.pod.topology_spread))
      dropped.push_back({object, "matchLabelKeys of topologySpreadConstraints", workload.declared_at, kTopologySpreadMatchLabelKeys});
  }
  if (kubernetes_minor >= kAutoscalerTolerance) return dropped;
  for (HorizontalPodAutoscalerSpec& autoscaler : manifests.autoscalers)
    if (autoscaler.behavior && clear_tolerance(*autoscaler.behavior))
      dropped.push_back({"HorizontalPodAutoscaler " + autoscaler.name_space.str() + "/" + autoscaler.name.str(), "tolerance", autoscaler.declared_at, kAutoscalerTolerance});
  for (ScaledObjectSpec& object : manifests.scaled_objects)
    if (object.behavior && clear_tolerance(*object.behavior))
      dropped.push_back({"ScaledObject " + object.name_space.str() + "/" + object.name.str(), "tolerance", object.declared_at, kAutoscalerTolerance});
  return dropped;
}

}  // namespace akstwin
