#include "adapters/live/calibrate.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

constexpr double kZ95 = 1.6448536269514722;   // 95 % quantile of the standard normal

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

/// Lilliefors' critical distance at 5 % with estimated mean and variance: 0.886 / sqrt(n) for n > 30, and its smooth form below
/// (Dallal and Wilkinson, The American Statistician 40, 1986: D (sqrt(n) − 0.01 + 0.85 / sqrt(n)) = 0.895).
double lilliefors(double n) { return 0.895 / (std::sqrt(n) - 0.01 + 0.85 / std::sqrt(n)); }

double seconds(std::int64_t us) { return static_cast<double>(us) / 1e6; }

using Samples = std::map<std::string, std::vector<double>>;

/// The size that the pull's event states, or 0.
std::int64_t bytes_of(Name detail) {
  const std::string_view text = detail.text();
  std::int64_t value = 0;
  if (text.starts_with("bytes=")) std::from_chars(text.data() + 6, text.data() + text.size(), value);
  return value;
}

void read_events(const Timeline& timeline, Samples& samples) {
  std::map<std::string, SimTime> started;      // by pod
  for (const TimelineEvent& event : timeline.events()) {
    switch (static_cast<EventKind>(event.kind)) {
      case EventKind::NodeReady: samples["times.boot of " + event.object.str()].push_back(seconds(event.value)); break;
      case EventKind::PodScheduled: samples["scheduling"].push_back(seconds(event.value)); break;
      case EventKind::ImagePulled:
        samples["image pull"].push_back(seconds(event.value));
        if (const std::int64_t bytes = bytes_of(event.detail); bytes > 0 && event.value > 0) samples["pull rate (MB/s)"].push_back(static_cast<double>(bytes) / static_cast<double>(event.value));
        break;
      case EventKind::PodStarted: started[event.subject.str()] = event.at; break;
      case EventKind::PodReady:
        if (const auto found = started.find(event.subject.str()); found != started.end()) samples["startup of " + event.object.str()].push_back(seconds((event.at - found->second).us));
        break;
      default: break;
    }
  }
}

/// The value of a series at a time.
std::int64_t value_at(const Series& series, SimTime at) {
  const auto next = std::ranges::upper_bound(series.samples, at, {}, &Sample::at);
  return next == series.samples.begin() ? 0 : std::prev(next)->value;
}

/// CPU of a cluster on the requests of its workloads, sampled where CPU was.
void read_services(const Timeline& timeline, std::vector<ServiceFit>& out) {
  const std::vector<const Series*> rates = timeline.of_kind(code(GaugeKind::RequestRate));
  for (const Series* cpu : timeline.of_kind(code(GaugeKind::CpuUsed))) {
    const std::string prefix = cpu->key.a.str() + "/";
    std::vector<double> x, y;
    for (const Sample& sample : cpu->samples) {
      double rate = 0;
      for (const Series* series : rates)
        if (series->key.a.text().starts_with(prefix)) rate += static_cast<double>(value_at(*series, sample.at)) / 1e3;
      x.push_back(rate);
      y.push_back(static_cast<double>(sample.value));
    }
    if (x.size() >= 3 && std::ranges::any_of(x, [](double rate) { return rate > 0; })) out.push_back(fit_line("CPU of " + cpu->key.a.str(), x, y));
  }
}

}  // namespace

LogNormalFit fit_log_normal(std::string name, std::vector<double> values) {
  std::erase_if(values, [](double value) { return !(value > 0); });
  LogNormalFit fit;
  fit.name = std::move(name);
  fit.samples = static_cast<std::int64_t>(values.size());
  if (values.size() < 2) {
    if (!values.empty()) fit.p50 = fit.p95 = values.front();
    return fit;
  }
  std::ranges::sort(values);
  const auto n = static_cast<double>(values.size());
  double mean = 0, square = 0;
  for (const double value : values) mean += std::log(value) / n;
  for (const double value : values) square += (std::log(value) - mean) * (std::log(value) - mean) / n;
  const double sigma = std::sqrt(square);
  fit.p50 = std::exp(mean);
  fit.p95 = std::exp(mean + kZ95 * sigma);
  fit.critical = lilliefors(n);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double cdf = sigma > 0 ? normal_cdf((std::log(values[i]) - mean) / sigma) : 0.5;
    fit.distance = std::max({fit.distance, cdf - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - cdf});
  }
  return fit;
}

ServiceFit fit_line(std::string name, const std::vector<double>& requests, const std::vector<double>& millicores) {
  ServiceFit fit;
  fit.name = std::move(name);
  fit.samples = static_cast<std::int64_t>(requests.size());
  const auto n = static_cast<double>(requests.size());
  double mx = 0, my = 0, sxx = 0, sxy = 0, syy = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    mx += requests[i] / n;
    my += millicores[i] / n;
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {
    sxx += (requests[i] - mx) * (requests[i] - mx);
    sxy += (requests[i] - mx) * (millicores[i] - my);
    syy += (millicores[i] - my) * (millicores[i] - my);
  }
  if (sxx <= 0) {
    fit.idle_millicores = my;
    return fit;
  }
  // A millicore for a second is a millisecond of one core.
  fit.cpu_ms_per_request = sxy / sxx;
  fit.idle_millicores = my - fit.cpu_ms_per_request * mx;
  fit.r_squared = syy > 0 ? sxy * sxy / (sxx * syy) : 1;
  // Standard error of a slope: the root of the residuals' mean square over sxx, with n - 2 degrees of freedom.
  if (n > 2) fit.cpu_ms_error = std::sqrt(std::max(0.0, syy - sxy * sxy / sxx) / (n - 2) / sxx);
  return fit;
}

std::vector<ServiceFit> fit_services(const std::vector<MeasuredService>& services) {
  std::vector<ServiceFit> out;
  for (const MeasuredService& service : services) {
    std::vector<double> x, y;
    auto load = service.load_at.begin();
    for (const TimedValue& cpu : service.cpu_at) {
      while (load != service.load_at.end() && load->at < cpu.at) ++load;
      if (load == service.load_at.end() || load->at != cpu.at) continue;
      x.push_back(load->value);
      y.push_back(cpu.value * 1'000);
    }
    if (x.size() >= 3) out.push_back(fit_line("CPU of " + service.workload, x, y));
  }
  return out;
}

Calibration calibrate(const Timeline& timeline) {
  Calibration out;
  Samples samples;
  read_events(timeline, samples);
  for (auto& [name, values] : samples) {
    LogNormalFit fit = fit_log_normal(name, std::move(values));
    if (name.starts_with("pull rate")) fit.unit = "MB/s";
    out.times.push_back(std::move(fit));
  }
  read_services(timeline, out.services);
  return out;
}

}  // namespace akstwin
