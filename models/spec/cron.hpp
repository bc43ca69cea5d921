/// Five-field cron schedules in UTC, as CronJobs and disruption budgets state them.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/base/time.hpp"

namespace akstwin {

/// Minutes at which a schedule hits. When both day fields are restricted, either is enough (robfig/cron, which Kubernetes uses).
struct CronSchedule {
  std::uint64_t minutes = 0;                        ///< bit i: minute i
  std::uint32_t hours = 0, days = 0, months = 0, weekdays = 0;
  bool any_day = true, any_weekday = true;
  bool hits(const CivilTime& time) const;
};

/// "0 9 * * mon-fri", "*/15 * * * *", "@daily"; nothing for anything else.
std::optional<CronSchedule> parse_cron(std::string_view text);

/// Whether a hit lies in (now − window, now].
bool hit_within(const CronSchedule& schedule, const Epoch& start, SimTime now, Duration window);

}  // namespace akstwin
