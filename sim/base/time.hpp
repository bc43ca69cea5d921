/// Simulated time: the only clock there is. 64-bit microseconds, so that 292,000 years fit and addition is exact.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace akstwin {

/// A span of simulated time in microseconds. May be negative as an intermediate value.
struct Duration {
  std::int64_t us = 0;

  constexpr auto operator<=>(const Duration&) const = default;
  constexpr Duration operator+(Duration other) const { return {us + other.us}; }
  constexpr Duration operator-(Duration other) const { return {us - other.us}; }
  constexpr Duration operator-() const { return {-us}; }
  constexpr Duration operator*(std::int64_t n) const { return {us * n}; }
  constexpr Duration operator/(std::int64_t n) const { return {us / n}; }
  constexpr std::int64_t operator/(Duration other) const { return us / other.us; }
  constexpr Duration operator%(Duration other) const { return {us % other.us}; }
  constexpr Duration& operator+=(Duration other) { us += other.us; return *this; }
  /// Whole seconds, truncated towards zero.
  constexpr std::int64_t seconds() const { return us / 1'000'000; }
  /// Seconds for statistics and display only; never for ordering events.
  constexpr double seconds_real() const { return static_cast<double>(us) / 1e6; }
};

/// A point in simulated time: microseconds since the scenario's start.
struct SimTime {
  std::int64_t us = 0;

  constexpr auto operator<=>(const SimTime&) const = default;
  constexpr SimTime operator+(Duration d) const { return {us + d.us}; }
  constexpr SimTime operator-(Duration d) const { return {us - d.us}; }
  constexpr Duration operator-(SimTime other) const { return {us - other.us}; }
  constexpr SimTime& operator+=(Duration d) { us += d.us; return *this; }
  constexpr Duration since_start() const { return {us}; }
};

/// A time that never comes: later than any horizon, with room to add a duration without overflow.
inline constexpr SimTime kNever{INT64_MAX / 4};

namespace literals {
constexpr Duration operator""_us(unsigned long long n) { return {static_cast<std::int64_t>(n)}; }
constexpr Duration operator""_ms(unsigned long long n) { return {static_cast<std::int64_t>(n) * 1'000}; }
constexpr Duration operator""_s(unsigned long long n) { return {static_cast<std::int64_t>(n) * 1'000'000}; }
constexpr Duration operator""_min(unsigned long long n) { return {static_cast<std::int64_t>(n) * 60'000'000}; }
constexpr Duration operator""_h(unsigned long long n) { return {static_cast<std::int64_t>(n) * 3'600'000'000}; }
constexpr Duration operator""_d(unsigned long long n) { return {static_cast<std::int64_t>(n) * 86'400'000'000}; }
}  // namespace literals

/// Seconds as a duration, rounded to the nearest microsecond. For drawn or measured values.
Duration duration_from_seconds(double seconds);

/// Parses "90s", "2h30m", "30d", "1.5h", "250ms", "10us", "1w", "0"; units w d h m s ms us, largest first.
/// Nothing for anything else (a bare number other than 0, an unknown unit, an overflow, a negative value).
std::optional<Duration> parse_duration(std::string_view text);

/// Shortest exact text that parse_duration reads back: "2h30m", "90s" prints as "1m30s"; zero is "0s".
std::string to_string(Duration duration);

/// A calendar date and time of day in UTC.
struct CivilTime {
  int year = 1970, month = 1, day = 1;     ///< month and day count from 1
  int hour = 0, minute = 0, second = 0;
  int weekday = 4;                         ///< 0 = Sunday … 6 = Saturday (1970-01-01 was a Thursday)
};

/// The wall-clock meaning of simulated time zero, in seconds since 1970-01-01T00:00:00Z.
struct Epoch {
  std::int64_t unix_seconds = 0;
  /// The civil time of `t`, fractions of a second dropped.
  CivilTime civil(SimTime t) const;
  /// "2026-03-02T14:05:00Z".
  std::string iso(SimTime t) const;
};

/// Parses "2026-03-02T00:00:00Z" or "2026-03-02" to seconds since 1970; nothing when it is no valid UTC date.
std::optional<std::int64_t> parse_utc(std::string_view text);

}  // namespace akstwin
