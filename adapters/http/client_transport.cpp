#include "adapters/http/client_transport.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

namespace akstwin {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using Tls = beast::ssl_stream<beast::tcp_stream>;

constexpr std::size_t kReadSize = 64U << 10;
// Beast 1.74 takes "no limit" for the smallest one, and does not hold string bodies to theirs: the limit is kept here.
constexpr std::uint64_t kBeastBodyLimit = UINT64_MAX;
constexpr Duration kStep{100'000};   // how long a wait blocks at most before it looks at its deadline

std::chrono::microseconds chrono(Duration duration) { return std::chrono::microseconds(duration.us); }

std::int64_t unix_now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

bool is_loopback(const std::string& host) {
  error_code error;
  const auto address = asio::ip::make_address(host, error);
  return error ? host == "localhost" : address.is_loopback();
}

bool is_address(const std::string& host) {
  error_code error;
  (void)asio::ip::make_address(host, error);
  return !error;
}

/// A peer that is gone without a goodbye (a VPN that fell, a node that lost power) is known after 45 s of silence, not after the system's two hours:
/// client-go's HTTP/2 health check takes as long (30 s idle, 15 s for the ping; golang.org/x/net http2, ReadIdleTimeout and PingTimeout).
void probe_when_quiet(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  // Asio has no names for these; without them the connection works all the same.
  for (const auto& [option, value] : {std::pair{TCP_KEEPIDLE, 30}, {TCP_KEEPINTVL, 5}, {TCP_KEEPCNT, 3}})
    (void)::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
}

/// One TCP connection, with TLS on it or without.
struct Connection {
  Connection(asio::io_context& io, asio::ssl::context& tls, bool with_tls) : stream(io, tls), secure(with_tls) {
    buffer.reserve(kReadSize);   // Beast reads as much as there is room for: without it, half a kilobyte
  }
  beast::tcp_stream& tcp_layer() { return beast::get_lowest_layer(stream); }
  /// Whether the server has said goodbye (or anything) while the connection lay idle.
  bool stale() {
    char byte = 0;
    const auto read = ::recv(tcp_layer().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return read >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

  Tls stream;
  beast::flat_buffer buffer;
  bool secure, connected = false;
};

HttpHeaders headers_of(const http::fields& fields) {
  HttpHeaders headers;
  for (const auto& field : fields) headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  return headers;
}

std::string words(const error_code& error) {
  if (error == beast::error::timeout) return "out of time";
  if (error == http::error::end_of_stream || error == asio::error::eof || error == asio::ssl::error::stream_truncated) return "the server closed the connection";
  return error.message();
}

class LiveTransport;

/// A body that streams: a coroutine reads it into `text_` until the end.
class LiveStream final : public HttpStream {
 public:
  LiveStream(LiveTransport& transport, std::unique_ptr<Connection> connection, const HttpLimits& limits);
  ~LiveStream() override;
  LiveStream(const LiveStream&) = delete;

  const HttpResponse& head() const override { return head_; }
  std::string take() override {
    room_.cancel();
    return std::exchange(text_, {});
  }
  StreamState state() const override { return text_.empty() ? state_ : StreamState::Open; }
  bool has_news() const { return !text_.empty() || state_ != StreamState::Open; }

  asio::awaitable<void> read_head(http::request<http::string_body>& request, Duration timeout, error_code& error);
  void start();

 private:
  asio::awaitable<void> read_body();

  LiveTransport& transport_;
  std::unique_ptr<Connection> connection_;
  const HttpLimits& limits_;
  http::response_parser<http::buffer_body> parser_;
  asio::steady_timer room_;
  HttpResponse head_;
  std::string text_;
  StreamState state_ = StreamState::Open;
  bool reading_ = false;
};

class LiveTransport final : public HttpTransport {
 public:
  LiveTransport(HttpEndpoint endpoint, const TlsClientIdentity& identity, const HttpLimits& limits)
      : endpoint_(std::move(endpoint)), tls_(asio::ssl::context::tls_client), limits_(limits), server_name_(identity.server_name.empty() ? endpoint_.host : identity.server_name) {
    verify_ = identity.verify;
  }

  Result<void> prepare(const TlsClientIdentity& identity);
  Result<HttpResponse> send(const HttpRequest& request, Duration timeout) override;
  Result<std::unique_ptr<HttpStream>> open(const HttpRequest& request, Duration timeout) override;
  void wait(Duration longest) override;
  void pause(Duration time) override { let_pass(time, false); }
  std::int64_t now_us() const override { return unix_now_us(); }

  asio::io_context& io() { return io_; }
  void joined(LiveStream* stream) { streams_.push_back(stream); }
  void left(LiveStream* stream) { std::erase(streams_, stream); }
  asio::awaitable<void> connect(Connection& connection, Duration timeout, error_code& error);

 private:
  http::request<http::string_body> encode(const HttpRequest& request) const;
  std::unique_ptr<Connection> idle_or_new(bool& reused);
  asio::awaitable<void> exchange(Connection& connection, http::request<http::string_body>& request, Duration timeout, HttpResponse& response, bool& keep, error_code& error);
  void run_until(const bool& done);
  void let_pass(Duration time, bool until_news);
  Result<HttpResponse> attempt(const HttpRequest& request, Duration timeout, bool& reused);
  std::string context(const HttpRequest& request) const { return request.method + " " + endpoint_.host + ":" + endpoint_.port + std::string(path_of(request.target)); }

  HttpEndpoint endpoint_;
  asio::io_context io_{1};
  asio::ssl::context tls_;
  HttpLimits limits_;
  std::string server_name_;
  bool verify_ = true;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::vector<LiveStream*> streams_;
};

Result<void> LiveTransport::prepare(const TlsClientIdentity& identity) {
  error_code error;
  SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
  tls_.set_verify_mode(identity.verify ? asio::ssl::verify_peer : asio::ssl::verify_none);
  if (identity.authorities.empty()) tls_.set_default_verify_paths(error);
  else tls_.add_certificate_authority(asio::buffer(identity.authorities), error);
  if (error) return fail("the certificate authority is unusable: " + error.message());
  if (identity.certificate.empty() != identity.key.empty()) return fail("a client certificate needs its key, and a key its certificate");
  if (identity.certificate.empty()) return {};
  tls_.use_certificate_chain(asio::buffer(identity.certificate), error);
  if (error) return fail("the client certificate is unusable: " + error.message());
  tls_.use_private_key(asio::buffer(identity.key), asio::ssl::context::pem, error);
  if (error) return fail("the key of the client certificate is unusable: " + error.message());
  return {};
}

http::request<http::string_body> LiveTransport::encode(const HttpRequest& request) const {
  http::request<http::string_body> out;
  out.method_string(request.method);
  out.target(endpoint_.prefix + (request.target.empty() ? "/" : request.target));
  out.version(11);
  const bool usual = endpoint_.port == (endpoint_.secure ? "443" : "80");
  const std::string name = endpoint_.host.find(':') == std::string::npos ? endpoint_.host : "[" + endpoint_.host + "]";
  out.set(http::field::host, usual ? name : name + ":" + endpoint_.port);
  out.set(http::field::user_agent, "akstwin");
  for (const auto& [key, value] : request.headers) out.set(key, value);
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
    out.body() = request.body;
    out.prepare_payload();
  }
  return out;
}

std::unique_ptr<Connection> LiveTransport::idle_or_new(bool& reused) {
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->stale()) continue;
    reused = true;
    return connection;
  }
  reused = false;
  return std::make_unique<Connection>(io_, tls_, endpoint_.secure);
}

asio::awaitable<void> LiveTransport::connect(Connection& connection, Duration timeout, error_code& error) {
  auto token = asio::redirect_error(asio::use_awaitable, error);
  connection.tcp_layer().expires_after(chrono(timeout));
  if (connection.connected) co_return;
  tcp::resolver resolver(io_);
  const auto addresses = co_await resolver.async_resolve(endpoint_.host, endpoint_.port, token);
  if (error) co_return;
  co_await connection.tcp_layer().async_connect(addresses, token);
  if (error) co_return;
  error_code ignored;
  connection.tcp_layer().socket().set_option(tcp::no_delay(true), ignored);
  probe_when_quiet(connection.tcp_layer().socket());
  if (connection.secure) {
    if (!is_address(server_name_)) SSL_set_tlsext_host_name(connection.stream.native_handle(), server_name_.c_str());
    if (verify_) connection.stream.set_verify_callback(asio::ssl::host_name_verification(server_name_));
    co_await connection.stream.async_handshake(asio::ssl::stream_base::client, token);
    if (error) co_return;
  }
  connection.connected = true;
}

asio::awaitable<void> LiveTransport::exchange(Connection& connection, http::request<http::string_body>& request, Duration timeout, HttpResponse& response, bool& keep, error_code& error) {
  co_await connect(connection, timeout, error);
  if (error) co_return;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  if (connection.secure) co_await http::async_write(connection.stream, request, token);
  else co_await http::async_write(connection.tcp_layer(), request, token);
  if (error) co_return;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kBeastBodyLimit);
  parser.header_limit(limits_.header);
  if (request.method() == http::verb::head) parser.skip(true);
  while (!parser.is_done()) {
    if (connection.secure) co_await http::async_read_some(connection.stream, connection.buffer, parser, token);
    else co_await http::async_read_some(connection.tcp_layer(), connection.buffer, parser, token);
    if (!error && parser.get().body().size() > limits_.body) error = http::error::body_limit;
    if (error) co_return;
  }
  keep = parser.get().keep_alive();
  response.status = parser.get().result_int();
  response.headers = headers_of(parser.get());
  response.body = std::move(parser.get().body());
  connection.tcp_layer().expires_never();
}

