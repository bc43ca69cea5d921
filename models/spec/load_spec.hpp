/// What manifests cannot say: how much load there is and how load becomes work.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/diagnostic.hpp"
#include "sim/base/name.hpp"
#include "sim/base/quantity.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

enum class TrafficShape : std::uint8_t { Constant, Diurnal, Business, Trace };

/// A burst multiplies the rate for a while: a campaign, Black Friday.
struct TrafficBurst {
  SimTime at;
  Duration duration;
  PartsPerMillion factor{1'000'000};
};

/// Requests a second over the week, in thousandths of a request a second.
/// Diurnal: trough + (peak − trough) · ((1 − cos(2π(h − trough_hour)/24))/2), times `weekend` on Saturday and Sunday.
/// Business: the same between 07:00 and 19:00 local time, trough outside. Trace: a recorded series, repeated.
struct TrafficSpec {
  TrafficShape shape = TrafficShape::Constant;
  std::int64_t peak_milli_rps = 0, trough_milli_rps = 0;
  PartsPerMillion weekend{1'000'000};               ///< factor on Saturday and Sunday
  int trough_hour = 4;                              ///< local hour of the lowest rate
  int utc_offset_minutes = 0;                       ///< local time = UTC + offset
  PartsPerMillion noise{0};                         ///< standard deviation of a multiplicative log-normal per tick, share of the rate
  Duration trace_step{60'000'000};
  std::vector<std::int64_t> trace_milli_rps;        ///< Trace: one value a step
  std::vector<TrafficBurst> bursts;
};

struct CallSpec {
  Name workload;                                    ///< "namespace/name" of the callee
  PartsPerMillion per_request{1'000'000};           ///< calls made per request handled
};

/// The load of one workload, by "namespace/name"; applies to that workload on every cluster that serves it.
struct ServiceLoadSpec {
  Name workload;
  bool edge = false;                                ///< receives its own traffic from Front Door (stated `traffic`)
  TrafficSpec traffic;
  std::int64_t cpu_per_request_us = 0;              ///< CPU time of one request, microseconds on one core
  Millicores cpu_idle;                              ///< per pod without load
  Bytes memory_base, memory_per_concurrent;
  Duration service_time{10'000};                    ///< time of one request on an idle pod
  Duration timeout{1'000'000};
  double service_variation = 1.0;                   ///< coefficient of variation of the service time (1 = exponential)
  std::int64_t concurrency = 0;                     ///< requests a pod serves at once; 0: from CPU limit or request
  Bytes response_size{8'192};                       ///< body sent to the client: edge egress
  std::vector<CallSpec> calls;
  Duration startup{8'000'000};                      ///< container start until it could answer
  Position declared_at;
};

/// A queue that a ScaledObject's trigger watches: arrivals by a traffic shape, drained by the target's pods.
struct QueueSpec {
  Name name;                                        ///< the trigger's binding
  Name workload;                                    ///< "namespace/name" of the consumer
  TrafficSpec arrivals;                             ///< messages a second
  Duration work_per_message{100'000};               ///< one pod works on `concurrency` messages at once
  std::int64_t concurrency = 1;
  Position declared_at;
};

/// Images: what a pull moves. Applies to workloads matching "namespace/name" (or "*").
struct ImageSpec {
  Name workload;
  Bytes size{180LL << 20};                          ///< compressed, all layers
  std::int64_t layers = 8;
  Bytes changed_per_release{24LL << 20};            ///< what a new release adds; the rest is in the node's cache
  Position declared_at;
};

}  // namespace akstwin
