#include "sim/base/decimal.hpp"

#include "sim/base/int128.hpp"

namespace akstwin {
namespace {

constexpr int kMaxDigits = 18;        // fits an int64
constexpr int kMaxExponent = 40;      // beyond it every unit overflows or vanishes

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads "e9", "E-3" from the front of `text`. An 'E' without digits is a suffix (exa), not an exponent.
int take_exponent(std::string_view& text) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return 0;
  std::size_t at = 1;
  const bool negative = at < text.size() && text[at] == '-';
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  const std::size_t first = at;
  int value = 0;
  for (; at < text.size() && is_digit(text[at]); ++at)
    if (value < 1000) value = value * 10 + (text[at] - '0');
  if (at == first) return 0;
  text.remove_prefix(at);
  return negative ? -value : value;
}

}  // namespace

std::optional<Decimal> take_decimal(std::string_view& text, bool with_exponent) {
  Decimal number;
  std::size_t at = 0;
  int digits = 0, significant = 0;
  bool point = false;
  for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !point)); ++at) {
    if (text[at] == '.') {
      point = true;
      continue;
    }
    ++digits;
    if (significant > 0 || text[at] != '0') ++significant;
    if (significant > kMaxDigits) return std::nullopt;
    number.digits = number.digits * 10 + (text[at] - '0');
    if (point) --number.exponent;
  }
  if (digits == 0 || text[at - 1] == '.') return std::nullopt;
  text.remove_prefix(at);
  if (with_exponent) number.exponent += take_exponent(text);
  return number;
}

std::optional<std::int64_t> scale_decimal(Decimal number, std::int64_t numerator, std::int64_t denominator, Rounding rounding) {
  constexpr Int128 kLimit = Int128{INT64_MAX};
  if (number.digits == 0) return 0;
  if (number.exponent > kMaxExponent) return std::nullopt;
  Int128 top = Int128{number.digits} * numerator;   // < 2^123
  Int128 bottom = denominator;
  for (int i = number.exponent; i > 0; --i) {
    top *= 10;
    if (top > kLimit * denominator) return std::nullopt;
  }
  // Dividing step by step keeps the divisor small; what is cut off only matters for whether a remainder is left.
  bool inexact = false;
  for (int i = number.exponent; i < 0; ++i) {
    if (bottom < kLimit) {
      bottom *= 10;
      continue;
    }
    inexact = inexact || top % 10 != 0;
    top /= 10;
  }
  Int128 result = top / bottom;
  inexact = inexact || top % bottom != 0;
  if (inexact && rounding == Rounding::Exact) return std::nullopt;
  if (inexact && rounding == Rounding::Up) ++result;
  if (result > kLimit) return std::nullopt;
  return static_cast<std::int64_t>(result);
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string decimal_text(std::int64_t value, std::int64_t unit) {
  std::string text = std::to_string(value / unit);
  std::int64_t rest = value % unit;
  if (rest == 0) return text;
  text += '.';
  for (std::int64_t place = unit / 10; rest > 0; place /= 10) {
    text += static_cast<char>('0' + rest / place);
    rest %= place;
  }
  return text;
}

}  // namespace akstwin