void LiveTransport::run_until(const bool& done) {
  while (!done) {
    if (io_.stopped()) io_.restart();
    io_.run_one_for(chrono(kStep));
  }
}

Result<HttpResponse> LiveTransport::attempt(const HttpRequest& request, Duration timeout, bool& reused) {
  auto connection = idle_or_new(reused);
  auto encoded = encode(request);
  HttpResponse response;
  error_code error;
  bool done = false, keep = false;
  asio::co_spawn(io_, exchange(*connection, encoded, timeout, response, keep, error), [&](const std::exception_ptr&) { done = true; });
  run_until(done);
  if (error) return fail(context(request) + ": " + words(error));
  if (response.status == 0) return fail(context(request) + ": the answer is no HTTP");
  if (keep && idle_.size() < limits_.idle_connections) idle_.push_back(std::move(connection));
  return response;
}

Result<HttpResponse> LiveTransport::send(const HttpRequest& request, Duration timeout) {
  bool reused = false;
  auto response = attempt(request, timeout, reused);
  // A kept connection may have been closed in this very moment; what only reads is asked once more on a new one.
  if (!response && reused && request.method == "GET") {
    idle_.clear();
    return attempt(request, timeout, reused);
  }
  return response;
}

Result<std::unique_ptr<HttpStream>> LiveTransport::open(const HttpRequest& request, Duration timeout) {
  auto stream = std::make_unique<LiveStream>(*this, std::make_unique<Connection>(io_, tls_, endpoint_.secure), limits_);
  auto encoded = encode(request);
  error_code error;
  bool done = false;
  asio::co_spawn(io_, stream->read_head(encoded, timeout, error), [&](const std::exception_ptr&) { done = true; });
  run_until(done);
  if (error) return fail(context(request) + ": " + words(error));
  if (stream->head().status == 0) return fail(context(request) + ": the answer is no HTTP");
  stream->start();
  return std::unique_ptr<HttpStream>(std::move(stream));
}

