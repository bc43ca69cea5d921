#include "models/controllers/autoscaling/replica_calculator.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

enum class Standing : std::uint8_t { Ignored, Unready, Missing, Ready };

/// Upstream groupPods for one pod.
Standing standing_of(const PodGroup& pod, const PodReading& reading, const ReplicaQuery& query, const ReplicaCalculatorOptions& options,
                     bool& time_dependent) {
  if (pod.deleting || pod.phase == PodGroup::Phase::Failed) return Standing::Ignored;
  if (pod.phase == PodGroup::Phase::Pending) return Standing::Unready;
  if (reading.state != PodReading::State::Present) return Standing::Missing;
  if (!query.cpu) return Standing::Ready;
  if (pod.ready == PodGroup::Ready::Absent || !pod.start) return Standing::Unready;
  const bool says_false = pod.ready == PodGroup::Ready::False;
  bool unready = false;
  if (*pod.start + options.cpu_initialization_period > query.now) {
    time_dependent = true;
    // A young pod's sample counts only when its whole window lies after the last readiness change.
    unready = says_false || reading.timestamp < pod.ready_transition + reading.window;
  } else {
    // An old pod that is not ready counts as never started when its last change was within the initial delay.
    unready = says_false && *pod.start + options.initial_readiness_delay > pod.ready_transition;
  }
  return unready ? Standing::Unready : Standing::Ready;
}

/// Sums over the readings that take part in the ratio.
struct Totals {
  std::int64_t usage = 0, request = 0;     ///< of entries in the pod list; raw averages use `raw_usage`
  std::int64_t entries = 0;                ///< entries in the pod list
  std::int64_t raw_usage = 0, raw_entries = 0;   ///< including the metrics of pods that are gone
  std::int64_t ready = 0, unready = 0, missing = 0;   ///< pods
  std::int64_t missing_request = 0, unready_request = 0;
  std::int64_t missing_fallback = 0;       ///< usage of the missing pods on a scale-down, filled per pod (truncated each)
  bool request_unstated = false;
  bool time_dependent = false;
};

Totals sum_up(const ReplicaQuery& query, const ReplicaCalculatorOptions& options) {
  Totals sum;
  const std::int64_t fallback_percent = std::max<std::int64_t>(100, query.target);
  for (std::size_t i = 0; i < query.pods.size(); ++i) {
    const PodGroup& pod = query.pods[i];
    const PodReading& reading = query.readings[i];
    sum.request_unstated = sum.request_unstated || !reading.request_stated;
    switch (standing_of(pod, reading, query, options, sum.time_dependent)) {
      case Standing::Ignored: break;
      case Standing::Unready:
        sum.unready += pod.count;
        sum.unready_request += reading.request_milli * pod.count;
        break;
      case Standing::Missing:
        sum.missing += pod.count;
        sum.missing_request += reading.request_milli * pod.count;
        sum.missing_fallback += reading.request_milli * fallback_percent / 100 * pod.count;
        break;
      case Standing::Ready:
        sum.ready += pod.count;
        sum.entries += pod.count;
        sum.usage += reading.usage_milli * pod.count;
        sum.request += reading.request_milli * pod.count;
        break;
    }
  }
  sum.raw_usage = sum.usage;
  sum.raw_entries = sum.entries;
  for (const ExtraReading& extra : query.extra) {
    if (extra.reading.state != PodReading::State::Present) continue;
    sum.raw_usage += extra.reading.usage_milli * extra.count;
    sum.raw_entries += extra.count;
  }
  return sum;
}

MetricError find_error(const ReplicaQuery& query) {
  bool any_item = !query.extra.empty();
  bool container_absent = false;
  for (const PodReading& reading : query.readings) {
    any_item = any_item || reading.state != PodReading::State::Absent;
    container_absent = container_absent || reading.state == PodReading::State::ContainerAbsent;
  }
  for (const ExtraReading& extra : query.extra)
    container_absent = container_absent || extra.reading.state == PodReading::State::ContainerAbsent;
  if (!any_item) return MetricError::NoMetrics;
  if (container_absent) return MetricError::ContainerNotInMetrics;
  if (query.pods.empty()) return MetricError::NoPods;
  return MetricError::None;
}

