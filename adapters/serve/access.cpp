#include "adapters/serve/access.hpp"

#include <algorithm>

#include "adapters/http/json_field.hpp"

namespace akstwin {
namespace {

constexpr std::string_view kAuthorization = "rbac.authorization.k8s.io";

Json texts(std::initializer_list<const char*> list) {
  Json out = Json::array();
  for (const char* text : list) out.push_back(text);
  return out;
}

Json rule(Json verbs, Json groups, Json resources) { return {{"verbs", std::move(verbs)}, {"apiGroups", std::move(groups)}, {"resources", std::move(resources)}}; }

/// The rules of a role that every cluster has.
Json built_in_rules(const std::string& name) {
  const Json read = texts({"get", "list", "watch"}), all = texts({"*"});
  const Json core = texts({"configmaps", "endpoints", "events", "limitranges", "namespaces", "persistentvolumeclaims", "pods", "pods/log", "pods/status", "replicationcontrollers", "replicationcontrollers/scale",
                           "resourcequotas", "serviceaccounts", "services"});
  const Json groups = texts({"apps", "autoscaling", "batch", "discovery.k8s.io", "networking.k8s.io", "policy"});
  const Json write = texts({"create", "delete", "deletecollection", "patch", "update", "get", "list", "watch"});
  if (name == "cluster-admin") return Json::array({rule(all, all, all), Json{{"verbs", all}, {"nonResourceURLs", all}}});
  Json out = Json::array();
  if (name != "view" && name != "edit" && name != "admin") return out;
  out.push_back(rule(read, texts({""}), core));
  out.push_back(rule(read, groups, all));
  if (name == "view") return out;
  out.push_back(rule(write, texts({""}), texts({"configmaps", "endpoints", "events", "persistentvolumeclaims", "pods", "pods/attach", "pods/eviction", "pods/exec", "pods/portforward", "pods/proxy",
                                                  "replicationcontrollers", "replicationcontrollers/scale", "secrets", "serviceaccounts", "services"})));
  out.push_back(rule(write, groups, all));
  if (name == "admin") out.push_back(rule(write, Json::array({kAuthorization}), texts({"rolebindings", "roles"})));
  return out;
}

bool is_subject(const Json& subject, const AccessUser& user, const std::string& binding_space) {
  const std::string kind = text_at(subject, "kind"), name = text_at(subject, "name"), space = text_at(subject, "namespace");
  if (kind == "User") return name == user.name;
  if (kind == "Group") return std::ranges::find(user.groups, name) != user.groups.end();
  return kind == "ServiceAccount" && user.name == "system:serviceaccount:" + (space.empty() ? binding_space : space) + ":" + name;
}

/// Calls `take` with the rules of every role that is bound to the user, in this namespace or everywhere.
template <class Take>
void each_role(const ObjectStore& store, const AccessUser& user, const std::string& name_space, Take take) {
  const auto look = [&](const char* plural, const std::string& space) {
    const auto& objects = store.table(find_resource(kAuthorization, "v1", plural)).objects();
    const std::string prefix = space.empty() ? std::string() : space + "/";
    for (auto binding = objects.lower_bound(prefix); binding != objects.end() && binding->first.starts_with(prefix); ++binding) {
      const Json object = Json::parse(binding->second->text);
      const Json subjects = object.value("subjects", Json::array()), role = object.value("roleRef", Json::object());
      if (std::ranges::none_of(subjects, [&](const Json& subject) { return is_subject(subject, user, space); })) continue;
      const std::string name = role.value("name", "");
      const bool wide = role.value("kind", "") == "ClusterRole";
      const Json found = store.get(find_resource(kAuthorization, "v1", wide ? "clusterroles" : "roles"), wide ? name : space + "/" + name);
      take(found.is_null() ? built_in_rules(name) : found.value("rules", Json::array()));
    }
  };
  look("clusterrolebindings", {});
  if (!name_space.empty()) look("rolebindings", name_space);
}

bool permits(const Json& rule, const AccessWish& wish) {
  if (!rule_names(rule.value("verbs", Json()), wish.verb)) return false;
  if (!wish.path.empty()) {
    return rule_names_path(rule.value("nonResourceURLs", Json()), wish.path);
  }
  const std::string resource = wish.subresource.empty() ? wish.resource : wish.resource + "/" + wish.subresource;
  const Json resources = rule.value("resources", Json());
  if (!rule_names(rule.value("apiGroups", Json()), wish.group)) return false;
  if (!rule_names(resources, resource) && (wish.subresource.empty() || !rule_names(resources, "*/" + wish.subresource))) return false;
  const Json only = rule.value("resourceNames", Json::array());
  return only.empty() || (!wish.name.empty() && std::ranges::find(only, Json(wish.name)) != only.end());
}

bool is_master(const AccessUser& user) { return std::ranges::find(user.groups, "system:masters") != user.groups.end(); }

/// What everybody may: ask what they may, and read the paths of discovery.
bool is_basic(const AccessWish& wish) {
  if (!wish.path.empty()) return wish.verb == "get" && (wish.path.starts_with("/api") || wish.path.starts_with("/openapi") || wish.path == "/version" || wish.path.starts_with("/healthz") || wish.path.starts_with("/livez") || wish.path.starts_with("/readyz"));
  return wish.verb == "create" && ((wish.group == "authorization.k8s.io" && (wish.resource == "selfsubjectaccessreviews" || wish.resource == "selfsubjectrulesreviews")) ||
                                   (wish.group == "authentication.k8s.io" && wish.resource == "selfsubjectreviews"));
}

}  // namespace

bool rule_names(const Json& list, std::string_view wanted) {
  return list.is_array() && std::ranges::any_of(list, [&](const Json& entry) { return entry == "*" || entry == wanted; });
}

bool rule_names_path(const Json& urls, std::string_view path) {
  return urls.is_array() && std::ranges::any_of(urls, [&](const Json& entry) {
           const std::string text = entry.is_string() ? entry.get<std::string>() : std::string();
           return text == path || (text.ends_with('*') && path.starts_with(std::string_view(text).substr(0, text.size() - 1)));
         });
}

bool is_allowed(const ObjectStore& store, const AccessUser& user, const AccessWish& wish) {
  if (is_master(user) || is_basic(wish)) return true;
  bool allowed = false;
  each_role(store, user, wish.name_space, [&](const Json& rules) { allowed = allowed || std::ranges::any_of(rules, [&](const Json& rule) { return permits(rule, wish); }); });
  return allowed;
}

Json rules_of(const ObjectStore& store, const AccessUser& user, const std::string& name_space) {
  Json resources = Json::array({rule(texts({"create"}), texts({"authorization.k8s.io"}), texts({"selfsubjectaccessreviews", "selfsubjectrulesreviews"})),
                                rule(texts({"create"}), texts({"authentication.k8s.io"}), texts({"selfsubjectreviews"}))});
  Json paths = Json::array({Json{{"verbs", texts({"get"})}, {"nonResourceURLs", texts({"/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"})}}});
  const auto add = [&](const Json& rules) {
    for (const Json& entry : rules) (entry.contains("nonResourceURLs") ? paths : resources).push_back(entry);
  };
  if (is_master(user)) add(built_in_rules("cluster-admin"));
  each_role(store, user, name_space, add);
  return {{"resourceRules", std::move(resources)}, {"nonResourceRules", std::move(paths)}, {"incomplete", false}};
}

std::string denial(const AccessUser& user, const AccessWish& wish) {
  std::string out = "User \"" + user.name + "\" cannot " + wish.verb;
  if (!wish.path.empty()) return out + " path \"" + wish.path + "\"";
  out += " resource \"" + wish.resource + (wish.subresource.empty() ? "" : "/" + wish.subresource) + "\" in API group \"" + wish.group + "\"";
  return out + (wish.name_space.empty() ? " at the cluster scope" : " in the namespace \"" + wish.name_space + "\"");
}

}  // namespace akstwin
