/// Decimal numbers in text, read exactly: no value of a scenario passes through a double.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace akstwin {

/// digits × 10^exponent, never negative.
struct Decimal {
  std::int64_t digits = 0;
  int exponent = 0;
};

/// Reads "12", "0.5" or ".5" (and "1e9" if `with_exponent`) from the front of `text` and removes it; nothing, with `text`
/// unchanged, when no number is there or when it has more than 18 significant digits.
std::optional<Decimal> take_decimal(std::string_view& text, bool with_exponent = false);

enum class Rounding { Exact, Down, Up };

/// `number × numerator ÷ denominator` as an integer; nothing on overflow, or when it is no integer and rounding is Exact.
std::optional<std::int64_t> scale_decimal(Decimal number, std::int64_t numerator, std::int64_t denominator, Rounding rounding);

/// `text` without spaces and tabs at its ends.
std::string_view trimmed(std::string_view text);

/// value/unit exactly, without trailing zeros: "12.5" for 12,500 of 1,000. Not negative; unit is a power of ten.
std::string decimal_text(std::int64_t value, std::int64_t unit);

}  // namespace akstwin
