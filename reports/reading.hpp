/// Reading gauges of a Timeline by what they are about.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/observe/kinds.hpp"
#include "sim/step_function.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// What follows the last slash: the "user" of "aks-prod/user".
std::string_view last_part(std::string_view path);
/// What precedes the first slash: the "aks-prod" of "aks-prod/orders/api".
std::string_view first_part(std::string_view path);

/// The samples, or none.
inline std::span<const Sample> samples_of(const Series* series) {
  return series == nullptr ? std::span<const Sample>{} : std::span<const Sample>{series->samples};
}

/// All series of a kind that the condition accepts, sorted by label.
std::vector<const Series*> select(const Timeline& timeline, GaugeKind kind, const std::function<bool(const SeriesKey&)>& accepts);
/// The gauge of a pool, whether its label is "user" or "aks-prod/user"; null when it was never recorded.
const Series* of_pool(const Timeline& timeline, GaugeKind kind, Name cluster, Name pool);
/// Their pointwise sum.
std::vector<Sample> sum_series(const std::vector<const Series*>& series);
/// Sum of the values that several cumulative gauges end with.
std::int64_t total_of(const std::vector<const Series*>& series);

/// When the gauge is largest in each of the buckets [i·step, (i+1)·step) of [0, end): the first such instant.
std::vector<SimTime> bucket_peaks(std::span<const Sample> samples, SimTime end, Duration step);
/// The largest value in each of the buckets [i·step, (i+1)·step) of [0, end).
std::vector<std::int64_t> bucket_maxima(std::span<const Sample> samples, SimTime end, Duration step);

}  // namespace akstwin
