// Source: kubernetes v1.32 the Validate…Update functions of pkg/apis and the strategies of pkg/registry, read 2026-11.
#include <algorithm>

#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

bool same(const Field& before, const Field& after) { return before && after ? *before.json == *after.json : before.json == after.json; }

void keep_value(FieldErrors& errors, const Field& before, const Field& after) {
  if (!same(before, after)) errors.invalid(after, "field is immutable");
}

void keep_selector(FieldErrors& errors, const Field& before, const Field& after) {
  const Field selector = after["spec"]["selector"];
  if (!same(before["spec"]["selector"], selector)) errors.invalid_as("spec.selector", go_label_selector(selector.json), "field is immutable");
}

void keep_data(FieldErrors& errors, const Field& before, const Field& after) {
  if (!before["immutable"].is_true()) return;
  if (!after["immutable"].is_true()) errors.forbidden("immutable", "field is immutable when `immutable` is set");
  for (const char* part : {"data", "binaryData"})
    if (!same(before[part], after[part])) errors.forbidden(part, "field is immutable when `immutable` is set");
}

Json without(const Field& spec, std::initializer_list<const char*> parts) {
  Json out = spec ? *spec.json : Json::object();
  for (const char* part : parts) out.erase(part);
  return out;
}

void change_stateful_set(FieldErrors& errors, const Field& before, const Field& after) {
  const auto fixed = [](const Field& object) { return without(object["spec"], {"replicas", "template", "updateStrategy", "minReadySeconds", "ordinals", "persistentVolumeClaimRetentionPolicy", "revisionHistoryLimit"}); };
  const auto rest = [](const Field& object) { return object["spec"]["revisionHistoryLimit"].number(10); };
  if (fixed(before) != fixed(after) || rest(before) != rest(after))
    errors.forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
}

/// Tolerations may be added, and say another time.
bool kept_tolerations(const Field& before, const Field& after) {
  const auto now = after.items();
  return std::ranges::all_of(before.items(), [&](const Field& old) {
    const Json wanted = without(old, {"tolerationSeconds"});
    return std::ranges::any_of(now, [&](const Field& other) { return without(other, {"tolerationSeconds"}) == wanted; });
  });
}

/// Whether the lists have as many containers; then, with the images of `before`, `spec` may be compared.
bool take_images(FieldErrors& errors, const Field& before, Json& spec, const char* list) {
  const std::size_t had = before[list].size(), has = spec.contains(list) ? spec[list].size() : 0;
  if (had != has) {
    errors.forbidden(before[list].path, "pod updates may not add or remove containers");
    return false;
  }
  for (std::size_t i = 0; i < has; ++i) spec[list][i]["image"] = before[list].json->at(i).value("image", Json());
  return true;
}

void change_pod(FieldErrors& errors, const Field& object_before, const Field& object_after) {
  const Field before = object_before["spec"], after = object_after["spec"];
  if (same(before, after) || !before || !after) return;
  Json spec = *after.json, old = *before.json;
  if (!take_images(errors, before, spec, "containers") || !take_images(errors, before, spec, "initContainers")) return;
  const Field deadline = after["activeDeadlineSeconds"], old_deadline = before["activeDeadlineSeconds"];
  if (deadline && old_deadline && old_deadline.number() < deadline.number()) return errors.invalid(deadline, "must be less than or equal to previous value");
  if (!deadline && old_deadline) errors.invalid_as(deadline.path, "\"null\"", "must not update from a positive integer to nil value");
  if (!kept_tolerations(before["tolerations"], after["tolerations"])) errors.forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
  const auto gates = before["schedulingGates"].items();
  for (const Field& gate : after["schedulingGates"].items())
    if (std::ranges::none_of(gates, [&](const Field& other) { return other["name"].text() == gate["name"].text(); }))
      errors.forbidden(gate["name"].path, "only deletion is allowed, but found new scheduling gate '" + gate["name"].text() + "'");
  for (const char* part : {"activeDeadlineSeconds", "tolerations", "schedulingGates"}) spec.erase(part), old.erase(part);
  if (before["terminationGracePeriodSeconds"].number(30) < 0 && after["terminationGracePeriodSeconds"].number() == 1) spec["terminationGracePeriodSeconds"] = old["terminationGracePeriodSeconds"];
  if (spec != old)
    errors.forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
}

void change_job(FieldErrors& errors, const Field& before, const Field& after) {
  const Field old = before["spec"], now = after["spec"];
  if (now["completionMode"].text() != "Indexed") keep_value(errors, old["completions"], now["completions"]);
  if (!same(old["selector"], now["selector"])) errors.invalid_as("spec.selector", go_label_selector(now["selector"].json), "field is immutable");
  if (!same(old["template"], now["template"])) errors.invalid_as("spec.template", "", "field is immutable");
  for (const char* part : {"completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"}) keep_value(errors, old[part], now[part]);
}