/// The replicas after missing and unready pods were filled in: never against the direction of the ratio.
std::int64_t guarded(double ratio, double new_ratio, std::int64_t entries, std::int64_t current, const ReplicaCalculatorOptions& options) {
  const bool crossed = (ratio < 1.0 && new_ratio > 1.0) || (ratio > 1.0 && new_ratio < 1.0);
  if (options.within_tolerance(new_ratio) || crossed) return current;
  const std::int64_t replicas = go_int32(std::ceil(new_ratio * static_cast<double>(entries)));
  const bool against = (new_ratio < 1.0 && replicas > current) || (new_ratio > 1.0 && replicas < current);
  return against ? current : replicas;
}

ReplicaProposal failed(MetricError error, bool time_dependent = false) { return {.error = error, .time_dependent = time_dependent}; }

std::int64_t sum_of(std::span<const std::int64_t> values) {
  std::int64_t total = 0;
  for (const std::int64_t value : values) total += value;
  return total;
}

}  // namespace

bool ReplicaCalculatorOptions::within_tolerance(double ratio) const {
  if (!directional) return std::abs(1.0 - ratio) <= tolerance_up;
  return 1.0 - tolerance_down <= ratio && ratio <= 1.0 + tolerance_up;
}

std::string_view to_string(MetricError error) {
  switch (error) {
    case MetricError::None: return "";
    case MetricError::NoMetrics: return "no_metrics";
    case MetricError::ContainerNotInMetrics: return "container_not_in_metrics";
    case MetricError::NoPods: return "no_pods";
    case MetricError::NoUsableMetrics: return "no_usable_metrics";
    case MetricError::MissingRequest: return "missing_request";
    case MetricError::ZeroTotalRequest: return "zero_total_request";
  }
  return "";
}

std::int64_t go_int32(double value) {
  if (!(value > -2147483649.0 && value < 2147483648.0)) return INT32_MIN;
  return static_cast<std::int64_t>(value);
}

std::int64_t replicas_for_percent(std::int64_t percent, std::int64_t target, std::int64_t ready, std::int64_t current,
                                  const ReplicaCalculatorOptions& options) {
  const double ratio = static_cast<double>(percent) / static_cast<double>(target);
  return options.within_tolerance(ratio) ? current : go_int32(std::ceil(ratio * static_cast<double>(ready)));
}

ReplicaProposal replicas_for_utilization(const ReplicaQuery& query, const ReplicaCalculatorOptions& options) {
  AKSTWIN_CHECK(query.pods.size() == query.readings.size(), "one reading for each pod group");
  if (const MetricError error = find_error(query); error != MetricError::None) return failed(error);
  const Totals sum = sum_up(query, options);
  if (sum.raw_entries == 0) return failed(MetricError::NoUsableMetrics, sum.time_dependent);
  if (sum.request_unstated) return failed(MetricError::MissingRequest, sum.time_dependent);
  if (sum.request == 0) return failed(MetricError::ZeroTotalRequest, sum.time_dependent);

  ReplicaProposal result{.time_dependent = sum.time_dependent};
  // The percentage is truncated before the ratio is formed.
  result.utilization = static_cast<std::int32_t>(sum.usage * 100 / sum.request);
  result.usage_milli = sum.usage / sum.entries;
  const double target = static_cast<double>(query.target);
  const double ratio = static_cast<double>(result.utilization) / target;
  const bool up_with_unready = sum.unready > 0 && ratio > 1.0;
  if (!up_with_unready && sum.missing == 0) {
    result.replicas = replicas_for_percent(result.utilization, query.target, sum.ready, query.current, options);
    return result;
  }
  std::int64_t usage = sum.usage, request = sum.request, entries = sum.raw_entries;
  if (sum.missing > 0 && ratio != 1.0) {
    if (ratio < 1.0) usage += sum.missing_fallback;
    request += sum.missing_request;
    entries += sum.missing;
  }
  if (up_with_unready) {
    request += sum.unready_request;
    entries += sum.unready;
  }
  const double new_ratio = static_cast<double>(static_cast<std::int32_t>(usage * 100 / request)) / target;
  result.replicas = guarded(ratio, new_ratio, entries, query.current, options);
  return result;
}

