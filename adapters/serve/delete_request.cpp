// Deleting objects: at once, after a grace period, when the last finalizer is gone, or with everything that a namespace holds.
#include <algorithm>
#include <charconv>

#include "adapters/http/json_field.hpp"
#include "adapters/serve/cluster_handler.hpp"
#include "adapters/serve/request_body.hpp"

namespace akstwin {
namespace {

/// DeleteOptions, from the body or the query.
struct Deletion {
  std::string policy;
  std::optional<std::int64_t> grace;
  Json preconditions = Json::object();
  bool dry_run = false;
};

std::optional<ApiFault> read_deletion(const ApiRequest& request, Deletion& out) {
  Json options = Json::object();
  if (!request.body.empty()) {
    const auto parsed = read_plain_body(request);
    if (!parsed) return bad_request("couldn't get version/kind; json parse error");
    options = *parsed;
    const std::string kind = options.value("kind", "DeleteOptions");
    if (kind != "DeleteOptions")
      return ApiFault{500, "", "no kind \"" + kind + "\" is registered for version \"" + options.value("apiVersion", "v1") + "\" in scheme \"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27\""};
  }
  out.policy = options.value("propagationPolicy", Json()).is_string() ? options["propagationPolicy"].get<std::string>() : request.option("propagationPolicy");
  if (!out.policy.empty() && out.policy != "Background" && out.policy != "Foreground" && out.policy != "Orphan")
    return invalid_options("DeleteOptions", {{"propagationPolicy", "Unsupported value: \"" + out.policy + "\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""}});
  if (options.value("gracePeriodSeconds", Json()).is_number_integer()) {
    out.grace = options["gracePeriodSeconds"].get<std::int64_t>();
  } else if (const std::string text = request.option("gracePeriodSeconds"); !text.empty()) {
    std::int64_t seconds = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (fault != std::errc{} || end != text.data() + text.size()) return bad_request("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
    out.grace = seconds;
  }
  // A negative period means one second. Source: Kubernetes 1.32 pkg/registry/core/pod/strategy.go, CheckGracefulDelete.
  constexpr std::int64_t kLongest = 31'536'000;   // a year: longer than any pod of the twin has to wait
  if (out.grace) out.grace = *out.grace < 0 ? 1 : std::min(*out.grace, kLongest);
  if (options.value("preconditions", Json()).is_object()) out.preconditions = options["preconditions"];
  out.dry_run = request.dry_run() || options.value("dryRun", Json::array()) == Json::array({"All"});
  return std::nullopt;
}

/// Kinds whose deletion answers with the object; the others answer with a Status.
/// Source: kubernetes 1.32 pkg/registry/*/*/storage, ReturnDeletedObject; services and service accounts as recorded from 1.32.
bool returns_object(const ResourceKind& kind) {
  constexpr std::string_view kKinds[] = {"Service", "ServiceAccount", "PersistentVolume", "PersistentVolumeClaim", "PodTemplate", "ResourceQuota", "StorageClass", "VolumeAttachment", "CSINode", "CSIDriver"};
  return std::ranges::find(kKinds, kind.kind) != std::end(kKinds);
}

/// Source: kubernetes 1.32 plugin/pkg/admission/namespace/lifecycle (immortal namespaces) and pkg/registry/scheduling/priorityclass/storage.
std::string_view undeletable(const ResourceKind& kind, std::string_view name) {
  if (kind.kind == "Namespace" && (name == "default" || name == "kube-system" || name == "kube-public")) return "this namespace may not be deleted";
  return kind.kind == "PriorityClass" && name.starts_with("system-") ? "this is a system priority class and cannot be deleted" : "";
}

bool is_held(const Json& object) { return object["metadata"].contains("finalizers") && !object["metadata"]["finalizers"].empty(); }

}  // namespace

std::string ClusterHandler::time_text(std::int64_t seconds_from_now) const {
  const SimTime at = world_.now() + Duration{seconds_from_now * 1'000'000};
  return world_.scenario().start.iso(at);
}

/// Pods go after their grace period; those that no node has got, at once.
std::optional<ApiFault> ClusterHandler::erase_pod(const ResourcePath& path, std::optional<std::int64_t> grace, bool dry_run, Json& object) {
  const bool bound = !object["spec"].value("nodeName", "").empty();
  std::int64_t seconds = bound ? grace.value_or(object["spec"].value("terminationGracePeriodSeconds", std::int64_t{30})) : 0;
  Json& metadata = object["metadata"];
  if (metadata.contains("deletionGracePeriodSeconds") && metadata["deletionGracePeriodSeconds"].is_number_integer()) seconds = std::min(seconds, metadata["deletionGracePeriodSeconds"].get<std::int64_t>());
  const Json written{{"deletionTimestamp", time_text(seconds)}, {"deletionGracePeriodSeconds", seconds}};
  metadata.merge_patch(written);
  if (dry_run) return std::nullopt;
  const std::string key = ObjectStore::key_of(object);
  const bool living = static_cast<bool>(cluster_.projection.pod(key));
  if (living) cluster_.projection.annotate(path.stored, key, written);
  if (auto fault = writer_.remove(path.stored, object)) return fault;
  if (!living) cluster_.store.erase(path.stored, key);
  else if (seconds == 0) cluster_.projection.hide_pod(key);   // for clients it is gone, whatever its node still does
  world_.refresh();
  if (const Json left = cluster_.store.get(path.stored, key); !left.is_null()) metadata["resourceVersion"] = left["metadata"]["resourceVersion"];
  return std::nullopt;
}

/// What has finalizers waits, deleted, until they are taken away.
void ClusterHandler::hold_until_released(int kind, Json object) {
  if (!object["metadata"].contains("deletionTimestamp")) object["metadata"].merge_patch(Json{{"deletionTimestamp", time_text(0)}, {"deletionGracePeriodSeconds", 0}});
  cluster_.store.put(kind, std::move(object));
}

/// The garbage collector for what clients wrote (the twin ends what it makes itself): without an owner left it goes, orphans lose the reference.
/// Source: kubernetes v1.32 pkg/controller/garbagecollector, attemptToDeleteItem; there it takes a moment, here none.
void ClusterHandler::release_dependents(const std::string& owner_uid, const std::string& name_space, bool orphan) {
  constexpr Backing kWritten[] = {Backing::Plain, Backing::Workloads, Backing::Autoscalers, Backing::Budgets, Backing::Applications};
  for (int kind = 0; kind < static_cast<int>(resource_kinds().size()); ++kind) {
    if (std::ranges::find(kWritten, row(kind).backing) == std::end(kWritten)) continue;
    std::vector<std::string> keys;
    for (const auto& [key, stored] : cluster_.store.table(kind).objects())
      if ((name_space.empty() || key.starts_with(name_space + "/")) && stored->text.find(owner_uid) != std::string::npos) keys.push_back(key);
    for (const std::string& key : keys) {
      Json inside = cluster_.store.get(kind, key);
      const Json* stated = find_in(inside, {"metadata", "ownerReferences"});
      if (stated == nullptr || !stated->is_array()) continue;
      Json left = Json::array();
      for (const Json& reference : *stated)
        if (reference.value("uid", "") != owner_uid) left.push_back(reference);
      if (left.size() == stated->size()) continue;
      if (orphan || !left.empty()) {
        if (left.empty()) inside["metadata"].erase("ownerReferences");
        else inside["metadata"]["ownerReferences"] = std::move(left);
        cluster_.store.put(kind, std::move(inside));
      } else if (is_held(inside)) {
        hold_until_released(kind, std::move(inside));
      } else {
        writer_.remove(kind, inside);
        cluster_.store.erase(kind, key);
        release_dependents(inside["metadata"].value("uid", ""), name_space, false);
      }
    }
  }
}

/// A namespace is terminating until what it held is gone and time has passed; ServedWorld::refresh ends it.
void ClusterHandler::erase_namespace(const ResourcePath& path, Json& object) {
  if (!object["metadata"].contains("deletionTimestamp")) object["metadata"]["deletionTimestamp"] = time_text(0);
  object["status"] = {{"phase", "Terminating"}};
  cluster_.store.put(path.stored, object);
  cluster_.ending.emplace(path.name, world_.now());
  for (int kind = 0; kind < static_cast<int>(resource_kinds().size()); ++kind) {
    if (!row(kind).namespaced) continue;
    std::vector<std::string> keys;
    for (const auto& [key, stored] : cluster_.store.table(kind).objects())
      if (key.starts_with(path.name + "/")) keys.push_back(key);
    for (const std::string& key : keys) {
      const Json inside = cluster_.store.get(kind, key);
      if (inside.is_null()) continue;   // went with its owner
      if (is_held(inside) && row(kind).backing != Backing::Pods) {
        hold_until_released(kind, inside);
        continue;
      }
      writer_.remove(kind, inside);
      if (row(kind).backing != Backing::Pods) cluster_.store.erase(kind, key);
    }
  }
  world_.refresh();
}

std::optional<ApiFault> ClusterHandler::erase(const ApiRequest& request, const ResourcePath& path, Json& object, bool& whole) {
  Deletion deletion;
  if (auto fault = read_deletion(request, deletion)) return fault;
  for (const char* field : {"uid", "resourceVersion"})
    if (deletion.preconditions.contains(field) && deletion.preconditions[field].is_string() && deletion.preconditions[field] != object["metadata"][field])
      return precondition_failed(row(path.kind), path.name, field, deletion.preconditions[field].get<std::string>(), object["metadata"][field].get<std::string>());
  const Backing backing = row(path.stored).backing;
  const std::string key = ObjectStore::key_of(object);
  whole = true;
  if (const std::string_view why = undeletable(row(path.kind), path.name); !why.empty()) return forbidden(row(path.kind), path.name, why);
  if (backing == Backing::Pods) return erase_pod(path, deletion.grace, deletion.dry_run, object);
  if (row(path.kind).kind == "Namespace") {
    if (!deletion.dry_run) erase_namespace(path, object);
    return std::nullopt;
  }
  if (is_held(object) && backing != Backing::Nodes) {
    if (!object["metadata"].contains("deletionTimestamp")) object["metadata"].merge_patch(Json{{"deletionTimestamp", time_text(0)}, {"deletionGracePeriodSeconds", 0}});
    if (!deletion.dry_run) hold_until_released(path.stored, object);
    object = deletion.dry_run ? object : cluster_.store.get(path.stored, key);
    return std::nullopt;
  }
  const bool depended_on = backing == Backing::Workloads || backing == Backing::ReplicaSets || backing == Backing::Jobs;
  const std::string_view finalizer = deletion.policy == "Foreground" ? "foregroundDeletion" : deletion.policy == "Orphan" ? "orphan" : "";
  whole = !finalizer.empty() || returns_object(row(path.kind));
  if (!finalizer.empty()) {
    Json& metadata = object["metadata"];
    metadata.merge_patch(Json{{"deletionTimestamp", time_text(0)}, {"deletionGracePeriodSeconds", 0}, {"finalizers", Json::array({finalizer})}});
    if (metadata.contains("generation")) metadata["generation"] = metadata.value("generation", 1) + 1;
  }
  if (deletion.dry_run) return std::nullopt;
  if (auto fault = writer_.remove(path.stored, object)) return fault;
  if (depended_on && finalizer == "foregroundDeletion") {
    cluster_.store.put(path.stored, object);   // it goes when its last pod has gone
    cluster_.foreground.emplace(path.stored, key);
    object = cluster_.store.get(path.stored, key);
  } else if (backing != Backing::Nodes || !cluster_.projection.node(key)) {
    cluster_.store.erase(path.stored, key);
  }
  release_dependents(object["metadata"].value("uid", ""), path.name_space, finalizer == "orphan");
  return std::nullopt;
}

HttpServerResponse ClusterHandler::remove(const ApiRequest& request, const ResourcePath& path) {
  Json object = cluster_.store.get(path.stored, path.key());
  if (object.is_null()) return status_response(not_found(row(path.kind), path.name));
  bool whole = false;
  if (auto fault = erase(request, path, object, whole)) return status_response(*fault);
  world_.refresh();
  if (whole) {
    HttpServerResponse out = shown(request, path, object, 200);
    const Json finalizers = object["metadata"].value("finalizers", Json::array());
    const bool orphaned = std::ranges::find(finalizers, Json("orphan")) != finalizers.end();
    if (orphaned && row(path.stored).backing == Backing::Workloads) add_warnings(out, {"pods of the twin do not outlive their workload: they end with " + path.name});
    return out;
  }
  Json details{{"name", path.name}, {"kind", row(path.kind).plural}, {"uid", object["metadata"].value("uid", "")}};
  if (!row(path.kind).group.empty()) details["group"] = row(path.kind).group;
  return json_response({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Json::object()}, {"status", "Success"}, {"details", std::move(details)}});
}

HttpServerResponse ClusterHandler::remove_collection(const ApiRequest& request, const ResourcePath& path) {
  ObjectSelector selector;
  if (auto fault = select(request, path, selector)) return status_response(*fault);
  const bool never = row(path.kind).kind == "Namespace";
  if (never || (row(path.kind).namespaced && path.name_space.empty())) return status_response(method_not_allowed(request.method));
  const std::string prefix = path.prefix();
  std::vector<std::string> keys;
  for (const auto& [key, stored] : cluster_.store.table(path.stored).objects())
    if (key.starts_with(prefix) && selector.matches(*stored)) keys.push_back(key);
  Json items = Json::array();
  for (const std::string& key : keys) {
    Json object = cluster_.store.get(path.stored, key);
    if (object.is_null()) continue;
    ResourcePath one = path;
    one.name = object["metadata"]["name"].get<std::string>();
    bool whole = false;
    if (auto fault = erase(request, one, object, whole)) return status_response(*fault);
    items.push_back(std::move(object));
  }
  world_.refresh();
  return json_response({{"kind", std::string(row(path.kind).kind) + "List"}, {"apiVersion", row(path.kind).api_version()},
                        {"metadata", {{"resourceVersion", std::to_string(cluster_.store.version())}}}, {"items", std::move(items)}});
}

}  // namespace akstwin
