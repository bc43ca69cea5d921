/// Arithmetic on gauges over time.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/base/int128.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// The value that holds at `t`; 0 before the first sample.
std::int64_t value_at(std::span<const Sample> samples, SimTime t);
/// Integral of value over [from, to) in value-microseconds (128-bit, exact).
Int128 integral(std::span<const Sample> samples, SimTime from, SimTime to);
/// Time average over [from, to); 0 for an empty window. For display.
double time_average(std::span<const Sample> samples, SimTime from, SimTime to);
/// Largest and smallest value that holds anywhere in [from, to), and when it first did.
struct Extreme { SimTime at; std::int64_t value = 0; };
Extreme maximum(std::span<const Sample> samples, SimTime from, SimTime to);
Extreme minimum(std::span<const Sample> samples, SimTime from, SimTime to);
/// The smallest value v such that the gauge is <= v for at least the share q (0…1) of [from, to).
std::int64_t time_quantile(std::span<const Sample> samples, SimTime from, SimTime to, double q);
/// How long value >= threshold holds within [from, to).
Duration time_at_or_above(std::span<const Sample> samples, SimTime from, SimTime to, std::int64_t threshold);
/// Values at from, from+step, … (< to).
std::vector<std::int64_t> resample(std::span<const Sample> samples, SimTime from, SimTime to, Duration step);
/// The pointwise sum of several gauges.
std::vector<Sample> sum_of(std::span<const std::span<const Sample>> parts);

}  // namespace akstwin
