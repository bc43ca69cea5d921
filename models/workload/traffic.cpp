#include "models/workload/traffic.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include "sim/base/check.hpp"
#include "sim/distributions.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kTrafficDayUs = 86'400'000'000;
constexpr std::int64_t kTrafficHourUs = 3'600'000'000;
constexpr double kTrafficMillion = 1e6;

// Office hours of the Business shape, local time.
constexpr std::int64_t kOpens = 7 * kTrafficHourUs, kCloses = 19 * kTrafficHourUs;

}  // namespace

Traffic::Traffic(const TrafficSpec& spec, Epoch start, Duration tick, const RngRoot& root, std::string_view name)
    : spec_(&spec), local_offset_us_((start.unix_seconds + std::int64_t{spec.utc_offset_minutes} * 60) * 1'000'000), tick_(tick) {
  AKSTWIN_CHECK(tick.us > 0, "noise changes from tick to tick");
  if (spec.noise.value <= 0) return;
  // A log-normal factor of mean 1 and standard deviation s: σ² = ln(1 + s²), μ = −σ²/2.
  const double s = static_cast<double>(spec.noise.value) / kTrafficMillion;
  sigma_ = std::sqrt(std::log1p(s * s));
  noise_ = RngStream(root, "workload/traffic/" + std::string(name));
}

double Traffic::shape(std::int64_t in_day_us) const {
  const auto peak = static_cast<double>(spec_->peak_milli_rps), trough = static_cast<double>(spec_->trough_milli_rps);
  if (spec_->shape == TrafficShape::Constant) return peak;
  if (spec_->shape == TrafficShape::Business && (in_day_us < kOpens || in_day_us >= kCloses)) return trough;
  const double since_trough = static_cast<double>(in_day_us - spec_->trough_hour * kTrafficHourUs) / static_cast<double>(kTrafficDayUs);
  return trough + (peak - trough) * 0.5 * (1.0 - std::cos(2.0 * std::numbers::pi * since_trough));
}

double Traffic::expected(SimTime t) const {
  double rate = 0;
  const std::int64_t local = t.us + local_offset_us_;
  if (spec_->shape == TrafficShape::Trace) {
    const auto size = static_cast<std::int64_t>(spec_->trace_milli_rps.size());
    if (size == 0) return 0;
    rate = static_cast<double>(spec_->trace_milli_rps[static_cast<std::size_t>(t.us / spec_->trace_step.us % size)]);
  } else {
    rate = shape(local % kTrafficDayUs);
  }
  if (spec_->weekend.value != 1'000'000) {
    const std::int64_t weekday = (local / kTrafficDayUs + 4) % 7;   // 1970-01-01 was a Thursday; 0 is Sunday.
    if (weekday == 0 || weekday == 6) rate *= static_cast<double>(spec_->weekend.value) / kTrafficMillion;
  }
  for (const TrafficBurst& burst : spec_->bursts)
    if (burst.at <= t && t < burst.at + burst.duration) rate *= static_cast<double>(burst.factor.value) / kTrafficMillion;
  return rate;
}

std::int64_t Traffic::expected_milli_rps(SimTime t) const { return std::llround(expected(t)); }

std::int64_t Traffic::milli_rps(SimTime t) const {
  const double rate = expected(t);
  if (sigma_ == 0 || rate == 0) return std::llround(rate);
  const double z = normal_quantile(noise_.uniform(static_cast<std::uint64_t>(t.us / tick_.us)));
  return std::llround(rate * std::exp(sigma_ * (z - 0.5 * sigma_)));
}

}  // namespace akstwin
