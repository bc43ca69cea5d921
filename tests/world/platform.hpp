/// Small platforms for tests of the whole world: three lines of arrangement, one run, questions in the domain's words.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "models/observe/kinds.hpp"
#include "models/spec/scenario.hpp"
#include "models/world/simulate.hpp"
#include "sim/step_function.hpp"

namespace akstwin::test {

using namespace akstwin::literals;

/// Boots and removals without spread, so that times can be worked out by hand.
inline NodeTimesSpec exactly(Duration boot, Duration remove) { return {{boot, boot}, {remove, remove}}; }

inline NodePoolSpec pool(std::string name, std::int64_t count, std::string size = "Standard_D4s_v5") {
  NodePoolSpec spec;
  spec.name = Name(name);
  spec.vm_size = Name(size);
  spec.zones = {1, 2, 3};
  spec.count = count;
  spec.max_pods = 110;
  spec.times = exactly(120_s, 60_s);
  return spec;
}

inline NodePoolSpec autoscaled(std::string name, std::int64_t min, std::int64_t max) {
  NodePoolSpec spec = pool(name, min);
  spec.autoscaling = true;
  spec.min_count = min;
  spec.max_count = max;
  return spec;
}

inline WorkloadSpec deployment(std::string name, std::int64_t replicas, Millicores cpu = 250_mcpu, Bytes memory = 256_Mi) {
  WorkloadSpec spec;
  spec.name_space = Name("orders");
  spec.name = Name(name);
  spec.replicas = replicas;
  spec.selector.requirements.push_back({Name("app"), SelectorRequirement::Operator::In, {Name(name)}});
  spec.pod.name_space = Name("orders");
  spec.pod.labels.set(Name("app"), Name(name));
  ContainerSpec container;
  container.name = Name("app");
  container.requests = {cpu, memory, {}, 0};
  container.states_cpu_request = container.states_memory_request = true;
  spec.pod.containers.push_back(container);
  return spec;
}

inline ServiceLoadSpec load(std::string workload, std::int64_t milli_rps, std::int64_t cpu_us) {
  ServiceLoadSpec spec;
  spec.workload = Name("orders/" + workload);
  spec.edge = true;
  spec.traffic.peak_milli_rps = spec.traffic.trough_milli_rps = milli_rps;
  spec.cpu_per_request_us = cpu_us;
  spec.startup = 5_s;
  return spec;
}

inline HorizontalPodAutoscalerSpec autoscaler(std::string target, std::int64_t min, std::int64_t max, std::int64_t percent) {
  HorizontalPodAutoscalerSpec spec;
  spec.name_space = Name("orders");
  spec.name = spec.target = Name(target);
  spec.min_replicas = min;
  spec.max_replicas = max;
  MetricSpec cpu;
  cpu.name = Name("cpu");
  cpu.value = percent;
  spec.metrics = {cpu};
  return spec;
}

/// One cluster "prod" in eastus2 and what runs on it.
inline Scenario platform(std::vector<NodePoolSpec> pools, std::vector<WorkloadSpec> workloads, Duration horizon = 1_h) {
  Scenario scenario;
  scenario.name = "test";
  scenario.horizon = horizon;
  ClusterSpec cluster;
  cluster.name = Name("prod");
  cluster.location = Name("eastus2");
  cluster.pools = std::move(pools);
  scenario.clusters.push_back(cluster);
  ClusterWorkloads objects;
  objects.cluster = cluster.name;
  objects.manifests.workloads = std::move(workloads);
  scenario.workloads.push_back(objects);
  scenario.edge.kind = EdgeSpec::Kind::FrontDoor;
  scenario.edge.origins = {cluster.name};
  return scenario;
}

inline ManifestSet& objects(Scenario& scenario) { return scenario.workloads.front().manifests; }

/// A workload that Flux applies from a Git repository, and commits that release it on weekdays; starts on a Monday.
inline void deliver(Scenario& scenario, WorkloadSpec& workload, int commits_per_weekday) {
  ManifestSet& manifests = objects(scenario);
  workload.kustomization = Name("apps");
  manifests.git_repositories.push_back({Name("flux-system"), Name("config"), 1_min, false, {}});
  KustomizationSpec apps;
  apps.name = Name("apps");
  apps.source = Name("config");
  manifests.kustomizations.push_back(apps);
  scenario.start.unix_seconds = 1'772'409'600;   // Monday 2026-03-02T00:00:00Z
  scenario.delivery.enabled = true;
  scenario.delivery.commits_per_weekday = commits_per_weekday;
}

inline Timeline run(const Scenario& scenario, KernelKind kernel = KernelKind::Calendar) {
  RunOptions options;
  options.kernel = kernel;
  return std::move(simulate(scenario, options).timeline);
}

inline std::int64_t gauge(const Timeline& timeline, GaugeKind kind, SimTime at, std::string a, std::string b = "", std::string c = "") {
  const Series* series = timeline.find(key(kind, Name(a), Name(b), Name(c)));
  return series == nullptr ? 0 : value_at(series->samples, at);
}

inline std::vector<TimelineEvent> events(const Timeline& timeline, EventKind kind) {
  std::vector<TimelineEvent> found;
  for (const TimelineEvent& event : timeline.events())
    if (event.kind == code(kind)) found.push_back(event);
  return found;
}

/// What a step does, at once.
inline ActionSpec an_action(ActionKind kind, std::string target, int zone = 0, std::int64_t count = 0, Duration duration = {}) {
  ActionSpec action;
  action.kind = kind;
  action.target = Name(target);
  action.zone = zone;
  action.count = count;
  action.duration = duration;
  return action;
}

inline SimTime at(Duration since_start) { return SimTime{} + since_start; }

}  // namespace akstwin::test
