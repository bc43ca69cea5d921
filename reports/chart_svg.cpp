#include "reports/chart_svg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "reports/text.hpp"

namespace akstwin {
namespace {

constexpr double kWidth = 960, kLeft = 62, kRight = 18, kTop = 22, kBottom = 30, kPlotHeight = 216;
constexpr std::size_t kColours = 8;

std::string px(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.1f", value);
  return buffer;
}

std::string text_at(double x, double y, const char* style, std::string_view text) {
  return "<text class=\"" + std::string(style) + "\" x=\"" + px(x) + "\" y=\"" + px(y) + "\">" + html_escaped(text) + "</text>";
}

std::string line_from(double x1, double y1, double x2, double y2, const char* style) {
  return "<line class=\"" + std::string(style) + "\" x1=\"" + px(x1) + "\" y1=\"" + px(y1) + "\" x2=\"" + px(x2) + "\" y2=\"" + px(y2) +
         "\"/>";
}

std::string rectangle(double x, double y, double width, double height, const std::string& style, const std::string& tip) {
  return "<rect class=\"" + style + "\" x=\"" + px(x) + "\" y=\"" + px(y) + "\" width=\"" + px(std::max(width, 1.0)) + "\" height=\"" +
         px(height) + "\" rx=\"2\"><title>" + html_escaped(tip) + "</title></rect>";
}

std::string opening(const Chart& chart, double height) {
  const std::string id = html_escaped(chart.id);
  return "<svg viewBox=\"0 0 " + px(kWidth) + " " + px(height) + "\" role=\"img\" aria-labelledby=\"" + id + "-t " + id +
         "-d\"><title id=\"" + id + "-t\">" + html_escaped(chart.title) + "</title><desc id=\"" + id + "-d\">" +
         html_escaped(chart.caption) + "</desc>";
}

// 1, 2, 2.5 or 5 times a power of ten, for about five ticks.
double tick_step(double largest) {
  if (largest <= 0) return 1;
  const double raw = largest / 5, power = std::pow(10, std::floor(std::log10(raw)));
  for (const double nice : {1.0, 2.0, 2.5, 5.0})
    if (raw <= nice * power) return nice * power;
  return 10 * power;
}

std::string tick_label(double value) {
  if (value >= 1e9) return brief(value / 1e9) + "G";
  if (value >= 1e6) return brief(value / 1e6) + "M";
  if (value >= 10'000) return brief(value / 1e3) + "k";
  return value == std::floor(value) ? fixed(value, 0) : fixed(value, value < 1 ? 2 : 1);
}

struct TimePlot {
  const Chart& chart;
  double largest = 0, step = 1;
  std::size_t points = 0;

  double x(double index) const { return kLeft + (kWidth - kLeft - kRight) * index / static_cast<double>(std::max<std::size_t>(1, points)); }
  double y(double value) const { return kTop + kPlotHeight * (1 - value / largest); }

  std::string grid() const {
    std::string svg;
    for (int i = 0; i * step <= largest + step / 2; ++i) {
      svg += line_from(kLeft, y(i * step), kWidth - kRight, y(i * step), i == 0 ? "axis" : "grid");
      svg += text_at(kLeft - 8, y(i * step) + 4, "tick end", tick_label(i * step));
    }
    return svg + text_at(0, 10, "tick unit", chart.unit);
  }

  std::string time_ticks() const {
    static constexpr std::array<std::int64_t, 12> kHours{1, 2, 3, 6, 12, 24, 48, 120, 168, 336, 720, 2'160};
    static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const double total_hours = chart.step.seconds_real() * static_cast<double>(points) / 3'600;
    std::int64_t every = kHours.back();
    for (const std::int64_t hours : kHours)
      if (total_hours / static_cast<double>(hours) <= 8) {
        every = hours;
        break;
      }
    std::string svg;
    for (std::int64_t hour = 0; static_cast<double>(hour) < total_hours; hour += every) {
      const CivilTime civil = chart.start.civil(SimTime{hour * 3'600'000'000});
      char clock[16];
      std::snprintf(clock, sizeof clock, "%02d:%02d", civil.hour, civil.minute);
      const std::string label = every >= 24 ? std::to_string(civil.day) + " " + kMonths[static_cast<std::size_t>(civil.month - 1)] : clock;
      const double at = x(static_cast<double>(points) * static_cast<double>(hour) / total_hours);
      svg += line_from(at, kTop + kPlotHeight, at, kTop + kPlotHeight + 5, "axis") + text_at(at, kTop + kPlotHeight + 20, "tick", label);
    }
    return svg;
  }

  // Steps, because a gauge holds its value until the next sample.
  std::string steps(const std::vector<double>& values, bool forward) const {
    std::string path;
    const std::size_t n = values.size();
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t i = forward ? k : n - 1 - k;
      const double near = x(static_cast<double>(forward ? i : i + 1)), far = x(static_cast<double>(forward ? i + 1 : i));
      path += (path.empty() && forward ? "M" : "L") + px(near) + " " + px(y(values[i])) + "H" + px(far);
    }
    return path;
  }
};

std::vector<std::vector<double>> stacked_tops(const Chart& chart) {
  std::vector<std::vector<double>> tops;
  for (const ChartSeries& series : chart.series) {
    tops.push_back(series.values);
    if (tops.size() > 1)
      for (std::size_t i = 0; i < tops.back().size(); ++i) tops.back()[i] += tops[tops.size() - 2][i];
  }
  return tops;
}

std::string time_svg(const Chart& chart) {
  const bool stacked = chart.kind == ChartKind::StackedArea;
  std::vector<std::vector<double>> lines;
  if (stacked)
    lines = stacked_tops(chart);
  else
    for (const ChartSeries& series : chart.series) lines.push_back(series.values);
  TimePlot plot{chart};
  for (const auto& line : lines) {
    plot.points = std::max(plot.points, line.size());
    for (const double value : line) plot.largest = std::max(plot.largest, value);
  }
  plot.step = tick_step(plot.largest);
  plot.largest = std::max(1.0, std::ceil(plot.largest / plot.step)) * plot.step;
  std::string svg = opening(chart, kTop + kPlotHeight + kBottom) + plot.grid() + plot.time_ticks();
  for (std::size_t i = lines.size(); i-- > 0;) {
    const std::string colour = std::to_string(i % kColours);
    if (stacked) {
      const std::vector<double> floor = i > 0 ? lines[i - 1] : std::vector<double>(lines[i].size(), 0.0);
      svg += "<path class=\"area f" + colour + "\" d=\"" + plot.steps(lines[i], true) + plot.steps(floor, false) + "Z\"/>";
    }
    svg +=
        "<path class=\"line s" + colour + (stacked ? "" : " d" + std::to_string(i % 3)) + "\" d=\"" + plot.steps(lines[i], true) + "\"/>";
  }
  return svg + "</svg>";
}

std::string bars_svg(const Chart& chart) {
  constexpr double kRow = 34, kLabel = 130, kTotal = 90, kMargin = 6;
  double largest = 0;
  std::vector<double> totals(chart.categories.size(), 0.0);
  for (std::size_t c = 0; c < totals.size(); ++c) {
    for (const ChartSeries& series : chart.series) totals[c] += series.values[c];
    largest = std::max(largest, totals[c]);
  }
  const double scale = largest > 0 ? (kWidth - kLabel - kTotal - kRight) / largest : 0;
  std::string svg = opening(chart, kMargin + kRow * static_cast<double>(totals.size()));
  for (std::size_t c = 0; c < totals.size(); ++c) {
    const double y = kMargin + kRow * static_cast<double>(c);
    svg += text_at(kLabel - 10, y + 17, "label end", chart.categories[c]);
    double x = kLabel;
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
      const double width = chart.series[s].values[c] * scale;
      if (width <= 0) continue;
      svg += rectangle(x, y + 2, width, kRow - 12, "f" + std::to_string(s % kColours),
                       chart.categories[c] + ", " + chart.series[s].name + ": $" + fixed(chart.series[s].values[c], 2));
      x += width;
    }
    svg += text_at(x + 8, y + 17, "label", "$" + fixed(totals[c], 0));
  }
  return svg + "</svg>";
}

std::string gantt_svg(const Chart& chart) {
  constexpr double kRow = 28, kLabel = 300, kDuration = 110, kMargin = 6;
  double last = 1;
  for (const GanttBar& bar : chart.bars) last = std::max(last, bar.to);
  const double scale = (kWidth - kLabel - kDuration - kRight) / last;
  const double height = kMargin + kRow * static_cast<double>(chart.bars.size());
  std::string svg = opening(chart, height + kBottom);
  static constexpr std::array<double, 11> kSeconds{1, 5, 15, 60, 300, 600, 900, 1'800, 3'600, 7'200, 21'600};
  double every = 86'400;
  for (const double seconds : kSeconds)
    if (last / seconds <= 8) {
      every = seconds;
      break;
    }
  for (double at = 0; at <= last; at += every) {
    svg += line_from(kLabel + at * scale, kMargin, kLabel + at * scale, height, at == 0 ? "axis" : "grid");
    svg += text_at(kLabel + at * scale, height + 18, "tick", human(Duration{static_cast<std::int64_t>(at * 1e6)}));
  }
  for (std::size_t i = 0; i < chart.bars.size(); ++i) {
    const GanttBar& bar = chart.bars[i];
    const double y = kMargin + kRow * static_cast<double>(i);
    const std::string took = human(Duration{static_cast<std::int64_t>((bar.to - bar.from) * 1e6)});
    svg += text_at(kLabel - 10, y + 18, bar.secondary ? "label end muted" : "label end", bar.label);
    svg += rectangle(kLabel + bar.from * scale, y + 5, (bar.to - bar.from) * scale, kRow - 12, bar.secondary ? "f5" : "f0",
                     bar.label + ": " + took);
    svg += text_at(kLabel + bar.to * scale + 8, y + 18, "label", took);
  }
  return svg + "</svg>";
}

constexpr int kHeatLevels = 4;

int heat_level(double share) { return share <= 0 ? 0 : std::min(kHeatLevels, 1 + static_cast<int>(share * kHeatLevels)); }

// Runs of one level are one rectangle; a level is a shade of one colour, and the rectangle's title says what it means.
std::string heat_svg(const Chart& chart) {
  constexpr double kRow = 16, kLabel = 190;
  TimePlot plot{chart};
  for (const ChartSeries& row : chart.series) plot.points = std::max(plot.points, row.values.size());
  const double scale = (kWidth - kLabel - kRight) / static_cast<double>(std::max<std::size_t>(plot.points, 1));
  const double height = kTop + kRow * static_cast<double>(chart.series.size());
  std::string svg = opening(chart, height + kBottom);
  for (std::size_t r = 0; r < chart.series.size(); ++r) {
    const ChartSeries& row = chart.series[r];
    const double y = kTop + kRow * static_cast<double>(r);
    svg += text_at(kLabel - 10, y + 12, "tick end", row.name);
    svg += line_from(kLabel, y + kRow, kWidth - kRight, y + kRow, "grid");
    for (std::size_t from = 0; from < row.values.size();) {
      std::size_t to = from + 1;
      const int level = heat_level(row.values[from]);
      while (to < row.values.size() && heat_level(row.values[to]) == level) ++to;
      const std::string tip = row.name + ": " + percent(row.values[from], 0) + " in use from " + day_and_clock(SimTime{chart.step.us * static_cast<std::int64_t>(from)}, chart.start);
      if (level > 0)
        svg += "<rect class=\"f0\" fill-opacity=\"" + fixed(0.2 * (level + 1) - 0.2, 1) + "\" x=\"" + px(kLabel + scale * static_cast<double>(from)) + "\" y=\"" + px(y + 1) + "\" width=\"" +
               px(scale * static_cast<double>(to - from)) + "\" height=\"" + px(kRow - 2) + "\"><title>" + html_escaped(tip) + "</title></rect>";
      from = to;
    }
  }
  const double seconds = chart.step.seconds_real() * static_cast<double>(plot.points);
  for (int part = 0; part <= 4; ++part) {
    const SimTime at{static_cast<std::int64_t>(seconds * 1e6 * part / 4)};
    svg += text_at(kLabel + (kWidth - kLabel - kRight) * part / 4, height + 18, part == 4 ? "tick end" : "tick", day_and_clock(at, chart.start));
  }
  return svg + "</svg>";
}

ReportTable heat_table(const Chart& chart, ReportTable table) {
  table.columns = {{"Block", false}, {"In use on average", true}, {"At most", true}, {"First used", false}};
  for (const ChartSeries& row : chart.series) {
    const auto first = std::ranges::find_if(row.values, [](double v) { return v > 0; });
    const double sum = std::accumulate(row.values.begin(), row.values.end(), 0.0), n = static_cast<double>(std::max<std::size_t>(row.values.size(), 1));
    table.rows.push_back({row.name, percent(sum / n, 0), percent(row.values.empty() ? 0 : std::ranges::max(row.values), 0),
                          first == row.values.end() ? "never" : day_and_clock(SimTime{chart.step.us * (first - row.values.begin())}, chart.start)});
  }
  return table;
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string chart_svg(const Chart& chart) {
  switch (chart.kind) {
    case ChartKind::Lines:
    case ChartKind::StackedArea:
      return time_svg(chart);
    case ChartKind::Bars:
      return bars_svg(chart);
    case ChartKind::Gantt:
      return gantt_svg(chart);
    case ChartKind::Heat:
      return heat_svg(chart);
  }
  return {};
}

Chart with_few_series(Chart chart) {
  if (chart.series.size() <= kColours || chart.kind == ChartKind::Heat) return chart;
  std::vector<std::pair<double, std::size_t>> sizes;  // Largest first; equal sizes in the given order.
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    sizes.emplace_back(-std::accumulate(chart.series[i].values.begin(), chart.series[i].values.end(), 0.0), i);
  std::sort(sizes.begin(), sizes.end());
  std::vector<bool> kept(chart.series.size(), false);
  for (std::size_t i = 0; i < kColours - 1; ++i) kept[sizes[i].second] = true;
  ChartSeries other{"other", std::vector<double>(chart.series.front().values.size(), 0.0)};
  std::vector<ChartSeries> series;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    if (kept[i])
      series.push_back(std::move(chart.series[i]));
    else
      for (std::size_t k = 0; k < other.values.size(); ++k) other.values[k] += chart.series[i].values[k];
  }
  if (chart.kind != ChartKind::Lines) series.push_back(std::move(other));  // A sum of lines would be no line among them.
  chart.series = std::move(series);
  return chart;
}

ReportTable chart_table(const Chart& chart) {
  ReportTable table{chart.id + "-data", "Numbers of: " + chart.title, {}, {}, true};
  if (chart.kind == ChartKind::Gantt) return table;  // Its table of phases stands beside it.
  if (chart.kind == ChartKind::Heat) return heat_table(chart, std::move(table));
  table.columns.push_back({chart.kind == ChartKind::Bars ? "Category" : "From", false});
  for (const ChartSeries& series : chart.series) table.columns.push_back({series.name + " (" + chart.unit + ")", true});
  std::size_t n = chart.categories.size();
  for (const ChartSeries& series : chart.series) n = std::max(n, series.values.size());
  constexpr std::size_t kRows = 48;
  const std::size_t every = chart.kind == ChartKind::Bars ? 1 : (n + kRows - 1) / kRows;
  for (std::size_t i = 0; i < n; i += std::max<std::size_t>(1, every)) {
    const SimTime at{chart.step.us * static_cast<std::int64_t>(i)};
    std::vector<std::string> row{chart.kind == ChartKind::Bars ? chart.categories[i] : day_and_clock(at, chart.start)};
    for (const ChartSeries& series : chart.series) row.push_back(brief(series.values[i]));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace akstwin
