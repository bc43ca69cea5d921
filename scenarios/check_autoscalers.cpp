#include <algorithm>
#include <map>

#include "scenarios/check_scenario.hpp"

namespace akstwin {
namespace {

constexpr std::string_view kKindNames[] = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ScaledJob"};

const WorkloadSpec* find_workload(const ManifestSet& set, WorkloadKind kind, Name name_space, Name name) {
  const auto found = std::ranges::find_if(set.workloads, [&](const WorkloadSpec& w) { return w.kind == kind && w.name_space == name_space && w.name == name; });
  return found == set.workloads.end() ? nullptr : &*found;
}

/// What both kinds of autoscaler have.
struct Scaler {
  std::string kind;
  Name name_space, name, target;
  WorkloadKind target_kind;
  std::int64_t min_replicas, max_replicas;
  Position at;
  bool by_cpu_utilization = false;
};

std::vector<Scaler> scalers_of(const ManifestSet& set) {
  std::vector<Scaler> all;
  for (const auto& hpa : set.autoscalers) {
    const bool cpu = std::ranges::any_of(hpa.metrics, [](const MetricSpec& m) { return m.source == MetricSource::Resource && m.name == Name("cpu") && m.target == MetricTarget::Utilization; });
    all.push_back({"HorizontalPodAutoscaler", hpa.name_space, hpa.name, hpa.target, hpa.target_kind, hpa.min_replicas, hpa.max_replicas, hpa.declared_at, cpu});
  }
  for (const auto& scaled : set.scaled_objects) {
    const bool cpu = std::ranges::any_of(scaled.triggers, [](const auto& t) { return t.type == Name("cpu"); });
    all.push_back({"ScaledObject", scaled.name_space, scaled.name, scaled.target, scaled.target_kind, scaled.min_replicas, scaled.max_replicas, scaled.declared_at, cpu});
  }
  return all;
}

void check_scaler(Check& check, const ManifestSet& set, const Scaler& scaler) {
  const std::string called = scaler.kind + " " + scaler.name_space.str() + "/" + scaler.name.str();
  if (scaler.min_replicas > scaler.max_replicas)
    check.error("S065", scaler.at, called + " has " + std::to_string(scaler.min_replicas) + " replicas at least and " + std::to_string(scaler.max_replicas) + " at most", "swap them, or raise the maximum");
  const WorkloadSpec* target = find_workload(set, scaler.target_kind, scaler.name_space, scaler.target);
  if (target == nullptr) {
    std::vector<std::string> names;
    for (const WorkloadSpec& workload : set.workloads)
      if (workload.name_space == scaler.name_space) names.push_back(workload.name.str());
    return check.error("S060", scaler.at, called + " scales " + std::string(kKindNames[static_cast<std::size_t>(scaler.target_kind)]) + " '" + scaler.target.str() + "', which does not exist in namespace '" + scaler.name_space.str() + "'", Check::suggestion(scaler.target.text(), names));
  }
  if (!scaler.by_cpu_utilization) return;
  for (const ContainerSpec& container : target->pod.containers) {
    if (container.states_cpu_request) continue;
    check.warning("S062", target->declared_at, "container '" + container.name.str() + "' of " + target->name_space.str() + "/" + target->name.str() + " has no CPU request, but " + called + " needs one", "without it the autoscaler cannot compute utilisation and does nothing");
  }
}

void check_shared_targets(Check& check, const std::vector<Scaler>& scalers) {
  std::map<std::string, const Scaler*> first;
  for (const Scaler& scaler : scalers) {
    const auto [other, inserted] = first.emplace(std::to_string(static_cast<int>(scaler.target_kind)) + scaler.name_space.str() + "/" + scaler.target.str(), &scaler);
    if (!inserted)
      check.warning("S061", scaler.at, "two autoscalers scale " + scaler.name_space.str() + "/" + scaler.target.str() + ": '" + other->second->name.str() + "' and '" + scaler.name.str() + "'", "they fight each other; put their metrics into one");
  }
}

// The most replicas that a budget's pods can have together, and whether an autoscaler may change the number.
void check_budget(Check& check, const ManifestSet& set, const std::vector<Scaler>& scalers, const PodDisruptionBudgetSpec& budget) {
  std::int64_t replicas = 0, matching = 0;
  for (const WorkloadSpec& workload : set.workloads) {
    if (workload.name_space != budget.name_space || workload.kind == WorkloadKind::DaemonSet || !budget.selector.matches(workload.pod.labels)) continue;
    ++matching;
    std::int64_t most = workload.replicas;
    for (const Scaler& scaler : scalers)
      if (scaler.target == workload.name && scaler.name_space == workload.name_space) most = std::max(most, scaler.max_replicas);
    replicas += most;
  }
  const std::string called = "PodDisruptionBudget " + budget.name_space.str() + "/" + budget.name.str();
  if (matching == 0) return check.warning("S064", budget.declared_at, called + " protects no pods: no workload has its labels", "compare its selector with the pods' labels");
  // Percentages round up for both fields (policy/v1; facts E).
  const bool none = budget.min_available ? budget.min_available->scaled(replicas, true) >= replicas : budget.max_unavailable && budget.max_unavailable->scaled(replicas, true) < 1;
  if (none) check.warning("S064", budget.declared_at, called + " never lets a pod go: " + std::to_string(replicas) + (replicas == 1 ? " replica" : " replicas") + " at most", "drains and upgrades stop there; allow one pod to be unavailable");
}

}  // namespace

void check_autoscalers(Check& check) {
  for (const ClusterWorkloads& entry : check.scenario().workloads) {
    const std::vector<Scaler> scalers = scalers_of(entry.manifests);
    for (const Scaler& scaler : scalers) check_scaler(check, entry.manifests, scaler);
    check_shared_targets(check, scalers);
    for (const auto& budget : entry.manifests.disruption_budgets) check_budget(check, entry.manifests, scalers, budget);
  }
}

}  // namespace akstwin
