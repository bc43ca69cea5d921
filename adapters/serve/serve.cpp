#include "adapters/serve/serve.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstring>

#include "adapters/http/base64.hpp"
#include "adapters/http/tls_identity.hpp"
#include "adapters/serve/serve_handler.hpp"

namespace akstwin {
namespace {

// 256 bits, as kubeadm's service account tokens have at least.
constexpr int kTokenBytes = 32;

bool is_loopback(const std::string& address) { return address == "::1" || address.starts_with("127."); }

/// Writes a file that only its owner can read, and never through somebody else's link.
Result<void> write_private(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (file < 0) return fail("cannot write " + path + ": " + std::strerror(errno));
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(file, text.data() + written, text.size() - written);
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  const bool whole = written == text.size() && ::close(file) == 0 && ::rename(draft.c_str(), path.c_str()) == 0;
  if (!whole) return fail("cannot write " + path + ": " + std::strerror(errno));
  return {};
}

}  // namespace

class TwinServer::Parts {
 public:
  Parts(const Scenario& scenario, ServeOptions given) : options(std::move(given)), world(scenario, options.pace, options.watch_log_bytes) {}

  ServeOptions options;
  ServedWorld world;
  TlsIdentity identity;
  std::string token;
  std::unique_ptr<ServeHandler> handler;
  std::unique_ptr<HttpServer> server;
  std::uint16_t port = 0;
};

TwinServer::TwinServer(const Scenario& scenario, ServeOptions options) : parts_(std::make_unique<Parts>(scenario, std::move(options))) {}
TwinServer::~TwinServer() = default;

Result<void> TwinServer::start() {
  Parts& parts = *parts_;
  if (!is_loopback(parts.options.address) && !parts.options.allow_remote)
    return fail(parts.options.address + " can be reached by other machines; say --allow-remote if that is meant");
  auto token = random_token(kTokenBytes);
  if (!token) return tl::unexpected<Error>(token.error());
  parts.token = std::move(*token);
  auto identity = make_tls_identity({"127.0.0.1", "::1", "localhost", parts.options.address});
  if (!identity) return tl::unexpected<Error>(identity.error());
  parts.identity = std::move(*identity);
  parts.handler = std::make_unique<ServeHandler>(parts.world, parts.token);
  HttpServerOptions http;
  http.address = parts.options.address;
  http.port = parts.options.port;
  http.certificate_pem = parts.identity.certificate_pem;
  http.key_pem = parts.identity.key_pem;
  http.request_timeout = parts.options.request_timeout;
  http.write_timeout = parts.options.write_timeout;
  parts.server = std::make_unique<HttpServer>(std::move(http), *parts.handler);
  const auto port = parts.server->listen();
  if (!port) return tl::unexpected<Error>(port.error());
  parts.port = *port;
  parts.world.on_change([&parts] { parts.server->wake_streams(); });
  return parts.options.kubeconfig.empty() ? Result<void>() : write_private(parts.options.kubeconfig, kubeconfig_text());
}

void TwinServer::run(const std::function<bool()>& stopped) {
  parts_->server->every([&] {
    if (stopped && stopped()) parts_->server->stop();
    return parts_->world.tick();
  });
  parts_->server->run();
}

void TwinServer::stop() { parts_->server->stop(); }
std::uint16_t TwinServer::port() const { return parts_->port; }
const std::string& TwinServer::token() const { return parts_->token; }
const std::string& TwinServer::authority_pem() const { return parts_->identity.authority_pem; }
ServedWorld& TwinServer::world() { return parts_->world; }

std::string TwinServer::kubeconfig_text() const {
  const std::string& address = parts_->options.address;
  const bool wildcard = address == "0.0.0.0" || address == "::";
  const std::string host = wildcard ? "127.0.0.1" : address.find(':') != std::string::npos ? "[" + address + "]" : address;
  std::string clusters, contexts, first;
  for (const ServedCluster& cluster : parts_->world.clusters()) {
    const std::string name = cluster.runtime.spec().name.str();
    if (first.empty()) first = name;
    clusters += "- name: " + name + "\n  cluster:\n    server: https://" + host + ":" + std::to_string(parts_->port) + "/clusters/" + name +
                "\n    certificate-authority-data: " + encode_base64(parts_->identity.authority_pem) + "\n";
    contexts += "- name: " + name + "\n  context:\n    cluster: " + name + "\n    user: akstwin\n";
  }
  return "apiVersion: v1\nkind: Config\npreferences: {}\nclusters:\n" + clusters + "contexts:\n" + contexts + "current-context: " + first +
         "\nusers:\n- name: akstwin\n  user:\n    token: " + parts_->token + "\n";
}

Result<std::pair<std::string, std::uint16_t>> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail("'" + std::string(text) + "' is no address; write it as 127.0.0.1:8443");
  std::string host(text.substr(0, colon));
  if (host.empty()) host = "127.0.0.1";
  if (host == "localhost") host = "127.0.0.1";
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  unsigned char buffer[16];
  if (fault != std::errc{} || end != digits.data() + digits.size() || (inet_pton(AF_INET, host.c_str(), buffer) != 1 && inet_pton(AF_INET6, host.c_str(), buffer) != 1))
    return fail("'" + std::string(text) + "' is no address; write it as 127.0.0.1:8443");
  return std::pair{host, port};
}

}  // namespace akstwin
