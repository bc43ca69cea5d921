#include "models/controllers/autoscaling/vpa_histogram.hpp"

#include <algorithm>
#include <cmath>

#include "models/controllers/autoscaling/reproducible_math.hpp"
#include "sim/base/check.hpp"

// Semantics: kubernetes/autoscaler vertical-pod-autoscaler 1.3.1, pkg/recommender/util. The order of the floating-point operations is
// upstream's, because a percentile is a comparison of sums.

namespace akstwin {
namespace {

// A bucket below this weight is empty: a thousandth of the smallest sample weight, 0.1 (model/aggregations_config.go, 1.3.1).
constexpr double kEpsilon = 0.0001;
// Half-lives after the reference until the weights are divided anew (decaying_histogram.go, 1.3.1).
constexpr std::int64_t kHalfLivesMax = 100;

double logarithm(double base, double x) { return reproducible_log(x) / reproducible_log(base); }

double ratio_of(Duration span, Duration unit) { return static_cast<double>(span.us) / static_cast<double>(unit.us); }

/// The nearest multiple of `unit`; halves go to the later one.
SimTime rounded(SimTime at, Duration unit) {
  std::int64_t rest = at.us % unit.us;
  if (rest < 0) rest += unit.us;
  return {rest + rest < unit.us ? at.us - rest : at.us + (unit.us - rest)};
}

double lowered(double value, double by) {
  const double rest = value - by;
  return rest < kEpsilon ? 0.0 : rest;
}

}  // namespace

ExponentialBuckets::ExponentialBuckets(double largest, double first, double ratio) : first_(first), ratio_(ratio) {
  AKSTWIN_CHECK(largest > 0 && first > 0 && ratio > 1, "buckets grow from a positive size");
  count_ = static_cast<int>(std::ceil(logarithm(ratio, largest * (ratio - 1) / first + 1))) + 1;
}

int ExponentialBuckets::find(double value) const {
  if (value < first_) return 0;
  const double bucket = logarithm(ratio_, value * (ratio_ - 1) / first_ + 1);
  return bucket >= count_ ? count_ - 1 : static_cast<int>(bucket);
}

double ExponentialBuckets::start(int bucket) const {
  AKSTWIN_CHECK(bucket >= 0 && bucket < count_, "only buckets of the histogram have a start");
  return bucket == 0 ? 0.0 : first_ * (reproducible_power(ratio_, bucket) - 1) / (ratio_ - 1);
}

DecayingHistogram::DecayingHistogram(const ExponentialBuckets& buckets, Duration half_life)
    : buckets_(buckets), half_life_(half_life), weights_(static_cast<std::size_t>(buckets.count()), 0.0), low_(buckets.count() - 1) {
  AKSTWIN_CHECK(half_life > Duration{0}, "a half-life is positive");
}

void DecayingHistogram::add(double value, double weight_of_sample, SimTime at) {
  AKSTWIN_CHECK(weight_of_sample >= 0.0, "weights are not negative");
  const double added = weight_of_sample * decay_factor(at);
  const int bucket = buckets_.find(value);
  weight(bucket) += added;
  total_ += added;
  if (weight(bucket) < kEpsilon) return;
  low_ = std::min(low_, bucket);
  high_ = std::max(high_, bucket);
}

void DecayingHistogram::subtract(double value, double weight_of_sample, SimTime at) {
  const double removed = weight_of_sample * decay_factor(at);
  const int bucket = buckets_.find(value);
  total_ = lowered(total_, removed);
  weight(bucket) = lowered(weight(bucket), removed);
  narrow();
}

double DecayingHistogram::percentile(double fraction) const {
  if (empty()) return 0.0;
  const double threshold = fraction * total_;
  double sum = 0.0;
  int bucket = low_;
  for (; bucket < high_; ++bucket) {
    sum += weight(bucket);
    if (sum >= threshold) break;
  }
  return buckets_.start(std::min(bucket + 1, buckets_.count() - 1));   // the last bucket has no upper end
}

bool DecayingHistogram::empty() const { return weight(low_) < kEpsilon; }

double DecayingHistogram::decay_factor(SimTime at) {
  if (!reference_ || at > *reference_ + half_life_ * kHalfLivesMax) shift_reference(at);
  return reproducible_exp2(ratio_of(at - *reference_, half_life_));
}

void DecayingHistogram::shift_reference(SimTime to) {
  const SimTime next = rounded(to, half_life_);
  if (reference_) scale(std::ldexp(1.0, static_cast<int>(std::max<std::int64_t>((*reference_ - next) / half_life_, -10'000))));
  reference_ = next;
}

void DecayingHistogram::scale(double factor) {
  for (int bucket = low_; bucket <= high_; ++bucket) weight(bucket) *= factor;
  total_ *= factor;
  narrow();
}

void DecayingHistogram::narrow() {
  while (weight(low_) < kEpsilon && low_ < buckets_.count() - 1) ++low_;
  while (weight(high_) < kEpsilon && high_ > 0) --high_;
}

}  // namespace akstwin
