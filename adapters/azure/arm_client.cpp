#include "adapters/azure/arm_client.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/http/json_field.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

constexpr Duration kTimeout{60'000'000};

json body_of(const HttpResponse& response) {
  json parsed = json::parse(response.body, nullptr, false);
  return parsed.is_discarded() ? json::object() : parsed;
}

/// Path and query of an operation's address. Only those of the same server are followed: a token goes nowhere else.
std::string same_server(std::string_view url) {
  static constexpr std::string_view kServer = "https://management.azure.com/";
  if (url.starts_with('/')) return std::string(url);
  return url.starts_with(kServer) ? std::string(url.substr(kServer.size() - 1)) : std::string{};
}

std::string provisioning_state(const json& resource) {
  const auto properties = resource.is_object() ? resource.find("properties") : resource.end();
  return properties != resource.end() ? text_at(*properties, "provisioningState") : std::string{};
}

bool is_failure(const std::string& state) { return state == "Failed" || state == "Canceled" || state == "Cancelled"; }

}  // namespace

std::string arm_error(const HttpResponse& response) {
  const json body = body_of(response);
  const json& error = body.contains("error") ? body["error"] : body;
  const std::string code = text_at(error, "code"), message = text_at(error, "message");
  std::string out = std::to_string(response.status);
  if (!code.empty()) out += " " + code;
  if (!message.empty()) out += ": " + message.substr(0, 500);
  return out;
}

Result<HttpResponse> ArmClient::send(HttpRequest request) {
  for (int attempt = 0;; ++attempt) {
    auto token = credentials_.bearer(transport_.now_us());
    if (!token) return tl::unexpected(token.error());
    std::erase_if(request.headers, [](const auto& header) { return header.first == "Authorization"; });
    request.headers.emplace_back("Authorization", "Bearer " + *token);
    auto response = send_with_retries(transport_, request, kTimeout, limits_.retries);
    if (!response || response->status != 401 || attempt > 0) return response;
    credentials_.rejected();
  }
}

Result<json> ArmClient::get(const std::string& path) {
  auto response = send({.target = path});
  if (!response) return tl::unexpected(response.error());
  if (!response->ok()) return fail("GET " + std::string(path_of(path)) + ": " + arm_error(*response));
  return body_of(*response);
}

Result<json> ArmClient::start(const ArmRequest& request, std::string& operation) {
  HttpRequest http{request.method, request.path, {}, request.body};
  if (!request.body.empty()) http.headers.emplace_back("Content-Type", "application/json");
  auto response = send(http);
  if (!response) return tl::unexpected(std::move(response.error()).within(request.what));
  if (!response->ok()) return fail(request.what + ": " + arm_error(*response));
  operation = same_server(response->header("Azure-AsyncOperation"));
  if (operation.empty()) operation = same_server(response->header("Location"));
  return body_of(*response);
}

Result<json> ArmClient::run(const ArmRequest& request) {
  HttpRequest http{request.method, request.path, {}, request.body};
  if (!request.body.empty()) http.headers.emplace_back("Content-Type", "application/json");
  auto response = send(http);
  if (!response) return tl::unexpected(std::move(response.error()).within(request.what));
  if (!response->ok()) return fail(request.what + ": " + arm_error(*response));
  return await(request, std::move(*response));
}

Result<json> ArmClient::await(const ArmRequest& request, HttpResponse accepted) {
  const std::string operation = same_server(accepted.header("Azure-AsyncOperation"));
  std::string location = same_server(accepted.header("Location"));
  const std::int64_t deadline = transport_.now_us() + limits_.patience.us;
  json last = body_of(accepted);
  const bool by_state = operation.empty() && location.empty();
  if (by_state && (accepted.status == 204 || provisioning_state(last).empty() || provisioning_state(last) == "Succeeded")) return last;
  Duration pause = accepted.retry_after(limits_.poll);
  while (transport_.now_us() < deadline) {
    transport_.pause(pause);
    auto looked = send({.target = !operation.empty() ? operation : by_state ? request.path : location});
    if (!looked) return tl::unexpected(std::move(looked.error()).within(request.what));
    // An operation that is done is forgotten after a while; its resource says how it ended.
    if (looked->status == 404 && !operation.empty()) return get(request.path);
    if (!looked->ok()) return fail(request.what + ": " + arm_error(*looked));
    pause = looked->retry_after(limits_.poll);
    last = body_of(*looked);
    const std::string state = operation.empty() ? provisioning_state(last) : text_at(last, "status");
    if (is_failure(state)) return fail(request.what + ": " + state + ", " + arm_error(*looked));
    if (!operation.empty() || by_state) {
      if (state != "Succeeded") continue;
      return request.method == "PUT" && !operation.empty() ? get(request.path) : Result<json>(last);
    }
    if (looked->status != 202) return last;
    if (const std::string next = same_server(looked->header("Location")); !next.empty()) location = next;
  }
  return fail(request.what + ": not done within " + to_string(limits_.patience));
}

}  // namespace akstwin
