/// Distributions by inversion: one uniform in, one value out, monotone, the same on every machine.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "sim/base/time.hpp"

namespace akstwin {

/// The standard normal quantile of u in (0, 1). Wichura's AS 241 (1988), relative error below 1e-15.
double normal_quantile(double u);
/// Exponential with the given mean (> 0).
double exponential_quantile(double u, double mean);
/// Weibull with shape > 0 and scale > 0.
double weibull_quantile(double u, double shape, double scale);
/// Poisson count with the given mean (>= 0), by sequential search.
std::int64_t poisson_quantile(double u, double mean);

/// A log-normal duration given by two of its quantiles, as measurements are published: median and 95th percentile.
struct LogNormal {
  Duration p50, p95;                               ///< 0 < p50 <= p95
  Duration quantile(double u) const;               ///< rounded to the microsecond, at least 1 µs
  constexpr bool operator==(const LogNormal&) const = default;
};

/// Piecewise linear between measured quantiles at equal steps of probability; the ends are the smallest and largest value.
struct Empirical {
  std::vector<Duration> sorted;                    ///< at least one value, ascending
  Duration quantile(double u) const;
};

}  // namespace akstwin
