#include "adapters/export/family_set.hpp"

#include <algorithm>
#include <string_view>

#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

struct Help {
  std::string_view name, text;
};

// In words of our own; the meanings are those of the projects that named the metrics.
constexpr Help kHelp[] = {
    {"container_cpu_usage_seconds_total", "CPU time that the container has used, in seconds of one core."},
    {"container_memory_working_set_bytes", "Memory that the container uses and cannot give back."},
    {"cluster_autoscaler_nodes_count", "Nodes of the cluster by state."},
    {"cluster_autoscaler_unschedulable_pods_count", "Pods that no node could take."},
    {"cluster_autoscaler_scaled_up_nodes_total", "Nodes that the autoscaler added."},
    {"cluster_autoscaler_scaled_down_nodes_total", "Nodes that the autoscaler removed."},
    {"cluster_autoscaler_node_groups_count", "Node pools that the autoscaler may change."},
    {"keda_scaler_metrics_value", "Value that the scaler read from its source."},
    {"kube_daemonset_status_desired_number_scheduled", "Nodes that should run a pod of the DaemonSet."},
    {"kube_daemonset_status_number_ready", "Ready pods of the DaemonSet."},
    {"kube_deployment_spec_replicas", "Replicas that the Deployment asks for."},
    {"kube_deployment_status_replicas_available", "Replicas of the Deployment that are available."},
    {"kube_horizontalpodautoscaler_spec_max_replicas", "Most replicas that the autoscaler may ask for."},
    {"kube_horizontalpodautoscaler_spec_min_replicas", "Fewest replicas that the autoscaler may ask for."},
    {"kube_horizontalpodautoscaler_status_current_replicas", "Replicas that the autoscaler last saw."},
    {"kube_horizontalpodautoscaler_status_desired_replicas", "Replicas that the autoscaler last asked for."},
    {"kube_node_created", "When the node was created, in seconds since 1970."},
    {"kube_node_info", "What the node is; always 1."},
    {"kube_node_spec_unschedulable", "1 when no pods may be placed on the node."},
    {"kube_node_status_allocatable", "What pods can use of the node."},
    {"kube_node_status_condition", "1 when the condition has that status."},
    {"kube_pod_container_resource_limits", "Limit of the container."},
    {"kube_pod_container_resource_requests", "Request of the container."},
    {"kube_pod_created", "When the pod was created, in seconds since 1970."},
    {"kube_pod_info", "What the pod is and where it runs; always 1."},
    {"kube_pod_start_time", "When the pod started, in seconds since 1970."},
    {"kube_pod_status_phase", "1 when the pod is in that phase."},
    {"kube_pod_status_ready", "1 when the pod is ready."},
    {"kube_pod_status_scheduled", "1 when the pod has a node."},
    {"kube_poddisruptionbudget_status_pod_disruptions_allowed", "Pods that may be evicted now."},
    {"kube_statefulset_replicas", "Replicas that the StatefulSet asks for."},
    {"kube_statefulset_status_replicas_ready", "Ready replicas of the StatefulSet."},
};

std::string help_of(const std::string& name) {
  const auto known = std::ranges::find(kHelp, name, &Help::name);
  return known != std::end(kHelp) ? std::string(known->text) : "A gauge of the twin, see docs/reference/export.md.";
}

}  // namespace

void FamilySet::step(const std::string& family, MetricLabels labels, SimTime from, SimTime to, std::vector<std::pair<SimTime, double>> values) {
  std::erase_if(values, [](const auto& value) { return value.first == kNever; });
  families_[family].push_back({std::move(labels), std::move(values), from, to});
}

void FamilySet::gauge(const std::string& family, MetricLabels labels, const Series& series, double factor) {
  std::vector<std::pair<SimTime, double>> values;
  values.reserve(series.samples.size());
  for (const Sample& sample : series.samples) values.emplace_back(sample.at, static_cast<double>(sample.value) * factor);
  families_[family].push_back({std::move(labels), std::move(values), SimTime{}, kNever});
}

std::vector<MetricFamily> FamilySet::take() {
  std::vector<MetricFamily> out;
  for (auto& [name, series] : families_) {
    std::ranges::stable_sort(series, [](const MetricSeries& a, const MetricSeries& b) { return a.labels != b.labels ? a.labels < b.labels : a.from < b.from; });
    out.push_back({name, help_of(name), name.ends_with("_total"), std::move(series)});
  }
  families_.clear();
  return out;
}

}  // namespace akstwin
