#include "reports/reading.hpp"

#include <algorithm>

#include "sim/base/check.hpp"

namespace akstwin {

std::string_view last_part(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view first_part(std::string_view path) { return path.substr(0, path.find('/')); }

std::vector<const Series*> select(const Timeline& timeline, GaugeKind kind, const std::function<bool(const SeriesKey&)>& accepts) {
  std::vector<const Series*> chosen = timeline.of_kind(code(kind));
  std::erase_if(chosen, [&](const Series* series) { return !accepts(series->key); });
  return chosen;
}

const Series* of_pool(const Timeline& timeline, GaugeKind kind, Name cluster, Name pool) {
  if (const Series* plain = timeline.find(key(kind, cluster, pool))) return plain;
  return timeline.find(key(kind, cluster, Name(cluster.str() + "/" + pool.str())));
}

std::vector<Sample> sum_series(const std::vector<const Series*>& series) {
  std::vector<std::span<const Sample>> parts;
  parts.reserve(series.size());
  for (const Series* one : series) parts.push_back(samples_of(one));
  return sum_of(parts);
}

std::int64_t total_of(const std::vector<const Series*>& series) {
  std::int64_t total = 0;
  for (const Series* one : series) total += one->current();
  return total;
}

std::vector<SimTime> bucket_peaks(std::span<const Sample> samples, SimTime end, Duration step) {
  AKSTWIN_CHECK(step.us > 0, "buckets have a width");
  std::vector<SimTime> peaks;
  for (SimTime from{}; from < end; from += step) peaks.push_back(maximum(samples, from, std::min(from + step, end)).at);
  return peaks;
}

std::vector<std::int64_t> bucket_maxima(std::span<const Sample> samples, SimTime end, Duration step) {
  std::vector<std::int64_t> maxima;
  for (const SimTime peak : bucket_peaks(samples, end, step)) maxima.push_back(value_at(samples, peak));
  return maxima;
}

}  // namespace akstwin
