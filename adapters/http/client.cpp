#include "adapters/http/client.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ctime>

namespace akstwin {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y)); });
}

/// Whether the server asks to come again. A disruption budget's refusal carries no Retry-After and is an answer.
bool asks_to_repeat(const HttpResponse& response) {
  return (response.status == 429 || response.status >= 500) && !response.header("Retry-After").empty();
}

}  // namespace

std::string_view find_header(const HttpHeaders& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (same_name(key, name)) return value;
  return {};
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  const std::string copy(text);
  std::tm parts{};
  const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return end != nullptr && *end == '\0' ? std::optional<std::int64_t>(::timegm(&parts)) : std::nullopt;
}

Duration HttpResponse::retry_after(Duration otherwise) const {
  const std::string_view text = header("Retry-After");
  if (const auto until = parse_http_date(text), now = parse_http_date(header("Date")); until && now && *until >= *now && *until - *now <= 86'400) return Duration{(*until - *now) * 1'000'000};
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || seconds < 0 || seconds > 86'400) return otherwise;
  return Duration{seconds * 1'000'000};
}

Duration backoff(const RetryPolicy& policy, int repeat) {
  Duration pause = policy.first_pause;
  for (int i = 0; i < repeat && pause < policy.longest_pause; ++i) pause = Duration{pause.us * 2};
  return std::min(pause, policy.longest_pause);
}

Result<HttpResponse> send_with_retries(HttpTransport& transport, const HttpRequest& request, Duration timeout, const RetryPolicy& policy) {
  const bool repeatable = request.method == "GET" || request.method == "HEAD";
  int refused = 0, failed = 0;
  while (true) {
    auto response = transport.send(request, timeout);
    if (!response) {
      // What a write did before the connection went is not known: the caller decides.
      if (!repeatable || failed >= policy.connection_repeats) return response;
      transport.pause(backoff(policy, failed++));
      continue;
    }
    if (!asks_to_repeat(*response) || refused >= policy.repeats) return response;
    const Duration pause = response->retry_after(policy.first_pause);
    if (pause > policy.longest_retry_after) return response;
    ++refused;
    transport.pause(pause);
  }
}

}  // namespace akstwin
