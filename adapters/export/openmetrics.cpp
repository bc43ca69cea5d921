#include "adapters/export/openmetrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace akstwin {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

std::string label_text(const MetricSeries& series) {
  std::string out;
  for (const auto& [key, value] : series.labels) out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", key, escaped(value));
  return out.empty() ? out : "{" + out + "}";
}

/// Whole numbers as such, the others with what a double needs.
std::string number(double value) {
  if (std::floor(value) == value && std::abs(value) < 1e15) return fmt::format("{}", static_cast<std::int64_t>(value));
  return fmt::format("{:.9g}", value);
}

/// OpenMetrics names a counter's family without its suffix.
std::string family_name(const MetricFamily& family) { return family.counter ? family.name.substr(0, family.name.size() - std::string_view("_total").size()) : family.name; }

}  // namespace

std::int64_t sample_count(const std::vector<MetricFamily>& families, const ExportSource& source) {
  std::int64_t count = 0;
  for (const MetricFamily& family : families) {
    for (const MetricSeries& series : family.series) {
      if (series.values.empty()) continue;
      const SimTime begin = std::max({source.from, series.from, series.values.front().first}), end = std::min(source.to, series.to);
      if (begin <= end) count += (end - begin) / source.step + 1;
    }
  }
  return count;
}

void write_openmetrics(const std::vector<MetricFamily>& families, const ExportSource& source, const TextSink& sink) {
  for (const MetricFamily& family : families) {
    const std::string name = family_name(family);
    std::string text = fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, escaped(family.help), name, family.counter ? "counter" : "gauge");
    for (const MetricSeries& series : family.series) {
      const std::string labels = label_text(series);
      std::size_t next = 0;
      double value = 0;
      bool has_value = false;
      for (SimTime at = source.from; at <= source.to; at += source.step) {
        for (; next < series.values.size() && series.values[next].first <= at; ++next) {
          value = series.values[next].second;
          has_value = true;
        }
        if (!has_value || at < series.from || at >= series.to) continue;
        text += fmt::format("{}{} {} {}\n", family.name, labels, number(value), unix_seconds(source.scenario, at));
        if (text.size() < (1U << 20)) continue;
        sink(text);
        text.clear();
      }
    }
    sink(text);
  }
  sink("# EOF\n");
}

void write_prometheus(const std::vector<MetricFamily>& families, SimTime at, const TextSink& sink) {
  for (const MetricFamily& family : families) {
    std::string text = fmt::format("# HELP {} {}\n# TYPE {} {}\n", family.name, escaped(family.help), family.name, family.counter ? "counter" : "gauge");
    bool any = false;
    for (const MetricSeries& series : family.series) {
      if (at < series.from || at >= series.to) continue;
      const auto after = std::upper_bound(series.values.begin(), series.values.end(), at, [](SimTime time, const auto& sample) { return time < sample.first; });
      if (after == series.values.begin()) continue;
      text += fmt::format("{}{} {}\n", family.name, label_text(series), number(std::prev(after)->second));
      any = true;
    }
    if (any) sink(text);
  }
}

}  // namespace akstwin
