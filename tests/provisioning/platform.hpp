/// Clusters with node auto-provisioning for tests of the whole world: one small system pool that takes no workload, and NodePools.
#pragma once
#include "models/catalog/machine_sizes.hpp"
#include "tests/world/platform.hpp"

namespace akstwin::test {

inline NodeClaimRequirement requires_in(std::string_view key, const std::vector<std::string_view>& values) {
  NodeClaimRequirement requirement{{Name(key), SelectorRequirement::Operator::In, {}}, {}};
  for (const std::string_view value : values) requirement.rule.values.emplace_back(value);
  return requirement;
}

/// A NodePool of the given sizes, on demand, consolidated as soon as possible, never expiring.
inline KarpenterNodePoolSpec node_pool(std::string_view name, const std::vector<std::string_view>& sizes) {
  KarpenterNodePoolSpec pool;
  pool.name = Name(name);
  pool.node_class = Name("default");
  pool.requirements = {requires_in("karpenter.sh/capacity-type", {"on-demand"}), requires_in("node.kubernetes.io/instance-type", sizes)};
  pool.expire_after.reset();
  return pool;
}

/// Node times without spread: 60 s to come, 30 s to go. The system node is tainted, so that only NodePools take the workloads.
inline Scenario provisioned(std::vector<KarpenterNodePoolSpec> pools, std::vector<WorkloadSpec> workloads, Duration horizon = 1_h) {
  NodePoolSpec system = pool("system", 1, "Standard_D2s_v5");
  system.taints = {{Name("CriticalAddonsOnly"), Name("true"), TaintEffect::NoSchedule}};
  Scenario scenario = platform({system}, std::move(workloads), horizon);
  NodeProvisioningSpec& provisioning = scenario.clusters[0].provisioning;
  provisioning.automatic = true;
  provisioning.times = exactly(60_s, 30_s);
  provisioning.node_pools = std::move(pools);
  provisioning.node_classes = {{Name("default"), 128, 110, {}, {}}};
  return scenario;
}

/// Karpenter's events with that reason.
inline std::vector<TimelineEvent> said(const Timeline& timeline, std::string_view reason) {
  std::vector<TimelineEvent> found;
  for (const TimelineEvent& event : events(timeline, EventKind::Provisioner))
    if (event.object.text() == reason) found.push_back(event);
  return found;
}

inline std::int64_t machines(const Timeline& timeline, SimTime when, std::string pool, std::string kind) {
  return gauge(timeline, GaugeKind::MachinesAllocated, when, "prod", "prod/" + pool, kind);
}

/// Traffic that needs `replicas` pods of 900m at half their request, six times as many from minute `from` to minute `to`.
inline void with_burst(Scenario& scenario, std::string_view workload, std::int64_t replicas, Duration from, Duration to) {
  // 22.5 requests a second at 20 ms are 450m: one pod.
  ServiceLoadSpec service = load(std::string(workload), replicas * 22'500, 20'000);
  service.traffic.bursts.push_back({SimTime{} + from, to - from, PartsPerMillion{6'000'000}});
  scenario.services.push_back(service);
  objects(scenario).autoscalers.push_back(autoscaler(std::string(workload), replicas, replicas * 6, 50));
}

/// Everything that Karpenter said, a line each.
inline std::string transcript(const Timeline& timeline) {
  std::string text;
  for (const TimelineEvent& event : events(timeline, EventKind::Provisioner))
    text += to_string(event.at.since_start()) + " " + event.subject.str() + " " + event.object.str() + ": " + event.detail.str() + "\n";
  return text;
}

}  // namespace akstwin::test
