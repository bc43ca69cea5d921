/// analyse(): all parts together, and what thresholds and charts are drawn from.
#include <algorithm>
#include <map>
#include <utility>

#include "reports/analysis.hpp"
#include "reports/reading.hpp"
#include "reports/text.hpp"
#include "reports/upgrade.hpp"

namespace akstwin {
namespace {

constexpr int kChartPoints = 240;

Duration chart_step(SimTime end) {
  // Whole minutes, so that bucket edges read well.
  constexpr std::int64_t kMinute = 60'000'000;
  const std::int64_t exact = (end.us + kChartPoints - 1) / kChartPoints;
  return Duration{std::max<std::int64_t>(1, (exact + kMinute - 1) / kMinute) * kMinute};
}

class Tracing {
 public:
  explicit Tracing(const Timeline& timeline) : timeline_(timeline), step_(chart_step(timeline.end())) {}
  void line(const std::string& group, const std::string& name, std::span<const Sample> samples) {
    if (!samples.empty()) traces_.push_back({group, name, step_, bucket_maxima(samples, timeline_.end(), step_)});
  }
  /// Lines that are stacked: all are read at the instant at which their sum is largest, so that the stack is as high as the sum was.
  void stack(const std::string& group, const std::vector<std::pair<std::string, const Series*>>& lines) {
    std::vector<const Series*> series;
    for (const auto& [name, one] : lines) series.push_back(one);
    const auto peaks = bucket_peaks(sum_series(series), timeline_.end(), step_);
    for (const auto& [name, one] : lines) {
      Trace trace{group, name, step_, {}};
      for (const SimTime peak : peaks) trace.values.push_back(value_at(samples_of(one), peak));
      traces_.push_back(std::move(trace));
    }
  }
  void sum(const std::string& group, const std::string& name, GaugeKind kind, Name cluster) {
    line(group, name, sum_series(select(timeline_, kind, [&](const SeriesKey& k) { return k.a == cluster; })));
  }
  std::vector<Trace> take() { return std::move(traces_); }

