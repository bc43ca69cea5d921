#include "models/workload/traffic.hpp"

#include <catch2/catch.hpp>

#include <cmath>

namespace akstwin {
namespace {

using namespace akstwin::literals;

TrafficSpec between(std::int64_t trough, std::int64_t peak, TrafficShape shape) {
  TrafficSpec spec;
  spec.shape = shape;
  spec.trough_milli_rps = trough;
  spec.peak_milli_rps = peak;
  return spec;
}

std::int64_t at(const TrafficSpec& spec, Duration since_monday) {
  const Epoch monday{*parse_utc("2026-03-02")};
  return Traffic(spec, monday, kLoadTick, {}, "t").milli_rps(SimTime{} + since_monday);
}

}  // namespace

TEST_CASE("Diurnal traffic is lowest at 04:00, highest at 16:00 and half-way at 10:00") {
  // 120 + (900 − 120) · (1 − cos(2π·(h − 4)/24))/2: h = 4 → 120, 16 → 900, 10 → 510, 7 → 120 + 780·0.1464466 = 234.228
  const TrafficSpec spec = between(120'000, 900'000, TrafficShape::Diurnal);
  REQUIRE(at(spec, 4_h) == 120'000);
  REQUIRE(at(spec, 16_h) == 900'000);
  REQUIRE(at(spec, 10_h) == 510'000);
  REQUIRE(at(spec, 7_h) == 234'228);
  REQUIRE(at(spec, 3_d + 7_h) == 234'228);
}

TEST_CASE("The weekend's factor holds on Saturday and Sunday of local time") {
  TrafficSpec spec = between(0, 1'000'000, TrafficShape::Constant);
  spec.weekend = {600'000};
  REQUIRE(at(spec, 5_d - 1_us) == 1'000'000);   // Friday's last instant
  REQUIRE(at(spec, 5_d) == 600'000);
  REQUIRE(at(spec, 7_d) == 1'000'000);
  spec.utc_offset_minutes = 120;                // Saturday begins two hours earlier in UTC
  REQUIRE(at(spec, 4_d + 22_h) == 600'000);
  REQUIRE(at(spec, 6_d + 22_h) == 1'000'000);
}

TEST_CASE("The local offset moves the trough") {
  TrafficSpec spec = between(120'000, 900'000, TrafficShape::Diurnal);
  spec.utc_offset_minutes = -300;
  REQUIRE(at(spec, 9_h) == 120'000);            // 04:00 at UTC−5
}

TEST_CASE("Business traffic is the trough outside 07:00 to 19:00") {
  const TrafficSpec spec = between(10'000, 900'000, TrafficShape::Business);
  REQUIRE(at(spec, 7_h - 1_us) == 10'000);
  REQUIRE(at(spec, 16_h) == 900'000);
  REQUIRE(at(spec, 19_h - 1_us) > 700'000);
  REQUIRE(at(spec, 19_h) == 10'000);
}

TEST_CASE("A burst multiplies from its first instant to before its last") {
  TrafficSpec spec = between(0, 100'000, TrafficShape::Constant);
  spec.bursts.push_back({SimTime{} + 1_h, 30_min, {2'500'000}});
  REQUIRE(at(spec, 1_h - 1_us) == 100'000);
  REQUIRE(at(spec, 1_h) == 250'000);
  REQUIRE(at(spec, 1_h + 30_min) == 100'000);
}

TEST_CASE("A trace is repeated") {
  TrafficSpec spec = between(0, 0, TrafficShape::Trace);
  spec.trace_milli_rps = {1'000, 2'000, 3'000};
  REQUIRE(at(spec, 59_s) == 1'000);
  REQUIRE(at(spec, 2_min) == 3'000);
  REQUIRE(at(spec, 3_min) == 1'000);
}

TEST_CASE("Noise keeps the mean, has the stated deviation, and is the same within a tick") {
  TrafficSpec spec = between(0, 1'000'000, TrafficShape::Constant);
  spec.noise = {100'000};
  double sum = 0, squares = 0;
  constexpr int kTicks = 20'000;
  const Traffic traffic(spec, {}, kLoadTick, {}, "t");
  for (int tick = 0; tick < kTicks; ++tick) {
    const double rate = static_cast<double>(traffic.milli_rps(SimTime{} + kLoadTick * tick)) / 1e6;
    sum += rate;
    squares += rate * rate;
  }
  const double mean = sum / kTicks, deviation = std::sqrt(squares / kTicks - mean * mean);
  REQUIRE(mean == Approx(1.0).margin(0.003));   // standard error 0.1/√20,000 = 0.0007
  REQUIRE(deviation == Approx(0.1).margin(0.003));
  REQUIRE(traffic.milli_rps(SimTime{1}) == traffic.milli_rps(SimTime{59'999'999}));
  REQUIRE(traffic.expected_milli_rps({}) == 1'000'000);
}

}  // namespace akstwin
