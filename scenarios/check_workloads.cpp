#include <algorithm>
#include <set>

#include "models/catalog/allocatable.hpp"
#include "models/spec/cron.hpp"
#include "models/catalog/machine_sizes.hpp"
#include "scenarios/check_scenario.hpp"

namespace akstwin {
namespace {

std::string called(const WorkloadSpec& workload) { return workload.name_space.str() + "/" + workload.name.str(); }

bool fits(const Resources& need, const Resources& room) {
  return need.cpu <= room.cpu && need.memory <= room.memory && need.ephemeral_storage <= room.ephemeral_storage && need.gpu <= room.gpu;
}

std::string in_words(const Resources& r) { return to_string(r.cpu) + " CPU and " + to_string(r.memory) + (r.gpu > 0 ? " and " + std::to_string(r.gpu) + " GPU" : ""); }

void check_pod_size(Check& check, const ClusterSpec& cluster, const WorkloadSpec& workload) {
  const Resources need = workload.pod.effective_request();
  std::string pools;
  for (const NodePoolSpec& pool : cluster.pools) {
    const VmSize* size = find_vm_size(pool.vm_size.text());
    if (size == nullptr) return;
    const Resources room = allocatable(*size, static_cast<int>(max_pods(pool, cluster.network.mode)), cluster.kubernetes_minor, pool.os_disk_gib);
    if (fits(need, room)) return;
    pools += (pools.empty() ? "" : "; ") + pool.name.str() + " " + in_words(room);
  }
  if (cluster.pools.empty()) return;
  if (cluster.provisioning.automatic)
    for (const KarpenterNodePoolSpec& pool : cluster.provisioning.node_pools)
      for (const VmSize* size : sizes_admitted(pool, cluster.location))
        if (fits(need, allocatable(*size, static_cast<int>(max_pods(machine_pool(cluster, pool), cluster.network.mode)), cluster.kubernetes_minor))) return;
  check.warning("S063", workload.declared_at, "a pod of " + called(workload) + " asks for " + in_words(need) + ", more than any node of '" + cluster.name.str() + "' has", "allocatable: " + pools);
}

void check_kustomizations(Check& check, const ManifestSet& set) {
  std::vector<std::string> names, sources;
  for (const auto& known : set.kustomizations) names.push_back(known.name.str());
  for (const auto& known : set.git_repositories) sources.push_back(known.name.str());
  for (const KustomizationSpec& kustomization : set.kustomizations) {
    for (const Name depends : kustomization.depends_on) {
      if (std::ranges::find(names, depends.text()) == names.end())
        check.error("S020", kustomization.declared_at, "Kustomization '" + kustomization.name.str() + "' depends on '" + depends.str() + "', which does not exist", Check::suggestion(depends.text(), names));
    }
    if (!kustomization.source.empty() && std::ranges::find(sources, kustomization.source.text()) == sources.end())
      check.warning("S020", kustomization.declared_at, "Kustomization '" + kustomization.name.str() + "' takes its source from '" + kustomization.source.str() + "', which is not among the manifests", "it never becomes ready; add the GitRepository");
  }
}

// Follows dependsOn from each Kustomization; a path that returns to its start is a cycle (Flux would wait for ever).
void check_dependency_cycles(Check& check, const ManifestSet& set) {
  for (const KustomizationSpec& start : set.kustomizations) {
    std::vector<Name> open = start.depends_on;
    std::set<Name> seen;
    while (!open.empty()) {
      const Name next = open.back();
      open.pop_back();
      if (next == start.name) {
        check.error("S071", start.declared_at, "Kustomization '" + start.name.str() + "' depends on itself through dependsOn", "break the circle; Flux would wait for ever");
        break;
      }
      if (!seen.insert(next).second) continue;
      for (const KustomizationSpec& other : set.kustomizations)
        if (other.name == next) open.insert(open.end(), other.depends_on.begin(), other.depends_on.end());
    }
  }
}

void check_selector(Check& check, const WorkloadSpec& workload) {
  const bool selects = workload.kind == WorkloadKind::Deployment || workload.kind == WorkloadKind::StatefulSet || workload.kind == WorkloadKind::DaemonSet;
  if (!selects || workload.selector.matches(workload.pod.labels)) return;
  check.error("S055", workload.declared_at, "the selector of " + called(workload) + " does not match the labels of its own pods", "the API server refuses it; make spec.selector and the template's labels agree");
}

void check_schedule(Check& check, const WorkloadSpec& workload) {
  if (workload.kind != WorkloadKind::CronJob) return;
  std::size_t fields = 0;
  bool in_field = false;
  for (const char c : workload.schedule) {
    if (c != ' ' && !in_field) ++fields;
    in_field = c != ' ';
  }
  const std::string called_so = "the schedule '" + workload.schedule + "' of CronJob " + called(workload);
  if (fields != 5 && !workload.schedule.starts_with('@')) return check.error("S013", workload.declared_at, called_so + " has " + std::to_string(fields) + " fields", "write five: minute hour day month weekday");
  if (!parse_cron(workload.schedule)) check.error("S013", workload.declared_at, called_so + " cannot be read", "the API server refuses it; for example '*/15 * * * *' or '@daily'");
}

}  // namespace

void check_workloads(Check& check) {
  for (const ClusterWorkloads& entry : check.scenario().workloads) {
    const ClusterSpec* cluster = check.scenario().cluster(entry.cluster);
    if (cluster == nullptr) continue;
    for (const WorkloadSpec& workload : entry.manifests.workloads) {
      check_pod_size(check, *cluster, workload);
      check_selector(check, workload);
      check_schedule(check, workload);
    }
    check_kustomizations(check, entry.manifests);
    check_dependency_cycles(check, entry.manifests);
  }
}

}  // namespace akstwin
