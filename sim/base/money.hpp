/// Money as integers: nano-dollars, so that a price per request (0.0000015 USD) is still exact.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/base/time.hpp"

namespace akstwin {

/// US dollars in units of 1e-9. USD is the only currency that Azure's retail price list is authoritative in;
/// the range is ±9.2 billion dollars.
struct Money {
  std::int64_t nano = 0;

  constexpr auto operator<=>(const Money&) const = default;
  constexpr Money operator+(Money other) const { return {nano + other.nano}; }
  constexpr Money operator-(Money other) const { return {nano - other.nano}; }
  constexpr Money operator-() const { return {-nano}; }
  constexpr Money operator*(std::int64_t n) const { return {nano * n}; }
  constexpr Money& operator+=(Money other) { nano += other.nano; return *this; }
  constexpr Money& operator-=(Money other) { nano -= other.nano; return *this; }
  /// Dollars for display, statistics and JSON.
  constexpr double dollars() const { return static_cast<double>(nano) / 1e9; }
};

/// `amount × numerator ÷ denominator` with a 128-bit intermediate, rounded half away from zero. denominator > 0.
Money scale(Money amount, std::int64_t numerator, std::int64_t denominator);
/// What `hourly` costs over `time`: prorated by the microsecond, rounded once.
Money price_over(Money hourly, Duration time);
/// Parses "900 USD", "$0.192", "0.226 USD", "1.10USD"; a plain number is nothing (money carries its currency).
std::optional<Money> parse_money(std::string_view text);
/// Parses the plain decimal number of a price table: "0.05876". At most nine decimals are kept.
std::optional<Money> parse_dollars(std::string_view number);
/// "$4,103.25", "-$0.50", "$0.05876" (at least two decimals, more only below one dollar).
std::string to_string(Money amount);

}  // namespace akstwin
