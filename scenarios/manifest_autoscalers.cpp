#include <algorithm>

#include "models/spec/cron.hpp"
#include "scenarios/manifest_objects.hpp"

namespace akstwin {
namespace {

/// A Kubernetes quantity in thousandths, as metric targets are written.
std::optional<std::int64_t> read_milli(Fields& f, std::string_view key) {
  std::optional<std::int64_t> value;
  f.custom(key, {}, "", [&](const YamlNode& node) {
    if (node.is_scalar()) value = parse_milli(node.text);
    if (!value) f.malformed(node, key, {"quantity", "a quantity such as 100 or 500m", "string", ""});
  });
  return value;
}

void read_target(Fields& f, MetricSpec& out) {
  f.group("target", "", [&](Fields& g) {
    std::string type;
    g.optional<Text>("type", type, "");
    std::int64_t utilization = 0;
    g.optional("averageUtilization", utilization, "").between(1, 100'000);
    const auto average = read_milli(g, "averageValue"), value = read_milli(g, "value");
    if (g.has("averageUtilization")) {
      out.target = MetricTarget::Utilization;
      out.value = utilization;
    } else if (average) {
      out.target = MetricTarget::AverageValue;
      out.value = *average;
    } else if (value) {
      out.target = MetricTarget::Value;
      out.value = *value;
    } else {
      g.report(Severity::Error, "S010", g.at(), "a metric target of type '" + type + "' states no number", "add averageUtilization, averageValue or value");
    }
  });
}

void read_metric_name(Fields& f, Name& out) {
  f.group("metric", "", [&](Fields& g) {
    g.required("name", out, "");
    ignore(g, {"selector"});
  });
}

void describe_metric(Fields& f, MetricSpec& out) {
  const auto source = [&](std::string_view key, auto read) {
    f.group(key, "", [&](Fields& g) {
      read(g);
      read_target(g, out);
    });
  };
  f.choice("type", out.source,
           {{"Resource", MetricSource::Resource}, {"ContainerResource", MetricSource::ContainerResource}, {"Pods", MetricSource::Pods}, {"Object", MetricSource::Object}, {"External", MetricSource::External}}, "");
  source("resource", [&](Fields& g) { g.required("name", out.name, ""); });
  source("containerResource", [&](Fields& g) {
    g.required("name", out.name, "");
    g.required("container", out.container, "");
  });
  const auto assumed = [&](const char* what) {
    f.report(Severity::Warning, "S092", f.at(), "metric '" + out.name.str() + "' is taken to be " + what, "the twin knows requests a second of a workload, and queues by name; use another metric if it means something else");
  };
  source("pods", [&](Fields& g) {
    read_metric_name(g, out.name);
    assumed("the requests a second that a pod answers");
  });
  source("external", [&](Fields& g) { read_metric_name(g, out.name); });
  source("object", [&](Fields& g) {
    read_metric_name(g, out.name);
    ignore(g, {"describedObject"});
    assumed("the requests a second that reach the target");
  });
}

void read_rules(Fields& f, std::string_view key, ScalingRules& out) {
  f.group(key, "", [&](Fields& g) {
    std::int64_t window = 0;
    g.optional("stabilizationWindowSeconds", window, "").between(0, 3'600);
    if (g.has("stabilizationWindowSeconds")) out.stabilization_seconds = window;
    using Select = ScalingRules::Select;
    g.choice("selectPolicy", out.select, {{"Max", Select::Max}, {"Min", Select::Min}, {"Disabled", Select::Disabled}}, "");
    std::vector<ScalingPolicy> policies;
    g.list("policies", policies, "");
    if (!policies.empty()) out.policies = std::move(policies);
    if (const auto tolerance = read_milli(g, "tolerance")) out.tolerance = static_cast<double>(*tolerance) / 1e3;
  });
}

std::optional<WorkloadKind> scalable_kind(std::string_view text) {
  if (text.empty() || text == "Deployment") return WorkloadKind::Deployment;
  if (text == "StatefulSet") return WorkloadKind::StatefulSet;
  return std::nullopt;
}

void read_scale_target(Fields& f, WorkloadKind& kind, Name& name) {
  f.group("scaleTargetRef", "", [&](Fields& g) {
    std::string text;
    g.optional<Text>("kind", text, "");
    g.required("name", name, "");
    if (const auto known = scalable_kind(text)) {
      kind = *known;
    } else {
      g.report(Severity::Warning, "S050", g.at(), "scaleTargetRef of kind '" + text + "' is not modelled", "Deployments and StatefulSets are scaled");
      name = Name();
    }
    ignore(g, {"apiVersion", "envSourceContainerName"});
  });
}

// Where a KEDA trigger keeps its target and activation value, and KEDA's default target (keda-docs 2.21, one page a scaler).
struct TriggerKeys {
  std::string_view type, target, activation;
  std::int64_t default_target;
};

constexpr TriggerKeys kTriggerKeys[] = {
    {"azure-servicebus", "messageCount", "activationMessageCount", 5},
    {"azure-queue", "queueLength", "activationQueueLength", 5},
    {"azure-eventhub", "unprocessedEventThreshold", "activationUnprocessedEventThreshold", 64},
    {"aws-sqs-queue", "queueLength", "activationQueueLength", 5},
    {"kafka", "lagThreshold", "activationLagThreshold", 10},
    {"rabbitmq", "value", "activationValue", 20},
    {"redis", "listLength", "activationListLength", 5},
    {"prometheus", "threshold", "activationThreshold", 0},
    {"azure-monitor", "targetValue", "activationTargetValue", 0},
    {"cpu", "value", "", 0},
    {"memory", "value", "", 0},
};

void fill_trigger(ScaledObjectSpec::Trigger& out, const YamlNode& metadata, Fields& f) {
  const auto keys = std::ranges::find(kTriggerKeys, out.type.text(), &TriggerKeys::type);
  const auto number = [&](std::string_view key, std::int64_t fallback) {
    const std::string_view text = metadata.text_of(key);
    if (text.empty()) return fallback;
    const auto value = parse_milli(text);
    if (!value) f.report(Severity::Error, "S013", metadata.find(key)->position(), "'" + std::string(key) + "' is '" + std::string(text) + "', which is no number", "write a number");
    return value.value_or(fallback);
  };
  if (keys != std::end(kTriggerKeys)) {
    out.target_milli = number(keys->target, keys->default_target * 1'000);
    out.activation_milli = keys->activation.empty() ? 0 : number(keys->activation, 0);
  } else if (out.type != Name("cron")) {
    for (const std::string_view key : {"value", "threshold", "targetValue", "queueLength"})
      if (metadata.find(key) != nullptr && out.target_milli == 0) out.target_milli = number(key, 0);
  }
  out.cron_start = metadata.text_of("start");
  out.cron_end = metadata.text_of("end");
  out.cron_timezone = metadata.text_of("timezone");
  if (out.type == Name("cron")) {
    if (auto offsets = offsets_of(f, out.cron_timezone)) out.cron_offsets = std::move(*offsets);
    for (const char* key : {"start", "end"})
      if (const auto text = metadata.text_of(key); !parse_cron(text))
        f.report(Severity::Error, "S013", metadata.position(), std::string("'") + key + "' of a cron trigger is '" + std::string(text) + "', which is no schedule", "write five fields such as 0 8 * * 1-5");
  }
  out.cron_replicas = number("desiredReplicas", 0) / 1'000;
  if (out.name.empty() && !metadata.text_of("queueName").empty()) out.name = Name(metadata.text_of("queueName"));
  if (out.name.empty() && !metadata.text_of("topic").empty()) out.name = Name(metadata.text_of("topic"));
}

}  // namespace

void describe(Fields& f, MetricSpec& out) { describe_metric(f, out); }

void describe(Fields& f, ScalingPolicy& out) {
  f.choice("type", out.percent, {{"Pods", false}, {"Percent", true}}, "");
  f.required("value", out.value, "").at_least(1);
  f.required("periodSeconds", out.period_seconds, "").between(1, 1'800);
}

void describe(Fields& f, ScaledObjectSpec::Trigger& out) {
  f.required("type", out.type, "");
  f.optional("name", out.name, "");
  f.custom("metadata", {}, "", [&](const YamlNode& node) { fill_trigger(out, node, f); });
  ignore(f, {"authenticationRef", "metricType", "useCachedMetrics"});
}

// Kubernetes 1.36 pkg/apis/autoscaling/v2/defaults.go: each direction is defaulted as soon as `behavior` exists.
void read_behavior(Fields& f, std::optional<ScalingBehavior>& out) {
  f.group("behavior", "", [&](Fields& g) {
    out.emplace();
    out->scale_up.stabilization_seconds = 0;
    out->scale_up.policies = {{false, 4, 15}, {true, 100, 15}};
    out->scale_down.policies = {{true, 100, 15}};
    read_rules(g, "scaleUp", out->scale_up);
    read_rules(g, "scaleDown", out->scale_down);
  });
}

void read_horizontal_pod_autoscaler(Fields& f, const ManifestTarget& target) {
  auto out = begin_object<HorizontalPodAutoscalerSpec>(f, target);
  f.group("spec", "", [&](Fields& g) {
    read_scale_target(g, out.target_kind, out.target);
    g.optional("minReplicas", out.min_replicas, "").between(0, 100'000);
    g.required("maxReplicas", out.max_replicas, "").between(1, 100'000);
    g.list("metrics", out.metrics, "");
    std::int64_t utilization = 80;   // autoscaling/v1 has this instead of metrics; both default to 80 % CPU
    g.optional("targetCPUUtilizationPercentage", utilization, "").between(1, 100'000);
    if (out.metrics.empty()) out.metrics.push_back({.name = Name("cpu"), .container = {}, .value = utilization});
    read_behavior(g, out.behavior);
  });
  if (!out.target.empty()) target.set.autoscalers.push_back(std::move(out));
}

void read_scaled_object(Fields& f, const ManifestTarget& target) {
  ObjectMetadata metadata;                          // its annotations count, too
  read_metadata(f, metadata);
  ignore(f, {"apiVersion", "kind", "status"});
  ScaledObjectSpec out;
  out.name = metadata.name;
  out.name_space = metadata.name_space;
  out.declared_at = target.at;
  if (const Name* paused = metadata.annotations.find(Name("autoscaling.keda.sh/paused-replicas"))) out.paused_replicas = parse_whole(paused->text());
  f.group("spec", "", [&](Fields& g) {
    read_scale_target(g, out.target_kind, out.target);
    read_seconds(g, "pollingInterval", out.polling_interval);
    read_seconds(g, "cooldownPeriod", out.cooldown);
    read_seconds(g, "initialCooldownPeriod", out.initial_cooldown);
    g.optional("minReplicaCount", out.min_replicas, "").between(0, 100'000);
    g.optional("maxReplicaCount", out.max_replicas, "").between(1, 100'000);
    std::int64_t idle = 0;
    g.optional("idleReplicaCount", idle, "").between(0, 100'000);
    if (g.has("idleReplicaCount")) out.idle_replicas = idle;
    g.group("fallback", "", [&](Fields& h) {
      out.fallback = ScaledObjectSpec::Fallback{};
      h.required("failureThreshold", out.fallback->failure_threshold, "").at_least(0);
      h.required("replicas", out.fallback->replicas, "").at_least(0);
      ignore(h, {"behavior"});
    });
    g.list("triggers", out.triggers, "", true);
    g.group("advanced", "", [&](Fields& h) {
      h.group("horizontalPodAutoscalerConfig", "", [&](Fields& i) {
        read_behavior(i, out.behavior);
        ignore(i, {"name"});
      });
      ignore(h, {"restoreToOriginalReplicaCount"});
    });
  });
  for (auto& trigger : out.triggers)
    if (trigger.name.empty()) trigger.name = out.name;
  if (!out.target.empty()) target.set.scaled_objects.push_back(std::move(out));
}

}  // namespace akstwin
