#include "models/spec/maintenance_windows.hpp"

#include <algorithm>
#include <chrono>

namespace akstwin {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kDaySeconds = 86'400, kHorizonDays = 3 * 366;

year_month_day date_of(std::int64_t day) { return year_month_day(sys_days(days(day))); }
int weekday_of(std::int64_t day) { return static_cast<int>(((day + 4) % 7 + 7) % 7); }   // 1970-01-01 was a Thursday
/// Weeks begin on Sunday.
std::int64_t week_of(std::int64_t day) { return (day + 4 >= 0 ? day + 4 : day + 4 - 6) / 7; }
std::int64_t month_of(year_month_day date) { return std::int64_t{static_cast<int>(date.year())} * 12 + static_cast<unsigned>(date.month()) - 1; }
unsigned last_day(year_month_day date) { return static_cast<unsigned>(std::chrono::year_month_day_last(date.year(), date.month() / std::chrono::last).day()); }

bool in_step(std::int64_t now, std::int64_t anchor, int interval) { return (now - anchor) % std::max(interval, 1) == 0; }

bool on_day_of_month(const MaintenanceWindowSpec& window, std::int64_t day) {
  const year_month_day date = date_of(day);
  const unsigned of_month = static_cast<unsigned>(date.day());
  if (window.recurrence == Recurrence::AbsoluteMonthly) return of_month == std::min(static_cast<unsigned>(window.day_of_month), last_day(date));
  if (weekday_of(day) != window.weekday) return false;
  const bool is_last = of_month + 7 > last_day(date);
  return window.week_index >= 5 ? is_last : (of_month - 1) / 7 + 1 == static_cast<unsigned>(window.week_index);
}

}  // namespace

std::optional<std::int64_t> parse_date(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const auto seconds = parse_utc(text);
  return seconds ? std::optional(*seconds / kDaySeconds) : std::nullopt;
}

bool opens_on(const MaintenanceWindowSpec& window, std::int64_t day, std::int64_t anchor) {
  const std::int64_t from = window.start_day.value_or(anchor);
  if (window.start_day && day < from) return false;
  if (std::ranges::any_of(window.not_allowed, [&](const DateSpan& span) { return span.from <= day && day <= span.to; })) return false;
  switch (window.recurrence) {
    case Recurrence::Daily: return in_step(day, from, window.interval);
    case Recurrence::Weekly: return weekday_of(day) == window.weekday && in_step(week_of(day), week_of(from), window.interval);
    case Recurrence::AbsoluteMonthly:
    case Recurrence::RelativeMonthly: return on_day_of_month(window, day) && in_step(month_of(date_of(day)), month_of(date_of(from)), window.interval);
  }
  return false;
}

std::optional<WindowTimes> next_window(std::span<const MaintenanceWindowSpec> windows, WindowKind kind, const Epoch& start, SimTime now) {
  std::optional<WindowTimes> first;
  for (const MaintenanceWindowSpec& window : windows) {
    if (window.kind != kind) continue;
    const std::int64_t offset = std::int64_t{window.utc_offset_minutes} * 60;
    const std::int64_t anchor = (start.unix_seconds + offset) / kDaySeconds;
    // A window that opened yesterday may still be open: none is longer than a day.
    const std::int64_t today = (start.unix_seconds + now.since_start().seconds() + offset) / kDaySeconds;
    for (std::int64_t day = today - 1; day < today + kHorizonDays; ++day) {
      if (!opens_on(window, day, anchor)) continue;
      const std::int64_t unix_seconds = day * kDaySeconds + std::int64_t{window.start_minute} * 60 - offset;
      const SimTime begin{(unix_seconds - start.unix_seconds) * 1'000'000};
      if (begin + window.duration <= now) continue;
      if (!first || begin < first->begin) first = WindowTimes{begin, begin + window.duration};
      break;
    }
  }
  return first;
}

bool has_window(std::span<const MaintenanceWindowSpec> windows, WindowKind kind) {
  return std::ranges::any_of(windows, [&](const MaintenanceWindowSpec& window) { return window.kind == kind; });
}

}  // namespace akstwin