void change_service(FieldErrors& errors, const Field& before, const Field& after) {
  const auto address = [](const Field& object) {
    const Field list = object["spec"]["clusterIPs"];
    return list.size() > 0 ? list.items().front().text() : object["spec"]["clusterIP"].text();
  };
  const bool external = before["spec"]["type"].text() == "ExternalName" || after["spec"]["type"].text() == "ExternalName";
  const std::string had = address(before), has = address(after);
  if (external || had.empty() || had == has || has.empty()) return;   // what is left out is taken from the old one
  const Json list = Json::array({has});
  errors.invalid_as("spec.clusterIPs[0]", go_value(&list), "may not change once set");
}

void change_claim(FieldErrors& errors, const Field& before, const Field& after) {
  const auto fixed = [](const Field& object) {
    Json out = without(object["spec"], {"volumeName", "volumeAttributesClassName"});
    if (out.contains("resources")) out["resources"].erase("requests");
    return out;
  };
  if (fixed(before) != fixed(after)) errors.forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
  const Quantity had = quantity_of(before["spec"]["resources"]["requests"]["storage"].json), has = quantity_of(after["spec"]["resources"]["requests"]["storage"].json);
  if (has.nano < had.nano) errors.forbidden("spec.resources.requests.storage", "field can not be less than previous value");
}

void change_role_reference(FieldErrors& errors, const Field& before, const Field& after) {
  const Field role = after["roleRef"];
  const std::string group = "rbac.authorization.k8s.io";
  const auto said = [&](const Field& reference) { return "rbac.RoleRef{APIGroup:" + in_quotes(reference["apiGroup"].text(group)) + ", Kind:" + in_quotes(reference["kind"].text()) + ", Name:" + in_quotes(reference["name"].text()) + "}"; };
  if (said(before["roleRef"]) != said(role)) errors.invalid_as("roleRef", said(role), "cannot change roleRef");
}

void change_priority_class(FieldErrors& errors, const Field& before, const Field& after) {
  if (before["value"].number() != after["value"].number()) errors.forbidden("value", "may not be changed in an update.");
  const auto policy = [](const Field& object) { return object["preemptionPolicy"].text("PreemptLowerPriority"); };
  if (policy(before) != policy(after)) errors.invalid(after["preemptionPolicy"], "field is immutable");
}

void change_storage_class(FieldErrors& errors, const Field& before, const Field& after) {
  if (!same(before["parameters"], after["parameters"])) errors.forbidden("parameters", "updates to parameters are forbidden.");
  if (!same(before["provisioner"], after["provisioner"])) errors.forbidden("provisioner", "updates to provisioner are forbidden.");
  if (before["reclaimPolicy"].text("Delete") != after["reclaimPolicy"].text("Delete")) errors.forbidden("reclaimPolicy", "updates to reclaimPolicy are forbidden.");
  if (before["volumeBindingMode"].text("Immediate") != after["volumeBindingMode"].text("Immediate")) errors.invalid(after["volumeBindingMode"], "field is immutable");
}

}  // namespace

void check_changes(FieldErrors& errors, std::string_view kind, const Field& before, const Field& after) {
  if (kind == "Pod") change_pod(errors, before, after);
  else if (kind == "Deployment" || kind == "DaemonSet" || kind == "ReplicaSet") keep_selector(errors, before, after);
  else if (kind == "StatefulSet") change_stateful_set(errors, before, after);
  else if (kind == "Job") change_job(errors, before, after);
  else if (kind == "Service") change_service(errors, before, after);
  else if (kind == "PersistentVolumeClaim") change_claim(errors, before, after);
  else if (kind == "RoleBinding" || kind == "ClusterRoleBinding") change_role_reference(errors, before, after);
  else if (kind == "PriorityClass") change_priority_class(errors, before, after);
  else if (kind == "StorageClass") change_storage_class(errors, before, after);
  else if (kind == "IngressClass") keep_value(errors, before["spec"]["controller"], after["spec"]["controller"]);
  else if (kind == "EndpointSlice") keep_value(errors, before["addressType"], after["addressType"]);
  if (kind == "Secret" && before["type"].text("Opaque") != after["type"].text("Opaque")) errors.invalid(after["type"], "field is immutable");
  if (kind == "ConfigMap" || kind == "Secret") keep_data(errors, before, after);
  if (kind == "Node" && !before["spec"]["providerID"].text().empty() && !same(before["spec"]["providerID"], after["spec"]["providerID"]))
    errors.forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid");
}

}  // namespace akstwin::validation
