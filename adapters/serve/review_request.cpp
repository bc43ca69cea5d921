// Who is asking, whether they may, and what they may: impersonation and the reviews of authorization and authentication.
#include <algorithm>

#include "adapters/serve/cluster_handler.hpp"
#include "adapters/serve/request_body.hpp"

namespace akstwin {
namespace {

std::string verb_of(const ApiRequest& request, const ResourcePath& path) {
  if (request.method == "POST") return "create";
  if (request.method == "PUT") return "update";
  if (request.method == "PATCH") return "patch";
  if (request.method == "DELETE") return path.name.empty() ? "deletecollection" : "delete";
  if (!path.name.empty()) return "get";
  return request.flag("watch") ? "watch" : "list";
}

std::string text_in(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

AccessWish wish_of(const Json& spec) {
  const Json resource = spec.value("resourceAttributes", Json()), other = spec.value("nonResourceAttributes", Json());
  if (resource.is_object())
    return {text_in(resource, "verb"), text_in(resource, "group"), text_in(resource, "resource"), text_in(resource, "subresource"), text_in(resource, "namespace"), text_in(resource, "name")};
  if (other.is_object()) return {text_in(other, "verb"), {}, {}, {}, {}, {}, text_in(other, "path")};
  return {};
}

}  // namespace

/// Whoever has the token may do everything, and may act as anybody.
AccessUser user_of(const ApiRequest& request) {
  if (request.anonymous) return {"system:anonymous", {"system:unauthenticated"}};
  if (request.impersonated.empty()) return {"akstwin", {"system:masters", "system:authenticated"}};
  AccessUser user{request.impersonated, request.impersonated_groups};
  if (user.name.starts_with("system:serviceaccount:")) {
    const std::string rest = user.name.substr(22);
    user.groups.push_back("system:serviceaccounts");
    user.groups.push_back("system:serviceaccounts:" + rest.substr(0, rest.find(':')));
  }
  user.groups.push_back(user.name == "system:anonymous" ? "system:unauthenticated" : "system:authenticated");
  return user;
}

AccessWish wish_of(const ApiRequest& request, const ResourcePath& path) {
  const ResourceKind& kind = resource_kinds()[static_cast<std::size_t>(path.kind)];
  // A namespace is asked for within itself.
  const std::string space = kind.kind == "Namespace" ? path.name : path.name_space;
  return {verb_of(request, path), std::string(kind.group), std::string(kind.plural), path.subresource, space, path.name};
}

std::optional<ApiFault> ClusterHandler::deny(const ApiRequest& request, const ResourcePath& path) const {
  if (request.impersonated.empty()) return std::nullopt;
  const ResourceKind& kind = row(path.kind);
  const AccessUser user = user_of(request);
  const AccessWish wish = wish_of(request, path);
  if (is_allowed(cluster_.store, user, wish)) return std::nullopt;
  return forbidden(kind, path.name, denial(user, wish));
}

HttpServerResponse ClusterHandler::review(const ApiRequest& request) {
  const std::string& what = request.segments.back();
  constexpr std::string_view kKnown[] = {"selfsubjectaccessreviews", "subjectaccessreviews", "localsubjectaccessreviews", "selfsubjectreviews", "selfsubjectrulesreviews"};
  if (std::ranges::find(kKnown, what) == std::end(kKnown)) return text_response(404, "404 page not found\n");
  if (request.method != "POST") return status_response(method_not_allowed(request.method));
  auto body = read_plain_body(request);
  if (!body) return status_response(unsupported_media("application/json, application/yaml, application/vnd.kubernetes.protobuf"));
  AccessUser user = user_of(request);
  const Json spec = body->value("spec", Json()).is_object() ? (*body)["spec"] : Json::object();
  if (!body->contains("metadata")) (*body)["metadata"] = {{"creationTimestamp", nullptr}};
  (*body)["kind"] = body->value("kind", "");
  if (what == "selfsubjectreviews") {
    (*body)["metadata"]["creationTimestamp"] = world_.scenario().start.iso(world_.now());
    (*body)["status"] = {{"userInfo", {{"username", user.name}, {"groups", user.groups}}}};
  } else if (what == "selfsubjectrulesreviews") {
    (*body)["status"] = rules_of(cluster_.store, user, text_in(spec, "namespace"));
  } else {
    if (what != "selfsubjectaccessreviews") {
      user = {text_in(spec, "user"), {}};
      for (const Json& group : spec.value("groups", Json::array()))
        if (group.is_string()) user.groups.push_back(group.get<std::string>());
    }
    (*body)["status"] = {{"allowed", is_allowed(cluster_.store, user, wish_of(spec))}};
  }
  HttpServerResponse out = json_response(*body, 201);
  return out;
}

}  // namespace akstwin
