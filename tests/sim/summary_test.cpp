#include "sim/summary.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace akstwin;

TEST_CASE("A summary's moments are those of the sample") {
  Summary summary;
  for (const double value : {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}) summary.add(value);
  CHECK(summary.count() == 8);
  CHECK(summary.mean() == 5);
  CHECK(summary.standard_deviation() == Approx(2.138089935299395));   // √(32/7)
  CHECK(summary.min() == 2);
  CHECK(summary.max() == 9);
  CHECK(summary.quantile(0.5) == 4.5);
  CHECK(summary.quantile(0) == 2);
  CHECK(summary.quantile(1) == 9);
  CHECK(summary.quantile(0.25) == 4);
  // t(0.975, 7) = 2.364624 (tables); × 2.138090 ÷ √8.
  CHECK(summary.confidence_half_width() == Approx(1.787489).epsilon(1e-6));
}

TEST_CASE("Student's factor matches the tables") {
  // 2n values of ±1 have the mean 0 and the deviation √(2n/(2n − 1)).
  const auto factor = [](int pairs) {
    Summary summary;
    for (int i = 0; i < pairs; ++i) {
      summary.add(1);
      summary.add(-1);
    }
    return summary.confidence_half_width() * std::sqrt(2.0 * pairs) / summary.standard_deviation();
  };
  CHECK(factor(1) == Approx(12.706205).epsilon(1e-6));    // 1 degree of freedom
  CHECK(factor(2) == Approx(3.182446).epsilon(1e-6));     // 3
  CHECK(factor(5) == Approx(2.262157).epsilon(1e-6));     // 9
  CHECK(factor(15) == Approx(2.045230).epsilon(1e-6));    // 29
  CHECK(factor(600) == Approx(1.961952).epsilon(1e-5));   // 1,199
}

TEST_CASE("An empty or single summary has no spread") {
  Summary summary;
  CHECK(summary.mean() == 0);
  CHECK(summary.quantile(0.5) == 0);
  summary.add(3);
  CHECK(summary.standard_deviation() == 0);
  CHECK(summary.confidence_half_width() == 0);
}

TEST_CASE("The mean does not depend on the order of the values") {
  Summary up, down;
  for (int i = 0; i < 1'000; ++i) {
    up.add(1e16 / (i + 1));
    down.add(1e16 / (1'000 - i));
  }
  CHECK(up.mean() == down.mean());
}

TEST_CASE("Wilson's interval stays within 0 and 1") {
  const Interval half = wilson_interval(5, 10);
  CHECK(half.low == Approx(0.236593).epsilon(1e-5));
  CHECK(half.high == Approx(0.763407).epsilon(1e-5));
  CHECK(wilson_interval(0, 20).low == 0);
  CHECK(wilson_interval(0, 20).high == Approx(0.161125).epsilon(1e-5));
  CHECK(wilson_interval(20, 20).high == 1);
}
