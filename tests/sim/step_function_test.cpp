#include "sim/step_function.hpp"

#include <catch2/catch.hpp>

using namespace akstwin;

namespace {

// 0 until 10, 4 until 20, 1 until 30, then 6.
const std::vector<Sample> kGauge{{{10}, 4}, {{20}, 1}, {{30}, 6}};
SimTime t(std::int64_t us) { return {us}; }

}  // namespace

TEST_CASE("A gauge holds its value until the next sample") {
  CHECK(value_at(kGauge, t(9)) == 0);
  CHECK(value_at(kGauge, t(10)) == 4);
  CHECK(value_at(kGauge, t(19)) == 4);
  CHECK(value_at(kGauge, t(20)) == 1);
  CHECK(value_at(kGauge, t(99)) == 6);
  CHECK(value_at({}, t(5)) == 0);
}

TEST_CASE("The integral adds value times time, also before the first and after the last sample") {
  CHECK(static_cast<std::int64_t>(integral(kGauge, t(0), t(40))) == 40 + 10 + 60);
  CHECK(static_cast<std::int64_t>(integral(kGauge, t(15), t(32))) == 20 + 10 + 12);
  CHECK(static_cast<std::int64_t>(integral(kGauge, t(12), t(12))) == 0);
  CHECK(time_average(kGauge, t(0), t(40)) == Approx(2.75));
  CHECK(time_average(kGauge, t(40), t(40)) == 0);
  const std::vector<Sample> large{{t(0), std::int64_t{1} << 60}};
  CHECK(integral(large, t(0), t(std::int64_t{1} << 50)) == Int128{1} << 110);
}

TEST_CASE("Extremes say when they were first reached in the window") {
  CHECK(maximum(kGauge, t(0), t(30)).value == 4);
  CHECK(maximum(kGauge, t(0), t(30)).at == t(10));
  CHECK(maximum(kGauge, t(0), t(31)).value == 6);
  CHECK(minimum(kGauge, t(12), t(40)).value == 1);
  CHECK(minimum(kGauge, t(12), t(40)).at == t(20));
  CHECK(minimum(kGauge, t(0), t(40)).at == t(0));
  CHECK(maximum(kGauge, t(15), t(15)).value == 4);
}

TEST_CASE("A time quantile is the least value that holds at most for its share") {
  // Over [0, 40): 0, 1, 4 and 6 for a quarter each.
  CHECK(time_quantile(kGauge, t(0), t(40), 0) == 0);
  CHECK(time_quantile(kGauge, t(0), t(40), 0.25) == 0);
  CHECK(time_quantile(kGauge, t(0), t(40), 0.5) == 1);
  CHECK(time_quantile(kGauge, t(0), t(40), 0.51) == 4);
  CHECK(time_quantile(kGauge, t(0), t(40), 1) == 6);
}

TEST_CASE("Time at or above a threshold counts every piece") {
  CHECK(time_at_or_above(kGauge, t(0), t(40), 4).us == 20);
  CHECK(time_at_or_above(kGauge, t(15), t(33), 4).us == 8);
  CHECK(time_at_or_above(kGauge, t(0), t(40), 7).us == 0);
}

TEST_CASE("Resampling reads the value at each step") {
  CHECK(resample(kGauge, t(5), t(35), {10}) == std::vector<std::int64_t>{0, 4, 1});
  CHECK(resample(kGauge, t(10), t(31), {10}) == std::vector<std::int64_t>{4, 1, 6});
  CHECK(resample({}, t(0), t(3), {1}) == std::vector<std::int64_t>{0, 0, 0});
}

TEST_CASE("The sum of gauges changes where its parts do, unless they cancel") {
  const std::vector<Sample> other{{{10}, 1}, {{20}, 4}, {{25}, 0}};
  const std::vector<std::span<const Sample>> parts{kGauge, other};
  const std::vector<Sample> sum = sum_of(parts);
  REQUIRE(sum.size() == 3);
  CHECK(sum[0].value == 5);    // at 10; at 20 it is 1 + 4, no change
  CHECK(sum[1].at == t(25));
  CHECK(sum[1].value == 1);
  CHECK(sum[2].value == 6);
}
