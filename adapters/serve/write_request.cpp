// Creating, changing and deleting objects.
#include <algorithm>

#include "adapters/serve/cluster_handler.hpp"
#include "adapters/serve/managed_fields.hpp"
#include "adapters/serve/object_text.hpp"
#include "adapters/serve/object_warnings.hpp"
#include "adapters/serve/patches.hpp"
#include "adapters/serve/request_body.hpp"
#include "adapters/serve/service_allocation.hpp"
#include "adapters/serve/strict_decode.hpp"

namespace akstwin {
namespace {

std::string manager_of(const ApiRequest& request) {
  std::string manager = request.option("fieldManager");
  if (manager.empty()) manager = request.user_agent.substr(0, request.user_agent.find('/'));
  return manager.empty() ? "unknown" : manager;
}

/// Namespace and name of the body must be those of the path.
std::optional<ApiFault> fit_to_path(const ResourceKind& kind, const ResourcePath& path, Json& object) {
  Json& metadata = object["metadata"];
  if (kind.namespaced) {
    if (const std::string given = metadata.value("namespace", ""); !given.empty() && given != path.name_space)
      return bad_request("the namespace of the provided object does not match the namespace sent on the request");
    metadata["namespace"] = path.name_space;
  } else {
    metadata.erase("namespace");
  }
  if (path.name.empty()) return std::nullopt;
  if (const std::string given = metadata.value("name", ""); !given.empty() && given != path.name)
    return bad_request("the name of the object (" + given + ") does not match the name on the URL (" + path.name + ")");
  metadata["name"] = path.name;
  return std::nullopt;
}

constexpr std::string_view kModified = "the object has been modified; please apply your changes to the latest version and try again";

/// The namespace that the body of an apply names; its messages show it.
std::string given_namespace(const ApiRequest& request) {
  const auto body = read_plain_body(request);
  const Json metadata = body ? body->value("metadata", Json()) : Json();
  return metadata.is_object() && metadata.value("namespace", Json()).is_string() ? metadata["namespace"].get<std::string>() : std::string();
}

/// What other managers own. Source: apimachinery 1.32 pkg/util/managedfields/internal/conflict.go.
ApiFault apply_conflict(const std::vector<FieldConflict>& conflicts) {
  ApiFault fault{409, "Conflict", "Apply failed with " + std::to_string(conflicts.size()) + " conflict" + (conflicts.size() == 1 ? "" : "s") + ": ", Json{{"causes", Json::array()}}};
  std::map<std::string, std::string> lists;
  for (const FieldConflict& entry : conflicts) {
    lists[entry.manager] += "\n- " + entry.field;
    fault.details["causes"].push_back({{"reason", "FieldManagerConflict"}, {"message", "conflict with " + entry.manager}, {"field", entry.field}});
  }
  if (conflicts.size() == 1) {
    fault.message += "conflict with " + conflicts.front().manager + ": " + conflicts.front().field;
    return fault;
  }
  std::string text;
  for (const auto& [manager, list] : lists) text += (text.empty() ? "" : "\n") + std::string("conflicts with ") + manager + ":" + list;
  fault.message += text;
  return fault;
}

/// kubectl's own apply keeps the annotation of client-side applies up to date, where there is one.
/// Source: apimachinery 1.32 pkg/util/managedfields/internal/lastappliedupdater.go.
void follow_last_applied(const Json& applied, Json& object) {
  constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
  Json& metadata = object["metadata"];
  if (!metadata.contains("annotations") || !metadata["annotations"].contains(kLastApplied)) return;
  Json kept = applied;
  kept["metadata"].erase("managedFields");
  if (kept["metadata"].contains("annotations")) kept["metadata"]["annotations"].erase(kLastApplied);
  metadata["annotations"][kLastApplied] = kept.dump() + "\n";
}

HttpServerResponse warned(HttpServerResponse response, const std::vector<std::string>& warnings) {
  add_warnings(response, warnings);
  return response;
}

/// A definition's names are never taken by another here: it is established at once. Kinds of its own are not served (docs/reference/serve.md).
void establish(Json& definition) {
  const Json spec = definition.value("spec", Json::object());
  Json stored = Json::array(), conditions = Json::array();
  for (const Json& version : spec.value("versions", Json::array()))
    if (version.value("storage", false)) stored.push_back(version.value("name", ""));
  const Json since = definition["metadata"]["creationTimestamp"];
  conditions.push_back({{"type", "NamesAccepted"}, {"status", "True"}, {"lastTransitionTime", since}, {"reason", "NoConflicts"}, {"message", "no conflicts found"}});
  conditions.push_back({{"type", "Established"}, {"status", "True"}, {"lastTransitionTime", since}, {"reason", "InitialNamesAccepted"}, {"message", "the initial names have been accepted"}});
  definition["status"] = {{"conditions", std::move(conditions)}, {"acceptedNames", spec.value("names", Json::object())}, {"storedVersions", std::move(stored)}};
}

/// What the server writes is not the client's to change.
void keep_identity(const Json& before, Json& after) {
  for (const char* field : {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"}) {
    if (before["metadata"].contains(field)) after["metadata"][field] = before["metadata"][field];
    else after["metadata"].erase(field);
  }
  if (before.contains("status")) after["status"] = before["status"];
  else after.erase("status");
}

}  // namespace

std::optional<ApiFault> ClusterHandler::admit_namespace(const ResourcePath& path, const std::string& name) const {
  if (!row(path.kind).namespaced) return std::nullopt;
  const int kind = find_resource("", "v1", "namespaces");
  if (cluster_.store.table(kind).find(path.name_space) == nullptr) return not_found(row(kind), path.name_space);
  if (!cluster_.ending.contains(path.name_space)) return std::nullopt;
  ApiFault fault = forbidden(row(path.kind), name, "unable to create new content in namespace " + path.name_space + " because it is being terminated");
  fault.details["causes"] = Json::array({Json{{"reason", "NamespaceTerminating"}, {"message", "namespace " + path.name_space + " is being terminated"}, {"field", "metadata.namespace"}}});
  return fault;
}

HttpServerResponse ClusterHandler::commit(const ApiRequest& request, const ResourcePath& path, const Json& before, Json after, int code) {
  const std::vector<std::string> warnings = writer_.warnings(path.stored, after);
  HttpServerResponse out = carry_out(request, path, before, std::move(after), code);
  if (out.status < 300) add_warnings(out, warnings);
  return out;
}

HttpServerResponse ClusterHandler::carry_out(const ApiRequest& request, const ResourcePath& path, const Json& before, Json after, int code) {
  const ResourceKind& stored_row = row(path.stored);
  Json& metadata = after["metadata"];
  add_defaults(stored_row, after);
  if (before.is_null()) {
    // What the twin makes for a workload (ReplicaSets, pods, Jobs) names its owner by a UID that follows from its name.
    const bool owner = stored_row.backing == Backing::Workloads || stored_row.backing == Backing::Jobs;
    metadata["uid"] = uid_text(std::string(stored_row.kind) + "/" + path.name_space + "/" + metadata.value("name", "") + (owner ? "" : "/" + std::to_string(++created_) + "/" + std::to_string(cluster_.store.version())));
    metadata["creationTimestamp"] = world_.scenario().start.iso(world_.now());
    if (after.contains("spec") && stored_row.kind != "Pod" && stored_row.kind != "Node" && stored_row.kind != "Namespace" && stored_row.kind != "Service") metadata["generation"] = 1;
    if (stored_row.kind == "Namespace") {
      after["spec"] = {{"finalizers", Json::array({"kubernetes"})}};
      after["status"] = {{"phase", "Active"}};
      metadata["labels"]["kubernetes.io/metadata.name"] = metadata["name"];
    }
    if (stored_row.kind == "CustomResourceDefinition") establish(after);
    if (stored_row.kind == "PersistentVolumeClaim") after["status"] = {{"phase", "Pending"}};
  } else if (before.value("spec", Json()) != after.value("spec", Json()) && before["metadata"].contains("generation")) {
    metadata["generation"] = before["metadata"].value("generation", 0) + 1;
  }
  if (stored_row.kind == "Service") {
    if (auto fault = writer_.check(path.stored, before, after)) return status_response(*fault);   // only what is valid gets addresses
    if (const FieldProblems problems = allocate_service(cluster_.store.table(path.stored), cluster_.projection.source().state.spec->network.service_cidr, before, after, request.dry_run()); !problems.empty())
      return status_response(invalid(stored_row, metadata.value("name", ""), problems));
  }
  if (request.dry_run()) {
    if (auto fault = writer_.check(path.stored, before, after)) return status_response(*fault);
    if (before.is_null()) metadata.erase("resourceVersion");
    else metadata["resourceVersion"] = before["metadata"]["resourceVersion"];
    return shown(request, path, after, code);
  }
  if (auto fault = writer_.write(path.stored, before, after)) return status_response(*fault);
  const std::string key = ObjectStore::key_of(after);
  const bool twin_makes_it = stored_row.backing == Backing::Pods || stored_row.backing == Backing::Nodes;
  const bool was_held = !before.is_null() && !before["metadata"].value("finalizers", Json::array()).empty();
  if (was_held && metadata.contains("deletionTimestamp") && metadata.value("finalizers", Json::array()).empty()) {
    cluster_.store.erase(path.stored, key);   // nobody holds it any more
    release_dependents(before["metadata"].value("uid", ""), path.name_space, false);
    world_.refresh();
    return shown(request, path, after, 200);
  }
  if (before.is_null() && stored_row.backing == Backing::Pods) {
    // The twin makes the pod when time goes on; until then, and in its identity, it is what the client wrote.
    Json identity = metadata;
    for (const char* field : {"name", "namespace", "resourceVersion"}) identity.erase(field);
    cluster_.projection.annotate(path.stored, key, identity);
    after["status"] = {{"phase", "Pending"}};
  }
  const bool twin_has_it = !before.is_null() && (cluster_.projection.pod(key) || cluster_.projection.node(key));
  if (!twin_makes_it || !twin_has_it) cluster_.store.put(path.stored, after);
  if (before.is_null() && stored_row.kind == "Namespace") cluster_.store.put(find_resource("", "v1", "serviceaccounts"), default_account(key, metadata["creationTimestamp"].get<std::string>()));
  world_.refresh();
  Json result = cluster_.store.get(path.stored, key);
  return shown(request, path, result.is_null() ? after : result, code);
}

HttpServerResponse ClusterHandler::create(const ApiRequest& request, const ResourcePath& path) {
  RequestBody body;
  if (auto fault = read_request_body(request, row(path.kind), body)) return status_response(*fault);
  Json& object = body.object;
  if (auto fault = fit_to_path(row(path.kind), path, object)) return status_response(*fault);
  if (row(path.kind).namespaced && path.name_space.empty()) return status_response(bad_request("an empty namespace may not be set during creation"));
  if (auto fault = admit_namespace(path, object["metadata"].value("name", ""))) return status_response(*fault);
  object = stored_version(path.kind, std::move(object));
  Json& metadata = object["metadata"];
  if (metadata.value("name", "").empty()) {
    if (metadata.value("generateName", "").empty()) return status_response(invalid(row(path.kind), "", {{"metadata.name", "Required value: name or generateName is required"}}));
    metadata["name"] = metadata["generateName"].get<std::string>() + uid_text(std::to_string(created_) + request.path).substr(0, 5);
  }
  if (!metadata.value("resourceVersion", "").empty() && !request.dry_run()) return status_response({500, "", "resourceVersion should not be set on objects to be created"});
  if (cluster_.store.table(path.stored).find(ObjectStore::key_of(object)) != nullptr) return status_response(already_exists(row(path.kind), metadata["name"].get<std::string>()));
  for (const char* field : {"uid", "creationTimestamp", "managedFields", "deletionTimestamp"}) metadata.erase(field);
  if (row(path.stored).backing != Backing::Applications && row(path.stored).backing != Backing::Plain) object.erase("status");
  record_update(nullptr, object, {manager_of(request), row(path.kind).api_version(), world_.scenario().start.iso(world_.now()), false});
  for (std::string& text : pod_warnings(row(path.kind), object)) body.warnings.push_back(std::move(text));
  return warned(commit(request, path, nullptr, std::move(object), 201), body.warnings);
}

HttpServerResponse ClusterHandler::replace(const ApiRequest& request, const ResourcePath& path) {
  const Json before = cluster_.store.get(path.stored, path.key());
  RequestBody body;
  if (auto fault = read_request_body(request, row(path.kind), body)) return status_response(*fault);
  if (auto fault = fit_to_path(row(path.kind), path, body.object)) return status_response(*fault);
  Json after = stored_version(path.kind, std::move(body.object));
  const FieldWriter writer{manager_of(request), row(path.kind).api_version(), world_.scenario().start.iso(world_.now()), false};
  if (before.is_null()) {
    if (row(path.kind).backing != Backing::Leases) return status_response(not_found(row(path.kind), path.name));
    record_update(nullptr, after, writer);
    return commit(request, path, nullptr, std::move(after), 201);
  }
  const std::string version = after["metadata"].value("resourceVersion", "");
  if (!version.empty() && version != before["metadata"]["resourceVersion"])
    return status_response(conflict(row(path.kind), path.name, kModified));
  if (const std::string uid = after["metadata"].value("uid", ""); !uid.empty() && uid != before["metadata"]["uid"])
    return status_response(conflict(row(path.kind), path.name, "StorageError: invalid object, Code: 4, Key: /registry/" + std::string(row(path.kind).plural) + "/" + path.key() + ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + before["metadata"]["uid"].get<std::string>()));
  keep_identity(before, after);
  record_update(before, after, writer);
  return commit(request, path, before, std::move(after), 200);
}

std::optional<ApiFault> ClusterHandler::patched(const ApiRequest& request, const ResourcePath& path, const Json& before, Json& after, std::vector<std::string>& warnings) const {
  const std::string& type = request.content_type;
  const bool strategic = type == "application/strategic-merge-patch+json", merge = type == "application/merge-patch+json", operations = type == "application/json-patch+json";
  constexpr std::string_view kPatches = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
  if (!merge && !operations && !strategic) return ApiFault{415, "UnsupportedMediaType", "415: Unsupported Media Type", Json::object()};
  if (strategic && row(path.kind).custom) return unsupported_media(kPatches);
  const auto parsed = parse_object_text(request.body, false);
  if (!parsed) {
    const std::string why = decode_object(request.body, nullptr, true).error;
    return bad_request("error decoding patch: " + why);
  }
  if (operations && !parsed->is_array()) return bad_request("error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp");
  if (!operations && !parsed->is_object()) return bad_request("error decoding patch: json: cannot unmarshal " + std::string(parsed->type_name()) + " into Go value of type map[string]interface {}");
  if (operations) {
    auto result = json_patch(before, *parsed);
    if (!result) return ApiFault{422, "Invalid", "the server rejected our request due to an error in our request", Json::object()};
    after = std::move(*result);
  } else if (merge) {
    after = before;
    after.merge_patch(*parsed);
  } else {
    auto result = strategic_merge(before, *parsed);
    if (!result) return bad_request(result.error().message);
    after = std::move(*result);
  }
  if (!after.is_object()) return bad_request("the patch leaves no object");
  if (auto fault = read_patched(request, row(path.kind), after, warnings)) return fault;
  const std::string name = after["metadata"].value("name", ""), space = after["metadata"].value("namespace", "");
  if (name != path.name) return bad_request("the name of the object (" + name + ") does not match the name on the URL (" + path.name + ")");
  if (space != path.name_space) return bad_request("the namespace of the object (" + space + ") does not match the namespace on the URL (" + path.name_space + ")");
  return std::nullopt;
}

HttpServerResponse ClusterHandler::apply(const ApiRequest& request, const ResourcePath& path, const Json& before, const FieldWriter& writer) {
  RequestBody body;
  ApiRequest strict = request;
  strict.query["fieldValidation"] = "Strict";   // a field that is not declared cannot be owned
  if (auto fault = read_request_body(strict, row(path.kind), body, BodyUse::Part)) {
    const std::size_t unknown = fault->message.find("unknown field \"");
    if (unknown == std::string::npos) return status_response(*fault);
    const std::size_t begin = unknown + 15;
    const std::string field = fault->message.substr(begin, fault->message.find('"', begin) - begin);
    const ResourceKind& kind = row(path.kind);
    return status_response({500, "", "failed to create typed patch object (" + given_namespace(request) + "/" + path.name + "; " + (kind.group.empty() ? "/" : "") + kind.api_version() + ", Kind=" + std::string(kind.kind) +
                                         "): ." + field + ": field not declared in schema"});
  }
  Json& wanted = body.object;
  if (auto fault = fit_to_path(row(path.kind), path, wanted)) return status_response(*fault);
  if (before.is_null())
    if (auto fault = admit_namespace(path, path.name)) return status_response(*fault);
  if (wanted["metadata"].contains("managedFields")) return status_response(bad_request("metadata.managedFields must be nil"));
  const std::string version = wanted["metadata"].value("resourceVersion", "");
  if (!before.is_null() && !version.empty() && version != before["metadata"]["resourceVersion"]) return status_response(conflict(row(path.kind), path.name, kModified));
  wanted["metadata"].erase("resourceVersion");
  wanted = stored_version(path.kind, std::move(wanted));
  ApplyResult result = server_side_apply(before, wanted, writer);
  // kubectl takes over what it applied from the client's side before. Source: apimachinery 1.32 pkg/util/managedfields/internal/lastappliedmanager.go.
  const auto client_side = [](const FieldConflict& entry) { return entry.manager.starts_with("\"kubectl-client-side-apply\""); };
  if (writer.manager == "kubectl" && !result.conflicts.empty() && std::ranges::all_of(result.conflicts, client_side)) {
    FieldWriter forced = writer;
    forced.force = true;
    result = server_side_apply(before, wanted, forced);
  }
  if (!result.conflicts.empty()) return status_response(apply_conflict(result.conflicts));
  if (writer.manager == "kubectl") follow_last_applied(wanted, result.object);
  if (auto fault = read_patched(request, row(path.stored), result.object, body.warnings)) return status_response(*fault);
  if (!before.is_null()) keep_identity(before, result.object);
  return warned(commit(request, path, before, std::move(result.object), before.is_null() ? 201 : 200), body.warnings);
}

HttpServerResponse ClusterHandler::patch(const ApiRequest& request, const ResourcePath& path) {
  const Json before = cluster_.store.get(path.stored, path.key());
  FieldWriter writer{manager_of(request), row(path.kind).api_version(), world_.scenario().start.iso(world_.now()), request.flag("force")};
  if (is_yaml_type(request)) return apply(request, path, before, writer);
  if (before.is_null()) return status_response(not_found(row(path.kind), path.name));
  Json after;
  std::vector<std::string> warnings;
  if (auto fault = patched(request, path, converted(path.kind, before), after, warnings)) return status_response(*fault);
  after = path.kind == path.stored ? after : stored_version(path.kind, std::move(after));
  const std::string version = after["metadata"].value("resourceVersion", "");
  if (!version.empty() && version != before["metadata"]["resourceVersion"]) return status_response(conflict(row(path.kind), path.name, kModified));
  if (const std::string uid = after["metadata"].value("uid", ""); uid != before["metadata"]["uid"]) {
    const std::pair<std::string, std::string> problem{"metadata.uid", "Invalid value: \"" + uid + "\": field is immutable"};
    return status_response(invalid(row(path.kind), path.name, {problem, problem}));   // a genuine server checks metadata twice
  }
  keep_identity(before, after);
  record_update(before, after, writer);
  return warned(commit(request, path, before, std::move(after), 200), warnings);
}

}  // namespace akstwin
