/// What a client asks of an HTTP server and gets back: the port behind which a live server, a recording or a script can stand.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/result.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// "Sun, 22 Nov 2026 11:23:19 GMT" (RFC 9110, IMF-fixdate) as seconds since 1970; nothing for anything else.
std::optional<std::int64_t> parse_http_date(std::string_view text);

/// The value of a header whose name is written in any case, or empty.
std::string_view find_header(const HttpHeaders& headers, std::string_view name);
/// A secret in a URL or in text stays out of messages: everything behind "?" of a target.
std::string_view path_of(std::string_view target);

struct HttpRequest {
  std::string method = "GET";
  std::string target{};                  ///< path and query, percent-encoded; empty is sent as "/"
  HttpHeaders headers{};                 ///< besides Host, User-Agent and Content-Length
  std::string body{};
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers{};
  std::string body{};

  std::string_view header(std::string_view name) const { return find_header(headers, name); }
  bool ok() const { return status >= 200 && status < 300; }
  /// Retry-After in seconds; a date or nothing gives `otherwise`.
  Duration retry_after(Duration otherwise) const;
};

/// How a streaming answer stands. Broken: it ended without the end that HTTP prescribes.
enum class StreamState : std::uint8_t { Open, Ended, Broken };

/// An answer whose body arrives as time passes (a watch).
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  /// Status and headers; a refused stream has its whole body here.
  virtual const HttpResponse& head() const = 0;
  /// The bytes that arrived since the last call.
  virtual std::string take() = 0;
  /// Ended and Broken only when everything was taken.
  virtual StreamState state() const = 0;
};

/// A connection to one server. One thread; whoever waits lets all streams progress.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  /// One request and its whole answer; an Error when there is none (refused, cut, out of time).
  virtual Result<HttpResponse> send(const HttpRequest& request, Duration timeout) = 0;
  /// The same for an answer that streams. A status of 300 or more is returned with its body, ended.
  virtual Result<std::unique_ptr<HttpStream>> open(const HttpRequest& request, Duration timeout) = 0;
  /// Lets time pass: up to `longest`, less when a stream has something to take.
  virtual void wait(Duration longest) = 0;
  /// Lets all of `time` pass, whatever streams have.
  virtual void pause(Duration time) = 0;
  /// Microseconds since 1970-01-01 UTC.
  virtual std::int64_t now_us() const = 0;
};

/// When to repeat a request, after client-go: a 429 or 5xx that carries Retry-After is repeated after that time (rest/with_retry.go,
/// at most 10 times); a GET is repeated when the connection fails, with growing pauses.
struct RetryPolicy {
  int repeats = 10;
  int connection_repeats = 4;
  Duration first_pause{200'000}, longest_pause{30'000'000};
  Duration longest_retry_after{60'000'000};   ///< a server that asks for more is not waited for
};

/// Sends until there is an answer that is not to be repeated, or until the policy gives up.
Result<HttpResponse> send_with_retries(HttpTransport& transport, const HttpRequest& request, Duration timeout, const RetryPolicy& policy);
/// The pause before the n-th repeat (from 0): doubles from the first up to the longest.
Duration backoff(const RetryPolicy& policy, int repeat);

}  // namespace akstwin
