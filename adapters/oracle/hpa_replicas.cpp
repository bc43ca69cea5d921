#include <vector>

#include "adapters/oracle/hpa_cases.hpp"
#include "adapters/oracle/hpa_json.hpp"

namespace akstwin::oracle {
namespace {

/// Usage of a metrics item: of one container when the metric names it, else of all; an item with a container without the resource is incomplete.
void read_usage(const Json& item, const std::string& container, PodReading& reading) {
  reading.timestamp = time_of(item.at("ts_s"));
  reading.window = duration_of(item.at("window_s"));
  reading.state = PodReading::State::Present;
  if (item.contains("value_milli")) {
    reading.usage_milli = item.at("value_milli").get<std::int64_t>();
    return;
  }
  const Json& containers = item.at("containers");
  bool found = false;
  if (containers.empty()) reading.state = PodReading::State::Incomplete;
  for (const Json& entry : containers) {
    if (!container.empty() && entry.at("name") != container) continue;
    found = true;
    if (has_value(entry, "usage_milli")) reading.usage_milli += entry.at("usage_milli").get<std::int64_t>();
    else reading.state = PodReading::State::Incomplete;
  }
  if (!container.empty() && !found) reading.state = PodReading::State::ContainerAbsent;
}

PodReading reading_of(const Json& pod, const std::string& container) {
  PodReading reading;
  for (const Json& entry : value_or(pod, "containers", Json::array())) {
    if (!container.empty() && entry.at("name") != container) continue;
    if (has_value(entry, "request_milli")) reading.request_milli += entry.at("request_milli").get<std::int64_t>();
    else reading.request_stated = false;
  }
  if (has_value(pod, "metric")) read_usage(pod.at("metric"), container, reading);
  return reading;
}

PodGroup group_of(const Json& pod) {
  PodGroup group{.phase = phase_of(pod.at("phase").get<std::string>()),
                 .ready = ready_of(pod.at("ready")),
                 .deleting = value_or(pod, "deleting", false),
                 .start = std::nullopt,
                 .ready_transition = {}};
  if (has_value(pod, "start_s")) group.start = time_of(pod.at("start_s"));
  if (has_value(pod, "ready_transition_s")) group.ready_transition = time_of(pod.at("ready_transition_s"));
  return group;
}

ReplicaProposal answer(const std::string& function, const ReplicaQuery& query, const ReplicaCalculatorOptions& options) {
  if (function == "resource_utilization") return replicas_for_utilization(query, options);
  if (function == "resource_average_value" || function == "pods_average_value") return replicas_for_average_value(query, options);
  if (function == "object_value" || function == "external_value") return replicas_for_total_value(query, options);
  return replicas_for_total_average(query, options);
}

std::string compare(const Json& expected, const ReplicaProposal& ours, bool with_utilization) {
  const std::string error = value_or(expected, "error", std::string{});
  if (error != to_string(ours.error)) return "error: upstream '" + error + "', ours '" + std::string(to_string(ours.error)) + "'";
  if (!error.empty()) return {};
  const auto differ = [&](const char* key, std::int64_t mine) -> std::string {
    if (expected.at(key) == mine) return {};
    return std::string(key) + ": upstream " + expected.at(key).dump() + ", ours " + std::to_string(mine) + "; ";
  };
  return differ("replicas", ours.replicas) + differ("usage_milli", ours.usage_milli) +
         (with_utilization ? differ("utilization_pct", ours.utilization) : std::string{});
}

}  // namespace

std::string check_hpa_replicas(const nlohmann::json& recorded) {
  const std::string function = recorded.at("fn").get<std::string>();
  const std::string container = value_or(recorded, "container", std::string{});
  std::vector<PodGroup> pods;
  std::vector<PodReading> readings;
  for (const Json& pod : value_or(recorded, "pods", Json::array())) {
    pods.push_back(group_of(pod));
    readings.push_back(reading_of(pod, container));
  }
  std::vector<ExtraReading> extra;
  for (const Json& entry : value_or(recorded, "extra_metrics", Json::array())) {
    extra.emplace_back();
    read_usage(entry.at("metric"), container, extra.back().reading);
  }
  const auto values = value_or(recorded, "values_milli", std::vector<std::int64_t>{});
  const double tolerance = recorded.at("tolerance").get<double>();
  const ReplicaCalculatorOptions options{.tolerance_up = tolerance,
                                         .tolerance_down = tolerance,
                                         .cpu_initialization_period = duration_of(recorded.at("cpu_initialization_period_s")),
                                         .initial_readiness_delay = duration_of(recorded.at("initial_readiness_delay_s"))};
  const ReplicaQuery query{.pods = pods,
                           .readings = readings,
                           .extra = extra,
                           .values_milli = values,
                           .cpu = value_or(recorded, "resource", std::string{}) == "cpu",
                           .current = recorded.at("current_replicas").get<std::int64_t>(),
                           .target = recorded.at("target").get<std::int64_t>(),
                           .now = time_of(recorded.at("now_s"))};
  return compare(recorded.at("result"), answer(function, query, options), function == "resource_utilization");
}

}  // namespace akstwin::oracle
