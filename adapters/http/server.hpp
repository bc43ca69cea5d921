/// An HTTPS server for one thread: requests in, bodies or endless streams out, with limits on everything that a client can spend.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/result.hpp"

namespace akstwin {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpServerRequest {
  std::string method, target;        ///< target as sent: path and query, percent-encoded
  HttpHeaders headers;
  std::string body;
  /// The value of a header by its name in any case, or empty.
  std::string_view header(std::string_view name) const;
};

/// An answer whose end is not known when it begins: a watch. Destroyed when the client goes or falls silent.
class ResponseStream {
 public:
  enum class State : std::uint8_t { Open, Ended };
  virtual ~ResponseStream() = default;
  /// Appends what there is to send now, at most a few hundred kilobytes; Ended: nothing will follow.
  virtual State read(std::string& out) = 0;
};

struct HttpServerResponse {
  int status = 200;
  std::string content_type = "application/json";
  HttpHeaders headers;
  std::string body;
  std::unique_ptr<ResponseStream> stream;   ///< instead of a body
  bool close = false;                       ///< end the connection after this answer
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// Looks at a request before its body is read; an answer refuses it.
  virtual std::optional<HttpServerResponse> refuse(const HttpServerRequest& head) = 0;
  virtual HttpServerResponse handle(const HttpServerRequest& request) = 0;
  /// An answer of the server itself (malformed request, too large), in the words of the handler's protocol.
  virtual HttpServerResponse fault(int status, std::string_view message) = 0;
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                   ///< 0: any free one
  std::string certificate_pem, key_pem;     ///< empty: plain HTTP, for tests of the protocol alone
  std::size_t header_bytes = 64 << 10;
  std::size_t body_bytes = 3 << 20;         ///< kube-apiserver takes 3 MiB (server options, MaxRequestBodyBytes, Kubernetes 1.32)
  std::size_t connections = 2'048;
  std::chrono::milliseconds request_timeout{15'000};   ///< from the first byte of a request (or of TLS) to the last
  std::chrono::milliseconds idle_timeout{90'000};      ///< between requests
  std::chrono::milliseconds write_timeout{30'000};     ///< a client that takes nothing for so long is dropped
};

/// Everything runs in the thread that calls run(): handlers need no locks.
class HttpServer {
 public:
  HttpServer(HttpServerOptions options, HttpHandler& handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;

  /// Binds; returns the port.
  Result<std::uint16_t> listen();
  /// Calls `tick` again and again, each time after the pause that it returned.
  void every(std::function<std::chrono::milliseconds()> tick);
  /// Streams look at once whether there is something to send.
  void wake_streams();
  /// Serves until stop().
  void run();
  /// May be called from any thread.
  void stop();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace akstwin
