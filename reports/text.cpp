#include "reports/text.hpp"

#include <cmath>
#include <cstdio>

namespace akstwin {
namespace {

std::string two_digits(int value) {
  std::string text = std::to_string(100 + value);
  return text.substr(1);
}

std::string two_units(std::int64_t major, const char* major_unit, std::int64_t minor, const char* minor_unit) {
  std::string text = std::to_string(major) + " " + major_unit;
  if (minor > 0) text += " " + std::to_string(minor) + " " + minor_unit;
  return text;
}

}  // namespace

std::string grouped(std::int64_t count) {
  if (count < 0) return "-" + grouped(-count);
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string fixed(double number, int decimals) {
  if (!std::isfinite(number)) return number > 0 ? "never" : "-";
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", decimals, number);
  std::string text = buffer;
  const bool negative = text.starts_with("-");
  const auto point = text.find('.');
  const std::size_t first = negative ? 1 : 0;
  for (std::size_t at = point == std::string::npos ? text.size() : point; at > first + 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string brief(double number) {
  std::string text = fixed(number, 1);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

std::string percent(double share, int decimals) { return fixed(share * 100, decimals) + " %"; }

std::string whole_dollars(Money amount) {
  if (amount.nano < 0) return "-" + whole_dollars(-amount);
  return "$" + grouped(scale(amount, 1, 1'000'000'000).nano);
}

std::string unit_price(Money price) {
  std::string text = fixed(price.dollars(), 9);
  while (text.ends_with("0") && text.find('.') + 3 < text.size()) text.pop_back();
  return "$" + text;
}

std::string signed_dollars(double dollars) {
  const std::string text = "$" + fixed(std::fabs(dollars), std::fabs(dollars) < 10 ? 2 : 0);
  return (dollars < 0 ? "-" : "+") + text;
}

std::string human(Duration time) {
  if (time.us < 0) return "-" + human(-time);
  if (time.us == 0) return "0 s";
  if (time.us < 1'000) return std::to_string(time.us) + " µs";
  if (time.us < 1'000'000) return std::to_string((time.us + 500) / 1'000) + " ms";
  if (time.us < 10'000'000) return brief(time.seconds_real()) + " s";
  const std::int64_t s = (time.us + 500'000) / 1'000'000;
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3'600) return two_units(s / 60, "min", s % 60, "s");
  const std::int64_t minutes = (s + 30) / 60;
  if (minutes < 24 * 60) return two_units(minutes / 60, "h", minutes % 60, "min");
  const std::int64_t hours = (minutes + 30) / 60;
  return two_units(hours / 24, "d", hours % 24, "h");
}

std::string day_and_clock(SimTime at, const Epoch& start) {
  const CivilTime civil = start.civil(at);
  const std::int64_t midnight = start.unix_seconds - (start.unix_seconds % 86'400);
  const std::int64_t day = (start.unix_seconds + at.since_start().seconds() - midnight) / 86'400 + 1;
  return "day " + std::to_string(day) + ", " + two_digits(civil.hour) + ":" + two_digits(civil.minute);
}

std::string counted(std::int64_t count, std::string_view noun) {
  return grouped(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace akstwin
