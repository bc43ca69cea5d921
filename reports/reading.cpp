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

std::vector<std::int64_t> bucket_maxima(std::span<const Sample> samples, SimTime end, Duration step) {
  AKSTWIN_CHECK(step.us > 0, "buckets have a width");
  std::vector<std::int64_t> maxima;
  std::size_t next = 0;
  std::int64_t holds = 0;
  for (SimTime from{}; from < end; from += step) {
    const SimTime to = std::min(from + step, end);
    // What holds at the start of the bucket counts unless a sample replaces it at that very instant.
    while (next < samples.size() && samples[next].at <= from) holds = samples[next++].value;
    std::int64_t largest = holds;
    while (next < samples.size() && samples[next].at < to) largest = std::max(largest, holds = samples[next++].value);
    maxima.push_back(largest);
  }
  return maxima;
}

}  // namespace akstwin
