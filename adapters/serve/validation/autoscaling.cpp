// Source: kubernetes v1.32 pkg/apis/autoscaling/validation, read 2026-11.
#include <algorithm>

#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

void check_target_object(FieldErrors& errors, const Field& reference) {
  for (const char* part : {"kind", "name"}) {
    if (reference[part].text().empty()) errors.required(reference[part]);
    else errors.invalid_each(reference[part], path_segment(reference[part].text()));
  }
}

void check_metric_name(FieldErrors& errors, const Field& metric) {
  if (metric["name"].text().empty()) errors.required(metric["name"], "must specify a metric name");
  else errors.invalid_each(metric["name"], path_segment(metric["name"].text()));
}

void check_metric_target(FieldErrors& errors, const Field& target) {
  const std::string type = target["type"].text();
  if (type.empty()) errors.required(target["type"], "must specify a metric target type");
  if (type != "Utilization" && type != "Value" && type != "AverageValue") errors.invalid(target["type"], "must be either Utilization, Value, or AverageValue");
  for (const char* amount : {"value", "averageValue"})
    if (const Quantity value = quantity_of(target[amount].json); target[amount] && value.nano <= 0) errors.invalid_as(target[amount].path, value.go(), "must be positive");
  if (const Field share = target["averageUtilization"]; share && share.number() < 1) errors.invalid(share, "must be greater than 0");
}

/// Resource and ContainerResource: a share or an amount.
void check_one_target(FieldErrors& errors, const Field& target) {
  check_metric_target(errors, target);
  if (!target["averageUtilization"] && !target["averageValue"]) errors.required(target["averageUtilization"], "must set either a target raw value or a target utilization");
  if (target["averageUtilization"] && target["averageValue"]) errors.forbidden(target["averageValue"].path, "may not set both a target raw value and a target utilization");
}

void check_metric_source(FieldErrors& errors, const Field& source, std::string_view kind) {
  const Field target = source["target"];
  if (kind == "resource" || kind == "containerResource") {
    if (source["name"].text().empty()) errors.required(source["name"], "must specify a resource name");
    else if (kind == "containerResource") check_container_resource_name(errors, source["name"].text(), source["name"].path);
    if (kind == "containerResource" && source["container"].text().empty()) errors.required(source["container"], "must specify a container");
    else if (kind == "containerResource") errors.invalid_each(source["container"], dns_label(source["container"].text()));
    return check_one_target(errors, target);
  }
  if (kind == "object") check_target_object(errors, source["describedObject"]);
  check_metric_name(errors, source["metric"]);
  check_metric_target(errors, target);
  if (kind == "pods" && !target["averageValue"]) errors.required(target["averageValue"], "must specify a positive target averageValue");
  if (kind == "object" && !target["value"] && !target["averageValue"]) errors.required(target["averageValue"], "must set either a target value or averageValue");
  if (kind != "external") return;
  if (!target["value"] && !target["averageValue"]) errors.required(target["averageValue"], "must set either a target value for metric or a per-pod target");
  if (target["value"] && target["averageValue"]) errors.forbidden(target["value"].path, "may not set both a target value for metric and a per-pod target");
}

void check_metric(FieldErrors& errors, const Field& metric) {
  const std::initializer_list<std::string_view> kTypes{"ContainerResource", "External", "Object", "Pods", "Resource"};
  const std::string type = metric["type"].text();
  const bool known = std::ranges::find(kTypes, std::string_view(type)) != kTypes.end();
  if (type.empty()) errors.required(metric["type"], "must specify a metric source type");
  if (!known) errors.unsupported(metric["type"], kTypes);
  std::vector<std::string_view> there;
  for (const std::string_view kind : {"object", "external", "pods", "resource", "containerResource"}) {
    if (!metric[kind]) continue;
    there.push_back(kind);
    if (there.size() == 1) check_metric_source(errors, metric[kind], kind);
  }
  std::string expected = type;
  if (known) {
    expected[0] = static_cast<char>(expected[0] - 'A' + 'a');
    if (!metric[expected]) errors.required(metric[expected], "must populate information for the given metric source");
  } else {
    errors.unsupported(metric["type"], kTypes);
  }
  if (there.size() > 1)
    for (const std::string_view kind : there)
      if (kind != expected) errors.forbidden(metric[kind].path, "must populate the given metric source only");
}

void check_scaling_rules(FieldErrors& errors, const Field& rules) {
  if (!rules) return;
  const Field window = rules["stabilizationWindowSeconds"], policies = rules["policies"];
  if (window.number() < 0) errors.invalid(window, "must be greater than or equal to zero");
  if (window.number() > 3600) errors.invalid(window, "must be less than or equal to 3600");
  if (rules["selectPolicy"]) errors.one_of(rules["selectPolicy"], {"Disabled", "Max", "Min"});
  // A list that is missing is defaulted, an empty one is not.
  if (policies && policies.size() == 0) errors.required(policies, "must specify at least one Policy");
  for (const Field& policy : policies.items()) {
    const std::int64_t value = policy["value"].number(), period = policy["periodSeconds"].number();
    if (const std::string type = policy["type"].text(); type != "Pods" && type != "Percent") errors.unsupported(policy["type"], {"Percent", "Pods"});
    if (value <= 0) errors.invalid_as(policy["value"].path, std::to_string(value), "must be greater than zero");
    if (period <= 0) errors.invalid_as(policy["periodSeconds"].path, std::to_string(period), "must be greater than zero");
    if (period > 1800) errors.invalid_as(policy["periodSeconds"].path, std::to_string(period), "must be less than or equal to 1800");
  }
}

}  // namespace

void check_autoscaler(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const Field spec{object["spec"].json, "spec"};
  const std::int64_t least = spec["minReplicas"].number(1), most = spec["maxReplicas"].number();
  if (least < 1) errors.invalid(spec["minReplicas"], "must be greater than or equal to 1");
  if (most < 1) errors.invalid_as("spec.maxReplicas", std::to_string(most), "must be greater than 0");
  if (most < least) errors.invalid_as("spec.maxReplicas", std::to_string(most), "must be greater than or equal to `minReplicas`");
  check_target_object(errors, spec["scaleTargetRef"]);
  bool elsewhere = false;
  for (const Field& metric : spec["metrics"].items()) {
    check_metric(errors, metric);
    elsewhere = elsewhere || metric["type"].text() == "Object" || metric["type"].text() == "External";
  }
  if (least == 0 && !elsewhere) errors.forbidden("spec.metrics", "must specify at least one Object or External metric to support scaling to zero replicas");
  check_scaling_rules(errors, spec["behavior"]["scaleUp"]);
  check_scaling_rules(errors, spec["behavior"]["scaleDown"]);
}

}  // namespace akstwin::validation