ReplicaProposal replicas_for_average_value(const ReplicaQuery& query, const ReplicaCalculatorOptions& options) {
  AKSTWIN_CHECK(query.pods.size() == query.readings.size(), "one reading for each pod group");
  if (const MetricError error = find_error(query); error != MetricError::None) return failed(error);
  const Totals sum = sum_up(query, options);
  if (sum.raw_entries == 0) return failed(MetricError::NoUsableMetrics, sum.time_dependent);

  ReplicaProposal result{.time_dependent = sum.time_dependent};
  result.usage_milli = sum.raw_usage / sum.raw_entries;
  const double target = static_cast<double>(query.target);
  const double ratio = static_cast<double>(result.usage_milli) / target;
  const bool up_with_unready = sum.unready > 0 && ratio > 1.0;
  if (!up_with_unready && sum.missing == 0) {
    result.replicas =
        options.within_tolerance(ratio) ? query.current : go_int32(std::ceil(ratio * static_cast<double>(sum.ready)));
    return result;
  }
  std::int64_t usage = sum.raw_usage, entries = sum.raw_entries;
  if (sum.missing > 0 && ratio != 1.0) {
    if (ratio < 1.0) usage += query.target * sum.missing;
    entries += sum.missing;
  }
  if (up_with_unready) entries += sum.unready;
  const double new_ratio = static_cast<double>(usage / entries) / target;
  result.replicas = guarded(ratio, new_ratio, entries, query.current, options);
  return result;
}

ReplicaProposal replicas_for_total_value(const ReplicaQuery& query, const ReplicaCalculatorOptions& options) {
  if (query.values_milli.empty()) return failed(MetricError::NoMetrics);
  ReplicaProposal result{.usage_milli = sum_of(query.values_milli)};
  const double ratio = static_cast<double>(result.usage_milli) / static_cast<double>(query.target);
  if (query.current == 0) {
    result.replicas = go_int32(std::ceil(ratio));
    return result;
  }
  if (options.within_tolerance(ratio)) {
    result.replicas = query.current;
    return result;
  }
  if (query.pods.empty()) return failed(MetricError::NoPods);
  std::int64_t ready = 0;
  for (const PodGroup& pod : query.pods)
    if (pod.phase == PodGroup::Phase::Running && pod.ready == PodGroup::Ready::True) ready += pod.count;
  result.replicas = go_int32(std::ceil(ratio * static_cast<double>(ready)));
  return result;
}

ReplicaProposal replicas_for_total_average(const ReplicaQuery& query, const ReplicaCalculatorOptions& options) {
  if (query.values_milli.empty()) return failed(MetricError::NoMetrics);
  const std::int64_t total = sum_of(query.values_milli);
  const double usage = static_cast<double>(total), target = static_cast<double>(query.target);
  ReplicaProposal result{.replicas = query.current};
  if (query.current == 0) {
    // Upstream divides by zero: nothing to do for 0 (not a number), an infinite ratio otherwise. The printed average is undefined there.
    if (total != 0) result.replicas = go_int32(std::ceil(usage / target));
    result.usage_milli = total;
    return result;
  }
  const double current = static_cast<double>(query.current);
  if (!options.within_tolerance(usage / (target * current))) result.replicas = go_int32(std::ceil(usage / target));
  result.usage_milli = static_cast<std::int64_t>(std::ceil(usage / current));
  return result;
}

}  // namespace akstwin