void LiveTransport::wait(Duration longest) { let_pass(longest, true); }

void LiveTransport::let_pass(Duration time, bool until_news) {
  const auto deadline = std::chrono::steady_clock::now() + chrono(time);
  asio::steady_timer timer(io_, deadline);
  bool over = false;
  timer.async_wait([&](const error_code&) { over = true; });
  const auto news = [&] { return until_news && std::ranges::any_of(streams_, [](const LiveStream* stream) { return stream->has_news(); }); };
  while (!over && !news()) {
    if (io_.stopped()) io_.restart();
    io_.run_one_for(chrono(kStep));
  }
  timer.cancel();
  run_until(over);
}

LiveStream::LiveStream(LiveTransport& transport, std::unique_ptr<Connection> connection, const HttpLimits& limits)
    : transport_(transport), connection_(std::move(connection)), limits_(limits), room_(transport.io()) {
  parser_.header_limit(limits.header);
  parser_.body_limit(kBeastBodyLimit);
  transport_.joined(this);
}

LiveStream::~LiveStream() {
  transport_.left(this);
  connection_->tcp_layer().close();
  room_.cancel();
  // The coroutine holds references into this object; closing makes its operation fail at once.
  while (reading_) {
    if (transport_.io().stopped()) transport_.io().restart();
    text_.clear();
    room_.cancel();
    transport_.io().run_one_for(chrono(kStep));
  }
}

