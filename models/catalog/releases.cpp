#include "models/catalog/releases.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace akstwin {
namespace {

constexpr std::int64_t kDay = 86'400;

struct MinorRelease {
  int minor = 0, year = 0;
  unsigned month = 0;
};
// "AKS GA" of the release calendar: MicrosoftDocs/azure-aks-docs supported-kubernetes-versions.md, versions of 2024-10 and 2026-08.
constexpr std::array kGenerallyAvailable{MinorRelease{27, 2023, 7}, MinorRelease{28, 2023, 11}, MinorRelease{29, 2024, 3}, MinorRelease{30, 2024, 7},
                                         MinorRelease{31, 2024, 11}, MinorRelease{32, 2025, 4}, MinorRelease{33, 2025, 6}, MinorRelease{34, 2025, 11},
                                         MinorRelease{35, 2026, 3}, MinorRelease{36, 2026, 6}, MinorRelease{37, 2026, 10}};
// The calendar names months; the middle of the month is an assumption, and so is the day of the monthly patches (upstream patches monthly).
constexpr unsigned kMinorDay = 15, kPatchDay = 20;
// "Roughly every four months" (same page): what comes after the last version that the calendar names.
constexpr unsigned kMonthsBetween = 4;
constexpr unsigned kPatchedMonths = 12;   // "AKS follows 12 months of support"
// Node images come weekly (auto-upgrade-node-os-image.md, 2026-06); Thursday is an assumption. Security patches are "typically faster than weekly"
// and mostly applied live: weekly on Tuesdays, one in four with a reimage, is an assumption.
constexpr int kImageWeekday = 4, kSecurityWeekday = 2, kReimagedEvery = 4;

std::int64_t unix_of(int year, unsigned month, unsigned day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  return std::chrono::sys_days(date).time_since_epoch().count() * kDay;
}

/// That many months later.
std::int64_t unix_after(const MinorRelease& release, unsigned months, unsigned day) {
  const unsigned month = release.month - 1 + months;
  return unix_of(release.year + static_cast<int>(month / 12), month % 12 + 1, day);
}

void add_minor(const MinorRelease& release, std::int64_t until, std::vector<ReleaseSpec>& out) {
  for (unsigned months = 0; months <= kPatchedMonths; ++months) {
    ReleaseSpec patch;
    patch.kind = ReleaseKind::Kubernetes;
    patch.minor = release.minor;
    patch.patch = static_cast<int>(months) + 1;
    patch.unix_seconds = unix_after(release, months, months == 0 ? kMinorDay : kPatchDay);
    if (patch.unix_seconds < until) out.push_back(patch);
  }
}

void add_weekly(ReleaseKind kind, int weekday, std::int64_t from, std::int64_t until, std::vector<ReleaseSpec>& out) {
  for (std::int64_t day = from / kDay; day * kDay < until; ++day) {
    if ((day + 4) % 7 != weekday) continue;   // 1970-01-01 was a Thursday
    ReleaseSpec release;
    release.kind = kind;
    release.unix_seconds = day * kDay;
    release.reimage = kind != ReleaseKind::SecurityPatch || (day / 7) % kReimagedEvery == 0;
    out.push_back(release);
  }
}

void by_time(std::vector<ReleaseSpec>& releases) {
  std::ranges::stable_sort(releases, {}, &ReleaseSpec::unix_seconds);
}

}  // namespace

std::vector<ReleaseSpec> default_releases(const Epoch& start, Duration horizon) {
  const std::int64_t until = start.unix_seconds + horizon.seconds();
  std::vector<ReleaseSpec> out;
  for (const MinorRelease& release : kGenerallyAvailable) add_minor(release, until, out);
  MinorRelease next = kGenerallyAvailable.back();
  while (true) {
    const unsigned month = next.month - 1 + kMonthsBetween;
    next = {next.minor + 1, next.year + static_cast<int>(month / 12), month % 12 + 1};
    if (unix_of(next.year, next.month, kMinorDay) >= until) break;
    add_minor(next, until, out);
  }
  // Five weeks back, so that a cluster has the newest image of its day at the start.
  add_weekly(ReleaseKind::NodeImage, kImageWeekday, start.unix_seconds - 35 * kDay, until, out);
  add_weekly(ReleaseKind::SecurityPatch, kSecurityWeekday, start.unix_seconds - 35 * kDay, until, out);
  by_time(out);
  return out;
}

std::vector<ReleaseSpec> releases_of(const Scenario& scenario) {
  if (scenario.releases.empty()) return default_releases(scenario.start, scenario.horizon);
  std::vector<ReleaseSpec> out = scenario.releases;
  by_time(out);
  return out;
}

}  // namespace akstwin
