#include "adapters/record/recording_transport.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sim/base/text.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

constexpr const char* kRedacted = "REDACTED";
constexpr int kDeepestBody = 64;

bool secret_header(std::string_view name) {
  static constexpr std::string_view kNames[] = {"authorization", "cookie", "set-cookie", "proxy-authorization", "x-identity-header", "metadata-secret", "x-ms-authorization-auxiliary"};
  return std::ranges::find(kNames, lower_case(name)) != std::end(kNames);
}

bool secret_member(const std::string& name) {
  const std::string key = lower_case(name);
  return key == "token" || key.ends_with("_token") || key.ends_with("-token") || key.ends_with("password") || key.ends_with("secret") || key.ends_with("key-data") ||
         key == "clientkeydata" || key == "kubeconfigs" || key == "accesstoken" || key == "refreshtoken" || key == "connectionstring";
}

void redact(json& value, int depth) {
  if (depth > kDeepestBody) {
    value = kRedacted;
  } else if (value.is_object()) {
    const bool secret = value.contains("kind") && value["kind"] == "Secret";
    for (auto& [key, member] : value.items()) {
      if (member.is_string() && secret_member(key)) member = kRedacted;
      else if (secret && (key == "data" || key == "stringData")) member = json::object();
      else redact(member, depth + 1);
    }
  } else if (value.is_array()) {
    for (json& item : value) redact(item, depth + 1);
  }
}

/// A body of one object, or of one object a line.
std::string redact_body(const std::string& body) {
  static constexpr std::string_view kSigns[] = {"oken", "assword", "ecret", "key-data", "KeyData", "kubeconfigs", "onnectionString"};
  if (std::ranges::none_of(kSigns, [&](std::string_view sign) { return body.find(sign) != std::string::npos; })) return body;
  json parsed = json::parse(body, nullptr, false);
  if (parsed.is_discarded()) {
    // The pieces of a stream are no objects. A piece that names a secret is better lost than kept.
    const bool named = body.find("\"kind\":\"Secret\"") != std::string::npos || body.find("access_token") != std::string::npos || body.find("client_secret") != std::string::npos;
    return named ? kRedacted : body;
  }
  const std::string before = parsed.dump();
  redact(parsed, 0);
  return parsed.dump() == before ? body : parsed.dump();
}

/// Keeps the pieces of a stream as they are taken.
class RecordedStream final : public HttpStream {
 public:
  RecordedStream(RecordingTransport& owner, std::unique_ptr<HttpStream> inner, Exchange exchange, std::int64_t began)
      : owner_(owner), inner_(std::move(inner)), exchange_(std::move(exchange)), began_(began) {}
  ~RecordedStream() override { finish(ExchangeEnd::ClientClosed); }
  RecordedStream(const RecordedStream&) = delete;

  const HttpResponse& head() const override { return inner_->head(); }
  std::string take() override {
    std::string data = inner_->take();
    if (!data.empty()) exchange_.chunks.push_back({Duration{owner_.now_us() - began_}, data});
    return data;
  }
  StreamState state() const override { return inner_->state(); }

 private:
  void finish(ExchangeEnd end) {
    const StreamState state = inner_->state();
    exchange_.end = state == StreamState::Ended ? ExchangeEnd::Complete : state == StreamState::Broken ? ExchangeEnd::Cut : end;
    exchange_.end_at = Duration{owner_.now_us() - began_};
    owner_.write(std::move(exchange_));
  }

  RecordingTransport& owner_;
  std::unique_ptr<HttpStream> inner_;
  Exchange exchange_;
  std::int64_t began_;
};

}  // namespace

Exchange redacted(Exchange exchange) {
  const auto strip = [&](HttpHeaders& headers) {
    return std::erase_if(headers, [](const auto& header) { return secret_header(header.first); }) > 0;
  };
  if (strip(exchange.request.headers)) exchange.credential = true;
  strip(exchange.response.headers);
  const std::string path = exchange.path();
  const bool secret = path.find("/secrets") != std::string::npos || path.find("/oauth2/") != std::string::npos || path.find("/token") != std::string::npos ||
                      path.find("listCluster") != std::string::npos;
  if (secret) {
    if (!exchange.request.body.empty()) exchange.request.body = kRedacted;
    if (!exchange.response.body.empty()) exchange.response.body = kRedacted;
    exchange.chunks.clear();
    return exchange;
  }
  exchange.request.body = redact_body(exchange.request.body);
  exchange.response.body = redact_body(exchange.response.body);
  for (ExchangeChunk& chunk : exchange.chunks) chunk.data = redact_body(chunk.data);
  return exchange;
}

void RecordingTransport::write(Exchange exchange) {
  exchange.id = "live." + std::to_string(++count_);
  out_ << to_json(redacted(std::move(exchange))).dump() << '\n';
  out_.flush();
}

Result<HttpResponse> RecordingTransport::send(const HttpRequest& request, Duration timeout) {
  const std::int64_t began = inner_.now_us();
  auto response = inner_.send(request, timeout);
  Exchange exchange;
  exchange.sent_us = began;
  exchange.request = request;
  exchange.headers_at = exchange.end_at = Duration{inner_.now_us() - began};
  if (response) {
    exchange.response = *response;
  } else {
    exchange.end = ExchangeEnd::NoAnswer;
    exchange.error = response.error().message;
  }
  write(std::move(exchange));
  return response;
}

Result<std::unique_ptr<HttpStream>> RecordingTransport::open(const HttpRequest& request, Duration timeout) {
  const std::int64_t began = inner_.now_us();
  auto stream = inner_.open(request, timeout);
  Exchange exchange;
  exchange.sent_us = began;
  exchange.request = request;
  exchange.headers_at = Duration{inner_.now_us() - began};
  if (!stream) {
    exchange.end = ExchangeEnd::NoAnswer;
    exchange.error = stream.error().message;
    write(std::move(exchange));
    return stream;
  }
  exchange.response = (*stream)->head();
  return std::unique_ptr<HttpStream>(std::make_unique<RecordedStream>(*this, std::move(*stream), std::move(exchange), began));
}

}  // namespace akstwin
