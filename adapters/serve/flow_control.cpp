#include "adapters/serve/flow_control.hpp"

#include <algorithm>

#include "adapters/http/json_field.hpp"
#include "adapters/kube/encode.hpp"

namespace akstwin {
namespace {

constexpr std::string_view kFlowGroup = "flowcontrol.apiserver.k8s.io";
constexpr std::int64_t kDefaultPrecedence = 1'000, kDefaultShares = 30;   // defaults of flowcontrol/v1

int schemas_kind() { return find_resource(kFlowGroup, "v1", "flowschemas"); }
int levels_kind() { return find_resource(kFlowGroup, "v1", "prioritylevelconfigurations"); }

const Json& part(const Json& object, const char* key) {
  static const Json kNone;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? kNone : *found;
}

/// Clients may write null where a number is optional.
std::int64_t number_or(const Json& value, std::int64_t otherwise) { return value.is_number_integer() ? value.get<std::int64_t>() : otherwise; }

bool is_flow_subject(const Json& subject, const AccessUser& user) {
  const std::string kind = text_at(subject, "kind");
  const Json& named = part(subject, kind == "User" ? "user" : kind == "Group" ? "group" : "serviceAccount");
  const std::string name = text_at(named, "name");
  if (kind == "User") return name == "*" || name == user.name;
  if (kind == "Group") return name == "*" || std::ranges::find(user.groups, name) != user.groups.end();
  const std::string account = "system:serviceaccount:" + text_at(named, "namespace") + ":";
  return kind == "ServiceAccount" && (name == "*" ? user.name.starts_with(account) : user.name == account + name);
}

bool matches_resource(const Json& rule, const AccessWish& wish) {
  const std::string resource = wish.subresource.empty() ? wish.resource : wish.resource + "/" + wish.subresource;
  const bool place = wish.name_space.empty() ? part(rule, "clusterScope") == true : rule_names(part(rule, "namespaces"), wish.name_space);
  return place && rule_names(part(rule, "verbs"), wish.verb) && rule_names(part(rule, "apiGroups"), wish.group) && rule_names(part(rule, "resources"), resource);
}

bool matches_path(const Json& rule, const AccessWish& wish) { return rule_names(part(rule, "verbs"), wish.verb) && rule_names_path(part(rule, "nonResourceURLs"), wish.path); }

bool matches_rules(const Json& rules, const AccessUser& user, const AccessWish& wish) {
  return std::ranges::any_of(rules, [&](const Json& rule) {
    if (std::ranges::none_of(part(rule, "subjects"), [&](const Json& subject) { return is_flow_subject(subject, user); })) return false;
    if (!wish.path.empty()) return std::ranges::any_of(part(rule, "nonResourceRules"), [&](const Json& one) { return matches_path(one, wish); });
    return std::ranges::any_of(part(rule, "resourceRules"), [&](const Json& one) { return matches_resource(one, wish); });
  });
}

Json group_subject(const char* name) { return {{"kind", "Group"}, {"group", {{"name", name}}}}; }
Json user_subject(const char* name) { return {{"kind", "User"}, {"user", {{"name", name}}}}; }
Json system_account(const char* name) { return {{"kind", "ServiceAccount"}, {"serviceAccount", {{"namespace", "kube-system"}, {"name", name}}}}; }
Json one(const char* text) { return Json::array({text}); }

/// Everything that these may ask for.
Json anything(Json subjects) {
  return Json::array({Json{{"subjects", std::move(subjects)},
                           {"resourceRules", Json::array({Json{{"verbs", one("*")}, {"apiGroups", one("*")}, {"resources", one("*")}, {"clusterScope", true}, {"namespaces", one("*")}}})},
                           {"nonResourceRules", Json::array({Json{{"verbs", one("*")}, {"nonResourceURLs", one("*")}}})}}});
}

Json resources(Json subjects, Json verbs, const char* group, Json plurals, const char* name_space) {
  return Json::array({Json{{"subjects", std::move(subjects)},
                           {"resourceRules", Json::array({Json{{"verbs", std::move(verbs)}, {"apiGroups", one(group)}, {"resources", std::move(plurals)}, {"namespaces", one(name_space)}}})}}});
}

Json bootstrapped(const char* kind, const std::string& name, const std::string& created, Json spec) {
  return {{"apiVersion", std::string(kFlowGroup) + "/v1"}, {"kind", kind}, {"spec", std::move(spec)},
          {"metadata", {{"name", name}, {"uid", uid_text(std::string(kind) + "/" + name)}, {"creationTimestamp", created}, {"generation", 1}, {"annotations", {{"apf.kubernetes.io/autoupdate-spec", "true"}}}}}};
}

}  // namespace

void FlowControl::refresh() {
  const ObjectTable& schemas = store_.table(schemas_kind());
  const ObjectTable& levels = store_.table(levels_kind());
  if (schemas.end() == schemas_seen_ && levels.end() == levels_seen_) return;
  schemas_seen_ = schemas.end();
  levels_seen_ = levels.end();
  schemas_.clear();
  levels_.clear();
  for (const auto& [name, stored] : schemas.objects()) {
    const Json object = Json::parse(stored->text);
    const Json& spec = part(object, "spec");
    if (!spec.is_object()) continue;
    schemas_.push_back({number_or(part(spec, "matchingPrecedence"), kDefaultPrecedence), name, text_at(object["metadata"], "uid"), text_at(part(spec, "priorityLevelConfiguration"), "name"), part(spec, "rules")});
  }
  std::ranges::stable_sort(schemas_, {}, &Schema::precedence);   // of equal precedence the name decides: the table is in its order
  for (const auto& [name, stored] : levels.objects()) {
    const Json object = Json::parse(stored->text);
    const Json& limited = part(part(object, "spec"), "limited");
    levels_[name] = {text_at(object["metadata"], "uid"), limited.is_object() && number_or(part(limited, "nominalConcurrencyShares"), kDefaultShares) == 0};
  }
}

FlowJudgement FlowControl::judge(const AccessUser& user, const AccessWish& wish) {
  refresh();
  for (const Schema& schema : schemas_) {
    const auto level = levels_.find(schema.level);
    if (level == levels_.end() || !matches_rules(schema.rules, user, wish)) continue;   // one without a level never matches
    return {schema.uid, level->second.uid, level->second.jail};
  }
  return {};
}

void FlowControl::settle() {
  refresh();
  for (const Schema& schema : schemas_) {
    const bool dangles = !levels_.contains(schema.level);
    Json object = store_.get(schemas_kind(), schema.name);
    Json condition{{"type", "Dangling"}, {"status", dangles ? "True" : "False"}, {"reason", dangles ? "NotFound" : "Found"},
                   {"message", "This FlowSchema references the PriorityLevelConfiguration object named \"" + schema.level + "\" " + (dangles ? "but there is no such object" : "and it exists")},
                   {"lastTransitionTime", object["metadata"].value("creationTimestamp", Json())}};
    object["status"] = {{"conditions", Json::array({std::move(condition)})}};
    store_.put(schemas_kind(), std::move(object));
  }
}

std::vector<Json> default_flow_objects(const std::string& created) {
  struct LevelRow { const char* name; int shares, queues, hand, length; };
  constexpr LevelRow kLevels[] = {{"global-default", 20, 128, 6, 50}, {"leader-election", 10, 16, 4, 50}, {"node-high", 40, 64, 6, 50},
                                  {"system", 30, 64, 6, 50},          {"workload-high", 40, 128, 6, 50},  {"workload-low", 100, 128, 6, 50}};
  std::vector<Json> out;
  const auto level = [&](const char* name, Json spec) { out.push_back(bootstrapped("PriorityLevelConfiguration", name, created, std::move(spec))); };
  level("exempt", {{"type", "Exempt"}, {"exempt", {{"nominalConcurrencyShares", 0}, {"lendablePercent", 0}}}});
  level("catch-all", {{"type", "Limited"}, {"limited", {{"nominalConcurrencyShares", 5}, {"lendablePercent", 0}, {"limitResponse", {{"type", "Reject"}}}}}});
  for (const LevelRow& row : kLevels)
    level(row.name, {{"type", "Limited"}, {"limited", {{"nominalConcurrencyShares", row.shares}, {"lendablePercent", 0},
                     {"limitResponse", {{"type", "Queue"}, {"queuing", {{"queues", row.queues}, {"handSize", row.hand}, {"queueLengthLimit", row.length}}}}}}}});

  const Json anybody = Json::array({group_subject("system:unauthenticated"), group_subject("system:authenticated")}), write = Json::array({"get", "create", "update"});
  const Json accounts = Json::array({system_account("*")});
  const auto schema = [&](const char* name, const char* of, int precedence, const char* distinguished, Json rules) {
    Json spec{{"priorityLevelConfiguration", {{"name", of}}}, {"matchingPrecedence", precedence}, {"rules", std::move(rules)}};
    if (*distinguished != '\0') spec["distinguisherMethod"] = {{"type", distinguished}};
    out.push_back(bootstrapped("FlowSchema", name, created, std::move(spec)));
  };
  schema("exempt", "exempt", 1, "", anything(Json::array({group_subject("system:masters")})));
  schema("probes", "exempt", 2, "", Json::array({Json{{"subjects", anybody}, {"nonResourceRules", Json::array({Json{{"verbs", one("get")}, {"nonResourceURLs", Json::array({"/healthz", "/readyz", "/livez"})}}})}}}));
  schema("system-leader-election", "leader-election", 100, "ByUser",
         resources(Json::array({user_subject("system:kube-controller-manager"), user_subject("system:kube-scheduler"), system_account("*")}), write, "coordination.k8s.io", one("leases"), "*"));
  schema("endpoint-controller", "workload-high", 150, "ByUser",
         resources(Json::array({user_subject("system:kube-controller-manager"), system_account("endpoint-controller"), system_account("endpointslicemirroring-controller")}), write, "", one("endpoints"), "*"));
  schema("workload-leader-election", "leader-election", 200, "ByUser", resources(accounts, write, "coordination.k8s.io", one("leases"), "*"));
  Json nodes = resources(Json::array({group_subject("system:nodes")}), one("*"), "", Json::array({"nodes", "nodes/status"}), "*");
  nodes[0]["resourceRules"][0]["clusterScope"] = true;
  nodes[0]["resourceRules"].push_back({{"verbs", one("*")}, {"apiGroups", one("coordination.k8s.io")}, {"resources", one("leases")}, {"namespaces", one("*")}});
  schema("system-node-high", "node-high", 400, "ByUser", std::move(nodes));
  schema("system-nodes", "system", 500, "ByUser", anything(Json::array({group_subject("system:nodes")})));
  schema("kube-controller-manager", "workload-high", 800, "ByNamespace", anything(Json::array({user_subject("system:kube-controller-manager")})));
  schema("kube-scheduler", "workload-high", 800, "ByNamespace", anything(Json::array({user_subject("system:kube-scheduler")})));
  schema("kube-system-service-accounts", "workload-high", 900, "ByNamespace", anything(accounts));
  schema("service-accounts", "workload-low", 9'000, "ByUser", anything(Json::array({group_subject("system:serviceaccounts")})));
  schema("global-default", "global-default", 9'900, "ByUser", anything(anybody));
  schema("catch-all", "catch-all", 10'000, "ByUser", anything(anybody));
  return out;
}

}  // namespace akstwin
