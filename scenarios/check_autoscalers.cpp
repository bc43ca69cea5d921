#include <algorithm>
#include <map>

#include "scenarios/check_scenario.hpp"
#include "scenarios/manifest_parts.hpp"

namespace akstwin {
namespace {

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
  bool by_cpu_utilization = false, by_memory_utilization = false;
};

bool by_utilization(const HorizontalPodAutoscalerSpec& hpa, std::string_view resource) {
  return std::ranges::any_of(hpa.metrics, [&](const MetricSpec& m) { return m.source == MetricSource::Resource && m.name.text() == resource && m.target == MetricTarget::Utilization; });
}

std::vector<Scaler> scalers_of(const ManifestSet& set) {
  std::vector<Scaler> all;
  for (const auto& hpa : set.autoscalers) {
    all.push_back({"HorizontalPodAutoscaler", hpa.name_space, hpa.name, hpa.target, hpa.target_kind, hpa.min_replicas, hpa.max_replicas, hpa.declared_at, by_utilization(hpa, "cpu"), by_utilization(hpa, "memory")});
  }
  for (const auto& scaled : set.scaled_objects) {
    const auto by = [&](std::string_view resource) { return std::ranges::any_of(scaled.triggers, [&](const auto& t) { return t.type.text() == resource; }); };
    all.push_back({scaled.jobs ? "ScaledJob" : "ScaledObject", scaled.name_space, scaled.name, scaled.target, scaled.target_kind, scaled.min_replicas, scaled.max_replicas, scaled.declared_at, by("cpu"), by("memory")});
  }
  return all;
}

void check_scaler(Check& check, const ManifestSet& set, const Scaler& scaler) {
  const std::string called = scaler.kind + " " + scaler.name_space.str() + "/" + scaler.name.str();
  if (scaler.min_replicas > scaler.max_replicas)
    check.warning("S065", scaler.at, called + " has " + std::to_string(scaler.min_replicas) + " replicas at least and " + std::to_string(scaler.max_replicas) + " at most", "the API server refuses it, so nothing scales; swap them, or raise the maximum");
  const WorkloadSpec* target = find_workload(set, scaler.target_kind, scaler.name_space, scaler.target);
  if (target == nullptr) {
    std::vector<std::string> names;
    for (const WorkloadSpec& workload : set.workloads)
      if (workload.name_space == scaler.name_space) names.push_back(workload.name.str());
    return check.warning("S060", scaler.at, called + " scales " + std::string(kind_name(scaler.target_kind)) + " '" + scaler.target.str() + "', which does not exist in namespace '" + scaler.name_space.str() + "'", Check::suggestion(scaler.target.text(), names));
  }
  for (const ContainerSpec& container : target->pod.containers) {
    const bool cpu = scaler.by_cpu_utilization && !container.states_cpu_request, memory = scaler.by_memory_utilization && !container.states_memory_request;
    if (!cpu && !memory) continue;
    check.warning("S062", target->declared_at, "container '" + container.name.str() + "' of " + target->name_space.str() + "/" + target->name.str() + " has no " + (cpu ? "CPU" : "memory") + " request, but " + called + " needs one", "without it the autoscaler cannot compute utilisation and does nothing");
  }
}

/// An external metric that no queue answers: upstream's autoscaler goes on with the other metrics, or not at all.
void check_external_metrics(Check& check, const ManifestSet& set) {
  std::vector<std::string> queues;
  for (const QueueSpec& queue : check.scenario().queues) queues.push_back(queue.name.str());
  for (const HorizontalPodAutoscalerSpec& autoscaler : set.autoscalers) {
    for (const MetricSpec& metric : autoscaler.metrics) {
      if (metric.source != MetricSource::External || std::ranges::find(queues, metric.name.str()) != queues.end()) continue;
      check.warning("S092", autoscaler.declared_at, "external metric '" + metric.name.str() + "' of HorizontalPodAutoscaler " + autoscaler.name_space.str() + "/" + autoscaler.name.str() + " has no source: no queue has that name",
                    "the autoscaler will say FailedGetExternalMetric; " + Check::suggestion(metric.name.text(), queues));
    }
  }
}

void check_shared_targets(Check& check, const std::vector<Scaler>& scalers) {
  std::map<std::string, const Scaler*> first;
  for (const Scaler& scaler : scalers) {
    if (scaler.min_replicas > scaler.max_replicas) continue;   // refused: it does not exist
    const auto [other, inserted] = first.emplace(std::to_string(static_cast<int>(scaler.target_kind)) + scaler.name_space.str() + "/" + scaler.target.str(), &scaler);
    if (!inserted)
      check.warning("S061", scaler.at, "two autoscalers scale " + scaler.name_space.str() + "/" + scaler.target.str() + ": '" + other->second->name.str() + "' and '" + scaler.name.str() + "'", "with two HorizontalPodAutoscalers neither scales (AmbiguousSelector); put their metrics into one");
  }
}

// The most replicas that a budget's pods can have together, and whether an autoscaler may change the number.
void check_budget(Check& check, const ManifestSet& set, const std::vector<Scaler>& scalers, const PodDisruptionBudgetSpec& budget) {
  std::int64_t replicas = 0, matching = 0;
  for (const WorkloadSpec& workload : set.workloads) {
    if (workload.name_space != budget.name_space || workload.kind == WorkloadKind::DaemonSet || !budget.selector.matches(workload.pod.labels)) continue;
    ++matching;
    const bool batch = workload.kind == WorkloadKind::Job || workload.kind == WorkloadKind::CronJob || workload.kind == WorkloadKind::ScaledJob;
    std::int64_t most = batch ? workload.job.parallelism : workload.replicas;
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

namespace {

// The eviction API refuses to choose between budgets.
void check_shared_pods(Check& check, const ManifestSet& set) {
  for (const WorkloadSpec& workload : set.workloads) {
    const PodDisruptionBudgetSpec* first = nullptr;
    for (const PodDisruptionBudgetSpec& budget : set.disruption_budgets) {
      if (workload.name_space != budget.name_space || !budget.selector.matches(workload.pod.labels)) continue;
      if (first != nullptr)
        check.warning("S064", budget.declared_at, "PodDisruptionBudgets '" + first->name.str() + "' and '" + budget.name.str() + "' both select the pods of " + workload.name_space.str() + "/" + workload.name.str(), "every eviction is answered with 500 and drains stop; keep one budget a pod");
      first = &budget;
    }
  }
}

}  // namespace

void check_autoscalers(Check& check) {
  for (const ClusterWorkloads& entry : check.scenario().workloads) {
    const std::vector<Scaler> scalers = scalers_of(entry.manifests);
    for (const Scaler& scaler : scalers) check_scaler(check, entry.manifests, scaler);
    check_shared_targets(check, scalers);
    check_external_metrics(check, entry.manifests);
    check_shared_pods(check, entry.manifests);
    for (const auto& budget : entry.manifests.disruption_budgets) check_budget(check, entry.manifests, scalers, budget);
  }
}

}  // namespace akstwin
