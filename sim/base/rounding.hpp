/// Rounding in line: the C library's llround is a call, and the load model rounds millions of times a run.
#pragma once
#include <cstdint>

namespace akstwin {

/// The nearest integer, halves away from zero, as std::llround. |value| < 2^63.
constexpr std::int64_t round_half_away(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  const double rest = value - static_cast<double>(whole);   // exact
  return whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
}

}  // namespace akstwin