asio::awaitable<void> LiveStream::read_head(http::request<http::string_body>& request, Duration timeout, error_code& error) {
  Connection& connection = *connection_;
  co_await transport_.connect(connection, timeout, error);
  if (error) co_return;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  if (connection.secure) co_await http::async_write(connection.stream, request, token);
  else co_await http::async_write(connection.tcp_layer(), request, token);
  if (error) co_return;
  if (connection.secure) co_await http::async_read_header(connection.stream, connection.buffer, parser_, token);
  else co_await http::async_read_header(connection.tcp_layer(), connection.buffer, parser_, token);
  if (error) co_return;
  head_.status = static_cast<int>(parser_.get().result_int());
  head_.headers = headers_of(parser_.get());
  if (head_.status < 300) co_return;
  // A refusal is short: it is read whole, so that the caller sees why.
  start();
  asio::steady_timer patience(transport_.io());
  while (state_ == StreamState::Open && head_.body.size() + text_.size() < limits_.header) {
    patience.expires_after(std::chrono::milliseconds(5));
    error_code ignored;
    co_await patience.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  head_.body = std::exchange(text_, {});
}

void LiveStream::start() {
  if (reading_ || state_ != StreamState::Open) return;
  reading_ = true;
  asio::co_spawn(transport_.io(), read_body(), [this](const std::exception_ptr& error) {
    if (error) state_ = StreamState::Broken;
    reading_ = false;
  });
}

asio::awaitable<void> LiveStream::read_body() {
  Connection& connection = *connection_;
  std::string chunk(kReadSize, '\0');
  while (!parser_.is_done()) {
    while (text_.size() > limits_.stream_backlog) {
      error_code ignored;
      room_.expires_after(std::chrono::hours(1));
      co_await room_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    parser_.get().body().data = chunk.data();
    parser_.get().body().size = chunk.size();
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    connection.tcp_layer().expires_after(chrono(limits_.stream_idle));
    if (connection.secure) co_await http::async_read_some(connection.stream, connection.buffer, parser_, token);
    else co_await http::async_read_some(connection.tcp_layer(), connection.buffer, parser_, token);
    text_.append(chunk.data(), chunk.size() - parser_.get().body().size);
    if (error && error != http::error::need_buffer) {
      state_ = parser_.is_done() ? StreamState::Ended : StreamState::Broken;
      co_return;
    }
  }
  state_ = StreamState::Ended;
}

}  // namespace

Result<HttpEndpoint> parse_endpoint(std::string_view url) {
  HttpEndpoint out;
  if (url.starts_with("https://")) url.remove_prefix(8);
  else if (url.starts_with("http://")) {
    url.remove_prefix(7);
    out.secure = false;
    out.port = "80";
  } else {
    return fail("'" + std::string(url) + "' is no http:// or https:// address");
  }
  const std::size_t slash = url.find('/');
  std::string_view authority = url.substr(0, slash);
  if (slash != std::string_view::npos) out.prefix = url.substr(slash);
  while (out.prefix.ends_with('/')) out.prefix.pop_back();
  if (authority.find('@') != std::string_view::npos) return fail("a server address may hold no user name or password");
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  out.host = authority.substr(0, colon);
  if (colon != std::string_view::npos) out.port = authority.substr(colon + 1);
  if (out.host.starts_with('[') && out.host.ends_with(']')) out.host = out.host.substr(1, out.host.size() - 2);
  if (out.host.empty() || out.port.empty() || out.port.find_first_not_of("0123456789") != std::string::npos) return fail("'" + std::string(authority) + "' is no host and port");
  if (!out.secure && !is_loopback(out.host) && out.host != "169.254.169.254") return fail("plain HTTP to " + out.host + " is refused: credentials would be readable on the way");
  return out;
}

Result<std::unique_ptr<HttpTransport>> make_live_transport(const HttpEndpoint& endpoint, const TlsClientIdentity& identity, const HttpLimits& limits) {
  auto transport = std::make_unique<LiveTransport>(endpoint, identity, limits);
  if (auto prepared = transport->prepare(identity); !prepared) return tl::unexpected(prepared.error());
  return std::unique_ptr<HttpTransport>(std::move(transport));
}

}  // namespace akstwin
