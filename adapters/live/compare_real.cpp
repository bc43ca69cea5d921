#include "adapters/live/compare_real.hpp"

#include <algorithm>

#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

/// Time-weighted mean and maximum of the sum of all series of a kind whose first label is the cluster.
struct GaugeReading {
  double mean = 0, max = 0;
};

bool of_cluster(const Series& series, const std::string& cluster) {
  const std::string_view label = series.key.a.text();
  return label == cluster || (label.starts_with(cluster) && label.size() > cluster.size() && label[cluster.size()] == '/');
}

std::optional<GaugeReading> read_gauge(const Timeline& timeline, GaugeKind kind, const std::string& cluster, const ComparedPhase& phase) {
  struct Step { SimTime at; std::int64_t delta; };
  std::vector<Step> steps;
  std::int64_t level = 0;
  bool any = false;
  for (const Series* series : timeline.of_kind(code(kind))) {
    if (!of_cluster(*series, cluster)) continue;
    std::int64_t before = 0;
    for (const Sample& sample : series->samples) {
      any = true;
      if (sample.at <= phase.from) level += sample.value - before;
      else if (sample.at < phase.to) steps.push_back({sample.at, sample.value - before});
      before = sample.value;
    }
  }
  if (!any || phase.to <= phase.from) return std::nullopt;
  std::ranges::stable_sort(steps, {}, &Step::at);
  double area = 0;
  std::int64_t max = level;
  SimTime last = phase.from;
  for (const Step& step : steps) {
    area += static_cast<double>(level) * (step.at - last).seconds_real();
    level += step.delta;
    last = step.at;
    max = std::max(max, level);
  }
  area += static_cast<double>(level) * (phase.to - last).seconds_real();
  return GaugeReading{area / (phase.to - phase.from).seconds_real(), static_cast<double>(max)};
}

struct EventReading {
  std::vector<double> seconds;           // sorted
  std::int64_t count = 0;
};

EventReading read_events(const Timeline& timeline, EventKind kind, const std::string& cluster, const ComparedPhase& phase) {
  EventReading out;
  for (const TimelineEvent& event : timeline.events()) {
    if (event.kind != code(kind) || event.at < phase.from || event.at >= phase.to || !event.subject.text().starts_with(cluster + "/")) continue;
    ++out.count;
    out.seconds.push_back(static_cast<double>(event.value) / 1e6);
  }
  std::ranges::sort(out.seconds);
  return out;
}

std::optional<double> quantile(const std::vector<double>& sorted, double q) {
  if (sorted.empty()) return std::nullopt;
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

struct Pair { const Timeline &twin, &real; const std::string& cluster; };

void add_gauge(const Pair& pair, const ComparedPhase& phase, GaugeKind kind, const char* name, const char* unit, std::vector<RealDifference>& out) {
  const auto twin = read_gauge(pair.twin, kind, pair.cluster, phase), real = read_gauge(pair.real, kind, pair.cluster, phase);
  if (!twin && !real) return;
  const auto part = [](const std::optional<GaugeReading>& reading, double GaugeReading::*member) { return reading ? std::optional((*reading).*member) : std::nullopt; };
  out.push_back({phase.name, std::string(name) + " mean", unit, part(twin, &GaugeReading::mean), part(real, &GaugeReading::mean)});
  out.push_back({phase.name, std::string(name) + " max", unit, part(twin, &GaugeReading::max), part(real, &GaugeReading::max)});
}

void add_event(const Pair& pair, const ComparedPhase& phase, EventKind kind, const char* name, std::vector<RealDifference>& out) {
  const EventReading twin = read_events(pair.twin, kind, pair.cluster, phase), real = read_events(pair.real, kind, pair.cluster, phase);
  if (twin.count == 0 && real.count == 0) return;
  out.push_back({phase.name, std::string(name) + " p50", "s", quantile(twin.seconds, 0.5), quantile(real.seconds, 0.5)});
  out.push_back({phase.name, std::string(name) + " p95", "s", quantile(twin.seconds, 0.95), quantile(real.seconds, 0.95)});
  out.push_back({phase.name, std::string(name) + " count", "", static_cast<double>(twin.count), static_cast<double>(real.count)});
}

}  // namespace

std::vector<ComparedPhase> phases_of(const Scenario& scenario, SimTime end) {
  std::vector<ComparedPhase> out{{"whole", SimTime{0}, end}};
  std::vector<std::pair<SimTime, std::string>> marks{{SimTime{0}, "before"}};
  for (const StepSpec& step : scenario.steps)
    if (step.at && *step.at > SimTime{0} && *step.at < end) marks.emplace_back(*step.at, step.name.empty() ? "step at " + to_string(step.at->since_start()) : step.name);
  if (marks.size() == 1) return out;
  std::ranges::stable_sort(marks, {}, [](const auto& mark) { return mark.first; });
  for (std::size_t i = 0; i < marks.size(); ++i) out.push_back({marks[i].second, marks[i].first, i + 1 < marks.size() ? marks[i + 1].first : end});
  return out;
}

std::vector<RealDifference> compare_with_reality(const Timeline& twin, const Timeline& real, const std::string& cluster, const std::vector<ComparedPhase>& phases) {
  std::vector<RealDifference> out;
  const Pair pair{twin, real, cluster};
  for (const ComparedPhase& phase : phases) {
    add_gauge(pair, phase, GaugeKind::NodesReady, "nodes ready", "", out);
    add_gauge(pair, phase, GaugeKind::PodsPending, "pods pending", "", out);
    add_gauge(pair, phase, GaugeKind::PodsRunning, "pods running", "", out);
    add_gauge(pair, phase, GaugeKind::ReplicasDesired, "replicas desired", "", out);
    add_gauge(pair, phase, GaugeKind::ReplicasReady, "replicas ready", "", out);
    add_gauge(pair, phase, GaugeKind::CpuRequested, "CPU requested", "m", out);
    add_gauge(pair, phase, GaugeKind::CpuUsed, "CPU used", "m", out);
    add_event(pair, phase, EventKind::PodScheduled, "pod scheduled after", out);
    add_event(pair, phase, EventKind::PodReady, "pod ready after", out);
    add_event(pair, phase, EventKind::NodeReady, "node ready after", out);
  }
  return out;
}

}  // namespace akstwin
