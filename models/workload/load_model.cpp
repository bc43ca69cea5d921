#include "models/workload/load_model.hpp"

#include <algorithm>
#include <cmath>

#include "models/observe/kinds.hpp"
#include "sim/base/check.hpp"
#include "sim/base/rounding.hpp"

namespace akstwin {
namespace {

constexpr Duration kHour{3'600'000'000};
constexpr double kMilli = 1e3;
constexpr double kMillion = 1e6;

// Longest time that the pods of t = 0 are taken to serve before they are up. What is not up by then has a problem of its own.
constexpr Duration kWarmUp{900'000'000};

// Workloads that the scenario gives no load: a fifth of their CPU request and half of their memory request. Assumption; what
// matters is that their autoscalers stay at the minimum (docs/models/service-load.md).
constexpr std::int64_t kUnstatedCpuDivisor = 5, kUnstatedMemoryDivisor = 2;

std::int64_t cpu_limit_of(const PodSpec& pod) {
  std::int64_t limit = 0;
  for (const ContainerSpec& container : pod.containers) limit += container.limits.cpu.value;
  return limit;
}

bool is_origin(const EdgeSpec& edge, Name cluster) {
  return edge.kind != EdgeSpec::Kind::None && std::find(edge.origins.begin(), edge.origins.end(), cluster) != edge.origins.end();
}

}  // namespace

LoadModel::LoadModel(Parts parts) : parts_(std::move(parts)), queues_(parts_.timeline, parts_.scenario, parts_.root) {
  AKSTWIN_CHECK(parts_.clusters.size() == parts_.scenario.clusters.size(), "every cluster has its load");
  HandlerRegistry& handlers = parts_.kernel.handlers();
  tick_ = handlers.add<&LoadModel::on_tick>("load_model.tick", Phase::Plant, *this);
  sample_ = handlers.add<&LoadModel::on_sample>("load_model.sample", Phase::Observe, *this);
  hour_ = handlers.add<&LoadModel::on_hour>("load_model.hour", Phase::Observe, *this);
}

// ---- Binding ----

void LoadModel::start() {
  add_services();
  demand_.assign(services_.size(), 0);
  cluster_up_.assign(parts_.clusters.size(), true);
  unstated_.resize(parts_.clusters.size());
  rates_.resize(parts_.clusters.size());
  for (std::uint32_t c = 0; c < parts_.clusters.size(); ++c) {
    const ClusterLoad& cluster = parts_.clusters[c];
    const Name name = parts_.scenario.clusters[c].name;
    for (Service& service : services_) bind_station(service, service.stations[c], c);
    bind_unstated(c);
    bind_rates(c);
    queues_.bind(c, *cluster.state, cluster.triggers);
    crons_.bind(*cluster.state, cluster.triggers);
    outbound_.emplace_back(parts_.scenario, parts_.scenario.clusters[c]);
    meters_.push_back(make_cluster_meter(parts_.timeline, name, is_origin(parts_.scenario.edge, name), parts_.scenario.monitoring.present));
  }
  started_ = settled_ = parts_.kernel.now();
  crons_.tell(parts_.scenario.start, settled_);
  evaluate(settled_);
  record_counters();
  parts_.kernel.after(kLoadTick, tick_, {});
  parts_.kernel.after(kLoadSampling, sample_, {});
  parts_.kernel.after(kHour, hour_, {});
}

void LoadModel::add_services() {
  const std::vector<ServiceLoadSpec>& specs = parts_.scenario.services;
  const CallGraph graph = call_graph(specs);
  for (const std::uint32_t index : graph.order) {
    const ServiceLoadSpec& spec = specs[index];
    services_.push_back({.spec = &spec,
                         .traffic = Traffic(spec.traffic, parts_.scenario.start, kLoadTick, parts_.root, spec.workload.text()),
                         .calls = graph.calls[services_.size()],
                         .stations = std::vector<Station>(parts_.clusters.size())});
  }
}

void LoadModel::bind_station(const Service& service, Station& station, std::uint32_t cluster) {
  const ClusterState& state = *parts_.clusters[cluster].state;
  const ServiceLoadSpec& spec = *service.spec;
  station.workload = find_workload(state, spec.workload);
  if (station.workload.null()) return;
  station.name = Name(parts_.scenario.clusters[cluster].name.str() + "/" + spec.workload.str());
  const PodSpec& pod = state.workloads[station.workload].spec->pod;
  station.cpu_limit_milli = cpu_limit_of(pod);
  for (const VerticalAutoscaler& autoscaler : state.vertical_autoscalers) station.resized = station.resized || autoscaler.target == station.workload;
  station.cpu_request_milli = pod.effective_request().cpu.value;
  station.server = server_model(spec.service_time, spec.service_variation,
                                concurrency_of(spec, station.cpu_limit_milli, station.cpu_request_milli), spec.timeout);
  station.meter = make_service_meter(parts_.timeline, station.name);
}

void LoadModel::bind_unstated(std::uint32_t cluster) {
  parts_.clusters[cluster].state->workloads.for_each([&](WorkloadId id, const Workload& workload) {
    const auto stated = [&](const Service& service) { return service.stations[cluster].workload == id; };
    if (std::any_of(services_.begin(), services_.end(), stated)) return;
    const Resources request = workload.spec->pod.effective_request();
    const Millicores cpu = request.cpu / kUnstatedCpuDivisor;
    unstated_[cluster].push_back({id, {.cpu = cpu, .cpu_idle = cpu, .memory = request.memory / kUnstatedMemoryDivisor}});
  });
}

void LoadModel::bind_rates(std::uint32_t cluster) {
  if (parts_.clusters[cluster].triggers == nullptr) return;
  parts_.clusters[cluster].state->scaled_objects.for_each([&](ScaledObjectId id, const ScaledObject& object) {
    const Name target(object.spec->name_space.str() + "/" + object.spec->target.str());
    for (std::uint32_t t = 0; t < object.spec->triggers.size(); ++t) {
      const ScaledObjectSpec::Trigger& trigger = object.spec->triggers[t];
      const bool asks_monitoring = trigger.type.text() == "prometheus" || trigger.type.text() == "azure-monitor";
      if (!asks_monitoring || queues_.feeds(trigger.name, target)) continue;
      for (std::uint32_t s = 0; s < services_.size(); ++s)
        if (services_[s].stations[cluster].workload == object.target && !object.target.null()) rates_[cluster].push_back({id, t, s});
    }
  });
}

void LoadModel::tell_rates(std::uint32_t cluster) const {
  for (const RateTrigger& rate : rates_[cluster])
    parts_.clusters[cluster].triggers->set_trigger(rate.object, rate.index, round_half_away(services_[rate.service].stations[cluster].offered * kMilli));
}

/// Requests and limits as the pods that serve have them, on average: a vertical autoscaler changes some of them at a time.
void LoadModel::follow_resources(const Service& service, Station& station, std::uint32_t cluster) const {
  const ClusterState& state = *parts_.clusters[cluster].state;
  if (!station.resized || !state.workloads.contains(station.workload)) return;
  std::int64_t ready = 0, limit = 0, request = 0;
  for (const PodId id : state.workloads[station.workload].pods) {
    const Pod& pod = state.pods[id];
    if (!pod.ready) continue;
    ++ready;
    limit += cpu_limit_of(*pod.spec);
    request += pod.spec->effective_request().cpu.value;
  }
  if (ready == 0 || (station.cpu_limit_milli == limit / ready && station.cpu_request_milli == request / ready)) return;
  station.cpu_limit_milli = limit / ready;
  station.cpu_request_milli = request / ready;
  const ServiceLoadSpec& spec = *service.spec;
  // Without a limit the program was sized by the request of its template: a smaller one takes no workers away.
  const std::int64_t sized_by = std::max(station.cpu_request_milli, state.workloads[station.workload].spec->pod.effective_request().cpu.value);
  station.server = server_model(spec.service_time, spec.service_variation,
                                concurrency_of(spec, station.cpu_limit_milli, sized_by), spec.timeout);
}

Name LoadModel::timeline_name(std::uint32_t service, std::uint32_t cluster) const { return services_[service].stations[cluster].name; }

// ---- Evaluation ----

std::int64_t LoadModel::ready_pods(std::uint32_t cluster, const Station& station) const {
  const ClusterState& state = *parts_.clusters[cluster].state;
  if (!cluster_up_[cluster] || !state.workloads.contains(station.workload)) return 0;
  const Workload& workload = state.workloads[station.workload];
  return station.warming && workload.applied ? workload.replicas : workload.ready - workload.silent;
}

/// The platform stood before t = 0: the pods that a run starts with are taken to serve until they have all come up once.
void LoadModel::warm_up(std::uint32_t cluster, Station& station, SimTime now) const {
  const ClusterState& state = *parts_.clusters[cluster].state;
  if (!station.warming || !state.workloads.contains(station.workload)) return;
  const Workload& workload = state.workloads[station.workload];
  station.warming = workload.ready < workload.replicas && now < started_ + kWarmUp;
}

void LoadModel::evaluate(SimTime now) {
  for (std::uint32_t c = 0; c < parts_.clusters.size(); ++c) {
    cluster_up_[c] = up(c);
    evaluate_cluster(c, now);
    write_usage(c);
    tell_rates(c);
    tell_edge(c);
  }
}

/// Callers come before callees, so that one pass settles all demand; a second one backwards settles success and latency.
void LoadModel::evaluate_cluster(std::uint32_t cluster, SimTime now) {
  const bool active = cluster == parts_.cloud.active_origin;
  std::fill(demand_.begin(), demand_.end(), 0.0);
  for (std::size_t i = 0; i < services_.size(); ++i) {
    const Service& service = services_[i];
    Station& station = services_[i].stations[cluster];
    if (station.workload.null()) continue;
    warm_up(cluster, station, now);
    follow_resources(service, station, cluster);
    station.edge = active && service.spec->edge ? static_cast<double>(service.traffic.milli_rps(now)) / kMilli : 0.0;
    serve(service, station, ready_pods(cluster, station), demand_[i] + station.edge, answered_share(cluster, station),
          pod_speed(cluster, station));
    if (station.served <= 0) continue;
    for (const ServiceCall& call : service.calls) demand_[call.callee] += station.served * call.per_request;
  }
  if (outbound_[cluster].active()) lose_portless(cluster, now);
  if (active) finish_paths(cluster);
}

/// Requests that need a connection to the outside fail while there is no port for it; they have used their CPU before.
void LoadModel::lose_portless(std::uint32_t cluster, SimTime now) {
  double requests = 0;
  for (const Service& service : services_) requests += service.stations[cluster].offered;
  outbound_[cluster].update(*parts_.clusters[cluster].state, requests, now, parts_.timeline);
  const double answered = 1 - outbound_[cluster].failing();
  if (answered >= 1) return;
  for (Service& service : services_) service.stations[cluster].success *= answered;
}

/// Burstable nodes without credits slow their pods down.
double LoadModel::pod_speed(std::uint32_t cluster, const Station& station) const {
  const ClusterLoad& of = parts_.clusters[cluster];
  if (!of.burstable || !of.state->workloads.contains(station.workload)) return 1;
  std::int64_t pods = 0, speed = 0;
  for (const PodId id : of.state->workloads[station.workload].pods) {
    const Pod& pod = of.state->pods[id];
    if (!pod.ready || !of.state->nodes.contains(pod.node)) continue;
    speed += of.state->nodes[pod.node].cpu_speed_ppm;
    ++pods;
  }
  return pods == 0 ? 1 : static_cast<double>(speed) / (1e6 * static_cast<double>(pods));
}

void LoadModel::serve(const Service& service, Station& station, std::int64_t pods, double demand, double answered, double speed) const {
  station.offered = demand;
  station.served = 0;
  station.own_success = station.success = demand > 0 && pods == 0 ? 0.0 : 1.0;
  station.mean_response = station.response_p95 = 0;
  if (demand <= 0 || pods == 0) return;
  // A pod whose busy servers together want more CPU than its limit is throttled: everything takes longer.
  double stretch = 1;
  if (station.cpu_limit_milli > 0) {
    const double wanted = station.server.servers * static_cast<double>(service.spec->cpu_per_request_us) / (station.server.service * kMilli);
    stretch = std::max(1.0, wanted / static_cast<double>(station.cpu_limit_milli));
  }
  // Slower cores lengthen the part of a request that computes; waiting for others takes no longer.
  if (speed < 1) {
    const double computes = std::min(1.0, static_cast<double>(service.spec->cpu_per_request_us) / (station.server.service * 1e6));
    stretch = std::max(stretch, 1 + computes * (1 / speed - 1));
  }
  const QueueEstimate queue = estimate_queue(station.server, demand * answered / static_cast<double>(pods), stretch);
  station.own_success = station.success = (1.0 - queue.loss) * answered;
  station.served = demand * station.own_success;
  station.mean_response = station.server.service * stretch + queue.wait_mean;
  station.response_p95 = queue.response_p95;
}

/// A pod whose machine died stays an endpoint until the control plane marks it: its share of the requests is sent into the void.
double LoadModel::answered_share(std::uint32_t cluster, const Station& station) const {
  const ClusterState& state = *parts_.clusters[cluster].state;
  if (station.warming || !state.workloads.contains(station.workload)) return 1;
  const Workload& workload = state.workloads[station.workload];
  if (workload.silent == 0 || workload.ready == 0) return 1;
  return static_cast<double>(workload.ready - workload.silent) / static_cast<double>(workload.ready);
}

void LoadModel::finish_paths(std::uint32_t cluster) {
  for (std::size_t i = services_.size(); i-- > 0;) {
    Station& station = services_[i].stations[cluster];
    if (station.offered <= 0) continue;
    for (const ServiceCall& call : services_[i].calls) {
      const Station& callee = services_[call.callee].stations[cluster];
      if (callee.workload.null() || callee.offered <= 0) continue;
      if (callee.success < 1.0) station.success *= std::pow(callee.success, call.per_request);   // Every call must be answered.
      station.mean_response += call.per_request * callee.mean_response;
      station.response_p95 += call.per_request * callee.mean_response;
    }
  }
}

void LoadModel::write_usage(std::uint32_t cluster) {
  const ClusterState& state = *parts_.clusters[cluster].state;
  UsageTruth& truth = *parts_.clusters[cluster].usage;
  if (truth.by_workload.size() < state.workloads.size()) truth.by_workload.resize(state.workloads.size());
  truth.cpu_used_milli = 0;
  const auto use = [&](WorkloadId id, const WorkloadUsage& usage) {
    truth.by_workload[id.row] = usage;
    if (!cluster_up_[cluster] || !state.workloads.contains(id)) return;
    const Workload& workload = state.workloads[id];
    const std::int64_t idle = std::max<std::int64_t>(0, static_cast<std::int64_t>(workload.pods.size()) - workload.ready);
    truth.cpu_used_milli += workload.ready * usage.cpu.value + idle * usage.cpu_idle.value;
  };
  for (const Service& service : services_) {
    const Station& station = service.stations[cluster];
    if (station.workload.null()) continue;
    WorkloadUsage usage{.cpu = service.spec->cpu_idle, .cpu_idle = service.spec->cpu_idle, .memory = service.spec->memory_base,
                        .requests_milli = round_half_away(station.offered * kMilli)};
    if (station.served > 0) {
      const double each = station.served / static_cast<double>(ready_pods(cluster, station));
      usage.cpu.value += round_half_away(each * static_cast<double>(service.spec->cpu_per_request_us) / kMilli);
      const double inside = each * station.mean_response;   // Little's law: requests that a pod holds.
      usage.memory.value += round_half_away(inside * static_cast<double>(service.spec->memory_per_concurrent.value));
    }
    if (station.cpu_limit_milli > 0) usage.cpu.value = std::min(usage.cpu.value, station.cpu_limit_milli);
    use(station.workload, usage);
  }
  for (const auto& [id, usage] : unstated_[cluster]) use(id, usage);
  queues_.lengths(truth.queues);
}

/// A cluster answers the edge's probes when one of the services behind the edge has a ready pod.
void LoadModel::tell_edge(std::uint32_t cluster) const {
  if (parts_.edge == nullptr) return;
  bool any = false, answers = false;
  for (const Service& service : services_) {
    const Station& station = service.stations[cluster];
    if (!service.spec->edge || station.workload.null()) continue;
    any = true;
    answers = answers || ready_pods(cluster, station) > 0;
  }
  if (any) parts_.edge->origin_answers(cluster, answers);
}

// ---- Counting ----

/// Counts from the last evaluation until now with the rates in force since then.
void LoadModel::settle() {
  const SimTime now = parts_.kernel.now();
  const Duration span = now - settled_;
  if (span.us == 0) return;
  for (Service& service : services_)
    for (std::uint32_t c = 0; c < service.stations.size(); ++c) {
      Station& station = service.stations[c];
      if (station.offered <= 0) continue;
      count(station.meter, span, station.offered, station.success, station.response_p95);
      meters_[c].log_requests_micro += round_half_away(station.offered * static_cast<double>(span.us));
      if (station.edge > 0) count_edge(meters_[c], span, station.edge, station.success, service.spec->response_size);
    }
  for (std::uint32_t c = 0; c < meters_.size(); ++c) {
    if (!cluster_up_[c]) continue;
    const ClusterState& state = *parts_.clusters[c].state;
    count_monitoring(meters_[c], parts_.scenario.monitoring, span, state.pods.live() - state.pending, state.nodes.live());
  }
  queues_.advance(settled_, now, cluster_up_);
  settled_ = now;
}

void LoadModel::recompute_now() {
  settle();
  evaluate(parts_.kernel.now());
}

void LoadModel::record_counters() {
  settle();
  const SimTime now = parts_.kernel.now();
  for (Service& service : services_)
    for (Station& station : service.stations)
      if (!station.workload.null()) record_totals(station.meter, parts_.timeline, now);
  for (ClusterMeter& meter : meters_) {
    record_edge(meter, parts_.timeline, now);
    record_monitoring(meter, parts_.scenario.monitoring, parts_.timeline, now);
  }
  for (OutboundFlows& flows : outbound_) flows.record(now, parts_.timeline);
}

void LoadModel::outage_began(const OutageNotice&) {
  for (Service& service : services_)
    for (Station& station : service.stations) station.warming = false;
  jump();
}

/// Something jumped: what reports read around this instant is exact.
void LoadModel::jump() {
  record_counters();
  recompute_now();
}

void LoadModel::on_tick(Subject) {
  crons_.tell(parts_.scenario.start, parts_.kernel.now());
  recompute_now();
  parts_.kernel.after(kLoadTick, tick_, {});
}

void LoadModel::on_sample(Subject) {
  settle();
  const SimTime now = parts_.kernel.now();
  for (Service& service : services_)
    for (Station& station : service.stations)
      if (!station.workload.null()) sample(station.meter, parts_.timeline, now, kLoadSampling);
  for (std::uint32_t c = 0; c < meters_.size(); ++c)
    parts_.timeline.set(meters_[c].cpu_used, now, cluster_up_[c] ? parts_.clusters[c].usage->cpu_used_milli : 0);
  queues_.sample(now);
  parts_.kernel.after(kLoadSampling, sample_, {});
}

void LoadModel::on_hour(Subject) {
  record_counters();
  parts_.kernel.after(kHour, hour_, {});
}

// ---- Serving ----

bool LoadModel::service_serving(std::uint32_t index, std::uint32_t cluster) const {
  const Station& station = services_[index].stations[cluster];
  const ClusterState& state = *parts_.clusters[cluster].state;
  if (!up(cluster) || !state.workloads.contains(station.workload)) return false;
  const Workload& workload = state.workloads[station.workload];
  const RecoverySpec& wanted = parts_.scenario.recovery;
  const std::int64_t needed = (workload.replicas * wanted.ready_share.value + 999'999) / 1'000'000;
  return workload.applied && workload.ready - workload.silent >= needed && station.success * kMillion >= static_cast<double>(wanted.success_share.value);
}

bool LoadModel::placed(std::uint32_t cluster) const {
  const ClusterState& state = *parts_.clusters[cluster].state;
  if (!up(cluster) || state.pending > 0) return false;
  for (const Service& service : services_) {
    const WorkloadId id = service.stations[cluster].workload;
    if (!state.workloads.contains(id)) continue;
    const Workload& workload = state.workloads[id];
    if (!workload.applied || static_cast<std::int64_t>(workload.pods.size()) < workload.replicas) return false;
  }
  return true;
}

bool LoadModel::serving(std::uint32_t cluster) const {
  for (std::uint32_t i = 0; i < services_.size(); ++i)
    if (!services_[i].stations[cluster].workload.null() && !service_serving(i, cluster)) return false;
  return true;
}

}  // namespace akstwin
