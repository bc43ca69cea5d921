#include "sim/summary.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

constexpr double kNormal975 = 1.959963984540054;   // the 97.5 % quantile of the standard normal distribution

/// The sum in ascending order with Neumaier's correction: independent of the order in which the values came.
double exact_sum(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double sum = 0, lost = 0;
  for (const double value : values) {
    const double next = sum + value;
    lost += std::abs(sum) >= std::abs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
  }
  return sum + lost;
}

/// P(|T| <= t) of Student's distribution. Source: Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
double student_within(double t, std::size_t degrees) {
  const double theta = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double cosine = std::cos(theta), sine = std::sin(theta);
  const bool odd = degrees % 2 != 0;
  double term = odd ? cosine : 1, sum = 0;
  for (std::size_t i = odd ? 2 : 1; i < degrees; i += 2) {
    sum += term;
    term *= cosine * cosine * static_cast<double>(i) / static_cast<double>(i + 1);
  }
  return odd ? 2 / std::numbers::pi * (theta + sine * sum) : sine * sum;
}

/// The 97.5 % quantile of Student's distribution, by bisection; beyond 1,000 degrees the expansion in 1/degrees is exact enough.
double student_975(std::size_t degrees) {
  if (degrees > 1'000) {
    const double z = kNormal975, n = static_cast<double>(degrees);
    return z + (z * z * z + z) / (4 * n) + (5 * std::pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * n * n);
  }
  double low = 1, high = 16;   // between the normal distribution's 1.96 and the 12.71 of one degree
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (student_within(middle, degrees) < 0.95 ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double Summary::mean() const { return values_.empty() ? 0 : exact_sum(values_) / static_cast<double>(values_.size()); }

double Summary::standard_deviation() const {
  if (values_.size() < 2) return 0;
  const double centre = mean();
  std::vector<double> squares;
  squares.reserve(values_.size());
  for (const double value : values_) squares.push_back((value - centre) * (value - centre));
  return std::sqrt(exact_sum(std::move(squares)) / static_cast<double>(values_.size() - 1));
}

double Summary::quantile(double q) const {
  AKSTWIN_CHECK(q >= 0 && q <= 1, "a quantile is asked for a share between 0 and 1");
  if (values_.empty()) return 0;
  std::vector<double> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double Summary::min() const { return values_.empty() ? 0 : *std::min_element(values_.begin(), values_.end()); }
double Summary::max() const { return values_.empty() ? 0 : *std::max_element(values_.begin(), values_.end()); }

double Summary::confidence_half_width() const {
  if (values_.size() < 2) return 0;
  return student_975(values_.size() - 1) * standard_deviation() / std::sqrt(static_cast<double>(values_.size()));
}

Interval wilson_interval(std::size_t successes, std::size_t n) {
  AKSTWIN_CHECK(n > 0 && successes <= n, "a share has at most as many successes as trials");
  const double trials = static_cast<double>(n), share = static_cast<double>(successes) / trials;
  const double z2 = kNormal975 * kNormal975;
  const double centre = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const double half = kNormal975 * std::sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials)) / (1 + z2 / trials);
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace akstwin
