#include "adapters/serve/cluster_handler.hpp"

#include <algorithm>
#include <cstdlib>

#include "adapters/serve/printers.hpp"
#include "adapters/serve/quotas.hpp"
#include "adapters/serve/request_body.hpp"

namespace akstwin {
namespace {

/// Namespaces are resources themselves: what follows a namespace's name is a resource in it, unless it is one of its own subresources.
bool is_inside(const std::vector<std::string>& rest) { return rest.size() >= 3 && rest[0] == "namespaces" && rest[2] != "status" && rest[2] != "finalize"; }

/// Subresources behind which a process would have to stand.
bool needs_process(std::string_view kind, std::string_view subresource) {
  const bool proxy = subresource == "proxy" || subresource.starts_with("proxy/");
  if (kind == "Node" || kind == "Service") return proxy;
  return kind == "Pod" && (proxy || subresource == "exec" || subresource == "attach" || subresource == "portforward" || subresource == "ephemeralcontainers");
}

ApiFault unknown_resource() { return {404, "NotFound", "the server could not find the requested resource", Json::object()}; }

/// Whether the group of the path is served, in any version.
bool serves(const ApiRequest& request) {
  const std::string group = request.segments[0] == "api" ? "" : request.segments[1];
  return std::ranges::any_of(resource_kinds(), [&](const ResourceKind& kind) { return kind.group == group; });
}

}  // namespace

ResourcePath resource_path(const ApiRequest& request) {
  ResourcePath path;
  const auto& segments = request.segments;
  const bool core = !segments.empty() && segments[0] == "api";
  const std::size_t head = core ? 2 : 3;
  if (segments.size() <= head) return path;
  const std::string group = core ? "" : segments[1], version = segments[head - 1];
  std::vector<std::string> rest(segments.begin() + static_cast<std::ptrdiff_t>(head), segments.end());
  // The old form of a watch: /api/v1/watch/…
  if (rest.front() == "watch") rest.erase(rest.begin());
  if (rest.empty()) return path;
  if (is_inside(rest)) {
    path.name_space = rest[1];
    rest.erase(rest.begin(), rest.begin() + 2);
  }
  path.kind = find_resource(group, version, rest[0]);
  if (path.kind < 0) return path;
  path.stored = path.kind;
  if (group == "autoscaling" && version == "v1") path.stored = find_resource("autoscaling", "v2", rest[0]);
  if (group == "events.k8s.io") path.stored = find_resource("", "v1", "events");
  if (version == "v1beta2") path.stored = find_resource(group, "v1", rest[0]);   // Flux' older version of the same objects
  if (rest.size() > 1) path.name = rest[1];
  for (std::size_t i = 2; i < rest.size(); ++i) path.subresource += (i > 2 ? "/" : "") + rest[i];
  const bool namespaced = resource_kinds()[static_cast<std::size_t>(path.kind)].namespaced;
  if (!namespaced && !path.name_space.empty()) path.kind = -1;
  if (namespaced && path.name_space.empty() && !path.name.empty()) path.kind = -1;
  return path;
}

HttpServerResponse ClusterHandler::handle(const ApiRequest& request) {
  if (request.segments.size() > 2 && (request.segments[1] == "authorization.k8s.io" || request.segments[1] == "authentication.k8s.io")) return review(request);
  const ResourcePath path = resource_path(request);
  if (path.kind < 0) return request.segments.size() > (request.segments[0] == "api" ? 2U : 3U) && serves(request) ? status_response(unknown_resource()) : text_response(404, "404 page not found\n");
  if (auto fault = deny(request, path)) return status_response(*fault);
  HttpServerResponse out = serve(request, path);
  if (!row(path.kind).deprecation.empty()) add_warnings(out, {std::string(row(path.kind).deprecation)});
  return out;
}

HttpServerResponse ClusterHandler::serve(const ApiRequest& request, const ResourcePath& path) {
  if (auto fault = check_options(request)) return status_response(*fault);
  if (!path.subresource.empty()) {
    if (needs_process(row(path.kind).kind, path.subresource)) return no_process(request, path);
    const auto known = split_list(row(path.kind).subresources);
    if (std::ranges::find(known, path.subresource) == known.end()) return status_response(row(path.kind).custom ? not_found(row(path.kind), path.name) : unknown_resource());
    return subresource(request, path);
  }
  if (request.method == "GET") {
    const bool readable = request.accept.empty() || request.accept.find("json") != std::string::npos || request.accept.find("*/*") != std::string::npos || request.accept.find("yaml") != std::string::npos;
    if (!readable)
      return status_response({406, "NotAcceptable", "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch", Json::object()});
    return read(request, path);
  }
  if (row(path.kind).read_only) return status_response(method_not_allowed(request.method));
  if (request.method == "POST" && path.name.empty()) return create(request, path);
  if (request.method == "PUT" && !path.name.empty()) return replace(request, path);
  if (request.method == "PATCH" && !path.name.empty()) return patch(request, path);
  if (request.method == "DELETE") return path.name.empty() ? remove_collection(request, path) : remove(request, path);
  return status_response(method_not_allowed(request.method));
}

HttpServerResponse ClusterHandler::read(const ApiRequest& request, const ResourcePath& path) {
  if (row(path.kind).backing == Backing::Components) return components(request, path);
  if (row(path.kind).kind == "ResourceQuota") count_quotas(cluster_.store);
  if (row(path.kind).kind == "FlowSchema") cluster_.flows.settle();
  if (row(path.kind).kind == "Endpoints" || row(path.kind).kind == "EndpointSlice") cluster_.endpoints.ask();
  return path.name.empty() ? list(request, path) : get(request, path);
}

HttpServerResponse ClusterHandler::shown(const ApiRequest& request, const ResourcePath& path, const Json& object, int code) {
  const std::string_view form = request.wanted_form();
  if (form.empty()) return json_response(converted(path.kind, object), code);
  const std::uint64_t version = static_cast<std::uint64_t>(std::strtoull(object["metadata"].value("resourceVersion", "0").c_str(), nullptr, 10));
  const StoredObject stored = stored_form(row(path.kind), object, version);
  HttpServerResponse out;
  out.status = code;
  if (form == "Table") {
    out.body = R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":")" + std::to_string(version) + R"("},"columnDefinitions":)" +
               table_columns(row(path.kind)) + R"(,"rows":[)";
    append_object(out.body, row(path.kind), stored, ObjectForm::Table, world_.unix_now());
    out.body += "]}\n";
  } else {
    append_object(out.body, row(path.kind), stored, ObjectForm::Metadata, world_.unix_now());
    out.body += "\n";
  }
  return out;
}

HttpServerResponse ClusterHandler::get(const ApiRequest& request, const ResourcePath& path) {
  const Backing backing = row(path.kind).backing;
  const StoredObject* object = cluster_.store.table(path.stored).find(path.key());
  if (backing == Backing::Metrics || (backing == Backing::Leases && object == nullptr)) {
    const Json made = computed(path.kind, path);
    return made.is_null() ? status_response(not_found(row(path.kind), path.name)) : shown(request, path, made, 200);
  }
  ListPlace place_of_it;
  if (auto fault = place(request, path, place_of_it); fault && fault->code == 504) return status_response(*fault);
  if (object == nullptr) return status_response(not_found(row(path.kind), path.name));
  if (request.wanted_form().empty() && path.stored == path.kind) {
    HttpServerResponse out;
    out.body = object->text + "\n";
    return out;
  }
  return shown(request, path, Json::parse(object->text), 200);
}

/// A HorizontalPodAutoscaler of autoscaling/v1: CPU utilisation is a field of its own there.
Json ClusterHandler::converted(int kind, Json object) const {
  const ResourceKind& wanted = row(kind);
  if (wanted.group == "autoscaling" && wanted.version == "v1" && object.is_object() && object.contains("spec")) {
    object["apiVersion"] = "autoscaling/v1";
    for (const Json& metric : object["spec"].value("metrics", Json::array()))
      if (metric.value("type", "") == "Resource" && metric["resource"].value("name", "") == "cpu" && metric["resource"]["target"].contains("averageUtilization"))
        object["spec"]["targetCPUUtilizationPercentage"] = metric["resource"]["target"]["averageUtilization"];
    object["spec"].erase("metrics");
    object["spec"].erase("behavior");
    Json status = Json::object();
    for (const char* field : {"currentReplicas", "desiredReplicas", "lastScaleTime"})
      if (object.contains("status") && object["status"].contains(field)) status[field] = object["status"][field];
    if (object.contains("status"))
      for (const Json& metric : object["status"].value("currentMetrics", Json::array()))
        if (metric.value("type", "") == "Resource" && metric["resource"].value("name", "") == "cpu" && metric["resource"]["current"].contains("averageUtilization"))
          status["currentCPUUtilizationPercentage"] = metric["resource"]["current"]["averageUtilization"];
    object["status"] = std::move(status);
  } else if (wanted.group == "events.k8s.io" && object.is_object() && object.contains("involvedObject")) {
    object["apiVersion"] = "events.k8s.io/v1";
    object["regarding"] = object["involvedObject"];
    object["note"] = object.value("message", "");
    object["deprecatedSource"] = object.value("source", Json::object());
    object["deprecatedCount"] = object.value("count", 1);
    object["deprecatedFirstTimestamp"] = object.value("firstTimestamp", Json());
    object["deprecatedLastTimestamp"] = object.value("lastTimestamp", Json());
    object["reportingController"] = object.value("reportingComponent", "");
    for (const char* field : {"involvedObject", "message", "source", "count", "firstTimestamp", "lastTimestamp", "reportingComponent"}) object.erase(field);
  } else if (wanted.version == "v1beta2" && object.is_object()) {
    object["apiVersion"] = wanted.api_version();   // the fields that the twin knows are the same
  }
  return object;
}

Json ClusterHandler::stored_version(int kind, Json object) const {
  const ResourceKind& given = row(kind);
  if (given.group == "autoscaling" && given.version == "v1") {
    object["apiVersion"] = "autoscaling/v2";
    Json& spec = object["spec"];
    if (spec.is_object() && spec.contains("targetCPUUtilizationPercentage")) {
      const Json percent = spec["targetCPUUtilizationPercentage"];
      spec.erase("targetCPUUtilizationPercentage");
      spec["metrics"] = Json::array({Json{{"type", "Resource"}, {"resource", {{"name", "cpu"}, {"target", {{"type", "Utilization"}, {"averageUtilization", percent}}}}}}});
    }
  } else if (given.group == "events.k8s.io") {
    object["apiVersion"] = "v1";
    object["involvedObject"] = object.value("regarding", Json::object());
    object["message"] = object.value("note", "");
    object["reportingComponent"] = object.value("reportingController", "");
    object["source"] = {{"component", object["reportingComponent"]}};
    for (const char* field : {"regarding", "note", "reportingController"}) object.erase(field);
  } else if (given.version == "v1beta2") {
    object["apiVersion"] = std::string(given.group) + "/v1";
  }
  return object;
}

}  // namespace akstwin
