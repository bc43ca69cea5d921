/// Waiting, losses and latency of a pod that serves several requests at once: an M/G/c approximation.
#pragma once
#include "sim/base/time.hpp"

namespace akstwin {

/// The constants of one kind of server, prepared once.
struct ServerModel {
  double service = 0;                 ///< mean service time, seconds
  double variation_squared = 1;       ///< of the service time; 1: exponential
  double servers = 1;                 ///< c
  double wait_exponent = 1;           ///< sqrt(2(c + 1)) − 1
  double patience = 1;                ///< the client gives up after this time, service included, seconds
};
ServerModel server_model(Duration service, double variation, std::int64_t servers, Duration patience);

struct QueueEstimate {
  double utilisation = 0;             ///< offered: λ·S/c; above 1 when saturated
  double wait_probability = 0;        ///< Sakasegawa's: utilisation^wait_exponent
  double wait_mean = 0;               ///< seconds
  double loss = 0;                    ///< share of requests that are not answered in time
  double response_p95 = 0;            ///< seconds, of wait and service
};

/// What happens at `rate` requests a second (>= 0) on one pod. `stretch` >= 1 lengthens the service time (throttled CPU).
/// Errors against the exact Erlang C: docs/models/service-load.md.
QueueEstimate estimate_queue(const ServerModel& server, double rate, double stretch = 1);

}  // namespace akstwin
