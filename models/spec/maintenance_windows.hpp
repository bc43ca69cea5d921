/// When planned maintenance may begin: the occurrences of a cluster's windows.
#pragma once
#include <optional>
#include <span>

#include "models/spec/maintenance_spec.hpp"

namespace akstwin {

/// One occurrence of a window: something may begin in [begin, end); what has begun runs on after the end (facts A6).
struct WindowTimes {
  SimTime begin, end;
  bool operator==(const WindowTimes&) const = default;
};

/// The days since 1970-01-01 of a date "2026-03-02"; nothing for anything else.
std::optional<std::int64_t> parse_date(std::string_view text);

/// Whether a window may open on that day, counted since 1970-01-01 in the window's own offset. Every second week, day or month counts
/// from the window's start date, or from `anchor` where it states none.
bool opens_on(const MaintenanceWindowSpec& window, std::int64_t day, std::int64_t anchor);

/// The first occurrence among the windows of a kind that ends after `now`; nothing when there is none within three years.
std::optional<WindowTimes> next_window(std::span<const MaintenanceWindowSpec> windows, WindowKind kind, const Epoch& start, SimTime now);

/// Whether any window of that kind is stated; without one, maintenance comes when it comes.
bool has_window(std::span<const MaintenanceWindowSpec> windows, WindowKind kind);

}  // namespace akstwin
