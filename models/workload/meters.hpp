/// Cumulative counters behind the gauges of the load model.
#pragma once
#include <cstdint>

#include "models/spec/scenario.hpp"
#include "sim/base/int128.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// Requests of one service on one cluster, counted in millionths so that no tick loses a fraction.
struct ServiceMeter {
  SeriesId rate, latency_p95, requests_total, errors_total;
  std::int64_t requests_micro = 0, errors_micro = 0;
  std::int64_t requests_micro_sampled = 0;   ///< at the last sample
  double latency_weighted = 0, latency_weight = 0;   ///< since the last sample: Σ p95 × requests, Σ requests
};

/// What a cluster sends to clients and to monitoring.
struct ClusterMeter {
  bool origin = false, monitored = false;   ///< which of the gauges there are
  SeriesId edge_requests, edge_errors, edge_bytes, log_bytes, metric_samples, cpu_used;
  std::int64_t edge_requests_micro = 0, edge_errors_micro = 0;
  Int128 edge_bytes_micro = 0;
  Int128 log_bytes_day_us = 0;         ///< bytes a day × µs
  std::int64_t log_requests_micro = 0; ///< all requests of its services
  Int128 samples_us = 0;               ///< series × µs
};

ServiceMeter make_service_meter(Timeline& timeline, Name workload);
/// `origin`: the edge sends traffic to it; `monitored`: it has Azure Monitor.
ClusterMeter make_cluster_meter(Timeline& timeline, Name cluster, bool origin, bool monitored);

/// Counts `span` of `rate` requests a second of which the share `success` is answered in time, with that 95th percentile (seconds).
void count(ServiceMeter& meter, Duration span, double rate, double success, double latency_p95);
/// The same as the edge sees it; answered requests carry `response` to the client.
void count_edge(ClusterMeter& meter, Duration span, double rate, double success, Bytes response);
/// Counts what monitoring ingests of `pods` and `nodes` in `span`.
void count_monitoring(ClusterMeter& meter, const MonitoringSpec& spec, Duration span, std::int64_t pods, std::int64_t nodes);

/// Writes rate, latency and totals since the last sample.
void sample(ServiceMeter& meter, Timeline& timeline, SimTime now, Duration interval);
void record_totals(const ServiceMeter& meter, Timeline& timeline, SimTime now);
void record_edge(const ClusterMeter& meter, Timeline& timeline, SimTime now);
void record_monitoring(const ClusterMeter& meter, const MonitoringSpec& spec, Timeline& timeline, SimTime now);

}  // namespace akstwin
