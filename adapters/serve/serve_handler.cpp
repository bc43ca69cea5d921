#include "adapters/serve/serve_handler.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "adapters/serve/discovery.hpp"
#include "adapters/serve/object_text.hpp"
#include "sim/base/text.hpp"

namespace akstwin {
namespace {

/// Compares in a time that does not depend on where the texts differ.
bool same_secret(std::string_view a, std::string_view b) { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

/// Paths that kube-apiserver answers to anybody, here of each cluster.
bool is_public(std::string_view target) {
  constexpr std::string_view kClusters = "/clusters/";
  std::string_view path = target.substr(0, target.find('?'));
  if (path.starts_with(kClusters)) path = path.substr(std::min(path.find('/', kClusters.size()), path.size()));
  for (const std::string_view known : {"/version", "/healthz", "/livez", "/readyz"})
    if (path == known) return true;
  return false;
}

/// The token of the request, or empty.
std::string_view bearer_of(const HttpServerRequest& head) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view given = head.header("Authorization");
  return given.starts_with(kBearer) ? given.substr(kBearer.size()) : std::string_view();
}

/// The resource behind the path, if it is one of the API.
ResourcePath api_path(const ApiRequest& request) {
  const bool api = !request.segments.empty() && (request.segments[0] == "api" || request.segments[0] == "apis");
  return api ? resource_path(request) : ResourcePath{};
}

/// What the request wants to do, with the resource or with the path alone.
AccessWish wish_at(const ApiRequest& request, const ResourcePath& path) {
  if (path.kind >= 0) return wish_of(request, path);
  AccessWish wish;
  wish.verb = lower_case(request.method);
  for (const std::string& segment : request.segments) wish.path += "/" + segment;   // as the cluster knows it: without /clusters/NAME
  return wish;
}

/// In the words for the resource that was asked for, or for the path.
ApiFault refuse_anonymous(const ApiRequest& request) {
  const ResourcePath path = api_path(request);
  const std::string why = denial(user_of(request), wish_at(request, path));
  if (path.kind < 0) return {403, "Forbidden", "forbidden: " + why, Json::object()};
  return forbidden(resource_kinds()[static_cast<std::size_t>(path.kind)], path.name, why);
}

void say_flow(HttpServerResponse& out, const FlowJudgement& flow) {
  if (flow.schema_uid.empty()) return;
  out.headers.emplace_back("X-Kubernetes-Pf-Flowschema-Uid", flow.schema_uid);
  out.headers.emplace_back("X-Kubernetes-Pf-Prioritylevel-Uid", flow.level_uid);
}

HttpServerResponse too_many_requests() {
  HttpServerResponse out = text_response(429, "Too many requests, please try again later.\n");
  out.headers.emplace_back("Retry-After", "1");
  return out;
}

}  // namespace

ServeHandler::ServeHandler(ServedWorld& world, std::string token) : world_(world), token_(std::move(token)), arm_(world) {
  for (ServedCluster& cluster : world_.clusters()) clusters_.emplace_back(world_, cluster, token_);
}

std::optional<HttpServerResponse> ServeHandler::refuse(const HttpServerRequest& head) {
  if (is_public(head.target)) return std::nullopt;
  if (head.header("Authorization").empty()) return answer_anonymous(head);
  if (same_secret(bearer_of(head), token_) || account_of(head)) return std::nullopt;
  return status_response({401, "Unauthorized", "Unauthorized"});
}

HttpServerResponse ServeHandler::answer_anonymous(const HttpServerRequest& head) {
  auto request = parse_request(head);
  if (!request) return status_response(bad_request("malformed request target"));
  request->anonymous = true;
  const std::size_t cluster = enter_cluster(*request).value_or(0);
  HttpServerResponse out = status_response(refuse_anonymous(*request));
  say_flow(out, judge(*request, cluster));
  return out;
}

/// Takes "/clusters/NAME" off the path; nothing when there is no such cluster. The first one also answers without.
std::optional<std::size_t> ServeHandler::enter_cluster(ApiRequest& request) const {
  auto& segments = request.segments;
  if (segments.size() < 2 || segments[0] != "clusters") return 0;
  const auto& clusters = world_.clusters();
  const auto found = std::ranges::find_if(clusters, [&](const ServedCluster& cluster) { return cluster.runtime.spec().name.text() == segments[1]; });
  if (found == clusters.end()) return std::nullopt;
  segments.erase(segments.begin(), segments.begin() + 2);
  return static_cast<std::size_t>(found - clusters.begin());
}

/// Nothing for what runs long and is no watch: kube-apiserver lets that pass (its default long-running subresources).
FlowJudgement ServeHandler::judge(const ApiRequest& request, std::size_t cluster) {
  const ResourcePath path = api_path(request);
  const std::string_view first = std::string_view(path.subresource).substr(0, path.subresource.find('/'));
  constexpr std::string_view kLongRunning[] = {"attach", "exec", "log", "portforward", "proxy"};
  if (std::ranges::find(kLongRunning, first) != std::end(kLongRunning)) return {};
  return world_.clusters()[cluster].flows.judge(user_of(request), wish_at(request, path));
}

/// The service account whose token the request carries, while it is good.
std::optional<AccountToken> ServeHandler::account_of(const HttpServerRequest& head) const {
  auto token = read_account_token(token_, bearer_of(head));
  if (token && token->expires <= world_.unix_now()) token.reset();
  return token;
}

HttpServerResponse ServeHandler::fault(int status, std::string_view message) {
  const std::string_view reason = status == 413 ? "RequestEntityTooLarge" : status == 431 ? "RequestHeaderFieldsTooLarge" : status == 408 ? "Timeout" : "BadRequest";
  HttpServerResponse out = status_response({status, std::string(reason), std::string(message)});
  out.close = true;
  return out;
}

HttpServerResponse ServeHandler::handle(const HttpServerRequest& request) {
  auto parsed = parse_request(request);
  if (!parsed) return fault(400, "malformed request target");
  parsed->anonymous = request.header("Authorization").empty();
  const auto account = account_of(request);
  if (account)
    if (auto refused = act_as(*account, *parsed)) return std::move(*refused);
  HttpServerResponse out;
  try {
    out = route(*parsed, std::string(request.header("Host")));
  } catch (const Json::exception& error) {
    // A document of another shape than Kubernetes': the place that read it says what it missed.
    out = status_response(bad_request(error.what()));
  }
  if (parsed->method == "HEAD") out.body.clear();
  out.headers.emplace_back("Audit-Id", uid_text("audit/" + std::to_string(++answered_)));
  if (out.status != 304 && out.content_type.starts_with("application/json")) out.headers.emplace_back("Cache-Control", "no-cache, private");
  return out;
}

/// A service account reaches its own cluster, as itself.
std::optional<HttpServerResponse> ServeHandler::act_as(const AccountToken& account, ApiRequest& request) const {
  const auto& segments = request.segments;
  const bool named = segments.size() >= 2 && segments[0] == "clusters";
  const std::string first = segments.empty() ? std::string() : segments[0];
  if (!named && (first == "twin" || first == "metrics" || first == "subscriptions")) return status_response({403, "Forbidden", "forbidden: User \"" + account.user() + "\" cannot use this path", Json::object()});
  const std::string cluster = named ? segments[1] : world_.scenario().clusters.front().name.str();
  if (cluster != account.cluster) return status_response({401, "Unauthorized", "Unauthorized"});
  // Nobody but the owner of the twin's own token acts as others: neither as a user nor with a user's groups.
  const bool as_user = !request.impersonated.empty();
  if (as_user || !request.impersonated_groups.empty()) {
    const std::string what = as_user ? "users" : "groups", who = as_user ? request.impersonated : request.impersonated_groups.front();
    return status_response({403, "Forbidden", what + " \"" + who + "\" is forbidden: User \"" + account.user() + "\" cannot impersonate resource \"" + what + "\" in API group \"\" at the cluster scope", Json{{"name", who}, {"kind", what}}});
  }
  request.impersonated = account.user();
  return std::nullopt;
}

HttpServerResponse ServeHandler::route(ApiRequest& request, const std::string& host) {
  if (request.segments.size() >= 2 && request.segments[0] == "clusters") {
    const auto cluster = enter_cluster(request);
    return cluster ? answer_cluster(request, *cluster, host) : text_response(404, "404 page not found\n");
  }
  const std::string first = request.segments.empty() ? std::string() : request.segments[0];
  if (first == "twin") return clock(request);
  if (first == "metrics" && request.method == "GET") {
    HttpServerResponse out = text_response(200, prometheus_text(world_));
    out.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return out;
  }
  if (first == "subscriptions") return arm_.handle(request, host);
  return answer_cluster(request, 0, host);
}

HttpServerResponse ServeHandler::answer_cluster(const ApiRequest& request, std::size_t cluster, const std::string& host) {
  const FlowJudgement flow = judge(request, cluster);
  HttpServerResponse out = flow.refused ? too_many_requests() : answer_admitted(request, cluster, host);
  say_flow(out, flow);
  return out;
}

HttpServerResponse ServeHandler::answer_admitted(const ApiRequest& request, std::size_t cluster, const std::string& host) {
  const int minor = world_.clusters()[cluster].runtime.spec().kubernetes_minor;
  if (auto found = answer_discovery(request, minor, host)) return std::move(*found);
  if (request.segments[0] != "api" && request.segments[0] != "apis") return text_response(404, "404 page not found\n");
  if (!world_.clusters()[cluster].runtime.server().state().reachable)
    return status_response({503, "ServiceUnavailable", "the control plane of this cluster is down in the simulation", Json{{"retryAfterSeconds", 1}}, {{"Retry-After", "1"}}});
  return clusters_[cluster].handle(request);
}

/// GET /twin/clock · PUT /twin/clock {"speed": "60x"} · POST /twin/step {"by": "10m"} · POST /twin/run-to {"at": "2026-03-02T10:00:00Z"} · POST /twin/compact.
HttpServerResponse ServeHandler::clock(const ApiRequest& request) {
  if (request.segments.size() != 2) return text_response(404, "404 page not found\n");
  const std::string& what = request.segments[1];
  const Epoch epoch = world_.scenario().start;
  const auto body = request.body.empty() ? Json::object() : parse_object_text(request.body, false).value_or(Json());
  if (!body.is_object()) return status_response(bad_request("the body is no JSON object"));
  const auto text = [&](const char* field) { return body.contains(field) && body[field].is_string() ? body[field].get<std::string>() : request.option(field); };
  if (what == "clock" && (request.method == "PUT" || request.method == "POST")) {
    const auto pace = parse_pace(text("speed"));
    if (!pace) return status_response(bad_request(pace.error().message));
    world_.set_pace(*pace);
  } else if (what == "step" && request.method == "POST") {
    const auto by = parse_duration(text("by"));
    if (!by || by->us <= 0) return status_response(bad_request("'by' is a duration: 30s, 10m, 2h"));
    world_.run_to(world_.now() + *by);
  } else if (what == "run-to" && request.method == "POST") {
    const auto at = parse_utc(text("at"));
    const auto after = parse_duration(text("at"));
    if (!at && !after) return status_response(bad_request("'at' is a time (2026-03-02T10:00:00Z) or a duration since the start (10h)"));
    world_.run_to(at ? SimTime{(*at - epoch.unix_seconds) * 1'000'000} : SimTime{} + *after);
  } else if (what == "compact" && request.method == "POST") {
    for (ServedCluster& cluster : world_.clusters()) cluster.store.compact();
  } else if (what != "clock" || request.method != "GET") {
    return what == "clock" || what == "step" || what == "run-to" || what == "compact" ? status_response(method_not_allowed(request.method)) : text_response(404, "404 page not found\n");
  }
  Json clusters = Json::array();
  for (const ServedCluster& cluster : world_.clusters()) clusters.push_back(cluster.runtime.spec().name.text());
  return json_response({{"now", epoch.iso(world_.now())}, {"elapsed", to_string(world_.now().since_start())}, {"horizon", epoch.iso(world_.horizon())}, {"speed", to_string(world_.pace())},
                        {"scenario", world_.scenario().name}, {"clusters", std::move(clusters)}});
}

}  // namespace akstwin
