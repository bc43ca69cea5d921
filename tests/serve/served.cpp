#include "tests/serve/served.hpp"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include "scenarios/load.hpp"

namespace akstwin::test {

const Scenario& shop() {
  static const Scenario kShop = [] {
    Diagnostics diagnostics;
    LoadOptions options;
    options.path = std::string(AKSTWIN_SOURCE_DIR) + "/scenarios/catalog/first-cluster.yaml";
    auto scenario = load_scenario(options, diagnostics);
    if (!scenario) throw std::runtime_error("the catalogue's first cluster does not load");
    return std::move(*scenario);
  }();
  return kShop;
}

Answer Desk::ask(const std::string& method, const std::string& target, const Json& body, HttpHeaders headers) {
  if (std::ranges::find(headers, "Authorization", &std::pair<std::string, std::string>::first) == headers.end()) headers.emplace_back("Authorization", "Bearer " + std::string(kToken));
  else std::erase_if(headers, [](const auto& header) { return header.first == "Authorization" && header.second == "none"; });
  HttpServerRequest request{method, target, std::move(headers), {}};
  if (!body.is_null()) request.body = body.is_string() ? body.get<std::string>() : body.dump();
  if (!body.is_null() && request.header("Content-Type").empty()) request.headers.emplace_back("Content-Type", "application/json");
  if (const auto refusal = handler_.refuse(request)) return {refusal->status, refusal->body, Json::parse(refusal->body, nullptr, false), refusal->headers};
  const HttpServerResponse response = handler_.handle(request);
  if (response.stream) {
    Answer out{response.status, {}, nullptr, response.headers, true};
    response.stream->read(out.text);
    return out;
  }
  Json json = Json::parse(response.body, nullptr, false);
  return {response.status, response.body, json.is_discarded() ? Json() : std::move(json), response.headers};
}

std::unique_ptr<ResponseStream> Desk::watch(const std::string& target) {
  HttpServerRequest request{"GET", target, {{"Authorization", "Bearer " + std::string(kToken)}}, {}};
  return std::move(handler_.handle(request).stream);
}

Running::Running(ServeOptions options) : server_(shop(), std::move(options)) {
  std::signal(SIGPIPE, SIG_IGN);
  if (const auto started = server_.start(); !started) throw std::runtime_error(started.error().message);
  thread_ = std::thread([this] { server_.run({}); });
}

Running::~Running() { stop(); }

void Running::stop() {
  server_.stop();
  if (thread_.joinable()) thread_.join();
}

std::string Running::exchange(const std::string& bytes, std::chrono::milliseconds patience) const {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server_.port());
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  const timeval limit{patience.count() / 1'000, static_cast<suseconds_t>(patience.count() % 1'000 * 1'000)};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  std::string answer;
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* tls = SSL_new(context);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    SSL_set_fd(tls, socket);
    if (SSL_connect(tls) == 1) {
      if (!bytes.empty()) SSL_write(tls, bytes.data(), static_cast<int>(bytes.size()));
      char buffer[8192];
      for (int count = SSL_read(tls, buffer, sizeof buffer); count > 0; count = SSL_read(tls, buffer, sizeof buffer)) answer.append(buffer, static_cast<std::size_t>(count));
    }
  }
  SSL_free(tls);
  SSL_CTX_free(context);
  ::close(socket);
  return answer;
}

}  // namespace akstwin::test
