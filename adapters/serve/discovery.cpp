#include "adapters/serve/discovery.hpp"

#include <algorithm>
#include <map>

#include "sim/base/hash.hpp"

namespace akstwin {
namespace {

Json verbs_of(const ResourceKind& kind) {
  if (kind.read_only) return {"get", "list"};
  if (kind.kind == "Namespace") return {"create", "delete", "get", "list", "patch", "update", "watch"};
  return {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
}

/// The kind and verbs of a subresource.
struct Subresource { std::string group, version, kind; Json verbs; };
Subresource subresource_of(const ResourceKind& kind, std::string_view name) {
  if (name == "scale") return {"autoscaling", "v1", "Scale", {"get", "patch", "update"}};
  if (name == "eviction") return {"policy", "v1", "Eviction", Json::array({"create"})};
  if (name == "binding") return {"", "", "Binding", Json::array({"create"})};
  if (name == "log") return {"", "", std::string(kind.kind), Json::array({"get"})};
  if (name == "finalize") return {"", "", std::string(kind.kind), Json::array({"update"})};
  return {"", "", std::string(kind.kind), {"get", "patch", "update"}};
}

/// Kinds that exist only as reviews: created and answered, never stored.
struct Review {
  std::string_view group, plural, kind;
  bool namespaced;
  std::string_view singular() const { return plural.substr(0, plural.size() - 1); }
};
constexpr Review kReviews[] = {{"authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview", false},
                               {"authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview", true},
                               {"authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false},
                               {"authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false},
                               {"authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", false}};

std::vector<std::pair<std::string, std::vector<std::string>>> groups() {
  std::vector<std::pair<std::string, std::vector<std::string>>> out;
  const auto add = [&](std::string_view group, std::string_view version) {
    auto found = std::ranges::find(out, group, &std::pair<std::string, std::vector<std::string>>::first);
    if (found == out.end()) found = out.insert(out.end(), {std::string(group), {}});
    if (std::ranges::find(found->second, version) == found->second.end()) found->second.emplace_back(version);
  };
  for (const ResourceKind& kind : resource_kinds()) add(kind.group, kind.version);
  for (const Review& review : kReviews) add(review.group, "v1");
  return out;
}

Json aggregated_resources(const std::string& group, const std::string& version) {
  Json out = Json::array();
  for (const ResourceKind& kind : resource_kinds()) {
    if (kind.group != group || kind.version != version) continue;
    Json entry{{"resource", kind.plural}, {"responseKind", {{"group", kind.custom ? kind.group : ""}, {"version", kind.custom ? kind.version : ""}, {"kind", kind.kind}}}, {"scope", kind.namespaced ? "Namespaced" : "Cluster"},
               {"singularResource", kind.singular}, {"verbs", verbs_of(kind)}};
    for (const auto name : split_list(kind.short_names)) entry["shortNames"].push_back(name);
    for (const auto name : split_list(kind.categories)) entry["categories"].push_back(name);
    for (const auto name : split_list(kind.subresources)) {
      const Subresource sub = subresource_of(kind, name);
      entry["subresources"].push_back({{"subresource", name}, {"responseKind", {{"group", sub.group}, {"version", sub.version}, {"kind", sub.kind}}}, {"verbs", sub.verbs}});
    }
    out.push_back(std::move(entry));
  }
  for (const Review& review : kReviews)
    if (review.group == group)
      out.push_back({{"resource", review.plural}, {"responseKind", {{"group", ""}, {"version", ""}, {"kind", review.kind}}}, {"scope", review.namespaced ? "Namespaced" : "Cluster"},
                     {"singularResource", review.singular()}, {"verbs", Json::array({"create"})}});
  return out;
}

Json aggregated(bool core) {
  Json items = Json::array();
  for (const auto& [group, versions] : groups()) {
    if (group.empty() != core) continue;
    Json metadata{{"creationTimestamp", nullptr}};
    if (!group.empty()) metadata["name"] = group;
    Json item{{"metadata", std::move(metadata)}, {"versions", Json::array()}};
    for (const std::string& version : versions) item["versions"].push_back({{"version", version}, {"resources", aggregated_resources(group, version)}, {"freshness", "Current"}});
    items.push_back(std::move(item));
  }
  return items;
}

Json resource_list(const std::string& group, const std::string& version) {
  Json resources = Json::array();
  for (const ResourceKind& kind : resource_kinds()) {
    if (kind.group != group || kind.version != version) continue;
    Json entry{{"name", kind.plural}, {"singularName", kind.singular}, {"namespaced", kind.namespaced}, {"kind", kind.kind}, {"verbs", verbs_of(kind)}};
    for (const auto name : split_list(kind.short_names)) entry["shortNames"].push_back(name);
    for (const auto name : split_list(kind.categories)) entry["categories"].push_back(name);
    resources.push_back(std::move(entry));
    for (const auto name : split_list(kind.subresources)) {
      const Subresource sub = subresource_of(kind, name);
      Json child{{"name", std::string(kind.plural) + "/" + std::string(name)}, {"singularName", ""}, {"namespaced", kind.namespaced}, {"kind", sub.kind}, {"verbs", sub.verbs}};
      if (!sub.group.empty()) child["group"] = sub.group, child["version"] = sub.version;
      resources.push_back(std::move(child));
    }
  }
  for (const Review& review : kReviews)
    if (review.group == group)
      resources.push_back({{"name", review.plural}, {"singularName", review.singular()}, {"namespaced", review.namespaced}, {"kind", review.kind}, {"verbs", Json::array({"create"})}});
  Json out{{"kind", "APIResourceList"}, {"groupVersion", group.empty() ? version : group + "/" + version}, {"resources", std::move(resources)}};
  if (!group.empty()) out["apiVersion"] = "v1";   // the core group leaves it out
  return out;
}

Json group_object(const std::string& group, const std::vector<std::string>& versions) {
  Json list = Json::array();
  for (const std::string& version : versions) list.push_back({{"groupVersion", group + "/" + version}, {"version", version}});
  return {{"name", group}, {"versions", list}, {"preferredVersion", list.front()}};
}

/// With an ETag, so that a client that has it already is told so.
HttpServerResponse tagged(const ApiRequest& request, HttpServerResponse response) {
  const std::string tag = "\"" + sha256_hex(response.body) + "\"";
  response.headers.emplace_back("Etag", tag);
  response.headers.emplace_back("Vary", "Accept");
  response.headers.emplace_back("Cache-Control", "public");
  if (request.if_none_match != tag) return response;
  response.status = 304;
  response.body.clear();
  response.content_type.clear();
  return response;
}

HttpServerResponse answer_groups(const ApiRequest& request, bool core, const std::string& host) {
  if (request.accepts_aggregated_discovery()) {
    const bool known = request.accept.find("v=v2;") != std::string::npos || request.accept.find("v=v2beta1") != std::string::npos;
    if (!known && request.accept.find(',') == std::string::npos)
      return status_response({406, "NotAcceptable", "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf"});
    const bool beta = request.accept.find("v=v2;") == std::string::npos && request.accept.find("v=v2beta1") != std::string::npos;
    const std::string version = beta ? "v2beta1" : "v2";
    HttpServerResponse out = json_response({{"kind", "APIGroupDiscoveryList"}, {"apiVersion", "apidiscovery.k8s.io/" + version}, {"metadata", Json::object()}, {"items", aggregated(core)}});
    out.content_type = "application/json;g=apidiscovery.k8s.io;v=" + version + ";as=APIGroupDiscoveryList";
    return tagged(request, std::move(out));
  }
  if (core)
    return json_response({{"kind", "APIVersions"}, {"versions", Json::array({"v1"})}, {"serverAddressByClientCIDRs", Json::array({Json{{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", host}}})}});
  Json list = Json::array();
  for (const auto& [group, versions] : groups())
    if (!group.empty()) list.push_back(group_object(group, versions));
  return json_response({{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(list)}});
}

HttpServerResponse answer_version(int minor) {
  const std::string text = std::to_string(minor);
  return json_response({{"major", "1"}, {"minor", text}, {"gitVersion", "v1." + text + ".0+akstwin"}, {"gitCommit", ""}, {"gitTreeState", "clean"}, {"buildDate", "2026-01-01T00:00:00Z"},
                        {"goVersion", "none"}, {"compiler", "none"}, {"platform", "linux/amd64"}});
}

std::optional<HttpServerResponse> answer_group(const ApiRequest& request) {
  const auto& segments = request.segments;
  const bool core = segments[0] == "api";
  const auto all = groups();
  if (core && segments.size() == 2) return segments[1] == "v1" ? json_response(resource_list("", "v1")) : text_response(404, "404 page not found\n");
  if (core) return std::nullopt;
  const auto found = std::ranges::find(all, segments[1], &std::pair<std::string, std::vector<std::string>>::first);
  if (found == all.end() || found->first.empty()) return text_response(404, "404 page not found\n");
  if (segments.size() == 2) {
    Json body = group_object(found->first, found->second);
    body["kind"] = "APIGroup";
    body["apiVersion"] = "v1";
    return json_response(body);
  }
  const bool known = std::ranges::find(found->second, segments[2]) != found->second.end();
  if (!known) return status_response({404, "NotFound", "the server could not find the requested resource", Json::object()});
  if (segments.size() == 3) return json_response(resource_list(segments[1], segments[2]));
  return std::nullopt;
}

/// The schemas as text; they follow from the table of types alone and are made once.
struct SchemaDocuments {
  struct Document { std::string text, hash; };
  std::map<std::string, Document> v3;          ///< by path: "apis/apps/v1"
  std::string index, v2, v2_protobuf;
};

const SchemaDocuments& schema_documents() {
  static const SchemaDocuments kDocuments = [] {
    SchemaDocuments out;
    Json paths = Json::object();
    for (const auto& [group, versions] : groups())
      for (const std::string& version : versions) {
        const Json document = openapi_v3(group, version);
        if (document.is_null()) continue;
        const std::string path = group.empty() ? "api/" + version : "apis/" + group + "/" + version;
        SchemaDocuments::Document& entry = out.v3[path];
        entry.text = document.dump() + "\n";
        entry.hash = sha256_hex(entry.text);
        paths[path] = {{"serverRelativeURL", "/openapi/v3/" + path + "?hash=" + entry.hash}};
      }
    out.index = Json{{"paths", std::move(paths)}}.dump() + "\n";
    out.v2 = openapi_v2().dump() + "\n";
    out.v2_protobuf = openapi_v2_protobuf();
    return out;
  }();
  return kDocuments;
}

HttpServerResponse answer_openapi(const ApiRequest& request) {
  const auto& segments = request.segments;
  HttpServerResponse out;
  if (segments.size() == 2 && segments[1] == "v2") {
    const bool protobuf = request.accept.find("protobuf") != std::string::npos;
    if (protobuf) out.content_type = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    out.body = protobuf ? schema_documents().v2_protobuf : schema_documents().v2;
    return tagged(request, std::move(out));
  }
  if (segments.size() < 2 || segments[1] != "v3") return text_response(404, "404 page not found\n");
  if (segments.size() == 2) {
    out.body = schema_documents().index;
    return tagged(request, std::move(out));
  }
  std::string path;
  for (std::size_t i = 2; i < segments.size(); ++i) path += (i > 2 ? "/" : "") + segments[i];
  const auto found = schema_documents().v3.find(path);
  if (found == schema_documents().v3.end()) return text_response(404, "404 page not found\n");
  if (const std::string hash = request.option("hash"); !hash.empty() && hash != found->second.hash) {
    // Another version of the document than there is: where the present one is.
    out.status = 301;
    out.headers.emplace_back("Location", "/openapi/v3/" + path + "?hash=" + found->second.hash);
    return out;
  }
  out.body = found->second.text;
  return tagged(request, std::move(out));
}

}  // namespace

std::optional<HttpServerResponse> answer_discovery(const ApiRequest& request, int kubernetes_minor, const std::string& host) {
  const auto& segments = request.segments;
  if (segments.empty()) {
    Json paths = Json::array({"/api", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"});
    return request.method == "GET" ? json_response({{"paths", paths}}) : status_response(method_not_allowed(request.method));
  }
  const std::string& first = segments[0];
  const bool health = first == "healthz" || first == "livez" || first == "readyz";
  const bool ours = health || first == "version" || first == "openapi" || ((first == "api" || first == "apis") && segments.size() <= (first == "api" ? 2U : 3U));
  if (!ours) return std::nullopt;
  if (request.method != "GET") return status_response(method_not_allowed(request.method));
  if (health) return segments.size() == 1 ? text_response(200, "ok") : text_response(404, "404 page not found\n");
  if (first == "version") return answer_version(kubernetes_minor);
  if (first == "openapi") return answer_openapi(request);
  if (segments.size() == 1) return answer_groups(request, first == "api", host);
  return answer_group(request);
}

}  // namespace akstwin
