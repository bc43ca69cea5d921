// Source: kubernetes v1.32 pkg/apis/core/validation (ValidateResourceQuota, ValidateLimitRange), read 2026-11.
#include <algorithm>
#include <map>

#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

const std::initializer_list<std::string_view> kScopes{"Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity"};

bool is_scope(std::string_view scope) { return std::ranges::find(kScopes, scope) != kScopes.end(); }

bool is_pod_resource(std::string_view name) {
  const std::initializer_list<std::string_view> kOfPods{"cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods"};
  return std::ranges::find(kOfPods, name) != kOfPods.end();
}

/// Resources that a quota knows by itself, without a slash.
bool is_quota_resource(std::string_view name) {
  const std::initializer_list<std::string_view> kOthers{"requests.storage", "resourcequotas", "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps", "services.nodeports", "services.loadbalancers"};
  return is_pod_resource(name) || std::ranges::find(kOthers, name) != kOthers.end() || name.starts_with("hugepages-") || name.starts_with("requests.hugepages-");
}

bool fits_scope(std::string_view scope, std::string_view resource) {
  if (scope == "BestEffort") return resource == "pods";
  return !is_scope(scope) || is_pod_resource(resource);
}

std::string go_scopes(const Field& scopes) {
  std::string list;
  for (const Field& scope : scopes.items()) list += (list.empty() ? "" : ", ") + in_quotes(scope.text());
  return scopes ? "[]core.ResourceQuotaScope{" + list + "}" : "[]core.ResourceQuotaScope(nil)";
}

void check_conflicts(FieldErrors& errors, const std::set<std::string>& chosen, const std::string& path, const std::string& shown) {
  if (chosen.contains("BestEffort") && chosen.contains("NotBestEffort")) errors.invalid_as(path, shown, "conflicting scopes");
  if (chosen.contains("Terminating") && chosen.contains("NotTerminating")) errors.invalid_as(path, shown, "conflicting scopes");
}

void check_scopes(FieldErrors& errors, const Field& spec) {
  const Field scopes = spec["scopes"];
  std::set<std::string> chosen;
  for (const Field& scope : scopes.items()) {
    if (!is_scope(scope.text())) errors.invalid_as(scopes.path, go_scopes(scopes), "unsupported scope");
    for (const auto& [name, amount] : spec["hard"].members())
      if (is_quota_resource(name) && !fits_scope(scope.text(), name)) errors.invalid_as(scopes.path, go_scopes(scopes), "unsupported scope applied to resource");
    chosen.insert(scope.text());
  }
  check_conflicts(errors, chosen, scopes.path, go_scopes(scopes));
}

