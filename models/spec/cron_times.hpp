/// When a cron schedule hits next, in a time zone of its own.
#pragma once
#include "models/spec/cron.hpp"
#include "models/spec/workload_spec.hpp"

namespace akstwin {

/// The offset from UTC that a zone has at a moment.
std::int64_t utc_offset(const std::vector<ZoneOffset>& offsets, std::int64_t unix_seconds);

/// The first hit strictly after `after`, by the clock on the wall of that zone; kNever when there is none within five years.
/// A time that a change to summer time leaves out is skipped, one that it repeats hits twice, as robfig/cron v3 does it.
SimTime next_hit(const CronSchedule& schedule, const std::vector<ZoneOffset>& offsets, const Epoch& start, SimTime after);

}  // namespace akstwin
