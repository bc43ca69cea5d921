// Source: kubernetes v1.32 pkg/apis/apps/validation and pkg/apis/policy/validation, read 2026-11.
#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

/// A share in percent; -1: the text is none.
std::int64_t share_of(const Field& value) {
  const std::string text = value.text();
  if (!value || !value.json->is_string() || !percentage(text).empty()) return -1;
  return text.size() > 9 ? 1'000'000'000 : std::stoll(text.substr(0, text.size() - 1));
}

/// The amount or the share; 0 for a text that is neither.
std::int64_t amount_of(const Field& value, std::int64_t otherwise) {
  if (!value) return otherwise;
  const std::int64_t share = share_of(value);
  return share >= 0 ? share : value.number();
}

void no_selector_match(FieldErrors& errors, const Field& pod_template) {
  const Field labels = pod_template["metadata"]["labels"];
  errors.invalid_as(labels.path, go_string_map(labels.json), "`selector` does not match template `labels`");
}

/// Whether the template may be looked at: the selector can be read.
bool check_selector_of(FieldErrors& errors, const Field& spec, std::string_view what, std::string_view unreadable) {
  const Field selector = spec["selector"];
  if (!selector) {
    errors.required(selector);
  } else {
    check_label_selector(errors, selector);
    if (selector["matchLabels"].size() + selector["matchExpressions"].size() == 0) errors.invalid_as(selector.path, go_label_selector(selector.json), "empty selector is invalid for " + std::string(what));
  }
  if (!selector || is_readable_selector(selector)) return true;
  errors.invalid_as(selector.path, go_label_selector(selector.json), unreadable);
  return false;
}

void check_replicated_template(FieldErrors& errors, const Field& spec, std::string_view owner) {
  const Field pod_template = spec["template"], pod = pod_template["spec"];
  if (!selects(spec["selector"], pod_template["metadata"]["labels"])) no_selector_match(errors, pod_template);
  check_pod_template(errors, pod_template);
  if (pod["restartPolicy"].text("Always") != "Always") errors.unsupported(pod["restartPolicy"], {"Always"});
  if (pod["activeDeadlineSeconds"]) errors.forbidden(pod["activeDeadlineSeconds"].path, "activeDeadlineSeconds in " + std::string(owner) + " is not Supported");
}

void check_rolling_deployment(FieldErrors& errors, const Field& rolling) {
  const Field unavailable = rolling["maxUnavailable"], surge = rolling["maxSurge"];
  if (unavailable) check_count_or_share(errors, unavailable);
  if (surge) check_count_or_share(errors, surge);
  if (amount_of(unavailable, 25) == 0 && amount_of(surge, 25) == 0) errors.invalid_as(unavailable.path, go_int_or_string(unavailable.json), "may not be 0 when `maxSurge` is 0");
  check_share(errors, unavailable);
}

void check_strategy(FieldErrors& errors, const Field& strategy) {
  const std::string type = strategy["type"].text("RollingUpdate");
  const Field rolling = strategy["rollingUpdate"];
  if (type == "RollingUpdate") return check_rolling_deployment(errors, rolling);
  if (type == "Recreate") {
    if (rolling) errors.forbidden(rolling.path, "may not be specified when strategy `type` is 'Recreate'");
    return;
  }
  errors.unsupported_as(strategy.path, "apps.DeploymentStrategy{Type:" + in_quotes(type) + ", RollingUpdate:(*apps.RollingUpdateDeployment)(" + (rolling ? "0x0" : "nil") + ")}", {"Recreate", "RollingUpdate"});
}

