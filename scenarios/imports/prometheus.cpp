#include "scenarios/imports/prometheus.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "scenarios/notation.hpp"

namespace akstwin {
namespace {

struct Samples {
  std::vector<double> times, values;
};

/// The label of a workload: from what names it most exactly to what only hints at it.
constexpr std::string_view kWorkloadLabels[] = {"workload", "deployment", "statefulset", "destination_workload", "destination_service_name", "service", "app", "app_kubernetes_io_name", "container", "job"};
constexpr std::string_view kNamespaceLabels[] = {"namespace", "destination_workload_namespace", "kubernetes_namespace", "exported_namespace"};

/// "web-7d4f9c-x2x4z" → "web": a pod of a Deployment, by the two parts that its controllers append.
std::string workload_of_pod(std::string pod) {
  for (int part = 0; part < 2; ++part) {
    const std::size_t dash = pod.rfind('-');
    if (dash == std::string::npos || dash == 0) break;
    pod.erase(dash);
  }
  return pod;
}

std::string workload_of(const YamlNode& metric) {
  std::string name_space = "default", name;
  for (const std::string_view label : kNamespaceLabels)
    if (!metric.text_of(label).empty()) {
      name_space = metric.text_of(label);
      break;
    }
  for (const std::string_view label : kWorkloadLabels) {
    if (name.empty()) name = metric.text_of(label);
  }
  if (name.empty() && !metric.text_of("pod").empty()) name = workload_of_pod(std::string(metric.text_of("pod")));
  return name.empty() ? std::string() : name_space + "/" + name;
}

bool has_word(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

SeriesMeaning meaning_of(std::string_view name) {
  if (has_word(name, "cpu")) return SeriesMeaning::Cpu;
  if (has_word(name, "request_size") || has_word(name, "response_size") || has_word(name, "_bytes_per_request")) return SeriesMeaning::RequestSize;
  if (has_word(name, "memory") || has_word(name, "working_set")) return SeriesMeaning::Memory;
  return SeriesMeaning::Load;
}

std::optional<Samples> samples_of(const YamlNode& series, Diagnostics& diagnostics) {
  const YamlNode* values = series.find("values");
  if (values == nullptr || values->items.empty()) {
    diagnostics.add({Severity::Error, "S070", series.position(), "a series has no values", "ask for a range: /api/v1/query_range with start, end and step"});
    return std::nullopt;
  }
  Samples samples;
  for (const YamlNode& sample : values->items) {
    const auto time = sample.items.size() == 2 ? parse_real(sample.items[0].text) : std::nullopt;
    // "NaN" and "+Inf" are answers to divisions by nothing; there is no load then.
    const bool none = sample.items.size() == 2 && (sample.items[1].text == "NaN" || has_word(sample.items[1].text, "Inf"));
    const auto value = sample.items.size() != 2 ? std::nullopt : none ? std::optional(0.0) : parse_real(sample.items[1].text);
    if (!time || !value || (!samples.times.empty() && *time <= samples.times.back())) {
      diagnostics.add({Severity::Error, "S070", sample.position(), "this sample is not [time, \"value\"] after the one before it", "export the range query again"});
      return std::nullopt;
    }
    samples.times.push_back(*time);
    samples.values.push_back(*value);
  }
  return samples;
}

/// A counter's increase per second from sample to sample; a reset counts from zero, as rate() does.
void to_rate(Samples& samples) {
  for (std::size_t i = samples.values.size() - 1; i > 0; --i) {
    const double before = samples.values[i - 1], now = samples.values[i];
    samples.values[i] = (now < before ? now : now - before) / (samples.times[i] - samples.times[i - 1]);
  }
  samples.values.erase(samples.values.begin());
  samples.times.erase(samples.times.begin());
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

/// One value a step; a gap keeps the value before it.
std::vector<double> on_grid(const Samples& samples, std::int64_t step) {
  std::vector<double> out;
  constexpr std::size_t kMaxSteps = 5'000'000;
  for (std::size_t i = 0; i < samples.times.size() && out.size() < kMaxSteps; ++i) {
    const auto index = static_cast<std::size_t>(std::llround((samples.times[i] - samples.times[0]) / static_cast<double>(step)));
    while (out.size() < index && out.size() < kMaxSteps) out.push_back(out.empty() ? 0 : out.back());
    out.push_back(samples.values[i]);
  }
  return out;
}

MeasuredService& service(const std::string& workload, Measurements& out) {
  const auto found = std::ranges::find(out.services, workload, &MeasuredService::workload);
  if (found != out.services.end()) return *found;
  out.services.push_back({});
  out.services.back().workload = workload;
  return out.services.back();
}

/// Series of several pods or containers add up where they have a sample at the same second.
void add_timed(const Samples& samples, std::vector<TimedValue>& into) {
  std::vector<TimedValue> sum;
  sum.reserve(std::max(into.size(), samples.times.size()));
  auto known = into.begin();
  for (std::size_t i = 0; i < samples.times.size(); ++i) {
    const std::int64_t at = std::llround(samples.times[i]);
    while (known != into.end() && known->at < at) sum.push_back(*known++);
    const bool both = known != into.end() && known->at == at;
    sum.push_back({at, samples.values[i] + (both ? (known++)->value : 0)});
  }
  sum.insert(sum.end(), known, into.end());
  into = std::move(sum);
}

void add(const Samples& samples, SeriesMeaning meaning, const std::string& path, MeasuredService& into) {
  switch (meaning) {
    case SeriesMeaning::Cpu:
      into.cpu_cores += mean(samples.values);
      add_timed(samples, into.cpu_at);
      return;
    case SeriesMeaning::Memory:
      into.memory_bytes += mean(samples.values);
      ++into.pods;
      return;
    case SeriesMeaning::RequestSize: into.request_bytes = std::max(into.request_bytes, mean(samples.values)); return;
    case SeriesMeaning::Load:
    case SeriesMeaning::Auto: break;
  }
  const double step = samples.times.size() > 1 ? samples.times[1] - samples.times[0] : 60;
  into.step_seconds = std::clamp<std::int64_t>(std::llround(step), 1, 86'400);
  const auto values = on_grid(samples, into.step_seconds);
  if (into.load.size() < values.size()) into.load.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) into.load[i] += std::max(0.0, values[i]);
  add_timed(samples, into.load_at);
  into.source = path;
}

}  // namespace

bool is_range_query(const YamlNode& document) {
  const YamlNode* data = document.find("data");
  return data != nullptr && data->is_map() && data->find("result") != nullptr && data->text_of("resultType") != "streams" && document.find("status") != nullptr;
}

YamlNode service_entry(const MeasuredService& service, const YamlNode& traffic) {
  const YamlNode& at = traffic;
  const auto number = [&](double value, const char* unit) { return text_like(at, std::to_string(std::max<std::int64_t>(1, std::llround(value))) + unit); };
  const double rate = mean(service.load), pods = std::max(1, service.pods);
  YamlNode entry = map_like(at);
  put(entry, "workload", text_like(at, service.workload));
  if (!traffic.is_null()) put(entry, "traffic", traffic);
  if (service.cpu_cores > 0 && rate > 0) put(entry, "cpuPerRequest", number(service.cpu_cores / rate * 1e6, "us"));
  else if (service.cpu_cores > 0) put(entry, "cpuIdle", number(service.cpu_cores * 1'000 / pods, "m"));
  if (service.memory_bytes > 0) {
    YamlNode memory = map_like(at);
    put(memory, "base", number(service.memory_bytes / pods / 1048576.0, "Mi"));
    put(entry, "memory", std::move(memory));
  }
  if (service.request_bytes > 0) put(entry, "responseSize", number(service.request_bytes, ""));
  return entry;
}

bool read_range_query(const YamlNode& document, const std::string& path, SeriesMeaning meaning, Measurements& out, Diagnostics& diagnostics) {
  const YamlNode& data = *document.find("data");
  if (data.text_of("resultType") != "matrix") {
    diagnostics.add({Severity::Error, "S070", data.position(), "the answer is of type '" + std::string(data.text_of("resultType")) + "', not a matrix", "save /api/v1/query_range, not /api/v1/query"});
    return false;
  }
  const YamlNode none;
  for (const YamlNode& series : data.find("result")->items) {
    const YamlNode* labels = series.find("metric");
    const YamlNode& metric = labels != nullptr ? *labels : none;
    const std::string name(metric.text_of("__name__"));
    auto samples = samples_of(series, diagnostics);
    if (!samples) return false;
    if ((name.ends_with("_total") || name.ends_with("_count") || name.ends_with("_sum")) && samples->values.size() > 1) to_rate(*samples);
    std::string workload = workload_of(metric);
    if (workload.empty()) {
      workload = "default/workload";
      leave_out(out.notes, "a series has no label that names a workload; it is taken for default/workload", series);
    }
    const SeriesMeaning what = meaning == SeriesMeaning::Auto ? meaning_of(name) : meaning;
    add(*samples, what, path, service(workload, out));
    ++out.counts["series"];
    out.counts["sample"] += static_cast<int>(samples->values.size());
    static constexpr std::string_view kWords[] = {"load", "load", "cpu", "memory", "request size"};
    ++out.counts["series, " + std::string(kWords[static_cast<std::size_t>(what)])];
  }
  return true;
}

}  // namespace akstwin
