/// Clusters that only hold workloads with a number of ready pods, around the parts under test.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/observe/kinds.hpp"
#include "models/workload/load_model.hpp"
#include "sim/kernel.hpp"

namespace akstwin::testing {

using namespace akstwin::literals;

inline WorkloadSpec a_deployment(std::string_view name_space, std::string_view name, std::int64_t replicas, std::int64_t cpu_milli = 1'000) {
  WorkloadSpec spec;
  spec.name_space = Name(name_space);
  spec.name = Name(name);
  spec.replicas = replicas;
  ContainerSpec container;
  container.requests.cpu = container.limits.cpu = {cpu_milli};
  container.requests.memory = {512LL << 20};
  spec.pod.containers.push_back(container);
  return spec;
}

/// 10 ms on one core each: a pod of one core serves one request at a time, 100 a second.
inline ServiceLoadSpec a_service(std::string_view workload) {
  ServiceLoadSpec spec;
  spec.workload = Name(workload);
  spec.cpu_per_request_us = 10'000;
  spec.service_time = 10_ms;
  spec.timeout = 1_s;
  spec.concurrency = 1;
  return spec;
}

inline ServiceLoadSpec an_edge_service(std::string_view workload, std::int64_t milli_rps) {
  ServiceLoadSpec spec = a_service(workload);
  spec.edge = true;
  spec.traffic.peak_milli_rps = milli_rps;
  return spec;
}

/// "aks-prod" in eastus2 and, with `clusters` 2, "aks-standby" in centralus, behind Front Door. Monday 2026-03-02.
inline Scenario a_load(std::vector<WorkloadSpec> workloads, std::vector<ServiceLoadSpec> services, std::size_t clusters = 1) {
  Scenario scenario;
  scenario.start.unix_seconds = *parse_utc("2026-03-02");
  scenario.services = std::move(services);
  const std::string_view names[] = {"aks-prod", "aks-standby"}, regions[] = {"eastus2", "centralus"};
  for (std::size_t i = 0; i < clusters; ++i) {
    ClusterSpec cluster;
    cluster.name = Name(names[i]);
    cluster.location = Name(regions[i]);
    scenario.clusters.push_back(cluster);
    scenario.workloads.push_back({cluster.name, {}});
    scenario.workloads.back().manifests.workloads = workloads;
    scenario.edge.origins.push_back(cluster.name);
  }
  scenario.edge.kind = EdgeSpec::Kind::FrontDoor;
  return scenario;
}

struct NotedTriggers final : TriggerSink {
  void set_trigger(ScaledObjectId, std::uint32_t trigger, std::int64_t value_milli) override { values.push_back({trigger, value_milli}); }
  std::vector<std::pair<std::uint32_t, std::int64_t>> values;
};

struct NotedEdge final : OriginHealth {
  void origin_answers(std::uint32_t cluster, bool on) override {
    if (answers.size() <= cluster) answers.resize(cluster + 1);
    answers[cluster] = on;
  }
  std::vector<bool> answers;
};

/// The load model over clusters whose pods are all ready at once.
struct LoadWorld {
  explicit LoadWorld(Scenario of) : scenario(std::move(of)), states(scenario.clusters.size()), usage(states.size()), triggers(states.size()) {
    Topology topology;
    std::vector<ClusterLoad> loads;
    for (std::uint32_t c = 0; c < states.size(); ++c) {
      topology.add_region(scenario.clusters[c].location);
      for (const WorkloadSpec& spec : scenario.workloads[c].manifests.workloads) {
        Workload row;
        row.spec = &spec;
        row.key = Name(spec.name_space.str() + "/" + spec.name.str());
        row.applied = true;
        row.replicas = row.ready = spec.replicas;
        row.pods.resize(static_cast<std::size_t>(spec.replicas));
        states[c].workloads.insert(row);
      }
      loads.push_back({&states[c], &usage[c], &triggers[c], c});
    }
    regions = topology.regions;
    cloud.region_up.assign(states.size(), true);
    kernel = make_kernel(KernelKind::Calendar, topology);
    clusters = loads;
    load = std::make_unique<LoadModel>(LoadModel::Parts{*kernel, timeline, root, scenario, cloud, loads, &edge});
  }
  Workload& workload(std::string_view key, std::uint32_t cluster = 0) {
    return states[cluster].workloads[find_workload(states[cluster], Name(key))];
  }
  /// All pods of the cluster come or go.
  void set_ready(bool ready, std::uint32_t cluster) {
    for (std::uint32_t row = 0; row < states[cluster].workloads.size(); ++row) {
      Workload& of = states[cluster].workloads[states[cluster].workloads.at(row)];
      of.ready = ready ? of.replicas : 0;
    }
  }
  const WorkloadUsage& used(std::string_view key, std::uint32_t cluster = 0) {
    return usage[cluster].by_workload[find_workload(states[cluster], Name(key)).row];
  }
  std::int64_t gauge(GaugeKind kind, std::string_view a) const {
    const Series* series = timeline.find(key(kind, Name(a)));
    return series == nullptr ? -1 : series->current();
  }
  std::vector<TimelineEvent> events(EventKind kind) const {
    std::vector<TimelineEvent> out;
    for (const TimelineEvent& event : timeline.events())
      if (event.kind == code(kind)) out.push_back(event);
    return out;
  }
  void run_for(Duration time) { kernel->run_until(kernel->now() + time); }

  Scenario scenario;
  RngRoot root;
  std::vector<ClusterState> states;
  std::vector<UsageTruth> usage;
  std::vector<NotedTriggers> triggers;
  std::vector<Name> regions;
  std::vector<ClusterLoad> clusters;
  CloudState cloud;
  Timeline timeline;
  NotedEdge edge;
  std::unique_ptr<Kernel> kernel;
  std::unique_ptr<LoadModel> load;
};

}  // namespace akstwin::testing