void check_scope_selector(FieldErrors& errors, const Field& spec) {
  const Field terms = spec["scopeSelector"]["matchExpressions"];
  const auto part = [&](std::string_view name) { return terms.path + "." + std::string(name); };
  std::set<std::string> chosen;
  for (const Field& term : terms.items()) {
    const std::string scope = term["scopeName"].text(), how = term["operator"].text();
    if (!is_scope(scope)) errors.invalid_as(part("scopeName"), in_quotes(scope), "unsupported scope");
    if (is_scope(scope) && scope != "PriorityClass" && how != "Exists")
      errors.invalid_as(part("operator"), in_quotes(how), "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
    if (how == "In" || how == "NotIn") {
      if (term["values"].size() == 0) errors.required_at(part("values"), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
    } else if (how == "Exists" || how == "DoesNotExist") {
      if (term["values"].size() > 0) errors.invalid_as(part("values"), go_value(term["values"].json), "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
    } else {
      errors.invalid_as(part("operator"), in_quotes(how), "not a valid selector operator");
    }
    chosen.insert(scope);
  }
  check_conflicts(errors, chosen, terms.path, go_scopes(spec["scopes"]));
}

/// The amounts of one item of a limit range by resource; the defaults are those that upstream adds.
struct Amounts {
  std::map<std::string, Quantity> least, most, usual, asked, ratio;
};

std::map<std::string, Quantity> read_amounts(const Field& amounts) {
  std::map<std::string, Quantity> out;
  for (const auto& [name, amount] : amounts.members()) out.emplace(name, quantity_of(amount.json));
  return out;
}

void check_amounts(FieldErrors& errors, const Field& limit, const std::string& name, const Amounts& all) {
  const auto find = [&](const std::map<std::string, Quantity>& amounts) {
    const auto found = amounts.find(name);
    return found == amounts.end() ? nullptr : &found->second;
  };
  const Quantity* least = find(all.least);
  const Quantity* most = find(all.most);
  const Quantity* usual = find(all.usual);
  const Quantity* asked = find(all.asked);
  const Quantity* ratio = find(all.ratio);
  const auto wrong = [&](const char* part, const Quantity& shown, const std::string& why) { errors.invalid_as(limit[part].path + "[" + name + "]", shown.go(), why); };
  const auto above = [](const Quantity* left, const Quantity* right) { return left != nullptr && right != nullptr && left->nano > right->nano; };
  const auto says = [](const char* what, const Quantity* left, const char* than, const Quantity* right) { return std::string(what) + " value " + left->canonical() + " is greater than " + than + " value " + right->canonical(); };
  if (above(least, most)) wrong("min", *least, says("min", least, "max", most));
  if (above(least, asked)) wrong("defaultRequest", *asked, says("min", least, "default request", asked));
  if (above(asked, most)) wrong("defaultRequest", *asked, says("default request", asked, "max", most));
  if (above(asked, usual)) wrong("defaultRequest", *asked, says("default request", asked, "default limit", usual));
  if (above(least, usual)) wrong("default", *least, says("min", least, "default", usual));
  if (above(usual, most)) wrong("default", *most, says("default", usual, "max", most));
  if (ratio != nullptr && ratio->nano < 1'000'000'000) wrong("maxLimitRequestRatio", *ratio, "ratio " + ratio->canonical() + " is less than 1");
}

void check_limit_names(FieldErrors& errors, const Field& limit, const std::string& type) {
  const bool pods = type == "Pod" || type == "Container";
  const auto names = [&](const char* part) {
    for (const auto& [name, amount] : limit[part].members()) pods ? check_container_resource_name(errors, name, amount.path) : check_resource_name(errors, name, amount.path);
  };
  names("max");
  names("min");
  for (const char* part : {"default", "defaultRequest"}) {
    if (type != "Pod") names(part);
    else if (limit[part].size() > 0) errors.forbidden(limit[part].path, "may not be specified when `type` is 'Pod'");
  }
  if (type == "PersistentVolumeClaim" && !limit["min"]["storage"] && !limit["max"]["storage"]) errors.required(limit["limits"], "either minimum or maximum storage value is required, but neither was provided");
  names("maxLimitRequestRatio");
}

}  // namespace

void check_quota(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const Field spec = object["spec"];
  for (const auto& [name, amount] : spec["hard"].members()) {
    check_resource_name(errors, name, amount.path);
    if (name.find('/') == std::string::npos && !is_quota_resource(name)) errors.invalid_as(amount.path, name, "must be a standard resource for quota");
    check_resource_amount(errors, name, amount);
  }
  check_scopes(errors, spec);
  check_scope_selector(errors, spec);
}

void check_limit_range(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  std::set<std::string> types;
  for (const Field& limit : object["spec"]["limits"].items()) {
    const std::string type = limit["type"].text();
    const Messages wrong = qualified_name(type);
    errors.invalid_each(limit["type"], wrong);
    if (wrong.empty() && type.find('/') == std::string::npos && type != "Pod" && type != "Container" && type != "PersistentVolumeClaim") errors.invalid(limit["type"], "must be a standard limit type or fully qualified");
    if (!types.insert(type).second) errors.duplicate(limit["type"]);
    check_limit_names(errors, limit, type);
    Amounts all{read_amounts(limit["min"]), read_amounts(limit["max"]), read_amounts(limit["default"]), read_amounts(limit["defaultRequest"]), read_amounts(limit["maxLimitRequestRatio"])};
    if (type == "Container") {
      all.usual.insert(all.most.begin(), all.most.end());
      all.asked.insert(all.usual.begin(), all.usual.end());
      all.asked.insert(all.least.begin(), all.least.end());
    }
    if (type == "Pod") all.usual.clear(), all.asked.clear();
    std::set<std::string> names;
    for (const auto* amounts : {&all.least, &all.most, &all.usual, &all.asked, &all.ratio})
      for (const auto& [name, amount] : *amounts) names.insert(name);
    for (const std::string& name : names) check_amounts(errors, limit, name, all);
  }
}

}  // namespace akstwin::validation
