/// The speed of simulated time beside the clock on the wall.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/base/result.hpp"

namespace akstwin {

/// How simulated time follows the clock on the wall.
struct Pace {
  enum class Mode : std::uint8_t { Paused, Scaled, Maximum };
  Mode mode = Mode::Scaled;
  std::int64_t permille = 1'000;          ///< Scaled: simulated seconds in a thousand real ones
  bool operator==(const Pace&) const = default;
};

/// "60x", "0.5x", "max" or "paused".
Result<Pace> parse_pace(std::string_view text);
std::string to_string(const Pace& pace);

}  // namespace akstwin
