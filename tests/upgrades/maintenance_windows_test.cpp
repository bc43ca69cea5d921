// When maintenance may begin: the calendar arithmetic of planned-maintenance windows.
#include <catch2/catch.hpp>

#include "models/catalog/releases.hpp"
#include "models/controllers/maintenance/auto_upgrade.hpp"
#include "models/spec/maintenance_windows.hpp"
#include "sim/base/time.hpp"

using namespace akstwin;
using namespace akstwin::literals;

namespace {

constexpr Epoch kMonday{1'772'409'600};   // 2026-03-02T00:00:00Z, a Monday

SimTime at(int days, int hours, int minutes = 0) { return SimTime{} + Duration{((days * 24LL + hours) * 60 + minutes) * 60'000'000}; }

MaintenanceWindowSpec weekly(int weekday, int minute) {
  MaintenanceWindowSpec window;
  window.kind = WindowKind::NodeOs;
  window.weekday = weekday;
  window.start_minute = minute;
  return window;
}

WindowTimes next(const MaintenanceWindowSpec& window, SimTime now) {
  const auto found = next_window(std::span(&window, 1), window.kind, kMonday, now);
  REQUIRE(found.has_value());
  return *found;
}

}  // namespace

TEST_CASE("A weekly window opens on its day and is the current one until it has closed") {
  const MaintenanceWindowSpec sunday = weekly(0, 120);
  // 2026-03-08 is the first Sunday: day 6, 02:00 to 06:00.
  CHECK(next(sunday, SimTime{}) == WindowTimes{at(6, 2), at(6, 6)});
  CHECK(next(sunday, at(6, 5, 59)) == WindowTimes{at(6, 2), at(6, 6)});
  CHECK(next(sunday, at(6, 6)) == WindowTimes{at(13, 2), at(13, 6)});
}

TEST_CASE("An offset from UTC moves a window, over midnight if need be") {
  MaintenanceWindowSpec window = weekly(1, 60);   // Mondays 01:00 at +02:00 is Sunday 23:00 UTC
  window.utc_offset_minutes = 120;
  CHECK(next(window, at(1, 0)) == WindowTimes{at(6, 23), at(7, 3)});
  window.utc_offset_minutes = -300;               // 01:00 at -05:00 is 06:00 UTC
  CHECK(next(window, at(1, 0)) == WindowTimes{at(7, 6), at(7, 10)});
}

TEST_CASE("Every second week counts from the start date, and nothing opens before it") {
  MaintenanceWindowSpec window = weekly(0, 120);
  window.interval = 2;
  window.start_day = *parse_date("2026-03-15");
  CHECK(next(window, SimTime{}).begin == at(13, 2));
  CHECK(next(window, at(14, 0)).begin == at(27, 2));
}

TEST_CASE("Days that are not allowed are passed over") {
  MaintenanceWindowSpec window = weekly(0, 120);
  window.not_allowed.push_back({*parse_date("2026-03-07"), *parse_date("2026-03-08")});
  CHECK(next(window, SimTime{}).begin == at(13, 2));
}

TEST_CASE("Monthly windows: the 31st is a shorter month's last day, and the last Tuesday is found from the month's end") {
  MaintenanceWindowSpec window = weekly(0, 0);
  window.recurrence = Recurrence::AbsoluteMonthly;
  window.day_of_month = 31;
  CHECK(next(window, SimTime{}).begin == at(29, 0));    // 2026-03-31
  CHECK(next(window, at(31, 0)).begin == at(59, 0));    // 2026-04-30
  window.recurrence = Recurrence::RelativeMonthly;
  window.weekday = 2;
  window.week_index = 5;
  CHECK(next(window, SimTime{}).begin == at(29, 0));    // Tuesday 2026-03-31
  window.week_index = 2;
  CHECK(next(window, SimTime{}).begin == at(8, 0));     // Tuesday 2026-03-10
}

TEST_CASE("A window that stays open over midnight is found on the next day") {
  const MaintenanceWindowSpec late = weekly(0, 23 * 60);
  CHECK(next(late, at(7, 1)) == WindowTimes{at(6, 23), at(7, 3)});
}

TEST_CASE("The default calendar has the minor versions of AKS in their months, weekly images, and monthly patches") {
  const auto releases = default_releases(kMonday, 30_d);
  int images = 0, minors = 0;
  for (const ReleaseSpec& release : releases) {
    if (release.kind == ReleaseKind::NodeImage && release.unix_seconds >= kMonday.unix_seconds) ++images;
    if (release.kind == ReleaseKind::Kubernetes && release.minor == 35 && release.patch == 1) {
      ++minors;
      CHECK(release.unix_seconds == *parse_utc("2026-03-15"));   // AKS GA Mar 2026
    }
  }
  CHECK(images == 4);
  CHECK(minors == 1);
  const auto far = default_releases(*parse_utc("2028-01-01") ? Epoch{*parse_utc("2028-01-01")} : kMonday, 30_d);
  CHECK(far.back().unix_seconds > kMonday.unix_seconds);
}

namespace {

/// 1.32.2, then 1.33.1 on day 3, 1.32.3 on day 10, images on days 2 and 9; a security patch without a reimage on day 4.
std::vector<ReleaseSpec> a_calendar() {
  const auto kubernetes = [](int day, int minor, int patch) {
    ReleaseSpec release;
    release.kind = ReleaseKind::Kubernetes;
    release.unix_seconds = kMonday.unix_seconds + day * 86'400LL;
    release.minor = minor;
    release.patch = patch;
    return release;
  };
  const auto image = [](int day) {
    ReleaseSpec release;
    release.unix_seconds = kMonday.unix_seconds + day * 86'400LL;
    return release;
  };
  ReleaseSpec live = image(4);
  live.kind = ReleaseKind::SecurityPatch;
  live.reimage = false;
  return {kubernetes(-30, 31, 5), kubernetes(-20, 32, 2), image(-5), image(2), kubernetes(3, 33, 1), live, image(9), kubernetes(10, 32, 3)};
}

AutoUpgrade following(MaintenanceSpec& spec, int minor) { return AutoUpgrade(spec, minor, a_calendar(), kMonday); }

}  // namespace

TEST_CASE("The channels: patch stays on its minor version, stable one behind the newest, rapid on the newest") {
  MaintenanceSpec spec;
  spec.channel = UpgradeChannel::Patch;
  AutoUpgrade patch = following(spec, 32);
  CHECK_FALSE(patch.due(at(9, 23)).has_value());
  REQUIRE(patch.due(at(10, 0)).has_value());
  CHECK(patch.due(at(10, 0))->version == Name("kubernetes 1.32.3"));
  spec.channel = UpgradeChannel::Stable;
  CHECK_FALSE(following(spec, 31).due(at(2, 0)).has_value());   // the newest is 1.32: stable is 1.31
  REQUIRE(following(spec, 31).due(at(3, 0)).has_value());
  CHECK(following(spec, 31).due(at(3, 0))->version == Name("kubernetes 1.32.2"));
  spec.channel = UpgradeChannel::Rapid;
  CHECK(following(spec, 31).due(at(3, 0))->version == Name("kubernetes 1.32.2"));   // one minor version at a time
  AutoUpgrade rapid = following(spec, 31);
  rapid.finished(*rapid.due(at(3, 0)), true, at(3, 1));
  CHECK(rapid.due(at(3, 2))->version == Name("kubernetes 1.33.1"));
}

TEST_CASE("Node images come with the NodeImage channel in its window; a live security patch drains nothing") {
  MaintenanceSpec spec;
  spec.node_os = NodeOsChannel::NodeImage;
  spec.windows.push_back(weekly(0, 120));
  AutoUpgrade images = following(spec, 32);
  CHECK_FALSE(images.due(at(2, 1)).has_value());
  CHECK(images.next(at(2, 1)) == at(3, 0));   // the next release, then the window
  REQUIRE(images.due(at(6, 2)).has_value());
  const UpgradeRequest request = *images.due(at(6, 2));
  CHECK(request.scope == UpgradeScope::NodeImage);
  images.finished(request, true, at(6, 3));
  CHECK_FALSE(images.due(at(6, 4)).has_value());
  CHECK(images.due(at(13, 2)).has_value());   // the image of day 9
  spec.node_os = NodeOsChannel::SecurityPatch;
  CHECK_FALSE(following(spec, 32).due(at(6, 2)).has_value());
}

TEST_CASE("An upgrade that failed waits for the next window, or for a day where there is none") {
  MaintenanceSpec spec;
  spec.node_os = NodeOsChannel::NodeImage;
  spec.windows.push_back(weekly(0, 120));
  AutoUpgrade images = following(spec, 32);
  const UpgradeRequest request = *images.due(at(6, 2));
  images.finished(request, false, at(6, 3));
  CHECK_FALSE(images.due(at(6, 5)).has_value());
  CHECK(images.due(at(13, 2)).has_value());
  spec.windows.clear();
  AutoUpgrade free = following(spec, 32);
  free.finished(request, false, at(6, 3));
  CHECK_FALSE(free.due(at(7, 2)).has_value());
  CHECK(free.due(at(7, 3)).has_value());
}
