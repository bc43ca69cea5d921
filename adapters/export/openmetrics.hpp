/// Metrics as text: OpenMetrics with simulated times, and a snapshot in Prometheus' own format.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "adapters/export/metric_families.hpp"

namespace akstwin {

using TextSink = std::function<void(std::string_view)>;

/// Samples that write_openmetrics would write: a month of a large platform by the minute fills a disk.
std::int64_t sample_count(const std::vector<MetricFamily>& families, const ExportSource& source);

/// OpenMetrics 1.0: every series at every step of its life within from…to, times in seconds since 1970, ends with "# EOF".
void write_openmetrics(const std::vector<MetricFamily>& families, const ExportSource& source, const TextSink& sink);

/// Prometheus text format 0.0.4 of one moment, without times: what a scrape of /metrics would see.
void write_prometheus(const std::vector<MetricFamily>& families, SimTime at, const TextSink& sink);

}  // namespace akstwin
