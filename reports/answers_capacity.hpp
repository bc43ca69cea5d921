/// Answers about room for growth: parts of CapacityAnswer (reports/answers.hpp).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/money.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// How many more pods of one shape a pool could take, over time, if what is free is spread evenly over its nodes.
struct ShapeHeadroom {
  std::string cluster, pool, shape;             ///< shape: "500m / 1 GiB"
  std::int64_t least = 0, p05 = 0;              ///< p05: it is less for 5 % of the time
  double mean = 0;
  SimTime least_at;
};

/// Whether all that runs would fit if a zone were lost.
struct ZoneLossTest {
  std::string cluster, zone;
  double fits_share = 1;                        ///< share of the time in which the remaining nodes alone would do
  std::int64_t missing_nodes = 0;               ///< at worst, over all pools
  SimTime worst_at;
  bool fits_with_growth = true;                 ///< the autoscaler could bring the missing nodes in the other zones
  std::string blocked_by;                       ///< what forbids that: a pool's maximum, a vCPU quota; empty: nothing
  std::string first_short;                      ///< the pool that lacks most
};

/// What a pool would be if it were made for the run's demand.
struct PoolProposal {
  std::string cluster, pool;
  std::string size_today, size;
  std::int64_t most_today = 0, fewest = 0, most = 0;   ///< most: the peak, and still enough when a zone is lost
  double mean_today = 0, mean = 0;              ///< nodes over time
  int zones = 1;
  Money monthly_today, monthly;                 ///< list price, 730 hours
  double headroom_today = 0, headroom = 0;      ///< share of CPU or memory, whichever is scarcer, that is free at the demand's peak
};

}  // namespace akstwin
