/// Writes down every exchange of a live run, without its credentials.
#pragma once
#include <iosfwd>
#include <memory>
#include <string>

#include "adapters/record/exchange.hpp"

namespace akstwin {

/// What must not be kept is taken out: headers with credentials, bodies of Secrets and of token requests, members that are called token,
/// password, secret or key data.
Exchange redacted(Exchange exchange);

/// A decorator: one line of JSON an exchange, when it has ended. `out` outlives it.
class RecordingTransport final : public HttpTransport {
 public:
  RecordingTransport(HttpTransport& inner, std::ostream& out) : inner_(inner), out_(out) {}

  Result<HttpResponse> send(const HttpRequest& request, Duration timeout) override;
  Result<std::unique_ptr<HttpStream>> open(const HttpRequest& request, Duration timeout) override;
  void wait(Duration longest) override { inner_.wait(longest); }
  void pause(Duration time) override { inner_.pause(time); }
  std::int64_t now_us() const override { return inner_.now_us(); }

  /// Writes one exchange; streams call it when they end.
  void write(Exchange exchange);

 private:
  HttpTransport& inner_;
  std::ostream& out_;
  std::int64_t count_ = 0;
};

}  // namespace akstwin
