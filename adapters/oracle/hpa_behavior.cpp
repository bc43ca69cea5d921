#include <vector>

#include "adapters/oracle/hpa_cases.hpp"
#include "adapters/oracle/hpa_json.hpp"
#include "models/controllers/autoscaling/horizontal_pod_autoscaler.hpp"

namespace akstwin::oracle {
namespace {

MetricSpec metric_of(const Json& metric) {
  const std::string type = metric.at("type").get<std::string>(), target = metric.at("target_type").get<std::string>();
  MetricSpec spec{.name = Name(metric.at("name").get<std::string>()), .container = {}, .value = metric.at("target").get<std::int64_t>()};
  spec.source = type == "Resource"            ? MetricSource::Resource
                : type == "ContainerResource" ? MetricSource::ContainerResource
                : type == "Pods"              ? MetricSource::Pods
                : type == "Object"            ? MetricSource::Object
                                              : MetricSource::External;
  spec.target = target == "Utilization"    ? MetricTarget::Utilization
                : target == "AverageValue" ? MetricTarget::AverageValue
                                           : MetricTarget::Value;
  return spec;
}

ScalingRules rules_of(const Json& rules) {
  ScalingRules out;
  if (has_value(rules, "stabilizationWindowSeconds")) out.stabilization_seconds = rules.at("stabilizationWindowSeconds").get<std::int64_t>();
  const std::string select = value_or(rules, "selectPolicy", std::string("Max"));
  out.select = select == "Min" ? ScalingRules::Select::Min : select == "Disabled" ? ScalingRules::Select::Disabled : ScalingRules::Select::Max;
  for (const Json& policy : value_or(rules, "policies", Json::array()))
    out.policies.push_back({.percent = policy.at("type") == "Percent",
                            .value = policy.at("value").get<std::int64_t>(),
                            .period_seconds = policy.at("periodSeconds").get<std::int64_t>()});
  return out;
}

HorizontalPodAutoscalerSpec spec_of(const Json& recorded) {
  HorizontalPodAutoscalerSpec spec;
  spec.min_replicas = value_or<std::int64_t>(recorded, "min_replicas", 1);
  spec.max_replicas = recorded.at("max_replicas").get<std::int64_t>();
  for (const Json& metric : recorded.at("metrics")) spec.metrics.push_back(metric_of(metric));
  if (has_value(recorded, "behavior_effective")) {
    const Json& behavior = recorded.at("behavior_effective");
    spec.behavior = ScalingBehavior{rules_of(behavior.at("scaleUp")), rules_of(behavior.at("scaleDown"))};
    apply_behavior_defaults(*spec.behavior);
  }
  return spec;
}

HpaOptions options_of(const Json& controller) {
  const double tolerance = controller.at("tolerance").get<double>();
  return {.calculator = {.tolerance_up = tolerance,
                         .tolerance_down = tolerance,
                         .cpu_initialization_period = duration_of(controller.at("cpu_initialization_period_s")),
                         .initial_readiness_delay = duration_of(controller.at("initial_readiness_delay_s"))},
          .downscale_stabilization = duration_of(controller.at("horizontal_pod_autoscaler_downscale_stabilization_s"))};
}

/// The inputs of one step, with the storage behind their spans.
struct StepInputs {
  std::vector<PodGroup> pods;
  std::vector<std::vector<PodReading>> readings;
  std::vector<std::vector<std::int64_t>> values;
  std::vector<MetricInput> metrics;
  std::int64_t status_replicas = 0;

