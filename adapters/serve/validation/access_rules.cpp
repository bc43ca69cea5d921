// Source: kubernetes v1.32 pkg/apis/rbac/validation, read 2026-11.
#include <algorithm>

#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

void check_rule(FieldErrors& errors, const Field& rule, bool namespaced) {
  const Field paths = rule["nonResourceURLs"];
  if (rule["verbs"].size() == 0) errors.required(rule["verbs"], "verbs must contain at least one value");
  if (paths.size() > 0) {
    if (namespaced) errors.invalid(paths, "namespaced rules cannot apply to non-resource URLs");
    if (rule["apiGroups"].size() + rule["resources"].size() + rule["resourceNames"].size() > 0) errors.invalid(paths, "rules cannot apply to both regular resources and non-resource URLs");
    return;
  }
  if (rule["apiGroups"].size() == 0) errors.required(rule["apiGroups"], "resource rules must supply at least one api group");
  if (rule["resources"].size() == 0) errors.required(rule["resources"], "resource rules must supply at least one resource");
}

void check_subject(FieldErrors& errors, const Field& subject, bool namespaced) {
  const Field name = subject["name"], group = subject["apiGroup"];
  const std::string kind = subject["kind"].text();
  if (name.text().empty()) errors.required(name);
  if (kind == "ServiceAccount") {
    if (!name.text().empty()) errors.invalid_each(name, dns_subdomain(name.text()));
    if (!group.text().empty()) errors.unsupported(group, {""});
    if (!namespaced && subject["namespace"].text().empty()) errors.required(subject["namespace"]);
  } else if (kind == "User" || kind == "Group") {
    if (!group.text().empty() && group.text() != kGroup) errors.unsupported(group, {kGroup});   // empty: the default
  } else {
    errors.unsupported(subject["kind"], {"ServiceAccount", "User", "Group"});
  }
}

void check_binding(FieldErrors& errors, const Field& object, bool namespaced) {
  check_metadata(errors, object["metadata"], {.name = &path_segment, .namespaced = namespaced});
  const Field role = object["roleRef"], group = role["apiGroup"], kind = role["kind"], name = role["name"];
  if (!group.text().empty() && group.text() != kGroup) errors.unsupported(group, {kGroup});
  if (kind.text() != "ClusterRole" && (!namespaced || kind.text() != "Role")) {
    if (namespaced) errors.unsupported(kind, {"Role", "ClusterRole"});
    else errors.unsupported(kind, {"ClusterRole"});
  }
  if (name.text().empty()) errors.required(name);
  else errors.invalid_each(name, path_segment(name.text()));
  for (const Field& subject : object["subjects"].items()) check_subject(errors, subject, namespaced);
}

}  // namespace

void check_role(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {.name = &path_segment});
  for (const Field& rule : object["rules"].items()) check_rule(errors, rule, true);
}

void check_cluster_role(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {.name = &path_segment, .namespaced = false});
  for (const Field& rule : object["rules"].items()) check_rule(errors, rule, false);
  const Field aggregation = object["aggregationRule"], selectors = aggregation["clusterRoleSelectors"];
  if (aggregation && selectors.size() == 0) errors.required(selectors, "at least one clusterRoleSelector required if aggregationRule is non-nil");
  for (const Field& selector : selectors.items()) {
    check_label_selector(errors, selector);
    if (!is_readable_selector(selector)) errors.invalid_as(selector.path, "\"null\"", "invalid label selector.");
  }
}

void check_role_binding(FieldErrors& errors, const Field& object) { check_binding(errors, object, true); }

void check_cluster_role_binding(FieldErrors& errors, const Field& object) { check_binding(errors, object, false); }

}  // namespace akstwin::validation
