#include "tests/serve/replay.hpp"

#include <algorithm>
#include <cctype>
#include <regex>
#include <set>

#include "adapters/serve/protobuf_body.hpp"

namespace akstwin::test {
namespace {

Json parsed(const std::string& text) {
  Json out = Json::parse(text, nullptr, false);
  return out.is_discarded() ? Json() : out;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

/// Path of the object itself: subresources are cut off; empty for collections.
std::string object_path(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    parts.push_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  if (parts.size() < 2 || (parts[0] != "api" && parts[0] != "apis")) return {};
  std::size_t head = parts[0] == "api" ? 2 : 3;
  if (parts.size() > head + 2 && parts[head] == "namespaces" && parts[head + 2] != "status" && parts[head + 2] != "finalize") head += 2;
  if (parts.size() < head + 2) return {};
  std::string out;
  for (std::size_t i = 0; i < head + 2; ++i) out += "/" + parts[i];
  return out;
}

std::string namespace_of(const std::string& path) {
  const std::size_t at = path.find("/namespaces/");
  if (at == std::string::npos) return {};
  const std::string rest = path.substr(at + 12);
  return rest.substr(0, rest.find('/'));
}

/// Names, numbers and times that no two servers share are written as signs.
std::string general(std::string text) {
  static const std::regex kUid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), kTime("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"), kNumber("\\b[0-9]{3,}\\b");
  // A message that quotes a whole object says the same with other words in it.
  const std::size_t quoted = text.find("Invalid value: \"{"), end = text.rfind("}\": ");
  if (quoted != std::string::npos && end != std::string::npos && end > quoted) text = text.substr(0, quoted) + "Invalid value: OBJECT: " + text.substr(end + 4);
  if (text.size() > 20'000) text.resize(20'000);
  static const std::regex kUsed("used: requests.cpu=[0-9]+m?"), kHealthy("needs [0-9]+ healthy pods and has [0-9]+ currently");   // other pods are there
  text = std::regex_replace(text, kUsed, "used: requests.cpu=N");
  text = std::regex_replace(text, kHealthy, "needs N healthy pods and has M currently");
  text = std::regex_replace(text, kUid, "UID");
  text = std::regex_replace(text, kTime, "TIME");
  return std::regex_replace(text, kNumber, "N");
}

std::string at_most(const std::string& text) { return text.size() > 700 ? text.substr(0, 700) + "…" : text; }

/// What is in `recorded` and not, or otherwise, in `twin`.
void compare(const Json& recorded, const Json& twin, const std::string& path, std::string& out) {
  if (recorded.is_object() && twin.is_object()) {
    for (const auto& [key, value] : recorded.items()) {
      if (value.is_null()) continue;
      if (!twin.contains(key)) out += (out.empty() ? "" : "; ") + path + "." + key + " is missing";
      else compare(value, twin[key], path + "." + key, out);
    }
    return;
  }
  if (recorded.is_string() && twin.is_string()) {
    const std::string a = general(recorded), b = general(twin);
    if (a != b) out += (out.empty() ? "" : "; ") + path + ": " + at_most(a) + " is " + at_most(b);
    return;
  }
  if (recorded.is_array() && twin.is_array() && recorded.size() == twin.size()) {
    for (std::size_t i = 0; i < recorded.size(); ++i) compare(recorded[i], twin[i], path + "[" + std::to_string(i) + "]", out);
    return;
  }
  if (recorded != twin) out += (out.empty() ? "" : "; ") + path + ": " + at_most(recorded.dump()) + " is " + at_most(twin.dump());
}

}  // namespace

Replay::Replay(const RecordedGroup& group) : exchanges_(group.exchanges) {
  for (const RecordedCommand& command : group.commands) exchanges_.insert(exchanges_.end(), command.exchanges.begin(), command.exchanges.end());
  learn();
}

/// What the recorded cluster held, as far as its answers show: whole objects first, then what lists held.
namespace {

/// What the answer shows of one object. Of those in protobuf the workloads whose pods have known names: other answers tell the rest as JSON.
Json shown_object(const Exchange& exchange) {
  const std::string text = exchange.whole_body();
  if (!has_protobuf_prefix(text)) return parsed(text);
  const auto read = read_protobuf(text);
  const std::string kind = read && read->is_object() ? read->value("kind", "") : std::string();
  return kind == "DaemonSet" || kind == "StatefulSet" ? *read : Json();
}

}  // namespace

void Replay::learn() {
  std::set<std::string> nodes;
  for (const Exchange& exchange : exchanges_) {
    const Json body = shown_object(exchange);
    const std::string path = object_path(exchange.path());
    if (path.find("/nodes/aks-") != std::string::npos) nodes.insert(path.substr(path.rfind('/') + 1));
    if (!body.is_object() || !body.contains("metadata") || !body["metadata"].contains("name")) continue;
    const std::string kind = body.value("kind", "");
    if (kind == "Status" || kind == "Table" || kind == "Scale" || kind == "Eviction" || kind == "PartialObjectMetadata") continue;
    if (!path.empty()) known_.emplace(path, body);
  }
  for (const Exchange& exchange : exchanges_) {
    const Json body = parsed(exchange.whole_body());
    const std::string kind = body.is_object() ? body.value("kind", "") : "";
    if (!kind.ends_with("List") || !body.contains("items") || !body["items"].is_array() || exchange.response.status != 200 || exchange.request.method != "GET") continue;
    for (Json item : body["items"]) {
      if (!item.is_object() || !item.contains("metadata") || !item["metadata"].contains("name") || !item["metadata"].contains("uid")) continue;
      if (kind == "NodeList" || kind == "PartialObjectMetadataList") continue;
      item["kind"] = kind.substr(0, kind.size() - 4);
      item["apiVersion"] = body.value("apiVersion", "v1");
      const std::string path = exchange.path(), space = item["metadata"].value("namespace", "");
      const std::size_t tail = path.rfind('/');
      const std::string folder = namespace_of(path).empty() && !space.empty() ? path.substr(0, tail) + "/namespaces/" + space + path.substr(tail) : path;
      listed_.emplace(folder + "/" + item["metadata"]["name"].get<std::string>(), std::move(item));
    }
  }
  const Json shop_nodes = desk_.get("/api/v1/nodes").json["items"];
  std::size_t next = 0;
  for (const std::string& node : nodes)
    if (next < shop_nodes.size()) names_[node] = shop_nodes[next++]["metadata"]["name"];
}

std::string Replay::translated(std::string text) const {
  for (const auto& [recorded, twin] : names_) text = replaced(std::move(text), recorded, twin);
  for (const auto& [recorded, twin] : uids_) text = replaced(std::move(text), recorded, twin);
  return text;
}

/// The twin's tag for a recorded one. One that an earlier group was given stands for what the twin says now.
std::string Replay::own_tag(const Exchange& exchange, const std::string& recorded) {
  if (const auto found = tags_.find(recorded); found != tags_.end()) return found->second;
  if (exchange.response.status != 304) return recorded;
  HttpHeaders accept;
  for (const auto& [name, value] : exchange.request.headers)
    if (name == "Accept") accept.emplace_back(name, value);
  return std::string(find_header(desk_.ask("GET", exchange.path(), nullptr, accept).headers, "Etag"));
}

/// The hash of a schema is the twin's own, unless the recording asked with a wrong one.
std::string Replay::own_hash(const Exchange& exchange, std::string target) {
  const std::size_t at = target.find("hash=");
  if (at == std::string::npos || !exchange.path().starts_with("/openapi/v3/") || exchange.response.status != 200) return target;
  const Json index = desk_.get("/openapi/v3").json;
  const std::string document = exchange.path().substr(12);
  if (!index.is_object() || !index["paths"].contains(document)) return target;
  return index["paths"][document]["serverRelativeURL"];
}

std::string Replay::target_of(const Exchange& exchange) const {
  std::string target = translated(exchange.request.target);
  for (const auto& [recorded, twin] : pages_) {
    const std::size_t token = target.find("continue=");
    if (token != std::string::npos && percent_decoded(target.substr(token + 9, std::min(target.find('&', token), target.size()) - token - 9), true).value_or("") == recorded)
      target.replace(token + 9, std::min(target.find('&', token), target.size()) - token - 9, twin);
  }
  const std::size_t at = target.find("resourceVersion=");
  if (at == std::string::npos || (target[at - 1] != '?' && target[at - 1] != '&')) return target;
  const std::size_t end = std::min(target.find('&', at), target.size());
  const std::string value = target.substr(at + 16, end - at - 16);
  if (value.empty() || value.size() > 6 || value == "0" || value == "1" || !std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) return target;
  const auto next = versions_.upper_bound(std::stoull(value));
  if (next == versions_.begin()) return target.substr(0, at + 16) + "1" + target.substr(end);   // older than anything here
  return target.substr(0, at + 16) + std::prev(next)->second + target.substr(end);
}

void Replay::remember(const Json& recorded, const Json& twin) {
  if (!recorded.is_object() || !twin.is_object() || !recorded.contains("metadata") || !twin.contains("metadata")) return;
  const Json &a = recorded["metadata"], &b = twin["metadata"];
  const std::string uid = a.value("uid", ""), version = a.value("resourceVersion", "");
  if (!uid.empty() && b.contains("uid")) uids_[uid] = b["uid"];
  if (!version.empty() && version.size() < 10 && b.contains("resourceVersion")) versions_[std::stoull(version)] = b["resourceVersion"];
}

bool Replay::exists(const std::string& path) { return desk_.get(translated(path)).status == 200; }

void Replay::make(const std::string& path, Json object) {
  const Json recorded = object;
  object.erase("status");
  for (const char* field : {"uid", "resourceVersion", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "ownerReferences"}) object["metadata"].erase(field);
  if (object.value("kind", "") == "Pod" && object.contains("spec")) object["spec"].erase("nodeName");
  // Who made it decides later who owns what.
  std::string manager = "setup";
  for (const Json& entry : recorded["metadata"].value("managedFields", Json::array()))
    if (!entry.contains("subresource")) manager = entry.value("manager", "setup");
  const std::string collection = translated(path.substr(0, path.rfind('/')));
  const Answer made = desk_.ask("POST", collection + "?fieldManager=" + manager, translated(object.dump()));
  if (made.status == 201) remember(recorded, made.json);
  else unlike_.push_back({path, "cannot be made: " + at_most(made.text)});
}

void Replay::begin_namespace(const std::string& name) {
  const std::string path = "/api/v1/namespaces/" + name;
  if (name.empty() || exists(path)) return;
  const auto known = known_.find(path);
  Json object{{"metadata", {{"name", name}}}};
  if (known != known_.end()) object["metadata"]["labels"] = known->second["metadata"].value("labels", Json::object());
  desk_.ask("POST", "/api/v1/namespaces", object);
}

/// The PriorityClasses that pods name; their values stand in the pods.
void Replay::begin_priorities() {
  std::set<std::string> made;
  const auto make_class = [&](const Json& pod) {
    const std::string name = pod.is_object() ? pod.value("priorityClassName", "") : "";
    if (name.empty() || name.starts_with("system-") || !made.insert(name).second) return;
    desk_.ask("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", Json{{"metadata", {{"name", name}}}, {"value", pod.value("priority", 100'000)}});
  };
  for (const auto* objects : {&known_, &listed_})
    for (const auto& [path, object] : *objects) {
      const Json spec = object.value("spec", Json());
      if (!spec.is_object()) continue;
      make_class(spec);
      if (spec.contains("template") && spec["template"].is_object()) make_class(spec["template"].value("spec", Json()));
    }
}

/// Who may what in the recorded cluster, which its answers tell: members of `dev` read the namespace orders.
void Replay::begin_access() {
  begin_namespace("orders");
  desk_.ask("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/orders/rolebindings",
            Json{{"metadata", {{"name", "dev-view"}}}, {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "view"}}},
                 {"subjects", Json::array({Json{{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Group"}, {"name", "dev"}}})}});
  // Where flow control was recorded bob might read everything.
  if (std::ranges::any_of(exchanges_, [](const Exchange& exchange) { return exchange.id.starts_with("apf."); }))
    desk_.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
              Json{{"metadata", {{"name", "bob-view"}}}, {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "view"}}},
                   {"subjects", Json::array({Json{{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "User"}, {"name", "bob"}}})}});
}

/// When the recording of this group began: the Date of its first answer, as timestamps are written.
std::string Replay::first_answer() const {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (const Exchange& exchange : exchanges_) {
    const std::string date(exchange.response.header("Date"));   // Sat, 21 Nov 2026 14:17:13 GMT
    if (date.size() < 29) continue;
    const std::string month = std::to_string(kMonths.find(date.substr(8, 3)) / 3 + 101).substr(1);
    return date.substr(12, 4) + "-" + month + "-" + date.substr(5, 2) + "T" + date.substr(17, 8) + "Z";
  }
  return "9999";
}

/// A budget that no answer shows is as the refusal of an eviction tells it.
void Replay::begin_refusing_budget(const Exchange& exchange) {
  static const std::regex kRefusal("The disruption budget ([^ ]+) needs ([0-9]+) healthy pods");
  std::smatch match;
  const std::string text = exchange.whole_body();
  if (exchange.response.status != 429 || !std::regex_search(text, match, kRefusal)) return;
  const std::string space = namespace_of(exchange.path()), name = match[1].str(), folder = "/apis/policy/v1/namespaces/" + space + "/poddisruptionbudgets";
  if (known_.contains(folder + "/" + name) || exists(folder + "/" + name)) return;
  begin_namespace(space);
  desk_.ask("POST", folder, Json{{"metadata", {{"name", name}}}, {"spec", {{"minAvailable", std::stoi(match[2].str())}, {"selector", {{"matchLabels", {{"app", name}}}}}}}});
}

/// A quota that a refusal names, with the limits that the recorded table of quotas shows.
void Replay::begin_quota(const Exchange& exchange) {
  static const std::regex kRefusal("(?:exceeded|failed) quota: ([^,: ]+)");
  std::smatch match;
  const std::string text = exchange.whole_body();
  if (exchange.response.status != 403 || !std::regex_search(text, match, kRefusal)) return;
  const std::string space = namespace_of(exchange.path()), folder = "/api/v1/namespaces/" + space + "/resourcequotas";
  begin_namespace(space);
  if (!exists(folder + "/" + match[1].str()))
    desk_.ask("POST", folder, Json{{"metadata", {{"name", match[1].str()}}}, {"spec", {{"hard", {{"requests.cpu", "20"}, {"requests.memory", "40Gi"}, {"pods", "60"}}}}}});
}

/// Budgets that refuse or allow what the recorded answer to an eviction says: pods and budgets were changed by hand between the exchanges.
void Replay::follow_eviction(const Exchange& exchange) {
  static const std::regex kRefusal("The disruption budget ([^ ]+) (?:needs [0-9]+ healthy pods|is still being processed)");
  if (!exchange.path().ends_with("/eviction") || exchange.request.method != "POST") return;
  const std::string folder = "/apis/policy/v1/namespaces/" + namespace_of(exchange.path()) + "/poddisruptionbudgets";
  const auto set = [&](const std::string& name, int least) {
    desk_.ask("PATCH", folder + "/" + name, Json{{"spec", {{"minAvailable", least}, {"maxUnavailable", nullptr}}}}.dump(), {{"Content-Type", "application/merge-patch+json"}});
  };
  const std::string recorded = exchange.whole_body();
  std::smatch match;
  if (exchange.response.status == 429 && std::regex_search(recorded, match, kRefusal) && exists(folder + "/" + match[1].str())) set(match[1].str(), 1'000);
  if (exchange.response.status == 500) {
    Json twin = desk_.get(folder).json["items"][0];
    if (!twin.is_object()) return;
    desk_.ask("POST", folder, Json{{"metadata", {{"name", "second"}}}, {"spec", {{"minAvailable", 0}, {"selector", twin["spec"]["selector"]}}}});
  } else if (exists(folder + "/second")) {
    desk_.ask("DELETE", folder + "/second");
  }
  if (exchange.response.status != 201) return;
  const std::string refusal = desk_.ask("POST", translated(exchange.path()) + "?dryRun=All", exchange.request.body).text;
  if (std::regex_search(refusal, match, kRefusal)) set(match[1].str(), 0);
}

/// A priority level that lets nothing of bob's through, for as long as the recorded one did.
void Replay::set_flow(const Exchange& exchange) {
  const bool refused = exchange.response.status == 429 && exchange.response.header("Content-Type").starts_with("text/plain");
  if (refused == jailed_) return;
  jailed_ = refused;
  const std::string group = "/apis/flowcontrol.apiserver.k8s.io/v1", level = group + "/prioritylevelconfigurations";
  if (!refused) return desk_.ask("DELETE", level + "/jail"), void();
  desk_.ask("POST", level, {{"metadata", {{"name", "jail"}}}, {"spec", {{"type", "Limited"}, {"limited", {{"nominalConcurrencyShares", 0}, {"limitResponse", {{"type", "Reject"}}}}}}}});
  const Json everything{{"verbs", {"*"}}, {"apiGroups", {"*"}}, {"resources", {"*"}}, {"namespaces", {"*"}}, {"clusterScope", true}}, paths{{"verbs", {"*"}}, {"nonResourceURLs", {"*"}}};
  const Json bob = Json::array({Json{{"kind", "User"}, {"user", {{"name", "bob"}}}}});
  const Json rules = Json::array({Json{{"subjects", bob}, {"resourceRules", Json::array({everything})}, {"nonResourceRules", Json::array({paths})}}});
  desk_.ask("POST", group + "/flowschemas", {{"metadata", {{"name", "jail"}}}, {"spec", {{"priorityLevelConfiguration", {{"name", "jail"}}}, {"matchingPrecedence", 50}, {"rules", rules}}}});
}

/// Pods of a StatefulSet have the same names in the twin: "orders-db-0" is made by making orders-db.
bool Replay::begin_stateful_set(const std::string& pod) {
  const std::size_t dash = pod.rfind('-');
  if (dash == std::string::npos || dash + 1 == pod.size() || !std::ranges::all_of(pod.substr(dash + 1), [](char c) { return c >= '0' && c <= '9'; })) return false;
  const std::string name = pod.substr(pod.rfind('/') + 1, dash - pod.rfind('/') - 1), path = "/apis/apps/v1/namespaces/" + namespace_of(pod) + "/statefulsets/" + name;
  const auto known = known_.find(path), listed = listed_.find(path);
  if (known == known_.end() && listed == listed_.end()) return false;
  begin_namespace(namespace_of(pod));
  if (!exists(path)) make(path, known != known_.end() ? known->second : listed->second);
  return true;
}

/// Pods and budgets that the recorded cluster had from the start are there, and run.
void Replay::begin() {
  begin_priorities();
  begin_access();
  const std::string begun = first_answer();
  std::set<std::string> touched;
  for (const Exchange& exchange : exchanges_) {
    const std::string path = object_path(exchange.path());
    if (exchange.request.method == "POST" && exchange.response.status == 201) {
      const Json body = parsed(exchange.request.body);
      if (body.is_object() && body.contains("metadata")) touched.insert(exchange.path() + "/" + body["metadata"].value("name", ""));
    }
    begin_quota(exchange);
    if (path.empty() || !touched.insert(path).second || exchange.response.status == 404 || exchange.response.status == 0) continue;
    begin_refusing_budget(exchange);
    const bool pod = path.find("/pods/") != std::string::npos, budget = path.find("/poddisruptionbudgets/") != std::string::npos;
    if (!pod && !budget) continue;
    if (pod && begin_stateful_set(path)) continue;
    auto known = known_.find(path);
    if (known == known_.end() && pod) {
      // Never shown: like another pod of its namespace.
      const std::string folder = path.substr(0, path.rfind('/') + 1);
      const auto like = std::ranges::find_if(known_, [&](const auto& entry) { return entry.first.starts_with(folder); });
      if (like == known_.end()) continue;
      Json object = like->second;
      object["metadata"]["name"] = path.substr(folder.size());
      known = known_.emplace(path, std::move(object)).first;
    }
    if (known == known_.end()) continue;
    if (known->second["metadata"].value("creationTimestamp", "") > begun) continue;   // made while the recording went on: when it is asked for
    begin_namespace(namespace_of(path));
    if (!exists(path)) make(path, known->second);
  }
  desk_.run(Duration{120'000'000});
}

/// What the exchange needs to be there.
void Replay::seed(const Exchange& exchange) {
  const std::string path = object_path(exchange.path()), space = namespace_of(exchange.path());
  const int status = exchange.response.status;
  const Json answer = parsed(exchange.whole_body());
  const bool no_space = status == 404 && answer.is_object() && answer.value("message", "").starts_with("namespaces \"" + space + "\"");
  if (!no_space && space != "nowhere" && status != 0 && (status != 404 || path != "/api/v1/namespaces/" + space)) begin_namespace(space);
  if (path.empty()) {
    seed_list(exchange, answer);
    Json body = parsed(exchange.request.body);
    if (exchange.request.method == "POST" && status == 409 && body.is_object() && !exists(exchange.path() + "/" + body["metadata"].value("name", "")))
      desk_.ask("POST", translated(exchange.path()), translated(body.dump()));
    return;
  }
  if (status == 404 || status == 0 || path.find("/nodes/") != std::string::npos) return;
  if (status == 201 && exchange.request.method != "POST") return;   // made by applying it
  if (path.find("/serviceaccounts/") != std::string::npos && !exists(path))   // a name says all of it
    desk_.ask("POST", path.substr(0, path.rfind('/')), Json{{"metadata", {{"name", path.substr(path.rfind('/') + 1)}}}});
  const auto known = known_.find(path), listed = listed_.find(path);
  if (path.find("/poddisruptionbudgets/") != std::string::npos && exchange.request.method == "GET") return follow_budget(path, answer);
  const Json* object = known != known_.end() ? &known->second : listed != listed_.end() ? &listed->second : nullptr;
  if (object == nullptr || exists(path)) return;
  make(path, *object);
  if (path.find("/pods/") != std::string::npos) desk_.run(Duration{20'000'000});   // until it runs
}

/// What the recording changed on a budget between its exchanges shows in the next answer.
void Replay::follow_budget(const std::string& path, const Json& recorded) {
  const Json now = desk_.get(path).json;
  if (!recorded.is_object() || !recorded.contains("spec")) return;
  if (!now.is_object() || !now.contains("spec")) return make(path, recorded);
  if (now["spec"] != recorded["spec"]) desk_.ask("PATCH", path, Json{{"spec", recorded["spec"]}}.dump(), {{"Content-Type", "application/merge-patch+json"}});
}

/// A list of configuration shows the objects that the recorded one showed; workloads and their pods are the twin's own.
void Replay::seed_list(const Exchange& exchange, const Json& answer) {
  const bool list = exchange.request.method == "GET" && exchange.response.status == 200 && answer.is_object() && answer.value("kind", "").ends_with("List");
  if (!list || answer.value("kind", "") != "ConfigMapList") return;
  for (const Json& item : answer["items"]) {
    const std::string path = "/api/v1/namespaces/" + item["metadata"].value("namespace", "") + "/configmaps/" + item["metadata"].value("name", "");
    const auto known = listed_.find(path);
    if (known == listed_.end() || exists(path)) continue;
    begin_namespace(namespace_of(path));
    make(path, known->second);
  }
}

/// The recorded cluster had no metrics, so that its autoscalers never acted; those of the twin, which has metrics, are told not to.
void Replay::still_autoscaler(const Exchange& exchange, const Answer& answer) {
  if (exchange.request.method != "POST" || !exchange.path().ends_with("/horizontalpodautoscalers") || answer.status != 201) return;
  const Json& metadata = answer.json["metadata"];
  const Json never{{"selectPolicy", "Disabled"}};
  desk_.ask("PATCH", "/apis/autoscaling/v2/namespaces/" + metadata["namespace"].get<std::string>() + "/horizontalpodautoscalers/" + metadata["name"].get<std::string>(),
            Json{{"spec", {{"behavior", {{"scaleUp", never}, {"scaleDown", never}}}}}}.dump(), {{"Content-Type", "application/merge-patch+json"}});
}

void Replay::ask(const Exchange& exchange, bool follows) {
  if (!follows) seed(exchange);
  set_flow(exchange);
  follow_eviction(exchange);
  if (exchange.response.status == 410) desk_.ask("POST", "/twin/compact");
  HttpHeaders headers;
  for (const auto& [name, value] : exchange.request.headers)
    if (name == "Accept" || name == "Content-Type" || name == "If-None-Match" || name == "User-Agent" || name.starts_with("Impersonate-")) headers.emplace_back(name, value);
  for (auto& [name, value] : headers)
    if (name == "If-None-Match") value = own_tag(exchange, value);
  // The schemas' index has a time there and a tag here: clients send back what they were given.
  if (exchange.path() == "/openapi/v3" && exchange.response.status == 304) headers.emplace_back("If-None-Match", own_tag(exchange, {}));
  const std::string& user = exchange.user;
  if (user.starts_with("no client certificate")) headers.emplace_back("Authorization", "none");
  if (user.starts_with("bearer token")) headers.emplace_back("Authorization", "Bearer of nothing");
  if (user.starts_with("system:serviceaccount:")) headers.emplace_back("Impersonate-User", user.substr(0, user.find(' ')));
  if (user.starts_with("bob") || user.starts_with("alice")) {
    headers.emplace_back("Impersonate-User", user.substr(0, user.find(',')));
    headers.emplace_back("Impersonate-Group", user.starts_with("bob") ? "ci" : "dev");
  }
  const bool binary = exchange.request.body.starts_with("k8s");
  Json body = parsed(exchange.request.body);
  std::string text = binary ? exchange.request.body : translated(exchange.request.body);
  // Versions that an object carries are those of the twin; what was accepted named the newest one.
  if (body.is_object() && body.contains("metadata") && body["metadata"].is_object() && body["metadata"].contains("resourceVersion") && body["metadata"]["resourceVersion"].is_string()) {
    const std::string version = body["metadata"]["resourceVersion"];
    auto found = versions_.find(std::strtoull(version.c_str(), nullptr, 10));
    if (exchange.response.status < 300 && !version.empty()) {
      const Json now = desk_.get(translated(object_path(exchange.path()))).json;
      if (now.is_object() && now.contains("metadata")) found = versions_.insert_or_assign(std::strtoull(version.c_str(), nullptr, 10), now["metadata"].value("resourceVersion", "")).first;
    }
    if (found != versions_.end())
      text = replaced(text, "\"resourceVersion\":\"" + version + "\"", "\"resourceVersion\":\"" + found->second + "\""), text = replaced(text, "\"resourceVersion\": \"" + version + "\"", "\"resourceVersion\": \"" + found->second + "\"");
  }
  // A JSON patch may carry one, too.
  if (body.is_array())
    for (const Json& step : body)
      if (step.is_object() && step.value("path", "") == "/metadata/resourceVersion" && step.value("value", Json()).is_string()) {
        const std::string version = step["value"];
        if (const auto found = versions_.find(std::strtoull(version.c_str(), nullptr, 10)); found != versions_.end()) text = replaced(text, "\"" + version + "\"", "\"" + found->second + "\"");
      }
  const Answer answer = desk_.ask(exchange.request.method, own_hash(exchange, target_of(exchange)), exchange.request.body.empty() && exchange.request.method == "GET" ? Json() : Json(text), headers);
  const Json recorded = parsed(exchange.whole_body());
  still_autoscaler(exchange, answer);
  remember(recorded, answer.json);
  const std::string tag(exchange.response.header("Etag")), own(find_header(answer.headers, "Etag"));
  if (!tag.empty() && !own.empty()) tags_[tag] = own;
  if (recorded.is_object() && answer.json.is_object() && recorded.contains("metadata") && answer.json.contains("metadata") && recorded["metadata"].contains("continue") && answer.json["metadata"].contains("continue"))
    pages_[recorded["metadata"]["continue"]] = answer.json["metadata"]["continue"];
  if (std::string what = difference(exchange, answer); what.empty()) ++alike_;
  else unlike_.push_back({exchange.id, std::move(what)});
}

std::string Replay::object_difference(const Json& recorded, const Json& twin) const {
  std::string out;
  const std::string kind = recorded.value("kind", "");
  for (const char* field : {"kind", "apiVersion"})
    if (recorded.value(field, "") != twin.value(field, "")) out += std::string(field) + ": " + recorded.value(field, "") + " is " + twin.value(field, "");
  if (kind == "Status") {
    for (const char* field : {"status", "reason", "message", "code"}) compare(recorded.value(field, Json()), twin.value(field, Json()), field, out);
    compare(recorded.value("details", Json()), twin.value("details", Json()), "details", out);
    return out;
  }
  if (kind == "Table") {
    Json a = Json::array(), b = Json::array();
    for (const Json& column : recorded.value("columnDefinitions", Json::array())) a.push_back({column["name"], column["type"], column["priority"]});
    for (const Json& column : twin.value("columnDefinitions", Json::array())) b.push_back({column["name"], column["type"], column["priority"]});
    compare(a, b, "columns", out);
    return out;
  }
  if (kind.ends_with("List") || !recorded.contains("metadata") || !twin.contains("metadata")) return out;
  const Json &a = recorded["metadata"], &b = twin["metadata"];
  if (!a.contains("generateName")) compare(a.value("name", Json()), b.value("name", Json()), "name", out);
  for (const char* field : {"generateName", "namespace", "finalizers", "deletionGracePeriodSeconds"}) compare(a.value(field, Json()), b.value(field, Json()), field, out);
  if (kind != "Node") compare(a.value("labels", Json()), b.value("labels", Json()), "labels", out);   // machines of other pools have other labels
  for (const char* field : {"uid", "resourceVersion", "creationTimestamp", "deletionTimestamp"})
    if (kind != "PodMetrics" && a.value(field, Json()).is_null() != b.value(field, Json()).is_null()) out += (out.empty() ? "" : "; ") + std::string(field) + (b.contains(field) ? " is there" : " is missing");
  for (const char* field : {"data", "immutable", "value", "type", "rules", "roleRef", "subjects"})
    if (recorded.contains(field) && kind != "Secret") compare(recorded[field], twin.value(field, Json()), field, out);
  if (recorded.contains("spec") && kind != "Pod" && kind != "Node" && kind != "Service") compare(recorded["spec"], twin.value("spec", Json::object()), "spec", out);
  return out;
}

std::string Replay::difference(const Exchange& exchange, const Answer& answer) const {
  if (exchange.response.status != answer.status) return "status " + std::to_string(exchange.response.status) + " is " + std::to_string(answer.status) + " " + at_most(answer.text);
  std::multiset<std::string> recorded_warnings, warnings;
  for (const auto& [name, value] : exchange.response.headers)
    if (name == "Warning") recorded_warnings.insert(value);
  for (const auto& [name, value] : answer.headers)
    if (name == "Warning") warnings.insert(value);
  if (recorded_warnings != warnings) return "Warning: " + (recorded_warnings.empty() ? "" : *recorded_warnings.begin()) + " is " + (warnings.empty() ? "" : *warnings.begin());
  if (exchange.response.header("Retry-After") != find_header(answer.headers, "Retry-After")) return "Retry-After: " + std::string(exchange.response.header("Retry-After")) + " is " + std::string(find_header(answer.headers, "Retry-After"));
  const bool judged = !exchange.response.header("X-Kubernetes-Pf-Flowschema-Uid").empty();
  if (judged != !find_header(answer.headers, "X-Kubernetes-Pf-Flowschema-Uid").empty()) return std::string("X-Kubernetes-Pf-Flowschema-Uid ") + (judged ? "is missing" : "is there");
  const std::string body = exchange.whole_body();
  const bool binary = body.starts_with("k8s") || exchange.response.header("Content-Type").starts_with("application/vnd.kubernetes.protobuf");   // also one that was left out
  if (answer.streamed || binary || exchange.path().starts_with("/openapi")) return {};
  std::string text = body;
  for (const auto& [recorded, twin] : names_) text = replaced(std::move(text), recorded, twin);
  const Json recorded = parsed(text);
  if (!recorded.is_object()) return body == answer.text || body.size() > 200 ? std::string() : "text: " + body + " is " + at_most(answer.text);
  if (!answer.json.is_object()) return "no object: " + at_most(answer.text);
  return object_difference(recorded, answer.json);
}

void Replay::run(const std::vector<std::string>& skipped) {
  begin();
  std::string ending;   // the object that the last exchange ended
  for (const Exchange& exchange : exchanges_) {
    const bool left_out = std::ranges::any_of(skipped, [&](const std::string& id) { return id.ends_with('*') ? exchange.id.starts_with(id.substr(0, id.size() - 1)) : exchange.id == id; });
    // In group 11 a proxy answered protobuf bodies itself; the twin reads them.
    const bool by_proxy = exchange.response.status == 415 && exchange.request.body.starts_with("k8s");
    if (left_out || by_proxy || exchange.response.status == 0) continue;
    // A namespace that ends does so within seconds: what is asked of it follows at once.
    // So is what is asked of an object that was just deleted or evicted.
    const std::string object = object_path(exchange.path());
    const bool follows = !object.empty() && object == ending;
    if (!exchange.path().starts_with("/api/v1/namespaces/end-") && !follows) desk_.run(Duration{2'000'000});
    ask(exchange, follows);
    const bool ends = exchange.request.method == "DELETE" || exchange.path().ends_with("/eviction");
    if (ends) ending = object;
    else if (!follows) ending.clear();
  }
}

std::string Replay::report() const {
  std::string out = std::to_string(alike_) + " alike, " + std::to_string(unlike_.size()) + " unlike\n";
  for (const Unlike& entry : unlike_) out += "  " + entry.id + ": " + entry.what + "\n";
  return out;
}

}  // namespace akstwin::test
