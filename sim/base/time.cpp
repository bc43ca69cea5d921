#include "sim/base/time.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "sim/base/check.hpp"
#include "sim/base/decimal.hpp"

namespace akstwin {
namespace {

struct Unit {
  std::string_view text;
  std::int64_t us;
};

// Largest first: the order in which a duration may name them.
constexpr std::array<Unit, 7> kUnits{{{"w", 604'800'000'000}, {"d", 86'400'000'000}, {"h", 3'600'000'000}, {"m", 60'000'000},
                                      {"s", 1'000'000}, {"ms", 1'000}, {"us", 1}}};

/// The index of the unit that starts `text` and is followed by a digit or the end.
std::optional<std::size_t> take_unit(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && text[length] >= 'a' && text[length] <= 'z') ++length;
  const std::string_view word = text.substr(0, length);
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (kUnits[i].text != word) continue;
    text.remove_prefix(length);
    return i;
  }
  return std::nullopt;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Exactly `count` digits of `text` at `at` as a number.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

Duration duration_from_seconds(double seconds) {
  AKSTWIN_CHECK(std::abs(seconds) < 9.0e12, "a duration in seconds fits 63 bits of microseconds");
  return {std::llround(seconds * 1e6)};
}

std::optional<Duration> parse_duration(std::string_view text) {
  text = trimmed(text);
  if (text == "0") return Duration{0};
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t first_allowed = 0;
  while (!text.empty()) {
    const auto number = take_decimal(text);
    if (!number) return std::nullopt;
    const auto unit = take_unit(text);
    if (!unit || *unit < first_allowed) return std::nullopt;
    first_allowed = *unit + 1;
    const auto us = scale_decimal(*number, kUnits[*unit].us, 1, Rounding::Exact);
    if (!us || __builtin_add_overflow(total, *us, &total)) return std::nullopt;
  }
  if (total > kNever.us) return std::nullopt;
  return Duration{total};
}

std::string to_string(Duration duration) {
  if (duration.us == 0) return "0s";
  if (duration.us < 0) return "-" + to_string(Duration{-duration.us});
  std::int64_t rest = duration.us;
  std::string text;
  for (const Unit unit : {kUnits[1], kUnits[2], kUnits[3]}) {   // days, hours, minutes; "30d" reads better than "4w2d"
    if (rest < unit.us) continue;
    text += std::to_string(rest / unit.us) + std::string(unit.text);
    rest %= unit.us;
  }
  if (rest == 0) return text;
  if (!text.empty() || rest >= 1'000'000) return text + decimal_text(rest, 1'000'000) + "s";
  if (rest >= 1'000) return decimal_text(rest, 1'000) + "ms";
  return std::to_string(rest) + "us";
}

CivilTime Epoch::civil(SimTime t) const {
  const std::int64_t seconds = unix_seconds + floor_div(t.us, 1'000'000);
  const std::int64_t day = floor_div(seconds, 86'400);
  const std::int64_t of_day = seconds - day * 86'400;
  const std::chrono::sys_days days{std::chrono::days{day}};
  const std::chrono::year_month_day date{days};
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<int>(static_cast<unsigned>(date.month())),
          .day = static_cast<int>(static_cast<unsigned>(date.day())),
          .hour = static_cast<int>(of_day / 3'600),
          .minute = static_cast<int>(of_day / 60 % 60),
          .second = static_cast<int>(of_day % 60),
          .weekday = static_cast<int>(std::chrono::weekday{days}.c_encoding())};
}

std::string Epoch::iso(SimTime t) const {
  const CivilTime c = civil(t);
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
  return buffer.data();
}

std::optional<std::int64_t> parse_utc(std::string_view text) {
  text = trimmed(text);
  if (text.size() != 10 && text.size() != 20) return std::nullopt;
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  std::int64_t seconds = std::int64_t{std::chrono::sys_days{date}.time_since_epoch().count()} * 86'400;
  if (text.size() == 10) return seconds;
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!hour || !minute || !second || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z') return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  seconds += *hour * 3'600 + *minute * 60 + *second;
  return seconds;
}

}  // namespace akstwin
