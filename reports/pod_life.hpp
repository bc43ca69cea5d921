/// One pass over the events: how long pods waited, why, and what happened to pools.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reports/answers.hpp"

namespace akstwin {

struct PoolCounts {
  std::int64_t scale_ups = 0, scale_downs = 0, refused = 0, evicted = 0;
};

struct EventTally {
  Distribution pending, ready;  ///< ms, rounded up
  std::int64_t pods_created = 0, never_scheduled = 0, hpa_rescales = 0, spot_notices = 0;
  std::vector<PendingCause> causes;              ///< most frequent first
  std::vector<ReasonCount> deletions;            ///< most frequent first
  std::map<std::string, PoolCounts> pools;       ///< by "cluster/pool"
  std::map<std::string, std::int64_t> rescales;  ///< by workload
};

/// Counts the events. A pod still unscheduled at the end counts as pending until then, so that p(99) cannot hide it.
EventTally tally_events(const Timeline& timeline);

}  // namespace akstwin
