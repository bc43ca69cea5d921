#include "sim/distributions.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

/// (n0 + n1·x + … + n7·x⁷) ÷ (d0 + … + d7·x⁷), by Horner's rule.
double ratio(double x, const std::array<double, 8>& n, const std::array<double, 8>& d) {
  double top = n[7], bottom = d[7];
  for (std::size_t i = 7; i-- > 0;) {
    top = top * x + n[i];
    bottom = bottom * x + d[i];
  }
  return top / bottom;
}

// Coefficients of AS 241 (PPND16): the middle, the shoulders and the tails.
constexpr std::array<double, 8> kA{3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
                                   4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3};
constexpr std::array<double, 8> kB{1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                                   2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3};
constexpr std::array<double, 8> kC{1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                                   3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                                   2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr std::array<double, 8> kD{1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
                                   1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                   1.05075007164441684324e-9};
constexpr std::array<double, 8> kE{6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                                   2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                   2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr std::array<double, 8> kF{1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                                   7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                                   2.04426310338993978564e-15};

constexpr double kNormal95 = 1.6448536269514722;   // the 95 % quantile of the standard normal distribution

/// A drawn time in microseconds: rounded, at least one, and never past what a calendar can hold.
Duration drawn(double us) {
  return {static_cast<std::int64_t>(std::clamp(std::round(us), 1.0, static_cast<double>(kNever.us)))};
}

}  // namespace

double normal_quantile(double u) {
  AKSTWIN_CHECK(u > 0 && u < 1, "a quantile is asked for a probability between 0 and 1");
  const double q = u - 0.5;
  if (std::abs(q) <= 0.425) return q * ratio(0.180625 - q * q, kA, kB);
  const double r = std::sqrt(-std::log(q < 0 ? u : 1 - u));
  const double value = r <= 5 ? ratio(r - 1.6, kC, kD) : ratio(r - 5, kE, kF);
  return q < 0 ? -value : value;
}

double exponential_quantile(double u, double mean) { return -mean * std::log1p(-u); }

double weibull_quantile(double u, double shape, double scale) { return scale * std::pow(-std::log1p(-u), 1 / shape); }

std::int64_t poisson_quantile(double u, double mean) {
  AKSTWIN_CHECK(mean >= 0, "a mean count is not negative");
  if (mean == 0) return 0;
  // Starting nine standard deviations below the mean leaves out less than 1e-18, and e^-mean cannot underflow.
  double k = std::max(0.0, std::floor(mean - 9 * std::sqrt(mean)));
  double share = std::exp(k * std::log(mean) - mean - std::lgamma(k + 1));
  double sum = share;
  while (sum < u && (k < mean || share > 1e-18)) {
    k += 1;
    share *= mean / k;
    sum += share;
  }
  return static_cast<std::int64_t>(k);
}

Duration LogNormal::quantile(double u) const {
  AKSTWIN_CHECK(p50.us > 0 && p50 <= p95, "a log-normal duration has 0 < p50 <= p95");
  const double median = static_cast<double>(p50.us);
  const double sigma = std::log(static_cast<double>(p95.us) / median) / kNormal95;
  return drawn(median * std::exp(sigma * normal_quantile(u)));
}

Duration Empirical::quantile(double u) const {
  AKSTWIN_CHECK(!sorted.empty(), "an empirical distribution has a value");
  const double place = u * static_cast<double>(sorted.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), sorted.size() - 1);
  const auto above = std::min(below + 1, sorted.size() - 1);
  const double part = place - static_cast<double>(below);
  return {sorted[below].us + std::llround(part * static_cast<double>((sorted[above] - sorted[below]).us))};
}

}  // namespace akstwin
