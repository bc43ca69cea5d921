#include <catch2/catch.hpp>

#include <cmath>

#include "sim/base/rounding.hpp"

using namespace akstwin;

TEST_CASE("Rounding in line is the C library's: nearest, halves away from zero") {
  for (const double value : {0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994, 4503599627370495.5, 9007199254740993.0, -7.25, 1e18})
    CHECK(round_half_away(value) == std::llround(value));
  for (int i = -2'000; i <= 2'000; ++i) CHECK(round_half_away(i * 0.125) == std::llround(i * 0.125));
}