 private:
  const Timeline& timeline_;
  Duration step_;
  std::vector<Trace> traces_;
};

std::vector<std::string> findings_of(const Scenario& scenario, const Timeline& timeline) {
  std::vector<std::string> findings;
  for (const TimelineEvent& event : timeline.events())
    if (event.kind == code(EventKind::Finding)) {
      std::string text = event.subject.str() + ": " + event.detail.str();
      if (event.at > SimTime{0}) text += " (" + day_and_clock(event.at, scenario.start) + ")";
      if (std::find(findings.begin(), findings.end(), text) == findings.end()) findings.push_back(std::move(text));
    }
  return findings;
}

std::string quota_finding(const QuotaUse& quota, const Epoch& start) {
  std::string text = quota.region + "/" + quota.quota + ": " + grouped(quota.peak) + " of " + grouped(quota.limit) + " vCPUs at peak";
  if (quota.warned_at) text += ", " + percent(kQuotaWarnShare, 0) + " reached on " + day_and_clock(*quota.warned_at, start);
  if (quota.refused_at) text += "; " + counted(quota.refusals, "request") + " refused, the first on " + day_and_clock(*quota.refused_at, start);
  return text;
}

std::vector<std::string> warnings_of(const Scenario& scenario, const Answers& answers) {
  std::vector<std::string> warnings;
  constexpr Duration kWeek{604'800'000'000};
  if (answers.window < scenario.horizon)
    warnings.push_back("The run ended after " + human(answers.window) + " of " + human(scenario.horizon) + ".");
  if (answers.window < kWeek)
    warnings.push_back("The window is shorter than a week: the monthly cost is extrapolated from " + human(answers.window) + ".");
  if (answers.capacity.never_scheduled > 0)
    warnings.push_back(counted(answers.capacity.never_scheduled, "pod") + " still unscheduled at the end.");
  for (const OutageAnswer& outage : answers.recovery.outages)
    if (!outage.rto && outage.counts()) warnings.push_back("The outage of " + outage.name + " was not recovered from within the window.");
  return warnings;
}

}  // namespace

std::vector<Trace> traces_of(const Scenario& scenario, const Timeline& timeline) {
  Tracing tracing(timeline);
  std::vector<std::pair<std::string, const Series*>> pools;
  for (const Series* series : timeline.of_kind(code(GaugeKind::NodesAllocated)))
    pools.emplace_back(series->key.a.str() + "/" + std::string(last_part(series->key.b.text())), series);
  tracing.stack("nodes", pools);
  for (const ClusterSpec& cluster : scenario.clusters) {
    const std::string name = cluster.name.str();
    tracing.sum("pods", name + " running", GaugeKind::PodsRunning, cluster.name);
    tracing.sum("pods", name + " pending", GaugeKind::PodsPending, cluster.name);
    tracing.sum("cpu:" + name, "allocatable", GaugeKind::CpuAllocatable, cluster.name);
    tracing.sum("cpu:" + name, "requested", GaugeKind::CpuRequested, cluster.name);
    tracing.sum("cpu:" + name, "used", GaugeKind::CpuUsed, cluster.name);
  }
  tracing.line("requests", "all services", sum_series(timeline.of_kind(code(GaugeKind::RequestRate))));
  std::map<std::string, std::vector<std::pair<std::string, const Series*>>> subnets;
  for (const Series* series : timeline.of_kind(code(GaugeKind::SubnetUsed)))
    subnets["subnet:" + series->key.a.str()].emplace_back(series->key.b.str(), series);
  for (const auto& [group, owners] : subnets) tracing.stack(group, owners);
  for (const Series* series : timeline.of_kind(code(GaugeKind::PodCidrBlocksUsed))) tracing.line("podcidr:" + series->key.a.str(), "/24 blocks", samples_of(series));
  std::vector<Trace> traces = tracing.take();
  headroom_traces(scenario, timeline, chart_step(timeline.end()), traces);
  return traces;
}

std::vector<MetricValues> metrics_of(const Timeline& timeline, const Answers& answers) {
  MetricValues availability{"availability", 1'000'000'000, {}}, cost{"cost_monthly_usd", 1'000'000'000, {}};
  MetricValues latency{"latency_p95_seconds", 1'000, {}}, nodes{"nodes_peak", 1, {}}, pending{"pod_pending_seconds", 1'000, {}};
  MetricValues rpo{"rpo_seconds", 1'000'000, {}}, rto{"rto_seconds", 1'000'000, {}}, subnets{"subnet_free_ratio", 1'000'000, {}};
  const RecoveryAnswer& recovery = answers.recovery;
  if (recovery.availability) availability.values.add(static_cast<std::int64_t>(*recovery.availability * 1e9 + 0.5));
  cost.values.add(answers.cost.monthly_total.nano);
  // Every second in which a service had traffic counts once, with the 95th percentile that it had then.
  for (const Series* series : timeline.of_kind(code(GaugeKind::LatencyP95)))
    for (std::size_t i = 0; i < series->samples.size(); ++i) {
      const Sample& sample = series->samples[i];
      const SimTime until = i + 1 < series->samples.size() ? series->samples[i + 1].at : timeline.end();
      if (sample.value > 0) latency.values.add((sample.value + 999) / 1'000, (until - sample.at).seconds());
    }
  nodes.values.add(answers.capacity.nodes_peak);
  pending.values = answers.capacity.pending;
  for (const OutageAnswer& outage : recovery.outages) {
    if (outage.counts()) rto.values.add(outage.rto ? outage.rto->us : Distribution::kNeverHappened);
    if (outage.rpo) rpo.values.add(outage.rpo->us);
  }
  for (const SubnetAnswer& subnet : answers.subnets.subnets)
    if (!subnet.owners.empty()) subnets.values.add(static_cast<std::int64_t>(subnet.free_ratio_min * 1e6));
  MetricValues lost{"upgrade_requests_lost", 1, {}}, upgrades{"upgrade_seconds", 1'000'000, {}};
  for (const UpgradeAnswer& upgrade : answers.upgrades.upgrades) {
    if (upgrade.pool.empty()) continue;
    upgrades.values.add(upgrade.succeeded ? upgrade.took->us : Distribution::kNeverHappened);
    lost.values.add(upgrade.requests_lost);
  }
  return {availability, cost, latency, nodes, pending, rpo, rto, subnets, lost, upgrades};
}

Answers analyse(const Scenario& scenario, const Timeline& timeline, bool details) {
  Answers answers;
  answers.window = timeline.end().since_start();
  answers.capacity = analyse_capacity(scenario, timeline);
  answers.subnets = analyse_subnets(scenario, timeline);
  answers.outbound = analyse_outbound(scenario, timeline);
  answers.limits = analyse_limits(scenario, timeline);
  answers.cost = analyse_cost(scenario, timeline);
  answers.recovery = analyse_recovery(scenario, timeline);
  answers.upgrades = analyse_upgrades(scenario, timeline);
  answers.figures = figures_of(scenario, timeline, answers);
  answers.metrics = metrics_of(timeline, answers);
  answers.findings = findings_of(scenario, timeline);
  for (const QuotaUse& quota : answers.capacity.quotas)
    if (quota.warned_at || quota.refused_at) answers.findings.push_back(quota_finding(quota, scenario.start));
  limit_findings(answers, scenario.start, answers.findings);
  refusal_findings(timeline, scenario.start, answers.findings);
  upgrade_findings(answers.upgrades, scenario.start, answers.findings);
  answers.warnings = warnings_of(scenario, answers);
  answers.timeline_hash = timeline.hash();
  if (details) answers.traces = traces_of(scenario, timeline);
  return answers;
}

}  // namespace akstwin
