#include <algorithm>
#include <cctype>
#include <map>

#include "adapters/export/family_set.hpp"
#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

MetricLabels workload_labels(const ThreeParts& name, const char* kind) { return {{"cluster", "twin:" + name.cluster}, {"namespace", name.name_space}, {kind, name.name}}; }

/// Families of desired and ready replicas, and the label of the name, by kind.
struct ReplicaNames {
  const char *label, *desired, *ready;
};
ReplicaNames names_of(WorkloadKind kind) {
  if (kind == WorkloadKind::StatefulSet) return {"statefulset", "kube_statefulset_replicas", "kube_statefulset_status_replicas_ready"};
  if (kind == WorkloadKind::DaemonSet) return {"daemonset", "kube_daemonset_status_desired_number_scheduled", "kube_daemonset_status_number_ready"};
  return {"deployment", "kube_deployment_spec_replicas", "kube_deployment_status_replicas_available"};
}

/// What a budget lets go at each change of the ready pods: ready − what must stay healthy (policy/v1, disruption controller).
void budget_metrics(const PodDisruptionBudgetSpec& budget, const ClusterWorkloads& cluster, const ExportSource& source, FamilySet& families) {
  for (const WorkloadSpec& workload : cluster.manifests.workloads) {
    if (workload.name_space != budget.name_space || !budget.selector.matches(workload.pod.labels)) continue;
    const Name name(cluster.cluster.str() + "/" + workload.name_space.str() + "/" + workload.name.str());
    const Series* ready = source.timeline.find(key(GaugeKind::ReplicasReady, name));
    const Series* desired = source.timeline.find(key(GaugeKind::ReplicasDesired, name));
    if (ready == nullptr || desired == nullptr) return;
    std::vector<std::pair<SimTime, double>> values;
    std::size_t d = 0;
    for (const Sample& sample : ready->samples) {
      while (d + 1 < desired->samples.size() && desired->samples[d + 1].at <= sample.at) ++d;
      const std::int64_t expected = desired->samples.empty() ? 0 : desired->samples[d].value;
      const std::int64_t healthy = budget.max_unavailable ? expected - budget.max_unavailable->scaled(expected, true) : budget.min_available ? budget.min_available->scaled(expected, true) : 0;
      values.emplace_back(sample.at, static_cast<double>(std::max<std::int64_t>(0, sample.value - healthy)));
    }
    families.step("kube_poddisruptionbudget_status_pod_disruptions_allowed", {{"cluster", "twin:" + cluster.cluster.str()}, {"namespace", budget.name_space.str()}, {"poddisruptionbudget", budget.name.str()}},
                  SimTime{}, kNever, std::move(values));
    return;
  }
}

void horizontal_metrics(const HorizontalPodAutoscalerSpec& autoscaler, Name cluster, const ExportSource& source, FamilySet& families) {
  const MetricLabels labels{{"cluster", "twin:" + cluster.str()}, {"namespace", autoscaler.name_space.str()}, {"horizontalpodautoscaler", autoscaler.name.str()}};
  families.constant("kube_horizontalpodautoscaler_spec_min_replicas", labels, SimTime{}, kNever, static_cast<double>(autoscaler.min_replicas));
  families.constant("kube_horizontalpodautoscaler_spec_max_replicas", labels, SimTime{}, kNever, static_cast<double>(autoscaler.max_replicas));
  const Name target(cluster.str() + "/" + autoscaler.name_space.str() + "/" + autoscaler.target.str());
  if (const Series* ready = source.timeline.find(key(GaugeKind::ReplicasReady, target))) families.gauge("kube_horizontalpodautoscaler_status_current_replicas", labels, *ready, 1);
  if (const Series* desired = source.timeline.find(key(GaugeKind::ReplicasDesired, target))) families.gauge("kube_horizontalpodautoscaler_status_desired_replicas", labels, *desired, 1);
}

/// Sums of the gauges of a cluster's pools.
std::vector<std::pair<SimTime, double>> summed(const Timeline& timeline, GaugeKind kind, Name cluster) {
  std::map<SimTime, double> changes;
  for (const Series* series : timeline.of_kind(code(kind))) {
    if (series->key.a != cluster) continue;
    std::int64_t before = 0;
    for (const Sample& sample : series->samples) {
      changes[sample.at] += static_cast<double>(sample.value - before);
      before = sample.value;
    }
  }
  std::vector<std::pair<SimTime, double>> out;
  double value = 0;
  for (const auto& [at, change] : changes) out.emplace_back(at, value += change);
  return out;
}

/// "CpuRequestedBy" → "cpu_requested_by".
std::string snake_case(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !out.empty()) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

/// Prometheus' base units: cores, seconds, bytes.
std::pair<std::string, double> base_unit(std::string_view unit) {
  if (unit == "millicores") return {"_cores", 1e-3};
  if (unit == "us") return {"_seconds", 1e-6};
  if (unit == "bytes") return {"_bytes", 1};
  if (unit == "milli-requests/s") return {"_per_second", 1e-3};
  return {"", 1};
}

std::vector<std::string> label_names(std::string_view labels) {
  std::vector<std::string> names;
  while (!labels.empty()) {
    const std::size_t comma = std::min(labels.find(','), labels.size());
    std::string name(labels.substr(0, comma));
    name = name.substr(0, name.find(':'));
    std::string clean;
    for (const char c : name)
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) clean += c;
      else if (!clean.empty()) clean += '_';
    if (!clean.empty()) names.push_back(clean);
    labels.remove_prefix(std::min(comma + 1, labels.size()));
  }
  return names;
}

}  // namespace

