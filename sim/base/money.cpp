#include "sim/base/money.hpp"

#include "sim/base/check.hpp"
#include "sim/base/decimal.hpp"
#include "sim/base/int128.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kNano = 1'000'000'000;

std::optional<Money> to_money(std::optional<Decimal> number) {
  if (!number) return std::nullopt;
  const auto nano = scale_decimal(*number, kNano, 1, Rounding::Down);
  return nano ? std::optional<Money>(Money{*nano}) : std::nullopt;
}

/// "4,103" for 4103.
std::string grouped(std::int64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

}  // namespace

Money scale(Money amount, std::int64_t numerator, std::int64_t denominator) {
  AKSTWIN_CHECK(denominator > 0, "money is scaled by a fraction with a positive denominator");
  const Int128 product = Int128{amount.nano} * numerator;
  const Int128 magnitude = product < 0 ? -product : product;
  const Int128 half = denominator / 2 + denominator % 2;   // rounded half away from zero
  const Int128 quotient = magnitude / denominator + (magnitude % denominator >= half ? 1 : 0);
  AKSTWIN_CHECK(quotient <= INT64_MAX, "an amount stays below 9.2 billion dollars");
  const auto nano = static_cast<std::int64_t>(quotient);
  return {product < 0 ? -nano : nano};
}

Money price_over(Money hourly, Duration time) { return scale(hourly, time.us, 3'600'000'000); }

std::optional<Money> parse_money(std::string_view text) {
  text = trimmed(text);
  const bool dollar = text.starts_with("$");
  if (dollar) text.remove_prefix(1);
  const auto number = take_decimal(text);
  if (trimmed(text) != (dollar ? "" : "USD")) return std::nullopt;
  return to_money(number);
}

std::optional<Money> parse_dollars(std::string_view number) {
  number = trimmed(number);
  const auto decimal = take_decimal(number, true);
  if (!number.empty()) return std::nullopt;
  return to_money(decimal);
}

std::string to_string(Money amount) {
  if (amount.nano < 0) return "-" + to_string(Money{-amount.nano});
  if (amount.nano >= kNano) {
    const std::int64_t cents = (amount.nano + kNano / 200) / (kNano / 100);
    const std::string fraction = std::to_string(100 + cents % 100).substr(1);
    return "$" + grouped(cents / 100) + "." + fraction;
  }
  std::string fraction = std::to_string(kNano + amount.nano).substr(1);
  while (fraction.size() > 2 && fraction.back() == '0') fraction.pop_back();
  return "$0." + fraction;
}

}  // namespace akstwin