void check_stateful_strategy(FieldErrors& errors, const Field& strategy) {
  const std::string type = strategy["type"].text("RollingUpdate");
  const Field rolling = strategy["rollingUpdate"];
  if (type == "OnDelete") {
    if (rolling) errors.invalid_as(rolling.path, "apps.RollingUpdateStatefulSetStrategy{Partition:" + std::to_string(rolling["partition"].number()) + ", MaxUnavailable:(*intstr.IntOrString)(nil)}", "only allowed for updateStrategy 'RollingUpdate'");
  } else if (type == "RollingUpdate") {
    errors.not_negative(rolling["partition"]);
  } else {
    errors.invalid_as(strategy.path, "apps.StatefulSetUpdateStrategy{Type:" + in_quotes(type) + ", RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(" + (rolling ? "0x0" : "nil") + ")}", "must be 'RollingUpdate' or 'OnDelete'");
  }
}

void check_daemon_strategy(FieldErrors& errors, const Field& strategy) {
  const std::string type = strategy["type"].text("RollingUpdate");
  const Field rolling = strategy["rollingUpdate"], unavailable = rolling["maxUnavailable"], surge = rolling["maxSurge"];
  if (type == "OnDelete") return;
  if (type != "RollingUpdate") return errors.unsupported_as(strategy.path, "apps.DaemonSetUpdateStrategy{Type:" + in_quotes(type) + ", RollingUpdate:(*apps.RollingUpdateDaemonSet)(" + (rolling ? "0x0" : "nil") + ")}", {"RollingUpdate", "OnDelete"});
  for (const Field& value : {unavailable, surge})
    if (value) check_count_or_share(errors, value);
  check_share(errors, unavailable);
  check_share(errors, surge);
  const bool some = amount_of(unavailable, 1) != 0, more = amount_of(surge, 0) != 0;
  if (some && more) errors.invalid_as(surge.path, go_int_or_string(surge.json), "may not be set when maxUnavailable is non-zero");
  if (!some && !more) errors.required(unavailable, "cannot be 0 when maxSurge is 0");
}

}  // namespace

void check_count_or_share(FieldErrors& errors, const Field& value) {
  if (!value.json->is_string()) return errors.not_negative(value);
  for (const std::string& message : percentage(value.text())) errors.invalid_as(value.path, go_int_or_string(value.json), message);
}

void check_share(FieldErrors& errors, const Field& value) {
  if (share_of(value) > 100) errors.invalid_as(value.path, go_int_or_string(value.json), "must not be greater than 100%");
}

void check_deployment(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const Field spec = object["spec"];
  errors.not_negative(spec["replicas"]);
  if (check_selector_of(errors, spec, "deployment", "invalid label selector")) check_replicated_template(errors, spec, "ReplicaSet");
  check_strategy(errors, spec["strategy"]);
  errors.not_negative(spec["minReadySeconds"]);
  errors.not_negative(spec["revisionHistoryLimit"]);
  const Field deadline = spec["progressDeadlineSeconds"];
  errors.not_negative(deadline);
  if (const std::int64_t seconds = deadline.number(600); seconds <= spec["minReadySeconds"].number()) errors.invalid_as(deadline.path, std::to_string(seconds), "must be greater than minReadySeconds");
}

void check_replica_set(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const Field spec = object["spec"];
  errors.not_negative(spec["replicas"]);
  errors.not_negative(spec["minReadySeconds"]);
  if (check_selector_of(errors, spec, "deployment", "invalid label selector")) check_replicated_template(errors, spec, "ReplicaSet");
}

void check_stateful_set(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {.name = &dns_label});
  const Field spec = object["spec"], pod_template = spec["template"], pod = pod_template["spec"];
  if (const Field policy = spec["podManagementPolicy"]; policy && policy.text() != "OrderedReady" && policy.text() != "Parallel") errors.invalid(policy, "must be 'OrderedReady' or 'Parallel'");
  check_stateful_strategy(errors, spec["updateStrategy"]);
  for (const char* when : {"whenDeleted", "whenScaled"})
    errors.one_of(spec["persistentVolumeClaimRetentionPolicy"][when], {"Retain", "Delete"}, "Retain");
  errors.not_negative(spec["replicas"]);
  errors.not_negative(spec["minReadySeconds"]);
  errors.not_negative(spec["ordinals"]["start"]);
  if (check_selector_of(errors, spec, "statefulset", "")) {
    if (!selects(spec["selector"], pod_template["metadata"]["labels"])) no_selector_match(errors, pod_template);
    check_labels(errors, {pod_template["metadata"]["labels"].json, pod_template.path + ".labels"});
    check_annotations(errors, {pod_template["metadata"]["annotations"].json, pod_template.path + ".annotations"});
  }
  if (pod["restartPolicy"].text("Always") != "Always") errors.unsupported(pod["restartPolicy"], {"Always"});
  if (pod["activeDeadlineSeconds"]) errors.forbidden(pod["activeDeadlineSeconds"].path, "activeDeadlineSeconds in StatefulSet is not Supported");
}

