#include "adapters/export/metric_families.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "adapters/export/family_set.hpp"
#include "models/catalog/allocatable.hpp"
#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

double cores(Millicores cpu) { return static_cast<double>(cpu.value) / 1'000.0; }

/// Labels that each metric of a pod begins with.
MetricLabels pod_labels(const PodLife& pod, const ThreeParts& owner) {
  const ThreeParts name = three_parts(pod.pod);
  return {{"cluster", "twin:" + owner.cluster}, {"namespace", name.name_space}, {"pod", name.name}};
}

MetricLabels with(MetricLabels labels, std::initializer_list<std::pair<std::string, std::string>> more) {
  labels.insert(labels.end(), more.begin(), more.end());
  return labels;
}

std::string_view kind_word(WorkloadKind kind) {
  switch (kind) {
    case WorkloadKind::Deployment: return "ReplicaSet";
    case WorkloadKind::StatefulSet: return "StatefulSet";
    case WorkloadKind::DaemonSet: return "DaemonSet";
    case WorkloadKind::Job:
    case WorkloadKind::CronJob:
    case WorkloadKind::ScaledJob: return "Job";
  }
  return "";
}

class PodMetricWriter {
 public:
  PodMetricWriter(const ExportSource& source, FamilySet& families) : source_(source), families_(families) {
    for (const ServiceLoadSpec& service : source.scenario.services) loads_[service.workload] = &service;
  }

  void add(const PodLife& pod) {
    const SimTime end = end_of(pod.deleted, kNever);
    if (pod.created > source_.to || end < source_.from) return;
    const ThreeParts owner = three_parts(pod.workload);
    const MetricLabels labels = pod_labels(pod, owner);
    const WorkloadSpec* spec = spec_of(pod.workload);
    const std::string node = pod.node.empty() ? std::string() : three_parts(pod.node).name;
    families_.constant("kube_pod_info", with(labels, {{"node", node}, {"created_by_kind", std::string(spec != nullptr ? kind_word(spec->kind) : "")}, {"created_by_name", owner.name}}), pod.created, end, 1);
    families_.constant("kube_pod_created", labels, pod.created, end, static_cast<double>(unix_seconds(source_.scenario, pod.created)));
    const SimTime running = pod.started;
    families_.step("kube_pod_status_phase", with(labels, {{"phase", "Pending"}}), pod.created, end, {{pod.created, 1}, {running, 0}});
    families_.step("kube_pod_status_phase", with(labels, {{"phase", "Running"}}), pod.created, end, {{pod.created, 0}, {running, 1}});
    families_.step("kube_pod_status_ready", with(labels, {{"condition", "true"}}), pod.created, end, {{pod.created, 0}, {pod.ready, 1}});
    families_.step("kube_pod_status_scheduled", with(labels, {{"condition", "true"}}), pod.created, end, {{pod.created, 0}, {pod.scheduled, 1}});
    if (running != kNever) families_.constant("kube_pod_start_time", labels, running, end, static_cast<double>(unix_seconds(source_.scenario, running)));
    if (spec == nullptr) return;
    for (const ContainerSpec& container : spec->pod.containers) resources(labels, container, node, pod, end);
    use(pod, *spec, labels, end);
  }

 private:
  const WorkloadSpec* spec_of(Name workload) {
    const auto [entry, inserted] = specs_.try_emplace(workload, nullptr);
    if (inserted) entry->second = workload_spec(source_.scenario, workload);
    return entry->second;
  }

  void resources(const MetricLabels& labels, const ContainerSpec& container, const std::string& node, const PodLife& pod, SimTime end) {
    const MetricLabels own = with(labels, {{"container", container.name.str()}, {"node", node}});
    const auto both = [&](const char* family, const Resources& amount) {
      if (amount.cpu.value > 0) families_.constant(family, with(own, {{"resource", "cpu"}, {"unit", "core"}}), pod.created, end, cores(amount.cpu));
      if (amount.memory.value > 0) families_.constant(family, with(own, {{"resource", "memory"}, {"unit", "byte"}}), pod.created, end, static_cast<double>(amount.memory.value));
    };
    both("kube_pod_container_resource_requests", container.requests);
    both("kube_pod_container_resource_limits", container.limits);
  }

  /// What cAdvisor would measure: the workload's rate over its ready pods, times the CPU time of a request, and what the pod uses idle.
  void use(const PodLife& pod, const WorkloadSpec& spec, const MetricLabels& labels, SimTime end) {
    if (pod.ready == kNever || spec.pod.containers.empty()) return;
    const ThreeParts owner = three_parts(pod.workload);
    const auto load = loads_.find(Name(owner.name_space + "/" + owner.name));
    if (load == loads_.end()) return;
    const MetricLabels own = with(labels, {{"container", spec.pod.containers.front().name.str()}, {"image", ""}});
    const Series* rate = source_.timeline.find(key(GaugeKind::RequestRate, pod.workload));
    const Series* ready = source_.timeline.find(key(GaugeKind::ReplicasReady, pod.workload));
    double total = 0;
    std::vector<std::pair<SimTime, double>> samples{{pod.ready, 0}};
    std::size_t r = 0, n = 0;
    const SimTime until = std::min({end, source_.to, source_.timeline.end()});
    for (SimTime at = pod.ready; at < until; at += source_.step) {
      const double replicas = std::max<double>(1, static_cast<double>(value_at(ready, at, n)));
      const double per_pod = static_cast<double>(value_at(rate, at, r)) / 1'000.0 / replicas;
      total += source_.step.seconds_real() * (per_pod * static_cast<double>(load->second->cpu_per_request_us) / 1e6 + cores(load->second->cpu_idle));
      samples.emplace_back(at + source_.step, total);
    }
    families_.step("container_cpu_usage_seconds_total", own, pod.ready, end, std::move(samples));
    if (load->second->memory_base.value > 0) families_.constant("container_memory_working_set_bytes", own, pod.ready, end, static_cast<double>(load->second->memory_base.value));
  }

  /// The value that holds at a moment; `next` remembers the place for later moments.
  static std::int64_t value_at(const Series* series, SimTime at, std::size_t& next) {
    if (series == nullptr) return 0;
    while (next < series->samples.size() && series->samples[next].at <= at) ++next;
    return next == 0 ? 0 : series->samples[next - 1].value;
  }

  const ExportSource& source_;
  FamilySet& families_;
  std::map<Name, const ServiceLoadSpec*> loads_;
  std::map<Name, const WorkloadSpec*> specs_;
};

void node_metrics(const NodeLife& node, const ExportSource& source, FamilySet& families) {
  if (node.ready == kNever || node.ready > source.to || node.gone < source.from) return;
  const ThreeParts name = three_parts(node.node), pool = three_parts(node.pool);
  const MetricLabels labels{{"cluster", "twin:" + name.cluster}, {"node", name.name}};
  const ClusterSpec* cluster = source.scenario.cluster(Name(name.cluster));
  families.constant("kube_node_info", with(labels, {{"kubelet_version", cluster != nullptr ? fmt::format("v1.{}.0", cluster->kubernetes_minor) : ""}, {"pool", pool.name}}), node.ready, node.gone, 1);
  families.constant("kube_node_created", labels, node.ready, node.gone, static_cast<double>(unix_seconds(source.scenario, node.ready)));
  families.constant("kube_node_status_condition", with(labels, {{"condition", "Ready"}, {"status", "true"}}), node.ready, node.gone, 1);
  families.step("kube_node_spec_unschedulable", labels, node.ready, node.gone, {{node.ready, 0}, {node.deleting, 1}});
  if (cluster == nullptr) return;
  for (const NodePoolSpec& spec : cluster->pools) {
    const VmSize* size = spec.name.text() == pool.name ? find_vm_size(spec.vm_size.text()) : nullptr;
    if (size == nullptr) continue;
    const auto pods = max_pods(spec, cluster->network.mode);
    const Resources room = allocatable(*size, static_cast<int>(pods), cluster->kubernetes_minor);
    families.constant("kube_node_status_allocatable", with(labels, {{"resource", "cpu"}, {"unit", "core"}}), node.ready, node.gone, cores(room.cpu));
    families.constant("kube_node_status_allocatable", with(labels, {{"resource", "memory"}, {"unit", "byte"}}), node.ready, node.gone, static_cast<double>(room.memory.value));
    families.constant("kube_node_status_allocatable", with(labels, {{"resource", "pods"}, {"unit", "integer"}}), node.ready, node.gone, static_cast<double>(pods));
  }
}

}  // namespace

std::vector<MetricFamily> metric_families(const ExportSource& source) {
  FamilySet families;
  PodMetricWriter pods(source, families);
  for (const PodLife& pod : source.lives.pods) pods.add(pod);
  for (const NodeLife& node : source.lives.nodes) node_metrics(node, source, families);
  workload_metrics(source, families);
  autoscaler_metrics(source, families);
  twin_metrics(source, families);
  return families.take();
}

}  // namespace akstwin