void workload_metrics(const ExportSource& source, FamilySet& families) {
  for (const GaugeKind kind : {GaugeKind::ReplicasDesired, GaugeKind::ReplicasReady}) {
    for (const Series* series : source.timeline.of_kind(code(kind))) {
      const WorkloadSpec* spec = workload_spec(source.scenario, series->key.a);
      if (spec != nullptr && (spec->kind == WorkloadKind::Job || spec->kind == WorkloadKind::CronJob || spec->kind == WorkloadKind::ScaledJob)) continue;
      const ReplicaNames names = names_of(spec != nullptr ? spec->kind : WorkloadKind::Deployment);
      families.gauge(kind == GaugeKind::ReplicasDesired ? names.desired : names.ready, workload_labels(three_parts(series->key.a), names.label), *series, 1);
    }
  }
  for (const ClusterWorkloads& cluster : source.scenario.workloads) {
    for (const HorizontalPodAutoscalerSpec& autoscaler : cluster.manifests.autoscalers) horizontal_metrics(autoscaler, cluster.cluster, source, families);
    for (const PodDisruptionBudgetSpec& budget : cluster.manifests.disruption_budgets) budget_metrics(budget, cluster, source, families);
  }
}

void autoscaler_metrics(const ExportSource& source, FamilySet& families) {
  for (const ClusterSpec& cluster : source.scenario.clusters) {
    const MetricLabels labels{{"cluster", "twin:" + cluster.name.str()}};
    const auto groups = std::ranges::count_if(cluster.pools, [](const NodePoolSpec& pool) { return pool.autoscaling; });
    if (groups == 0) continue;
    families.constant("cluster_autoscaler_node_groups_count", labels, SimTime{}, kNever, static_cast<double>(groups));
    const auto state = [&](const char* name) { return MetricLabels{labels[0], {"state", name}}; };
    families.step("cluster_autoscaler_nodes_count", state("ready"), SimTime{}, kNever, summed(source.timeline, GaugeKind::NodesReady, cluster.name));
    if (const Series* pending = source.timeline.find(key(GaugeKind::PodsPending, cluster.name))) families.gauge("cluster_autoscaler_unschedulable_pods_count", labels, *pending, 1);
    std::vector<std::pair<SimTime, double>> up{{SimTime{}, 0}}, down{{SimTime{}, 0}};
    const std::string prefix = cluster.name.str() + "/";
    for (const NodeLife& node : source.lives.nodes) {
      if (!node.node.text().starts_with(prefix)) continue;
      if (node.requested > SimTime{}) up.emplace_back(node.requested, 1);
      if (node.deleting != kNever && node.why == Name("ScaleDown")) down.emplace_back(node.deleting, 1);
    }
    for (auto* counter : {&up, &down}) {
      std::ranges::sort(*counter);
      double total = 0;
      for (auto& [at, value] : *counter) value = total += value;
    }
    families.step("cluster_autoscaler_scaled_up_nodes_total", labels, SimTime{}, kNever, std::move(up));
    families.step("cluster_autoscaler_scaled_down_nodes_total", labels, SimTime{}, kNever, std::move(down));
  }
  for (const ClusterWorkloads& cluster : source.scenario.workloads) {
    for (const ScaledObjectSpec& scaled : cluster.manifests.scaled_objects) {
      for (const ScaledObjectSpec::Trigger& trigger : scaled.triggers) {
        const Series* queue = source.timeline.find(key(GaugeKind::QueueLength, trigger.name));
        if (queue == nullptr) continue;
        families.gauge("keda_scaler_metrics_value",
                       {{"cluster", "twin:" + cluster.cluster.str()}, {"namespace", scaled.name_space.str()}, {"scaledObject", scaled.name.str()}, {"scaler", trigger.type.str()}, {"metric", trigger.name.str()}}, *queue, 1);
      }
    }
  }
}

void twin_metrics(const ExportSource& source, FamilySet& families) {
  const auto meanings = gauge_meanings();
  for (const Series& series : source.timeline.all_series()) {
    if (series.key.kind >= meanings.size()) continue;
    const GaugeMeaning& meaning = meanings[series.key.kind];
    const auto [suffix, factor] = base_unit(meaning.unit);
    const std::vector<std::string> names = label_names(meaning.labels);
    // What belongs to no cluster (a network, a registry) is the scenario's.
    const std::string owner = three_parts(series.key.a).cluster;
    MetricLabels labels{{"cluster", "twin:" + (source.scenario.cluster(Name(owner)) != nullptr ? owner : source.scenario.name)}};
    const Name values[] = {series.key.a, series.key.b, series.key.c};
    for (std::size_t i = 0; i < 3; ++i)
      if (!values[i].empty() && !(i < names.size() && names[i] == "cluster")) labels.emplace_back(i < names.size() ? names[i] : "label_" + std::to_string(i + 1), values[i].str());
    std::string name = "akstwin_" + snake_case(meaning.name);
    // A counter's suffix stays last: akstwin_edge_bytes_total.
    if (name.ends_with("_total")) families.gauge(name, std::move(labels), series, factor);
    else families.gauge(name.ends_with(suffix) ? name : name + suffix, std::move(labels), series, factor);
  }
}

}  // namespace akstwin
