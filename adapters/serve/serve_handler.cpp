#include "adapters/serve/serve_handler.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cctype>

#include "adapters/serve/discovery.hpp"
#include "adapters/serve/object_text.hpp"

namespace akstwin {
namespace {

/// Compares in a time that does not depend on where the texts differ.
bool same_secret(std::string_view a, std::string_view b) { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

/// Paths that kube-apiserver answers to anybody.
bool is_public(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
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

/// In the words for the resource that was asked for, or for the path.
ApiFault refuse_anonymous(const HttpServerRequest& head) {
  const AccessUser nobody{"system:anonymous", {"system:unauthenticated"}};
  auto request = parse_request(head);
  if (!request) return bad_request("malformed request target");
  auto& segments = request->segments;
  if (segments.size() >= 2 && segments[0] == "clusters") segments.erase(segments.begin(), segments.begin() + 2);
  const bool api = !segments.empty() && (segments[0] == "api" || segments[0] == "apis");
  if (const ResourcePath path = api ? resource_path(*request) : ResourcePath{}; path.kind >= 0)
    return forbidden(resource_kinds()[static_cast<std::size_t>(path.kind)], path.name, denial(nobody, wish_of(*request, path)));
  AccessWish wish;
  wish.verb = request->method;
  std::ranges::transform(wish.verb, wish.verb.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  wish.path = request->path;
  return {403, "Forbidden", "forbidden: " + denial(nobody, wish), Json::object()};
}

}  // namespace

ServeHandler::ServeHandler(ServedWorld& world, std::string token) : world_(world), token_(std::move(token)), arm_(world) {
  for (ServedCluster& cluster : world_.clusters()) clusters_.emplace_back(world_, cluster, token_);
}

std::optional<HttpServerResponse> ServeHandler::refuse(const HttpServerRequest& head) {
  if (is_public(head.target)) return std::nullopt;
  if (head.header("Authorization").empty()) return status_response(refuse_anonymous(head));
  if (same_secret(bearer_of(head), token_) || account_of(head)) return std::nullopt;
  return status_response({401, "Unauthorized", "Unauthorized"});
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
    for (std::size_t i = 0; i < clusters_.size(); ++i) {
      if (world_.clusters()[i].runtime.spec().name.text() != request.segments[1]) continue;
      request.segments.erase(request.segments.begin(), request.segments.begin() + 2);
      return answer_cluster(request, i, host);
    }
    return text_response(404, "404 page not found\n");
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
  const int minor = world_.clusters()[cluster].runtime.spec().kubernetes_minor;
  if (auto found = answer_discovery(request, minor, host)) return std::move(*found);
  if (request.segments[0] != "api" && request.segments[0] != "apis") return text_response(404, "404 page not found\n");
  if (!world_.clusters()[cluster].runtime.server().state().reachable)
    return status_response({503, "ServiceUnavailable", "the control plane of this cluster is down in the simulation", Json{{"retryAfterSeconds", 1}}, {{"Retry-After", "1"}}});
  return clusters_[cluster].handle(request);
}

/// GET /twin/clock · PUT /twin/clock {"speed": "60x"} · POST /twin/step {"by": "10m"} · POST /twin/run-to {"at": "2026-03-02T10:00:00Z"}.
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
  } else if (what != "clock" || request.method != "GET") {
    return what == "clock" || what == "step" || what == "run-to" ? status_response(method_not_allowed(request.method)) : text_response(404, "404 page not found\n");
  }
  Json clusters = Json::array();
  for (const ServedCluster& cluster : world_.clusters()) clusters.push_back(cluster.runtime.spec().name.text());
  return json_response({{"now", epoch.iso(world_.now())}, {"elapsed", to_string(world_.now().since_start())}, {"horizon", epoch.iso(world_.horizon())}, {"speed", to_string(world_.pace())},
                        {"scenario", world_.scenario().name}, {"clusters", std::move(clusters)}});
}

}  // namespace akstwin