void check_daemon_set(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const Field spec = object["spec"], selector = spec["selector"], pod_template = spec["template"], pod = pod_template["spec"];
  check_label_selector(errors, selector);
  if ((!selector || is_readable_selector(selector)) && !selects(selector, pod_template["metadata"]["labels"])) no_selector_match(errors, pod_template);
  if (selector && selector["matchLabels"].size() + selector["matchExpressions"].size() == 0) errors.invalid_as(selector.path, go_label_selector(selector.json), "empty selector is invalid for daemonset");
  check_pod_template(errors, pod_template);
  if (pod["restartPolicy"].text("Always") != "Always") errors.unsupported(pod["restartPolicy"], {"Always"});
  if (pod["activeDeadlineSeconds"]) errors.forbidden(pod["activeDeadlineSeconds"].path, "activeDeadlineSeconds in DaemonSet is not Supported");
  errors.not_negative(spec["minReadySeconds"]);
  check_daemon_strategy(errors, spec["updateStrategy"]);
  errors.not_negative(spec["revisionHistoryLimit"]);
}

void check_replication_controller(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const Field spec = object["spec"], pod_template = spec["template"];
  errors.not_negative(spec["minReadySeconds"]);
  if (spec["selector"].size() == 0) errors.required(spec["selector"]);
  errors.not_negative(spec["replicas"]);
  if (!pod_template) return errors.required(pod_template);
  const Field labels = pod_template["metadata"]["labels"];
  for (const auto& [name, value] : spec["selector"].members())
    if (labels[name].text() != value.text()) {
      no_selector_match(errors, pod_template);
      break;
    }
  check_pod_template(errors, pod_template);
  if (pod_template["spec"]["restartPolicy"].text("Always") != "Always") errors.unsupported(pod_template["spec"]["restartPolicy"], {"Always"});
}

void check_budget(FieldErrors& errors, const Field& object) {
  const Field spec = object["spec"], least = spec["minAvailable"], most = spec["maxUnavailable"];
  if (least && most)
    errors.invalid_as(spec.path, "policy.PodDisruptionBudgetSpec{MinAvailable:(*intstr.IntOrString)(0x0), Selector:(*v1.LabelSelector)(" + std::string(spec["selector"] ? "0x0" : "nil") + "), MaxUnavailable:(*intstr.IntOrString)(0x0), UnhealthyPodEvictionPolicy:(*policy.UnhealthyPodEvictionPolicyType)(" +
                                     (spec["unhealthyPodEvictionPolicy"] ? "0x0" : "nil") + ")}", "minAvailable and maxUnavailable cannot be both set");
  for (const Field& value : {least, most}) {
    if (value) check_count_or_share(errors, value);
    check_share(errors, value);
  }
  check_label_selector(errors, spec["selector"]);
  if (const Field policy = spec["unhealthyPodEvictionPolicy"]; policy && policy.text() != "AlwaysAllow" && policy.text() != "IfHealthyBudget") errors.unsupported(policy, {"AlwaysAllow", "IfHealthyBudget"});
  // The kind has no rule for names of its own: those of all objects hold.
  if (errors.size() == 0) check_metadata(errors, object["metadata"], {.name = &path_segment, .known_finalizers = false});
}

}  // namespace akstwin::validation
