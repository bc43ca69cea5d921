#include "models/spec/cron_times.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kFiveYears = 5 * 366 * 86'400LL;   // robfig/cron gives up after five years

bool has(std::uint64_t bits, int value) { return ((bits >> value) & 1) != 0; }

bool day_and_hour(const CronSchedule& schedule, const CivilTime& time) {
  if (!has(schedule.hours, time.hour) || !has(schedule.months, time.month)) return false;
  const bool day = has(schedule.days, time.day), weekday = has(schedule.weekdays, time.weekday);
  return schedule.any_day || schedule.any_weekday ? day && weekday : day || weekday;
}

}  // namespace

std::int64_t utc_offset(const std::vector<ZoneOffset>& offsets, std::int64_t unix_seconds) {
  std::int64_t seconds = offsets.empty() ? 0 : offsets.front().seconds;
  for (const ZoneOffset& offset : offsets) {
    if (offset.from_unix > unix_seconds) break;
    seconds = offset.seconds;
  }
  return seconds;
}

SimTime next_hit(const CronSchedule& schedule, const std::vector<ZoneOffset>& offsets, const Epoch& start, SimTime after) {
  // The next whole minute of the clock.
  const std::int64_t from = start.unix_seconds + after.since_start().seconds();
  std::int64_t at = (from / 60 + 1) * 60;
  while (at < from + kFiveYears) {
    const std::int64_t local = at + utc_offset(offsets, at);
    const CivilTime civil = Epoch{local}.civil(SimTime{});
    if (!day_and_hour(schedule, civil)) at += 3600 - civil.minute * 60;   // to the next full hour
    else if (!has(schedule.minutes, civil.minute)) at += 60;
    else return SimTime{(at - start.unix_seconds) * 1'000'000};
  }
  return kNever;
}

}  // namespace akstwin
