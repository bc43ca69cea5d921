// scale, eviction, log, status and binding; leases, metrics and access reviews, which are made when asked for.
#include <algorithm>

#include "adapters/serve/account_token.hpp"
#include "adapters/serve/cluster_handler.hpp"
#include "adapters/serve/object_text.hpp"
#include "adapters/serve/patches.hpp"
#include "adapters/serve/printers.hpp"
#include "adapters/serve/request_body.hpp"

namespace akstwin {
namespace {

Json scale_object(const Json& object) {
  const Json& metadata = object["metadata"];
  Json out{{"kind", "Scale"}, {"apiVersion", "autoscaling/v1"},
           {"metadata", {{"name", metadata["name"]}, {"namespace", metadata["namespace"]}, {"uid", metadata["uid"]}, {"resourceVersion", metadata["resourceVersion"]},
                         {"creationTimestamp", metadata["creationTimestamp"]}}},
           {"spec", Json::object()}, {"status", {{"replicas", 0}}}};
  if (const std::int64_t replicas = object["spec"].value("replicas", std::int64_t{0}); replicas != 0) out["spec"]["replicas"] = replicas;
  if (object.contains("status")) out["status"]["replicas"] = object["status"].value("replicas", 0);
  std::string selector;
  if (object["spec"].contains("selector") && object["spec"]["selector"].contains("matchLabels"))
    for (const auto& [key, value] : object["spec"]["selector"]["matchLabels"].items()) selector += (selector.empty() ? "" : ",") + key + "=" + value.get<std::string>();
  if (!selector.empty()) out["status"]["selector"] = selector;
  return out;
}

Json success(int code) { return {{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Json::object()}, {"status", "Success"}, {"code", code}}; }

constexpr ResourceKind kScale{"autoscaling", "v1", "scales", "scale", "Scale"};

std::string nanocores(Millicores cpu) { return std::to_string(cpu.value * 1'000'000) + "n"; }
std::string kibibytes(Bytes memory) { return std::to_string(memory.value >> 10) + "Ki"; }

}  // namespace

HttpServerResponse ClusterHandler::subresource(const ApiRequest& request, const ResourcePath& path) {
  if (path.subresource == "log") return log(request, path);
  if (path.subresource == "eviction") return evict(request, path);
  if (path.subresource == "scale") return scale(request, path);
  if (path.subresource == "status" || path.subresource == "finalize") return status(request, path);
  if (path.subresource == "token") return account_token(request, path);
  if (path.subresource == "binding") {
    const PodId pod = cluster_.projection.pod(path.key());
    const auto body = read_plain_body(request);
    if (request.method != "POST") return status_response(method_not_allowed(request.method));
    if (!pod) return status_response(not_found(row(path.kind), path.name));
    if (!body || !body->is_object() || !body->contains("target") || !(*body)["target"].is_object()) return status_response(bad_request("the binding has no target"));
    const NodeId node = cluster_.projection.node((*body)["target"].value("name", ""));
    if (!node) return status_response(bad_request("the twin binds to nodes that exist"));
    if (request.dry_run()) return json_response(success(201), 201);
    const Verdict verdict = cluster_.runtime.server().submit(BindPod{pod, node});
    world_.refresh();
    if (verdict != Verdict::Accepted) {
      ApiFault fault = conflict(row(path.kind), path.name, "pod " + path.name + " is already assigned to node \"" + cluster_.store.get(path.stored, path.key())["spec"].value("nodeName", "") + "\"");
      fault.message.replace(fault.message.find("pods"), 4, "pods/binding");
      fault.details["kind"] = "pods/binding";
      return status_response(fault);
    }
    return json_response(success(201), 201);
  }
  return text_response(404, "404 page not found\n");
}

/// What needs processes: refused in words that kubectl shows as they are.
HttpServerResponse ClusterHandler::no_process(const ApiRequest& request, const ResourcePath& path) {
  if (cluster_.store.table(path.stored).find(path.key()) == nullptr) return status_response(not_found(row(path.kind), path.name));
  static_cast<void>(request);
  const std::string what = path.subresource == "ephemeralcontainers" ? "debug" : path.subresource == "portforward" ? "port-forward" : std::string(path.subresource.substr(0, path.subresource.find('/')));
  const std::string reason = "the " + std::string(row(path.kind).plural) + " of a twin are simulated and run no processes, so there is nothing to " +
                             (what == "exec" ? "execute a command in" : what == "port-forward" || what == "proxy" ? "forward a port to" : what == "attach" ? "attach to" : "debug") +
                             "; kubectl logs and kubectl describe show what \"" + path.name + "\" would be doing";
  return status_response({400, "BadRequest", what + " is not possible: " + reason});
}

HttpServerResponse ClusterHandler::scale(const ApiRequest& request, const ResourcePath& path) {
  const Json object = cluster_.store.get(path.stored, path.key());
  if (object.is_null()) {
    const std::string plural = std::string(row(path.kind).plural) + "/scale";
    ResourceKind kind = row(path.kind);
    kind.plural = plural;
    return status_response(not_found(kind, path.name));
  }
  const Json before = scale_object(object);
  if (request.method == "GET") {
    if (request.wanted_form() != "Table") return json_response(before);
    HttpServerResponse out;
    out.body = R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{},"columnDefinitions":)" + table_columns(kScale) + R"(,"rows":[)";
    append_object(out.body, kScale, stored_form(kScale, before, 0), ObjectForm::Table, world_.unix_now());
    out.body += "]}\n";
    return out;
  }
  if (request.method != "PUT" && request.method != "PATCH") return status_response(method_not_allowed(request.method));
  const auto body = request.content_type == "application/vnd.kubernetes.protobuf" ? read_plain_body(request) : parse_object_text(request.body, is_yaml_type(request));
  if (!body) return status_response(bad_request("couldn't get version/kind; json parse error"));
  Json after = before;
  if (request.method == "PUT") after = *body;
  else if (request.content_type == "application/json-patch+json") {
    auto result = json_patch(before, *body);
    if (!result) return status_response({422, "Invalid", "the server rejected our request due to an error in our request", Json::object()});
    after = std::move(*result);
  } else {
    after.merge_patch(*body);
  }
  std::vector<std::string> warnings;
  if (!after.is_object()) return status_response(bad_request("the patch leaves no object"));
  if (auto fault = read_patched(request, kScale, after, warnings)) return status_response(*fault);
  const Json version = after["metadata"].value("resourceVersion", Json());
  if (version.is_string() && version != "" && version != object["metadata"]["resourceVersion"])
    return status_response(conflict(row(path.kind), path.name, "the object has been modified; please apply your changes to the latest version and try again"));
  const Json spec = after.value("spec", Json::object());
  const Json replicas = spec.is_object() ? spec.value("replicas", Json(0)) : Json();
  if (!replicas.is_number_integer() || replicas.get<std::int64_t>() < 0)
    return status_response(invalid(kScale, path.name, {{"spec.replicas", "Invalid value: " + replicas.dump() + ": must be greater than or equal to 0"}}));
  Json changed = object;
  changed["spec"]["replicas"] = replicas;
  if (!request.dry_run()) {
    if (row(path.kind).backing == Backing::Workloads)
      if (auto fault = writer_.scale(path.stored, object, replicas.get<std::int64_t>())) return status_response(*fault);
    if (object["metadata"].contains("generation") && changed["spec"] != object["spec"]) changed["metadata"]["generation"] = object["metadata"].value("generation", 0) + 1;
    cluster_.store.put(path.stored, changed);
    world_.refresh();
    changed = cluster_.store.get(path.stored, path.key());
  }
  return json_response(scale_object(changed));
}

HttpServerResponse ClusterHandler::evict(const ApiRequest& request, const ResourcePath& path) {
  if (request.method != "POST") return status_response(method_not_allowed(request.method));
  const auto body = read_plain_body(request);
  if (!body) return status_response(bad_request("couldn't get version/kind; json parse error"));
  const Json metadata = body->value("metadata", Json::object()), options = body->value("deleteOptions", Json::object());
  if (!metadata.is_object() || metadata.value("name", "") != path.name)
    return status_response(bad_request("name in URL does not match name in Eviction object"));
  const PodId pod = cluster_.projection.pod(path.key());
  if (!pod) {
    if (cluster_.store.table(path.stored).find(path.key()) == nullptr) return status_response(not_found(row(path.kind), path.name));
    return json_response(success(201), 201);
  }
  const bool dry_run = request.dry_run() || (options.is_object() && options.value("dryRun", Json::array()) == Json::array({"All"}));
  const std::string version = cluster_.store.get(path.stored, path.key())["metadata"]["resourceVersion"], uid = cluster_.store.get(path.stored, path.key())["metadata"]["uid"];
  if (auto fault = writer_.evict(row(path.kind), pod, path.name, true)) return status_response(*fault);
  if (options.is_object() && options.contains("preconditions") && options["preconditions"].is_object()) {
    const Json& wanted = options["preconditions"];
    if (wanted.value("resourceVersion", version) != version) return status_response(precondition_failed(row(path.kind), path.name, "resourceVersion", wanted.value("resourceVersion", ""), version));
    if (wanted.value("uid", uid) != uid) return status_response(precondition_failed(row(path.kind), path.name, "uid", wanted.value("uid", ""), uid));
  }
  if (!dry_run) {
    const Json grace = options.is_object() ? options.value("gracePeriodSeconds", Json()) : Json();
    if (grace.is_number_integer() && grace.get<std::int64_t>() >= 0) {
      const auto seconds = std::min(grace.get<std::int64_t>(), std::int64_t{31'536'000});
      cluster_.projection.annotate(path.stored, path.key(), {{"deletionTimestamp", time_text(seconds)}, {"deletionGracePeriodSeconds", seconds}});
    }
    if (auto fault = writer_.evict(row(path.kind), pod, path.name, false)) return status_response(*fault);
    world_.refresh();
  }
  return json_response(success(201), 201);
}

/// A token for a service account, good for an hour of the twin's time unless another time is asked for.
HttpServerResponse ClusterHandler::account_token(const ApiRequest& request, const ResourcePath& path) {
  if (request.method != "POST") return status_response(method_not_allowed(request.method));
  if (cluster_.store.table(path.stored).find(path.key()) == nullptr) return status_response(not_found(row(path.kind), path.name));
  const auto body = read_plain_body(request);
  if (!body || !body->is_object()) return status_response(bad_request("couldn't get version/kind; json parse error"));
  Json spec = body->value("spec", Json()).is_object() ? (*body)["spec"] : Json::object();
  const Json asked = spec.value("expirationSeconds", Json());
  const std::int64_t seconds = asked.is_number_integer() ? asked.get<std::int64_t>() : 3'600;
  const ResourceKind kind{"authentication.k8s.io", "v1", "tokenrequests", "tokenrequest", "TokenRequest"};
  if (seconds < 600) return status_response(invalid(kind, path.name, {{"spec.expirationSeconds", "Invalid value: " + std::to_string(seconds) + ": may not specify a duration less than 10 minutes"}}));
  if (seconds > (std::int64_t{1} << 32)) return status_response(invalid(kind, path.name, {{"spec.expirationSeconds", "Invalid value: " + std::to_string(seconds) + ": may not specify a duration larger than 2^32 seconds"}}));
  const Json audiences = spec.value("audiences", Json());
  const std::string audience = audiences.is_array() && !audiences.empty() && audiences.front().is_string() ? audiences.front().get<std::string>() : "https://kubernetes.default.svc";
  const AccountToken token{cluster_.runtime.spec().name.str(), path.name_space, path.name, world_.unix_now() + seconds, audience};
  spec["audiences"] = Json::array({audience});
  spec["expirationSeconds"] = seconds;
  if (!spec.contains("boundObjectRef")) spec["boundObjectRef"] = nullptr;
  return json_response({{"kind", "TokenRequest"}, {"apiVersion", "authentication.k8s.io/v1"}, {"metadata", {{"name", path.name}, {"namespace", path.name_space}, {"creationTimestamp", time_text(0)}}},
                        {"spec", std::move(spec)}, {"status", {{"token", sign_account_token(key_, token)}, {"expirationTimestamp", time_text(seconds)}}}}, 201);
}

/// The control plane's parts, well while it can be asked at all.
HttpServerResponse ClusterHandler::components(const ApiRequest& request, const ResourcePath& path) {
  Json items = Json::array();
  for (const char* name : {"etcd-0", "controller-manager", "scheduler"})
    if (path.name.empty() || path.name == name)
      items.push_back({{"kind", "ComponentStatus"}, {"apiVersion", "v1"}, {"metadata", {{"name", name}, {"creationTimestamp", nullptr}}},
                       {"conditions", Json::array({Json{{"type", "Healthy"}, {"status", "True"}, {"message", "ok"}}})}});
  if (!path.name.empty() && items.empty()) return status_response(not_found(row(path.kind), path.name));
  HttpServerResponse out = !path.name.empty() ? shown(request, path, items.front(), 200) : list_of_made(request, path, {{"kind", "ComponentStatusList"}, {"apiVersion", "v1"}, {"metadata", Json::object()}, {"items", items}});
  return out;
}

HttpServerResponse ClusterHandler::status(const ApiRequest& request, const ResourcePath& path) {
  const Json before = cluster_.store.get(path.stored, path.key());
  if (before.is_null()) return status_response(not_found(row(path.kind), path.name));
  if (request.method == "GET") return shown(request, path, before, 200);
  if (request.method != "PUT" && request.method != "PATCH") return status_response(method_not_allowed(request.method));
  Json after;
  std::vector<std::string> warnings;
  if (request.method == "PUT") {
    const auto body = parse_object_text(request.body, request.content_type == "application/yaml");
    if (!body || !body->is_object()) return status_response(bad_request("couldn't get version/kind; json parse error"));
    after = *body;
  } else if (auto fault = patched(request, path, before, after, warnings)) {
    return status_response(*fault);
  }
  // Only the status is written here, and what the twin knows better it writes again.
  Json changed = before;
  if (after.contains("status")) changed["status"] = after["status"];
  if (request.dry_run()) return shown(request, path, changed, 200);
  cluster_.store.put(path.stored, changed);
  world_.refresh();
  return shown(request, path, cluster_.store.get(path.stored, path.key()), 200);
}

Json ClusterHandler::computed(int kind, const ResourcePath& path) const {
  const EncodeSource& source = cluster_.projection.source();
  const ClusterState& state = source.state;
  const SimTime now = world_.now();
  if (row(kind).kind == "Lease") {
    const NodeId id = cluster_.projection.node(path.name);
    if (path.name_space != "kube-node-lease" || !id) return nullptr;
    Json out = encode_lease(source, id, now);
    out["metadata"]["resourceVersion"] = std::to_string(cluster_.store.version());
    return out;
  }
  const auto usage = [&](Millicores cpu, Bytes memory) { return Json{{"cpu", nanocores(cpu)}, {"memory", kibibytes(memory)}}; };
  const auto sample_of = [&](const Pod& pod) { return pod.owner.row < state.metrics.size() ? state.metrics[pod.owner.row] : PodMetrics{}; };
  const auto frame = [&](const char* object_kind, Json metadata, SimTime at) {
    return Json{{"kind", object_kind}, {"apiVersion", "metrics.k8s.io/v1beta1"}, {"metadata", std::move(metadata)}, {"timestamp", source.epoch.iso(at)},
                {"window", to_string(state.spec->metric_resolution)}};
  };
  if (row(kind).kind == "PodMetrics") {
    const PodId id = cluster_.projection.pod(path.key());
    if (!id || state.pods[id].phase != PodPhase::Running) return nullptr;
    const Pod& pod = state.pods[id];
    const PodMetrics sample = sample_of(pod);
    if (sample.at == kNever) return nullptr;
    Json out = frame("PodMetrics", {{"name", path.name}, {"namespace", path.name_space}, {"labels", labels_object(pod.spec->labels)}, {"creationTimestamp", source.epoch.iso(now)}}, sample.at);
    for (const ContainerSpec& container : pod.spec->containers) {
      const bool first = &container == &pod.spec->containers.front();
      out["containers"].push_back({{"name", container.name.text()}, {"usage", usage(first ? (pod.ready ? sample.cpu : sample.cpu_idle) : Millicores{}, first ? sample.memory : Bytes{})}});
    }
    return out;
  }
  const NodeId id = cluster_.projection.node(path.name);
  if (!id || !state.nodes[id].ready) return nullptr;
  Millicores cpu;
  Bytes memory;
  SimTime at = kNever;
  for (const PodId pod_id : state.nodes[id].pods) {
    const Pod& pod = state.pods[pod_id];
    const PodMetrics sample = sample_of(pod);
    if (pod.phase != PodPhase::Running || sample.at == kNever) continue;
    cpu += pod.ready ? sample.cpu : sample.cpu_idle;
    memory += sample.memory;
    at = sample.at;
  }
  return [&] {
    Json out = frame("NodeMetrics", {{"name", path.name}, {"labels", labels_object(state.nodes[id].labels)}, {"creationTimestamp", source.epoch.iso(now)}}, at == kNever ? now : at);
    out["usage"] = usage(cpu, memory);
    return out;
  }();
}

Json ClusterHandler::computed_list(int kind, const std::string& name_space) const {
  Json items = Json::array();
  const bool pods = row(kind).kind == "PodMetrics";
  const int listed = find_resource("", "v1", pods ? "pods" : "nodes");
  const std::string prefix = pods && !name_space.empty() ? name_space + "/" : std::string();
  const auto& objects = cluster_.store.table(listed).objects();
  for (auto object = objects.lower_bound(prefix); object != objects.end() && object->first.starts_with(prefix); ++object) {
    ResourcePath one{kind, kind, {}, object->first, {}};
    if (const std::size_t slash = object->first.find('/'); slash != std::string::npos) one.name_space = object->first.substr(0, slash), one.name = object->first.substr(slash + 1);
    if (row(kind).kind == "Lease") one.name_space = "kube-node-lease";
    if (Json made = computed(kind, one); !made.is_null()) items.push_back(std::move(made));
  }
  Json metadata = Json::object();
  if (row(kind).kind == "Lease") metadata["resourceVersion"] = std::to_string(cluster_.store.version());
  return {{"kind", std::string(row(kind).kind) + "List"}, {"apiVersion", row(kind).api_version()}, {"metadata", std::move(metadata)}, {"items", std::move(items)}};
}

}  // namespace akstwin
