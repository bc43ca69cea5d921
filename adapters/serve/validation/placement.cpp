// Source: kubernetes v1.32 pkg/apis/core/validation (affinity, tolerations, topology spread), read 2026-11.
#include <algorithm>

#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

void check_node_requirement(FieldErrors& errors, const Field& term) {
  const std::string how = term["operator"].text();
  const Field values = term["values"];
  if (how == "In" || how == "NotIn") {
    if (values.size() == 0) errors.required(values, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (how == "Exists" || how == "DoesNotExist") {
    if (values.size() > 0) errors.forbidden(values.path, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (how == "Gt" || how == "Lt") {
    if (values.size() != 1) errors.required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else {
    errors.invalid(term["operator"], "not a valid selector operator");
  }
  check_label_key(errors, term["key"]);
}

void check_field_requirement(FieldErrors& errors, const Field& term) {
  const std::string how = term["operator"].text();
  if (how != "In" && how != "NotIn") errors.invalid(term["operator"], "not a valid selector operator");
  else if (term["values"].size() != 1) errors.required(term["values"], "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  if (term["key"].text() != "metadata.name") return errors.invalid(term["key"], "not a valid field selector key");
  for (const Field& value : term["values"].items()) errors.invalid_each(value, dns_subdomain(value.text()));
}

void check_node_term(FieldErrors& errors, const Field& term) {
  for (const Field& requirement : term["matchExpressions"].items()) check_node_requirement(errors, requirement);
  for (const Field& requirement : term["matchFields"].items()) check_field_requirement(errors, requirement);
}

void check_weight(FieldErrors& errors, const Field& term) {
  const std::int64_t weight = term["weight"].number();
  if (weight <= 0 || weight > 100) errors.invalid_as(term["weight"].path, std::to_string(weight), "must be in the range 1-100");
}

void check_label_keys(FieldErrors& errors, const Field& keys, const Field& selector) {
  if (keys.size() == 0) return;
  if (!selector) return errors.forbidden(keys.path, "must not be specified when labelSelector is not set");
  for (const Field& key : keys.items()) check_label_key(errors, key);
}

void check_pod_term(FieldErrors& errors, const Field& term) {
  check_label_selector(errors, term["labelSelector"]);
  check_label_selector(errors, term["namespaceSelector"]);
  for (const Field& name : term["namespaces"].items())
    for (const std::string& message : dns_label(name.text())) errors.invalid_as(term["namespace"].path, go_value(name.json), message);
  check_label_keys(errors, term["matchLabelKeys"], term["labelSelector"]);
  check_label_keys(errors, term["mismatchLabelKeys"], term["labelSelector"]);
  const auto mismatched = term["mismatchLabelKeys"].items();
  for (const Field& key : term["matchLabelKeys"].items())
    if (std::ranges::any_of(mismatched, [&](const Field& other) { return other.text() == key.text(); })) errors.invalid(key, "exists in both matchLabelKeys and mismatchLabelKeys");
  if (term["topologyKey"].text().empty()) errors.required(term["topologyKey"], "can not be empty");
  check_label_key(errors, term["topologyKey"]);
}

void check_pod_affinity(FieldErrors& errors, const Field& affinity) {
  for (const Field& term : affinity["requiredDuringSchedulingIgnoredDuringExecution"].items()) check_pod_term(errors, term);
  for (const Field& term : affinity["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
    check_weight(errors, term);
    check_pod_term(errors, term["podAffinityTerm"]);
  }
}

void check_spread_keys(FieldErrors& errors, const Field& constraint) {
  const Field keys = constraint["matchLabelKeys"], selector = constraint["labelSelector"];
  if (keys.size() == 0) return;
  if (!selector) errors.forbidden(keys.path, "must not be specified when labelSelector is not set");
  std::set<std::string> taken;
  for (const auto& [name, value] : selector["matchLabels"].members()) taken.insert(name);
  for (const Field& term : selector["matchExpressions"].items()) taken.insert(term["key"].text());
  for (const Field& key : keys.items()) {
    check_label_key(errors, key);
    if (taken.contains(key.text())) errors.invalid(key, "exists in both matchLabelKeys and labelSelector");
  }
}

}  // namespace

void check_node_selector(FieldErrors& errors, const Field& selector) {
  const Field terms = selector["nodeSelectorTerms"];
  if (terms.size() == 0) return errors.required(terms, "must have at least one node selector term");
  for (const Field& term : terms.items()) check_node_term(errors, term);
}

void check_affinity(FieldErrors& errors, const Field& affinity) {
  const Field nodes = affinity["nodeAffinity"];
  if (const Field needed = nodes["requiredDuringSchedulingIgnoredDuringExecution"]) check_node_selector(errors, needed);
  for (const Field& term : nodes["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
    check_weight(errors, term);
    check_node_term(errors, term["preference"]);
  }
  check_pod_affinity(errors, affinity["podAffinity"]);
  check_pod_affinity(errors, affinity["podAntiAffinity"]);
}

void check_effect(FieldErrors& errors, const Field& effect, bool needed) {
  if (effect.text().empty()) {
    if (needed) errors.required(effect);
    return;
  }
  errors.one_of(effect, {"NoSchedule", "PreferNoSchedule", "NoExecute"});
}

void check_tolerations(FieldErrors& errors, const Field& tolerations) {
  for (const Field& toleration : tolerations.items()) {
    const Field key = toleration["key"], how = toleration["operator"], value = toleration["value"], effect = toleration["effect"];
    if (!key.text().empty()) check_label_key(errors, key);
    if (key.text().empty() && how.text() != "Exists") errors.invalid(how, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
    if (toleration["tolerationSeconds"] && effect.text() != "NoExecute") errors.invalid(effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    if (how.text() == "Exists") {
      if (!value.text().empty()) errors.invalid_as(how.path, go_value(value.json), "value must be empty when `operator` is 'Exists'");
    } else if (how.text().empty() || how.text() == "Equal") {
      std::string wrong;
      for (const std::string& message : label_value(value.text())) wrong += (wrong.empty() ? "" : ";") + message;
      if (!wrong.empty()) errors.invalid_as(how.path, go_value(value.json), wrong);
    } else {
      errors.unsupported(how, {"Equal", "Exists"});
    }
    check_effect(errors, effect, false);
  }
}

void check_spread(FieldErrors& errors, const Field& constraints) {
  const auto all = constraints.items();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Field& constraint = all[i];
    const std::string key = constraint["topologyKey"].text(), action = constraint["whenUnsatisfiable"].text();
    if (constraint["maxSkew"].number() <= 0) errors.invalid_as(constraint["maxSkew"].path, std::to_string(constraint["maxSkew"].number()), "must be greater than zero");
    if (key.empty()) errors.required(constraint["topologyKey"], "can not be empty");
    if (action != "DoNotSchedule" && action != "ScheduleAnyway") errors.unsupported(constraint["whenUnsatisfiable"], {"DoNotSchedule", "ScheduleAnyway"});
    const auto same = [&](const Field& other) { return other["topologyKey"].text() == key && other["whenUnsatisfiable"].text() == action; };
    if (std::any_of(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end(), same)) errors.duplicate_as(constraint["{topologyKey, whenUnsatisfiable}"].path, in_quotes("{" + key + ", " + action + "}"));
    if (const Field domains = constraint["minDomains"]) {
      if (domains.number() <= 0) errors.invalid(domains, "must be greater than zero");
      if (action != "DoNotSchedule") errors.invalid(domains, "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + action);
    }
    for (const char* policy : {"nodeAffinityPolicy", "nodeTaintsPolicy"})
      if (constraint[policy]) errors.one_of(constraint[policy], {"Honor", "Ignore"});
    check_spread_keys(errors, constraint);
    check_label_selector(errors, constraint["labelSelector"]);
  }
}

}  // namespace akstwin::validation
