// Creating, changing and deleting objects.
#include <algorithm>

#include "adapters/serve/cluster_handler.hpp"
#include "adapters/serve/managed_fields.hpp"
#include "adapters/serve/object_text.hpp"
#include "adapters/serve/patches.hpp"

namespace akstwin {
namespace {

constexpr std::string_view kAccepted = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

bool is_yaml(const ApiRequest& request) { return request.content_type == "application/yaml" || request.content_type == "application/apply-patch+yaml"; }

/// The body as an object with metadata; a fault for anything else.
std::optional<ApiFault> read_body(const ApiRequest& request, Json& out) {
  if (!request.content_type.empty() && request.content_type != "application/json" && !is_yaml(request)) return unsupported_media(kAccepted);
  auto body = parse_object_text(request.body, is_yaml(request));
  if (!body) return bad_request("the object provided is unrecognized (must be of type " + std::string(is_yaml(request) ? "YAML" : "JSON") + "): couldn't get version/kind; json parse error");
  if (!body->is_object()) return bad_request("the object provided is unrecognized: no object");
  if (!body->contains("metadata") || (*body)["metadata"].is_null()) (*body)["metadata"] = Json::object();
  if (!(*body)["metadata"].is_object()) return bad_request("metadata is no object");
  for (const char* field : {"name", "namespace", "generateName", "resourceVersion", "uid"})
    if ((*body)["metadata"].contains(field) && !(*body)["metadata"][field].is_string()) return bad_request(std::string("metadata.") + field + " is no string");
  out = std::move(*body);
  return std::nullopt;
}

std::string manager_of(const ApiRequest& request) {
  std::string manager = request.option("fieldManager");
  if (manager.empty()) manager = request.user_agent.substr(0, request.user_agent.find('/'));
  return manager.empty() ? "unknown" : manager;
}

/// Kind, version, namespace and name of the body must be those of the path.
std::optional<ApiFault> fit_to_path(const ResourceKind& kind, const ResourcePath& path, Json& object) {
  const std::string given = object.value("kind", std::string(kind.kind)), version = object.value("apiVersion", kind.api_version());
  if (given != kind.kind || version != kind.api_version())
    return bad_request(std::string(kind.kind) + " in version \"" + std::string(kind.version) + "\" cannot be handled as a " + std::string(kind.kind) + ": the object is a " + given + " of " + version);
  object["kind"] = kind.kind;
  object["apiVersion"] = kind.api_version();
  Json& metadata = object["metadata"];
  if (kind.namespaced) {
    if (metadata.value("namespace", path.name_space) != path.name_space)
      return bad_request("the namespace of the provided object does not match the namespace sent on the request");
    metadata["namespace"] = path.name_space;
  } else {
    metadata.erase("namespace");
  }
  if (path.name.empty()) return std::nullopt;
  if (metadata.value("name", path.name) != path.name)
    return bad_request("the name of the object (" + metadata.value("name", "") + ") does not match the name on the URL (" + path.name + ")");
  metadata["name"] = path.name;
  return std::nullopt;
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

std::optional<ApiFault> ClusterHandler::admit_namespace(const ResourcePath& path) const {
  if (!row(path.kind).namespaced) return std::nullopt;
  const int kind = find_resource("", "v1", "namespaces");
  if (cluster_.store.table(kind).find(path.name_space) == nullptr) return not_found(row(kind), path.name_space);
  return std::nullopt;
}

/// The last step of every write: the twin carries it out, the store keeps it, the client sees the result.
HttpServerResponse ClusterHandler::commit(const ApiRequest& request, const ResourcePath& path, const Json& before, Json after, int code) {
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
    if (stored_row.kind == "PersistentVolumeClaim") after["status"] = {{"phase", "Pending"}};
  } else if (before.value("spec", Json()) != after.value("spec", Json()) && before["metadata"].contains("generation")) {
    metadata["generation"] = before["metadata"].value("generation", 0) + 1;
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
  if (!before.is_null() && metadata.contains("deletionTimestamp") && metadata.value("finalizers", Json::array()).empty()) {
    cluster_.store.erase(path.stored, key);   // nobody holds it any more
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
  world_.refresh();
  Json result = cluster_.store.get(path.stored, key);
  return shown(request, path, result.is_null() ? after : result, code);
}

HttpServerResponse ClusterHandler::create(const ApiRequest& request, const ResourcePath& path) {
  Json object;
  if (auto fault = read_body(request, object)) return status_response(*fault);
  if (auto fault = fit_to_path(row(path.kind), path, object)) return status_response(*fault);
  if (row(path.kind).namespaced && path.name_space.empty()) return status_response(bad_request("an empty namespace may not be set during creation"));
  if (auto fault = admit_namespace(path)) return status_response(*fault);
  object = stored_version(path.kind, std::move(object));
  Json& metadata = object["metadata"];
  if (metadata.value("name", "").empty()) {
    if (metadata.value("generateName", "").empty()) return status_response(invalid(row(path.kind), "", {{"metadata.name", "Required value: name or generateName is required"}}));
    metadata["name"] = metadata["generateName"].get<std::string>() + uid_text(std::to_string(created_) + request.path).substr(0, 5);
  }
  if (!metadata.value("resourceVersion", "").empty()) return status_response({500, "", "resourceVersion should not be set on objects to be created"});
  if (cluster_.store.table(path.stored).find(ObjectStore::key_of(object)) != nullptr) return status_response(already_exists(row(path.kind), metadata["name"].get<std::string>()));
  for (const char* field : {"uid", "creationTimestamp", "managedFields", "deletionTimestamp"}) metadata.erase(field);
  if (row(path.stored).backing != Backing::Applications && row(path.stored).backing != Backing::Plain) object.erase("status");
  record_update(nullptr, object, {manager_of(request), row(path.kind).api_version(), world_.scenario().start.iso(world_.now()), false});
  return commit(request, path, nullptr, std::move(object), 201);
}

HttpServerResponse ClusterHandler::replace(const ApiRequest& request, const ResourcePath& path) {
  const Json before = cluster_.store.get(path.stored, path.key());
  Json after;
  if (auto fault = read_body(request, after)) return status_response(*fault);
  if (auto fault = fit_to_path(row(path.kind), path, after)) return status_response(*fault);
  after = stored_version(path.kind, std::move(after));
  const FieldWriter writer{manager_of(request), row(path.kind).api_version(), world_.scenario().start.iso(world_.now()), false};
  if (before.is_null()) {
    if (row(path.kind).backing != Backing::Leases) return status_response(not_found(row(path.kind), path.name));
    record_update(nullptr, after, writer);
    return commit(request, path, nullptr, std::move(after), 201);
  }
  const std::string version = after["metadata"].value("resourceVersion", "");
  if (!version.empty() && version != before["metadata"]["resourceVersion"])
    return status_response(conflict(row(path.kind), path.name, "the object has been modified; please apply your changes to the latest version and try again"));
  if (const std::string uid = after["metadata"].value("uid", ""); !uid.empty() && uid != before["metadata"]["uid"])
    return status_response(conflict(row(path.kind), path.name, "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + before["metadata"]["uid"].get<std::string>()));
  keep_identity(before, after);
  record_update(before, after, writer);
  return commit(request, path, before, std::move(after), 200);
}

std::optional<ApiFault> ClusterHandler::patched(const ApiRequest& request, const ResourcePath& path, const Json& before, Json& after) const {
  const std::string& type = request.content_type;
  const bool strategic = type == "application/strategic-merge-patch+json", merge = type == "application/merge-patch+json", operations = type == "application/json-patch+json";
  constexpr std::string_view kPatches = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
  if (!merge && !operations && (!strategic || row(path.kind).custom))
    return unsupported_media(row(path.kind).custom ? std::string(kPatches) : "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml");
  const auto parsed = parse_object_text(request.body, false);
  if (!parsed) return bad_request("error decoding patch: invalid JSON");
  if (operations != parsed->is_array()) return bad_request(operations ? "error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch" : "error decoding patch: the patch is no object");
  if (operations) {
    auto result = json_patch(before, *parsed);
    if (!result) return ApiFault{422, "Invalid", "the server rejected our request due to an error in our request", Json{{"causes", Json::array({Json{{"message", result.error().message}}})}}};
    after = std::move(*result);
  } else if (merge) {
    after = before;
    after.merge_patch(*parsed);
  } else {
    auto result = strategic_merge(before, *parsed);
    if (!result) return bad_request(result.error().message);
    after = std::move(*result);
  }
  const bool sound = after.is_object() && after.contains("metadata") && after["metadata"].is_object() && after["metadata"].value("name", Json()).is_string();
  return sound ? std::nullopt : std::optional(bad_request("the patch leaves no object"));
}

HttpServerResponse ClusterHandler::patch(const ApiRequest& request, const ResourcePath& path) {
  const Json before = cluster_.store.get(path.stored, path.key());
  FieldWriter writer{manager_of(request), row(path.kind).api_version(), world_.scenario().start.iso(world_.now()), request.flag("force")};
  if (is_yaml(request)) {
    Json wanted;
    if (request.option("fieldManager").empty()) return status_response({422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch", Json::object()});
    if (auto fault = read_body(request, wanted)) return status_response(*fault);
    if (auto fault = fit_to_path(row(path.kind), path, wanted)) return status_response(*fault);
    if (before.is_null())
      if (auto fault = admit_namespace(path)) return status_response(*fault);
    if (wanted["metadata"].contains("managedFields")) return status_response(bad_request("metadata.managedFields must be nil"));
    wanted = stored_version(path.kind, std::move(wanted));
    ApplyResult result = server_side_apply(before, wanted, writer);
    if (!result.conflicts.empty()) {
      ApiFault fault{409, "Conflict", "Apply failed with " + std::to_string(result.conflicts.size()) + (result.conflicts.size() == 1 ? " conflict: " : " conflicts: "), Json{{"causes", Json::array()}}};
      std::string list;
      for (const FieldConflict& entry : result.conflicts) {
        list += (list.empty() ? "" : ", ") + std::string("conflict with \"") + entry.manager + "\": " + entry.field;
        fault.details["causes"].push_back({{"reason", "FieldManagerConflict"}, {"message", "conflict with \"" + entry.manager + "\""}, {"field", entry.field}});
      }
      fault.message += list;
      return status_response(fault);
    }
    if (!before.is_null()) keep_identity(before, result.object);
    return commit(request, path, before, std::move(result.object), before.is_null() ? 201 : 200);
  }
  if (before.is_null()) return status_response(not_found(row(path.kind), path.name));
  Json after;
  if (auto fault = patched(request, path, converted(path.kind, before), after)) return status_response(*fault);
  after = path.kind == path.stored ? after : stored_version(path.kind, std::move(after));
  const Json version = after["metadata"].value("resourceVersion", Json());
  if (version.is_string() && version != before["metadata"]["resourceVersion"])
    return status_response(conflict(row(path.kind), path.name, "the object has been modified; please apply your changes to the latest version and try again"));
  if (after["metadata"]["name"] != before["metadata"]["name"] || after["metadata"].value("namespace", "") != before["metadata"].value("namespace", ""))
    return status_response(bad_request("the name of the object may not be changed"));
  if (after["metadata"].value("uid", Json()) != before["metadata"]["uid"])
    return status_response(invalid(row(path.kind), path.name, {{"metadata.uid", "Invalid value: " + after["metadata"].value("uid", Json()).dump() + ": field is immutable"}}));
  keep_identity(before, after);
  record_update(before, after, writer);
  return commit(request, path, before, std::move(after), 200);
}

std::optional<ApiFault> ClusterHandler::erase(const ApiRequest& request, const ResourcePath& path, Json& object) {
  Json options = Json::object();
  if (!request.body.empty()) {
    const auto parsed = parse_object_text(request.body, is_yaml(request));
    if (!parsed || !parsed->is_object()) return bad_request("couldn't get version/kind; json parse error");
    options = *parsed;
  }
  const std::string policy = options.value("propagationPolicy", Json()).is_string() ? options["propagationPolicy"].get<std::string>() : request.option("propagationPolicy");
  if (!policy.empty() && policy != "Background" && policy != "Foreground" && policy != "Orphan")
    return ApiFault{422, "Invalid", "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"" + policy + "\": supported values: \"Background\", \"Foreground\", \"Orphan\"", Json{{"kind", "DeleteOptions"}, {"group", "meta.k8s.io"}}};
  const Json preconditions = options.value("preconditions", Json::object());
  if (preconditions.is_object())
    for (const char* field : {"uid", "resourceVersion"})
      if (preconditions.contains(field) && preconditions[field] != object["metadata"][field])
        return conflict(row(path.kind), path.name, std::string("Precondition failed: ") + field + " in precondition: " + preconditions[field].dump() + ", in object meta: " + object["metadata"][field].dump());
  if (request.dry_run() || options.value("dryRun", Json::array()) == Json::array({"All"})) return std::nullopt;
  if (object["metadata"].contains("finalizers") && !object["metadata"]["finalizers"].empty() && row(path.stored).backing != Backing::Pods && row(path.stored).backing != Backing::Nodes) {
    if (!object["metadata"].contains("deletionTimestamp")) object["metadata"]["deletionTimestamp"] = world_.scenario().start.iso(world_.now());
    cluster_.store.put(path.stored, object);
    return std::nullopt;
  }
  if (auto fault = writer_.remove(path.stored, object)) return fault;
  const std::string key = ObjectStore::key_of(object);
  const Backing backing = row(path.stored).backing;
  const bool twin_erases = (backing == Backing::Pods && cluster_.projection.pod(key)) || (backing == Backing::Nodes && cluster_.projection.node(key));
  if (!twin_erases) cluster_.store.erase(path.stored, key);
  return std::nullopt;
}

HttpServerResponse ClusterHandler::remove(const ApiRequest& request, const ResourcePath& path) {
  Json object = cluster_.store.get(path.stored, path.key());
  if (object.is_null()) return status_response(not_found(row(path.kind), path.name));
  if (auto fault = erase(request, path, object)) return status_response(*fault);
  if (row(path.kind).kind == "Namespace" && !request.dry_run()) {
    for (int kind = 0; kind < static_cast<int>(resource_kinds().size()); ++kind) {
      if (!row(kind).namespaced) continue;
      std::vector<std::string> keys;
      for (const auto& [key, stored] : cluster_.store.table(kind).objects())
        if (key.starts_with(path.name + "/")) keys.push_back(key);
      for (const std::string& key : keys) {
        Json inside = cluster_.store.get(kind, key);
        if (inside.is_null()) continue;   // went with its owner
        writer_.remove(kind, inside);
        if (row(kind).backing != Backing::Pods) cluster_.store.erase(kind, key);
      }
    }
  }
  world_.refresh();
  const Json left = cluster_.store.get(path.stored, path.key());
  if (!left.is_null()) return shown(request, path, left, 200);
  Json details{{"name", path.name}, {"kind", row(path.kind).plural}, {"uid", object["metadata"].value("uid", "")}};
  if (!row(path.kind).group.empty()) details["group"] = row(path.kind).group;
  return json_response({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Json::object()}, {"status", "Success"}, {"details", std::move(details)}});
}

HttpServerResponse ClusterHandler::remove_collection(const ApiRequest& request, const ResourcePath& path) {
  ObjectSelector selector;
  if (auto fault = select(request, path, selector)) return status_response(*fault);
  const bool never = row(path.kind).kind == "Namespace";
  if (never || (row(path.kind).namespaced && path.name_space.empty())) return status_response(method_not_allowed(request.method));
  const std::string prefix = path.name_space.empty() ? std::string() : path.name_space + "/";
  std::vector<std::string> keys;
  for (const auto& [key, stored] : cluster_.store.table(path.stored).objects())
    if (key.starts_with(prefix) && selector.matches(stored)) keys.push_back(key);
  Json items = Json::array();
  for (const std::string& key : keys) {
    Json object = cluster_.store.get(path.stored, key);
    if (object.is_null()) continue;
    ResourcePath one = path;
    one.name = object["metadata"]["name"].get<std::string>();
    if (auto fault = erase(request, one, object)) return status_response(*fault);
    items.push_back(std::move(object));
  }
  world_.refresh();
  return json_response({{"kind", std::string(row(path.kind).kind) + "List"}, {"apiVersion", row(path.kind).api_version()},
                        {"metadata", {{"resourceVersion", std::to_string(cluster_.store.version())}}}, {"items", std::move(items)}});
}

}  // namespace akstwin
