#include "adapters/kube/kube_client.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/http/json_field.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

// A watch answers at once, but for at most a quarter of the request's timeout in a queue of priority and fairness; several of them must not keep a run from looking up.
constexpr Duration kWatchAnswer{20'000'000};
constexpr Duration kRequestTimeout{60'000'000};   // the API server ends a request after 60 s itself (--request-timeout)

void read_details(const json& status, KubeStatus& out) {
  if (const auto details = status.find("details"); details != status.end() && details->is_object())
    if (const auto causes = details->find("causes"); causes != details->end() && causes->is_array())
      for (const json& cause : *causes)
        if (cause.is_object()) out.causes.push_back(text_at(cause, "reason"));
  if (const auto metadata = status.find("metadata"); metadata != status.end() && metadata->is_object()) out.continue_token = text_at(*metadata, "continue");
}

}  // namespace

bool KubeStatus::has_cause(std::string_view reason_of_cause) const { return std::ranges::find(causes, reason_of_cause) != causes.end(); }

std::string KubeStatus::words() const {
  std::string text = std::to_string(code);
  if (!reason.empty()) text += " " + reason;
  if (!message.empty()) text += ": " + message.substr(0, 500);
  return text;
}

KubeStatus status_of(const json& object) {
  KubeStatus out;
  if (!object.is_object() || text_at(object, "kind") != "Status") return out;
  out.is_status = true;
  if (const auto code = object.find("code"); code != object.end() && code->is_number_integer()) out.code = *code;
  out.reason = text_at(object, "reason");
  out.message = text_at(object, "message");
  read_details(object, out);
  return out;
}

KubeStatus status_of(const HttpResponse& response) {
  KubeStatus out;
  const json parsed = json::parse(response.body, nullptr, false);
  if (!parsed.is_discarded()) out = status_of(parsed);
  if (!out.is_status) out.message = response.body.substr(0, 200);
  while (!out.message.empty() && out.message.back() == '\n') out.message.pop_back();
  out.code = response.status;
  return out;
}

bool refused_by_budget(const HttpResponse& response) { return response.status == 429 && status_of(response).has_cause("DisruptionBudget"); }

std::string encode_query(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kDigits[byte >> 4U]);
      out.push_back(kDigits[byte & 15U]);
    }
  }
  return out;
}

KubeClient::KubeClient(HttpTransport& transport, Credentials& credentials, RetryPolicy policy)
    : transport_(transport), credentials_(credentials), policy_(policy) {}

Result<void> KubeClient::authorize(HttpRequest& request) {
  auto token = credentials_.bearer(transport_.now_us());
  if (!token) return tl::unexpected(token.error());
  std::erase_if(request.headers, [](const auto& header) { return header.first == "Authorization"; });
  if (!token->empty()) request.headers.emplace_back("Authorization", "Bearer " + *token);
  return {};
}

Result<HttpResponse> KubeClient::send(HttpRequest request) {
  if (find_header(request.headers, "Accept").empty()) request.headers.emplace_back("Accept", "application/json");
  if (auto done = authorize(request); !done) return tl::unexpected(done.error());
  auto response = send_with_retries(transport_, request, kRequestTimeout, policy_);
  if (!response || response->status != 401) return response;
  credentials_.rejected();
  if (auto done = authorize(request); !done) return tl::unexpected(done.error());
  return send_with_retries(transport_, request, kRequestTimeout, policy_);
}

Result<json> KubeClient::get(const std::string& target) {
  auto response = send({.target = target});
  if (!response) return tl::unexpected(response.error());
  if (!response->ok()) return fail("GET " + std::string(path_of(target)) + ": " + status_of(*response).words());
  json parsed = json::parse(response->body, nullptr, false);
  if (parsed.is_discarded()) return fail("GET " + std::string(path_of(target)) + ": the answer is no JSON");
  return parsed;
}

Result<std::unique_ptr<HttpStream>> KubeClient::watch(const std::string& target) {
  HttpRequest request{.target = target, .headers = {{"Accept", "application/json"}}};
  if (auto done = authorize(request); !done) return tl::unexpected(done.error());
  auto stream = transport_.open(request, kWatchAnswer);
  if (stream && (*stream)->head().status == 401) credentials_.rejected();
  return stream;
}

}  // namespace akstwin
