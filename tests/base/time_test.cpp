#include <catch2/catch.hpp>

#include "sim/base/time.hpp"
#include "sim/rng.hpp"

using namespace akstwin;
using namespace akstwin::literals;

TEST_CASE("A duration is read in every unit, largest first") {
  CHECK(parse_duration("90s") == 90_s);
  CHECK(parse_duration("2h30m") == 150_min);
  CHECK(parse_duration("30d") == 30_d);
  CHECK(parse_duration("1.5h") == 90_min);
  CHECK(parse_duration("250ms") == 250_ms);
  CHECK(parse_duration("10us") == 10_us);
  CHECK(parse_duration("1w") == 7_d);
  CHECK(parse_duration("1m1.000001s") == 61_s + 1_us);
  CHECK(parse_duration("0") == 0_us);
  CHECK(parse_duration("0s") == 0_us);
  CHECK(parse_duration(" 5s ") == 5_s);
}

TEST_CASE("A text that is no duration is refused") {
  for (const char* text : {"", "5", "s", "5x", "5 s", "30m2h", "1h1h", "-5s", "1..5s", "5.s", "0.5us", "99999999999999999d", "1e3s", "5S"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("A duration prints short and exact") {
  CHECK(to_string(0_s) == "0s");
  CHECK(to_string(90_s) == "1m30s");
  CHECK(to_string(150_min) == "2h30m");
  CHECK(to_string(30_d) == "30d");
  CHECK(to_string(36_h) == "1d12h");
  CHECK(to_string(250_ms) == "250ms");
  CHECK(to_string(1_ms + 500_us) == "1.5ms");
  CHECK(to_string(10_us) == "10us");
  CHECK(to_string(61_s + 1_us) == "1m1.000001s");
  CHECK(to_string(1_min + 250_ms) == "1m0.25s");
  CHECK(to_string(-(5_s)) == "-5s");
}

TEST_CASE("Every printed duration is read back as itself") {
  const RngStream random({.seed = 5}, "time_test");
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    // Magnitudes from a microsecond to 290 years, half of them round.
    Duration duration{static_cast<std::int64_t>(random.bits(i) >> (1 + random.below(62, i, 1)))};
    if (i % 2 == 0) duration = duration - duration % 1_s;
    if (duration.us > kNever.us) continue;
    CAPTURE(i, duration.us, to_string(duration));
    CHECK(parse_duration(to_string(duration)) == duration);
  }
}

TEST_CASE("Seconds become the nearest microsecond") {
  CHECK(duration_from_seconds(1.5) == 1'500_ms);
  CHECK(duration_from_seconds(0.0000014) == 1_us);
  CHECK(duration_from_seconds(-0.0000016).us == -2);
}

TEST_CASE("Civil time knows leap years, weekdays and times before the epoch") {
  // `date -u -d @1772460300` says Mon Mar 2 14:05:00 UTC 2026.
  const Epoch epoch{1'772'460'300};
  CHECK(epoch.iso({0}) == "2026-03-02T14:05:00Z");
  CHECK(epoch.civil({0}).weekday == 1);
  CHECK(epoch.iso(SimTime{} + 10_h) == "2026-03-03T00:05:00Z");
  CHECK(epoch.iso({-1}) == "2026-03-02T14:04:59Z");
  CHECK(Epoch{1'709'164'800}.iso({0}) == "2024-02-29T00:00:00Z");
  CHECK(Epoch{}.civil({0}).weekday == 4);
}

TEST_CASE("A date is read strictly") {
  CHECK(parse_utc("2026-03-02T14:05:00Z") == 1'772'460'300);
  CHECK(parse_utc("1970-01-01") == 0);
  CHECK(parse_utc("2024-02-29") == 1'709'164'800);
  for (const char* text : {"2023-02-29", "2026-13-01", "2026-3-2", "2026-03-02T24:00:00Z", "2026-03-02T14:05:00", "2026-03-02 14:05:00Z", ""}) {
    CAPTURE(text);
    CHECK_FALSE(parse_utc(text));
  }
}
