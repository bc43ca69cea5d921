#include <algorithm>
#include <map>

#include "scenarios/check_scenario.hpp"

namespace akstwin {
namespace {

std::string called(const VerticalPodAutoscalerSpec& spec) { return "VerticalPodAutoscaler " + spec.name_space.str() + "/" + spec.name.str(); }

const WorkloadSpec* target_of(const ManifestSet& set, const VerticalPodAutoscalerSpec& spec) {
  const auto found = std::ranges::find_if(
      set.workloads, [&](const WorkloadSpec& w) { return w.kind == spec.target_kind && w.name_space == spec.name_space && w.name == spec.target; });
  return found == set.workloads.end() ? nullptr : &*found;
}

void check_policies(Check& check, const VerticalPodAutoscalerSpec& spec, const WorkloadSpec& target) {
  for (const VpaContainerPolicySpec& policy : spec.policies) {
    const std::string whose = called(spec) + ", container '" + policy.container.str() + "': ";
    const auto compare = [&](const char* resource, auto min, auto max) {
      if (max.value > 0 && min > max)
        check.error("S066", spec.declared_at, whose + "minAllowed " + resource + " " + to_string(min) + " is above maxAllowed " + to_string(max), "swap them, or raise the maximum");
    };
    compare("cpu", policy.min_allowed.cpu, policy.max_allowed.cpu);
    compare("memory", policy.min_allowed.memory, policy.max_allowed.memory);
    std::vector<std::string> names;
    for (const ContainerSpec& container : target.pod.containers) names.push_back(container.name.str());
    if (policy.container != Name("*") && std::ranges::find(names, policy.container.str()) == names.end())
      check.warning("S066", spec.declared_at, whose + "the pods of " + target.name_space.str() + "/" + target.name.str() + " have no such container", Check::suggestion(policy.container.text(), names));
  }
}

/// Whether some container of the target may have that resource changed.
bool controls(const VerticalPodAutoscalerSpec& spec, const WorkloadSpec& target, bool cpu) {
  return std::ranges::any_of(target.pod.containers, [&](const ContainerSpec& container) {
    const VpaContainerPolicySpec* policy = nullptr;
    for (const VpaContainerPolicySpec& candidate : spec.policies)
      if (candidate.container == container.name || (policy == nullptr && candidate.container == Name("*"))) policy = &candidate;
    return policy == nullptr || (!policy->off && (cpu ? policy->controls_cpu : policy->controls_memory));
  });
}

void check_shared_metric(Check& check, const ManifestSet& set, const VerticalPodAutoscalerSpec& spec, const WorkloadSpec& target) {
  if (spec.mode == VpaUpdateMode::Off) return;
  const auto tell = [&](const std::string& other, Name metric) {
    const bool cpu = metric == Name("cpu");
    if ((!cpu && metric != Name("memory")) || !controls(spec, target, cpu)) return;
    check.warning("S067", spec.declared_at, called(spec) + " and " + other + " both act on the " + metric.str() + " of " + target.name_space.str() + "/" + target.name.str(),
                  "a smaller request raises the utilisation that the other one scales by; scale by another metric, or take the resource out of controlledResources");
  };
  for (const auto& hpa : set.autoscalers) {
    if (hpa.name_space != spec.name_space || hpa.target != spec.target || hpa.target_kind != spec.target_kind) continue;
    for (const MetricSpec& metric : hpa.metrics)
      if (metric.source == MetricSource::Resource || metric.source == MetricSource::ContainerResource) tell("HorizontalPodAutoscaler " + hpa.name_space.str() + "/" + hpa.name.str(), metric.name);
  }
  for (const auto& scaled : set.scaled_objects) {
    if (scaled.name_space != spec.name_space || scaled.target != spec.target || scaled.target_kind != spec.target_kind) continue;
    for (const auto& trigger : scaled.triggers) tell("ScaledObject " + scaled.name_space.str() + "/" + scaled.name.str(), trigger.type);
  }
}

}  // namespace

void check_vertical_autoscalers(Check& check) {
  for (const ClusterWorkloads& entry : check.scenario().workloads) {
    const ManifestSet& set = entry.manifests;
    std::map<std::string, const VerticalPodAutoscalerSpec*> first;
    for (const VerticalPodAutoscalerSpec& spec : set.vertical_autoscalers) {
      const WorkloadSpec* target = target_of(set, spec);
      if (target == nullptr) {
        std::vector<std::string> names;
        for (const WorkloadSpec& workload : set.workloads)
          if (workload.name_space == spec.name_space) names.push_back(workload.name.str());
        check.error("S060", spec.declared_at, called(spec) + " is for '" + spec.target.str() + "', which does not exist in namespace '" + spec.name_space.str() + "'", Check::suggestion(spec.target.text(), names));
        continue;
      }
      check_policies(check, spec, *target);
      check_shared_metric(check, set, spec, *target);
      const auto [other, inserted] = first.emplace(spec.name_space.str() + "/" + spec.target.str(), &spec);
      if (!inserted)
        check.warning("S061", spec.declared_at, "two vertical autoscalers are for " + spec.name_space.str() + "/" + spec.target.str() + ": '" + other->second->name.str() + "' and '" + spec.name.str() + "'", "admission takes the first; keep one");
    }
  }
}

}  // namespace akstwin