  StepInputs(const Json& recorded, const Json& step, const HorizontalPodAutoscalerSpec& spec);
};

StepInputs::StepInputs(const Json& recorded, const Json& step, const HorizontalPodAutoscalerSpec& spec)
    : readings(spec.metrics.size()), values(spec.metrics.size()) {
  // The recorder stamps pod metrics five seconds back, on the whole second, over a window of 30 s.
  const SimTime stamp{(static_cast<std::int64_t>(std::floor(step.at("t").get<double>())) - 5) * 1'000'000};
  for (const Json& group : step.at("pods")) {
    PodGroup pod{.count = group.at(0).get<std::int64_t>(),
                 .phase = phase_of(group.at(1).get<std::string>()),
                 .ready = ready_of(group.at(4)),
                 .deleting = group.at(2) == 1,
                 .start = std::nullopt,
                 .ready_transition = {}};
    if (!group.at(3).is_null()) pod.start = time_of(group.at(3));
    if (!group.at(5).is_null()) pod.ready_transition = time_of(group.at(5));
    if (!pod.deleting) status_replicas += pod.count;
    pods.push_back(pod);
    const Json& usages = group.at(6);
    for (std::size_t i = 0; i < spec.metrics.size(); ++i) {
      const bool memory = spec.metrics[i].name.text() == "memory";
      PodReading reading{.request_milli = recorded.at(memory ? "pod_request_memory_milli" : "pod_request_cpu_milli").get<std::int64_t>(),
                         .timestamp = stamp,
                         .window = Duration{30'000'000}};
      if (!usages.is_null() && !usages.at(i).is_null()) {
        reading.state = PodReading::State::Present;
        reading.usage_milli = usages.at(i).get<std::int64_t>();
      }
      readings[i].push_back(reading);
    }
  }
  if (step.contains("ext"))
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!step.at("ext").at(i).is_null()) values[i].push_back(step.at("ext").at(i).get<std::int64_t>());
  for (std::size_t i = 0; i < spec.metrics.size(); ++i) metrics.push_back({readings[i], {}, values[i]});
}

std::string text_of(const HpaCondition& condition) { return std::string(to_string(condition.reason)); }

std::string compare(const Json& step, const HpaResult& ours) {
  std::string out;
  const auto differ = [&](const char* what, const Json& upstream, const Json& mine) {
    if (upstream != mine) out += std::string(what) + ": upstream " + upstream.dump() + ", ours " + mine.dump() + "; ";
  };
  differ("r", step.at("r"), ours.desired);
  differ("raw", step.at("raw"), ours.raw ? Json(*ours.raw) : Json());
  differ("err", value_or(step, "err", false), ours.error);
  differ("able", value_or(step, "able", std::string("ReadyForNewScale")), text_of(ours.able_to_scale));
  // The recorder leaves out ScalingActive both when it is ValidMetricFound and when no sync has set it yet.
  const std::string active = text_of(ours.scaling_active);
  differ("active", value_or(step, "active", std::string("ValidMetricFound")), active.empty() ? "ValidMetricFound" : active);
  const std::string limited = text_of(ours.scaling_limited);
  differ("lim", value_or(step, "lim", std::string("DesiredWithinRange")), limited.empty() ? "-" : limited);
  Json metrics = Json::array();
  for (const auto& value : ours.current_metrics) metrics.push_back(value ? Json(*value) : Json());
  if (step.contains("cur")) differ("cur", step.at("cur"), metrics);
  return out;
}

}  // namespace

std::string check_hpa_behavior(const nlohmann::json& recorded) {
  HorizontalPodAutoscalerSpec spec = spec_of(recorded);
  const HpaOptions options = options_of(recorded.at("controller"));
  HorizontalPodAutoscalerCore core;
  std::int64_t replicas = recorded.at("initial_replicas").get<std::int64_t>();
  for (const Json& step : recorded.at("steps")) {
    if (step.contains("set")) {
      const Json& set = step.at("set");
      replicas = value_or(set, "replicas", replicas);
      spec.min_replicas = value_or(set, "min_replicas", spec.min_replicas);
      spec.max_replicas = value_or(set, "max_replicas", spec.max_replicas);
    }
    const StepInputs inputs(recorded, step, spec);
    const HpaResult result = core.reconcile(spec, options,
                                            {.spec_replicas = replicas,
                                             .status_replicas = inputs.status_replicas,
                                             .pods = inputs.pods,
                                             .metrics = inputs.metrics},
                                            time_of(step.at("t")));
    if (const std::string difference = compare(step, result); !difference.empty()) return "t=" + step.at("t").dump() + " " + difference;
    replicas = result.desired;
  }
  return {};
}

}  // namespace akstwin::oracle
