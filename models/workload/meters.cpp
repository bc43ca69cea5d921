#include "models/workload/meters.hpp"

#include <cmath>

#include "models/observe/kinds.hpp"
#include "sim/base/rounding.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kMicro = 1'000'000;
constexpr Int128 kDayUs = 86'400'000'000;

}  // namespace

ServiceMeter make_service_meter(Timeline& timeline, Name workload) {
  const auto series = [&](GaugeKind kind) { return timeline.series(key(kind, workload)); };
  ServiceMeter meter;
  meter.rate = series(GaugeKind::RequestRate);
  meter.latency_p95 = series(GaugeKind::LatencyP95);
  meter.requests_total = series(GaugeKind::RequestsTotal);
  meter.errors_total = series(GaugeKind::ErrorsTotal);
  return meter;
}

ClusterMeter make_cluster_meter(Timeline& timeline, Name cluster, bool origin, bool monitored) {
  const auto series = [&](GaugeKind kind) { return timeline.series(key(kind, cluster)); };
  ClusterMeter meter;
  meter.origin = origin;
  meter.monitored = monitored;
  meter.cpu_used = series(GaugeKind::CpuUsed);
  if (origin) {
    meter.edge_requests = series(GaugeKind::EdgeRequestsTotal);
    meter.edge_errors = series(GaugeKind::EdgeErrorsTotal);
    meter.edge_bytes = series(GaugeKind::EdgeBytesTotal);
  }
  if (monitored) {
    meter.log_bytes = series(GaugeKind::LogBytesTotal);
    meter.metric_samples = series(GaugeKind::MetricSamplesTotal);
  }
  return meter;
}

void count(ServiceMeter& meter, Duration span, double rate, double success, double latency_p95) {
  const double requests = rate * static_cast<double>(span.us);   // millionths
  const double answered = requests * success;
  meter.requests_micro += round_half_away(requests);
  meter.errors_micro += round_half_away(requests - answered);
  meter.latency_weighted += latency_p95 * answered;
  meter.latency_weight += answered;
}

void record_totals(const ServiceMeter& meter, Timeline& timeline, SimTime now) {
  timeline.set(meter.requests_total, now, meter.requests_micro / kMicro);
  timeline.set(meter.errors_total, now, meter.errors_micro / kMicro);
}

void sample(ServiceMeter& meter, Timeline& timeline, SimTime now, Duration interval) {
  const std::int64_t requests = meter.requests_micro - meter.requests_micro_sampled;
  // requests/10⁶ over interval/10⁶ seconds, in thousandths a second.
  timeline.set(meter.rate, now, static_cast<std::int64_t>(Int128{requests} * 1'000 / interval.us));
  const double latency = meter.latency_weight > 0 ? meter.latency_weighted / meter.latency_weight : 0.0;
  timeline.set(meter.latency_p95, now, round_half_away(latency * 1e6));
  record_totals(meter, timeline, now);
  meter.requests_micro_sampled = meter.requests_micro;
  meter.latency_weighted = meter.latency_weight = 0;
}

void count_edge(ClusterMeter& meter, Duration span, double rate, double success, Bytes response) {
  const double requests = rate * static_cast<double>(span.us), answered = requests * success;
  meter.edge_requests_micro += round_half_away(requests);
  meter.edge_errors_micro += round_half_away(requests - answered);
  meter.edge_bytes_micro += Int128{round_half_away(answered)} * response.value;
}

void count_monitoring(ClusterMeter& meter, const MonitoringSpec& spec, Duration span, std::int64_t pods, std::int64_t nodes) {
  if (!meter.monitored) return;
  meter.log_bytes_day_us += Int128{pods * spec.log_per_pod_day.value + nodes * spec.log_per_node_day.value} * span.us;
  meter.samples_us += Int128{pods * spec.series_per_pod + nodes * spec.series_per_node} * span.us;
}

void record_edge(const ClusterMeter& meter, Timeline& timeline, SimTime now) {
  if (!meter.origin) return;
  timeline.set(meter.edge_requests, now, meter.edge_requests_micro / kMicro);
  timeline.set(meter.edge_errors, now, meter.edge_errors_micro / kMicro);
  timeline.set(meter.edge_bytes, now, static_cast<std::int64_t>(meter.edge_bytes_micro / kMicro));
}

void record_monitoring(const ClusterMeter& meter, const MonitoringSpec& spec, Timeline& timeline, SimTime now) {
  if (!meter.monitored) return;
  const Int128 of_requests = Int128{meter.log_requests_micro} * spec.log_per_thousand_requests.value / (kMicro * 1'000);
  timeline.set(meter.log_bytes, now, static_cast<std::int64_t>(meter.log_bytes_day_us / kDayUs + of_requests));
  timeline.set(meter.metric_samples, now, static_cast<std::int64_t>(meter.samples_us / spec.scrape_interval.us));
}

}  // namespace akstwin
