#include "reports/control_plane_load.hpp"

#include <algorithm>

#include "models/observe/kinds.hpp"
#include "reports/reading.hpp"

namespace akstwin {
namespace {

constexpr Duration kMinute{60'000'000};
constexpr std::int64_t kMinutesKept = 5;   // kube-apiserver compacts etcd every 5 min (--etcd-compaction-interval, kube-apiserver 1.32)

// Requests of a pod's start: create, bind, three status patches, two updates of an EndpointSlice, a token and six events; and their reads
// ([recall] of client behaviour, kubelet and controllers of 1.32).
constexpr std::int64_t kWritesAPod = 14, kReadsAPod = 4, kEventsAPod = 6, kVersionsAPod = 5;
// A kubelet renews its lease and looks at its node every 10 s (nodeLeaseDurationSeconds 40 × 0.25, nodeStatusUpdateFrequency).
constexpr std::int64_t kNodeRequestsAMinute = 6;
// How long a request is in flight, as an assumption: what upstream promises is 1 s at the 99th percentile (SIG scalability's SLO).
constexpr std::int64_t kWriteMilliseconds = 25, kReadMilliseconds = 10;
// Medians of objects as kube-apiserver 1.32.13 answered them (JSON, recorded 2026-11-21; etcd keeps them as protobuf, which is smaller).
constexpr std::int64_t kPodBytes = 5'257, kNodeBytes = 6'102, kLeaseBytes = 695, kEventBytes = 1'022;
constexpr std::int64_t kEventMinutes = 60;   // --event-ttl 1h

/// Pods bound in each minute of the run.
std::vector<std::int64_t> pods_bound(const Timeline& timeline, Name cluster, std::size_t minutes) {
  std::vector<std::int64_t> bound(minutes, 0);
  for (const Series* series : select(timeline, GaugeKind::PodsRunning, [&](const SeriesKey& k) { return k.a == cluster; })) {
    std::int64_t before = 0;
    for (const Sample& sample : series->samples) {
      // What is there at t = 0 was started before.
      if (sample.value > before && sample.at > SimTime{}) bound[std::min(minutes - 1, static_cast<std::size_t>(sample.at.us / kMinute.us))] += sample.value - before;
      before = sample.value;
    }
  }
  return bound;
}

void keep_maximum(std::vector<Sample>& samples, std::size_t minute, std::int64_t value) {
  if (samples.empty() ? value > 0 : value > samples.back().value) samples.push_back({SimTime{} + kMinute * static_cast<std::int64_t>(minute), value});
}

std::int64_t in_flight(std::int64_t requests_a_minute, std::int64_t milliseconds) { return (requests_a_minute * milliseconds + 59'999) / 60'000; }

}  // namespace

ControlPlaneLoad control_plane_load(const Timeline& timeline, Name cluster) {
  ControlPlaneLoad load;
  const auto of_cluster = [&](GaugeKind kind) { return sum_series(select(timeline, kind, [&](const SeriesKey& k) { return k.a == cluster; })); };
  const auto nodes = bucket_maxima(of_cluster(GaugeKind::NodesReady), timeline.end(), kMinute);
  const auto pods = bucket_maxima(of_cluster(GaugeKind::PodsRunning), timeline.end(), kMinute);
  if (nodes.empty() || nodes.size() != pods.size()) return load;
  const auto bound = pods_bound(timeline, cluster, nodes.size());
  std::int64_t versions = 0, events = 0;   // pods bound within the compaction interval, within an event's life
  for (std::size_t minute = 0; minute < nodes.size(); ++minute) {
    keep_maximum(load.writes, minute, in_flight(bound[minute] * kWritesAPod + nodes[minute] * kNodeRequestsAMinute, kWriteMilliseconds));
    keep_maximum(load.reads, minute, in_flight(bound[minute] * kReadsAPod + nodes[minute] * kNodeRequestsAMinute, kReadMilliseconds));
    versions += bound[minute] - (minute >= kMinutesKept ? bound[minute - kMinutesKept] : 0);
    events += bound[minute] - (minute >= kEventMinutes ? bound[minute - kEventMinutes] : 0);
    const std::int64_t leases = nodes[minute] * kNodeRequestsAMinute * kMinutesKept;
    const std::int64_t bytes = pods[minute] * kPodBytes + nodes[minute] * kNodeBytes + leases * kLeaseBytes + versions * kVersionsAPod * kPodBytes + events * kEventsAPod * kEventBytes;
    keep_maximum(load.etcd, minute, (bytes + (1 << 20) - 1) >> 20);
  }
  return load;
}

}  // namespace akstwin
