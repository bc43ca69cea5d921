#include "adapters/http/server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <ctime>
#include <set>

// GCC 12 takes the frames of coroutines, which asio allocates and frees itself, for a mismatch of new and delete (GCC bug 103825).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace akstwin {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = net::ip::tcp;
using boost::system::error_code;

namespace {

// What is written at once, and what a parting client may still send.
constexpr std::size_t kPiece = 256 << 10, kParting = 4 << 20;

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y)); });
}

/// The date of an HTTP answer: the time of the day outside, not of the simulation.
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text.data();
}

/// The status line and the headers, without the empty line.
std::string head_of(const HttpServerResponse& response) {
  const auto reason = http::obsolete_reason(static_cast<http::status>(response.status));
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason) + "\r\n";
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  if (!response.content_type.empty()) head += "Content-Type: " + response.content_type + "\r\n";
  if (response.close) head += "Connection: close\r\n";
  return head + "Date: " + http_date() + "\r\n";
}

std::string chunk(std::string_view data) {
  std::array<char, 24> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", data.size());
  return size.data() + std::string(data) + "\r\n";
}

/// The status for what the parser did not like.
int status_of(error_code fault) {
  if (fault == http::error::header_limit) return 431;
  if (fault == http::error::body_limit) return 413;
  return 400;
}

}  // namespace

std::string_view HttpServerRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (same_name(key, name)) return value;
  return {};
}

class HttpServer::Implementation {
 public:
  Implementation(HttpServerOptions options, HttpHandler& handler)
      : options_(std::move(options)), handler_(handler), tls_(net::ssl::context::tls_server), acceptor_(context_), ticker_(context_) {}

  Result<std::uint16_t> listen();
  void every(std::function<std::chrono::milliseconds()> tick) {
    net::co_spawn(context_, ticking(std::move(tick)), net::detached);
  }
  void wake_streams() {
    for (net::steady_timer* timer : waiting_) timer->cancel();
  }
  void run() {
    net::co_spawn(context_, accepting(), net::detached);
    net::co_spawn(context_, sweeping(), net::detached);
    context_.run();
  }
  void stop() { context_.stop(); }

 private:
  using Parser = http::request_parser<http::string_body>;
  using Clock = std::chrono::steady_clock;

  /// Ends the reading of a request that takes too long, but not the connection: the client is to be told. (A timeout of Beast's closes it.)
  class Deadline {
   public:
    Deadline(std::set<Deadline*>& all, beast::tcp_stream& stream, std::chrono::milliseconds limit) : all_(all), stream_(stream), at_(Clock::now() + limit) { all_.insert(this); }
    ~Deadline() { all_.erase(this); }
    Deadline(const Deadline&) = delete;
    void look(Clock::time_point now) {
      if (passed_ || now < at_) return;
      passed_ = true;
      stream_.cancel();
    }
    bool passed() const { return passed_; }

   private:
    std::set<Deadline*>& all_;
    beast::tcp_stream& stream_;
    Clock::time_point at_;
    bool passed_ = false;
  };

  net::awaitable<void> ticking(std::function<std::chrono::milliseconds()> tick);
  net::awaitable<void> accepting();
  net::awaitable<void> serve(tcp::socket socket);
  template <class Stream>
  net::awaitable<void> converse(Stream& stream);
  template <class Stream>
  net::awaitable<bool> exchange(Stream& stream, beast::flat_buffer& buffer);
  template <class Stream>
  net::awaitable<bool> answer(Stream& stream, HttpServerResponse response, bool keep_alive, bool head_only);
  template <class Stream>
  net::awaitable<bool> answer_stream(Stream& stream, const HttpServerResponse& response);
  template <class Stream>
  net::awaitable<bool> send(Stream& stream, std::string head, std::string_view body = {});
  template <class Stream>
  net::awaitable<bool> late(Stream& stream);
  net::awaitable<void> sweeping();
  net::awaitable<void> part_from(beast::tcp_stream& stream);
  static HttpServerRequest request_of(const Parser& parser);

  HttpServerOptions options_;
  HttpHandler& handler_;
  std::set<Deadline*> deadlines_;          // of requests that are being read; order of no importance. Outlives the coroutines of the context
  net::io_context context_{1};
  net::ssl::context tls_;
  tcp::acceptor acceptor_;
  net::steady_timer ticker_;
  std::set<net::steady_timer*> waiting_;   // streams that have nothing to send; order of no importance
  std::size_t connections_ = 0;
};

Result<std::uint16_t> HttpServer::Implementation::listen() {
  error_code fault;
  if (!options_.certificate_pem.empty()) {
    tls_.set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv2 | net::ssl::context::no_sslv3 | net::ssl::context::no_tlsv1 |
                     net::ssl::context::no_tlsv1_1);
    tls_.use_certificate_chain(net::buffer(options_.certificate_pem), fault);
    if (!fault) tls_.use_private_key(net::buffer(options_.key_pem), net::ssl::context::pem, fault);
    if (fault) return fail("TLS: " + fault.message());
  }
  const auto address = net::ip::make_address(options_.address, fault);
  if (fault) return fail("'" + options_.address + "' is no IP address");
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), fault);
  if (!fault) acceptor_.set_option(net::socket_base::reuse_address(true), fault);
  if (!fault) acceptor_.bind(endpoint, fault);
  if (!fault) acceptor_.listen(net::socket_base::max_listen_connections, fault);
  if (fault) return fail("cannot listen on " + options_.address + ":" + std::to_string(options_.port) + ": " + fault.message());
  return acceptor_.local_endpoint().port();
}

net::awaitable<void> HttpServer::Implementation::ticking(std::function<std::chrono::milliseconds()> tick) {
  error_code fault;
  for (;;) {
    ticker_.expires_after(tick());
    co_await ticker_.async_wait(net::redirect_error(net::use_awaitable, fault));
  }
}

/// Looks after the requests that are being read.
net::awaitable<void> HttpServer::Implementation::sweeping() {
  net::steady_timer timer(context_);
  error_code fault;
  for (;;) {
    timer.expires_after(std::clamp(options_.request_timeout / 8, std::chrono::milliseconds(5), std::chrono::milliseconds(250)));
    co_await timer.async_wait(net::redirect_error(net::use_awaitable, fault));
    const auto now = Clock::now();
    for (Deadline* deadline : deadlines_) deadline->look(now);   // what it cancels goes on later, not from here
  }
}

net::awaitable<void> HttpServer::Implementation::accepting() {
  for (;;) {
    error_code fault;
    tcp::socket socket(context_);
    co_await acceptor_.async_accept(socket, net::redirect_error(net::use_awaitable, fault));
    if (fault) {
      // No file descriptors left, most likely: those of other connections come back.
      net::steady_timer pause(context_, std::chrono::milliseconds(50));
      co_await pause.async_wait(net::redirect_error(net::use_awaitable, fault));
      continue;
    }
    if (connections_ >= options_.connections) continue;   // closed at once
    net::co_spawn(context_, serve(std::move(socket)), net::detached);
  }
}

net::awaitable<void> HttpServer::Implementation::serve(tcp::socket socket) {
  ++connections_;
  error_code fault;
  socket.set_option(tcp::no_delay(true), fault);
  try {
    if (options_.certificate_pem.empty()) {
      beast::tcp_stream stream(std::move(socket));
      co_await converse(stream);
      co_await part_from(stream);
    } else {
      beast::ssl_stream<beast::tcp_stream> stream(std::move(socket), tls_);
      stream.next_layer().expires_after(options_.request_timeout);
      co_await stream.async_handshake(net::ssl::stream_base::server, net::redirect_error(net::use_awaitable, fault));
      if (!fault) co_await converse(stream);
      if (!fault) {
        stream.next_layer().expires_after(std::chrono::seconds(1));
        co_await stream.async_shutdown(net::redirect_error(net::use_awaitable, fault));
        co_await part_from(stream.next_layer());
      }
    }
  } catch (const std::exception&) {
    // A connection that fails ends; the others go on.
  }
  --connections_;
}

/// Takes for half a second what the client is still sending: closing over unread bytes would take the last answer from it.
net::awaitable<void> HttpServer::Implementation::part_from(beast::tcp_stream& stream) {
  error_code fault;
  stream.socket().shutdown(tcp::socket::shutdown_send, fault);
  stream.expires_after(std::chrono::milliseconds(500));
  std::array<char, 16 << 10> thrown_away{};
  for (std::size_t taken = 0; !fault && taken < kParting;) taken += co_await stream.async_read_some(net::buffer(thrown_away), net::redirect_error(net::use_awaitable, fault));
}

template <class Stream>
net::awaitable<void> HttpServer::Implementation::converse(Stream& stream) {
  beast::flat_buffer buffer;
  while (co_await exchange(stream, buffer)) {
  }
}

HttpServerRequest HttpServer::Implementation::request_of(const Parser& parser) {
  HttpServerRequest request;
  const auto& message = parser.get();
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  return request;
}

/// One request and its answer; false: the connection ends.
template <class Stream>
net::awaitable<bool> HttpServer::Implementation::exchange(Stream& stream, beast::flat_buffer& buffer) {
  error_code fault;
  auto& lowest = beast::get_lowest_layer(stream);
  if (buffer.size() == 0) {
    // Waiting for a request may take long; reading it may not.
    lowest.expires_after(options_.idle_timeout);
    const auto room = buffer.prepare(4096);
    const std::size_t count = co_await stream.async_read_some(room, net::redirect_error(net::use_awaitable, fault));
    if (fault) co_return false;
    buffer.commit(count);
  }
  lowest.expires_never();
  std::optional<Deadline> deadline(std::in_place, deadlines_, lowest, options_.request_timeout);
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(options_.header_bytes));
  parser.body_limit(options_.body_bytes);
  co_await http::async_read_header(stream, buffer, parser, net::redirect_error(net::use_awaitable, fault));
  if (deadline->passed()) co_return co_await late(stream);
  if (fault || parser.is_done()) deadline.reset();
  if (fault == http::error::end_of_stream || fault == net::error::connection_reset) co_return false;
  if (fault) co_return co_await answer(stream, handler_.fault(status_of(fault), fault.message()), false, false);
  HttpServerRequest request = request_of(parser);
  const bool head_only = request.method == "HEAD";
  if (auto refusal = handler_.refuse(request)) {
    const bool clean = parser.is_done();
    deadline.reset();
    co_return co_await answer(stream, std::move(*refusal), clean && parser.get().keep_alive(), head_only);
  }
  if (same_name(request.header("Expect"), "100-continue") && !parser.is_done()) {
    const bool sent = co_await send(stream, "HTTP/1.1 100 Continue\r\n\r\n");
    if (!sent) co_return false;
  }
  if (!parser.is_done()) co_await http::async_read(stream, buffer, parser, net::redirect_error(net::use_awaitable, fault));
  if (deadline && deadline->passed()) co_return co_await late(stream);
  deadline.reset();
  if (fault) co_return co_await answer(stream, handler_.fault(status_of(fault), fault.message()), false, false);
  request.body = std::move(parser.get().body());
  const bool keep_alive = parser.get().keep_alive();
  co_return co_await answer(stream, handler_.handle(request), keep_alive, head_only);
}

/// The client took too long over its request.
template <class Stream>
net::awaitable<bool> HttpServer::Implementation::late(Stream& stream) {
  co_return co_await answer(stream, handler_.fault(408, "the request did not arrive in time"), false, false);
}

template <class Stream>
net::awaitable<bool> HttpServer::Implementation::answer(Stream& stream, HttpServerResponse response, bool keep_alive, bool head_only) {
  response.close = response.close || !keep_alive;
  if (response.stream) co_return co_await answer_stream(stream, response);
  const bool bodyless = response.status == 304 || response.status == 204;
  std::string head = head_of(response);
  if (!bodyless) head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  head += "\r\n";
  const bool sent = co_await send(stream, std::move(head), head_only || bodyless ? std::string_view() : response.body);
  co_return sent && !response.close;
}

template <class Stream>
net::awaitable<bool> HttpServer::Implementation::answer_stream(Stream& stream, const HttpServerResponse& response) {
  bool sent = co_await send(stream, head_of(response) + "Transfer-Encoding: chunked\r\n\r\n");
  if (!sent) co_return false;
  net::steady_timer timer(context_);
  std::string data;
  for (;;) {
    data.clear();
    const ResponseStream::State state = response.stream->read(data);
    if (!data.empty()) {
      sent = co_await send(stream, chunk(data));
      if (!sent) co_return false;
    }
    if (state == ResponseStream::State::Ended) break;
    if (!data.empty()) continue;
    error_code woken;
    timer.expires_after(std::chrono::milliseconds(500));
    waiting_.insert(&timer);
    co_await timer.async_wait(net::redirect_error(net::use_awaitable, woken));
    waiting_.erase(&timer);
  }
  sent = co_await send(stream, "0\r\n\r\n");
  co_return sent && !response.close;
}

/// Head and body in one piece when they are small; each piece has the client's whole patience.
template <class Stream>
net::awaitable<bool> HttpServer::Implementation::send(Stream& stream, std::string head, std::string_view body) {
  error_code fault;
  auto& lowest = beast::get_lowest_layer(stream);
  const std::size_t beside = std::min(body.size(), kPiece);
  head.append(body.substr(0, beside));
  body.remove_prefix(beside);
  std::string_view piece = head;
  while (!piece.empty() && !fault) {
    lowest.expires_after(options_.write_timeout);
    co_await net::async_write(stream, net::buffer(piece.data(), piece.size()), net::redirect_error(net::use_awaitable, fault));
    piece = body.substr(0, kPiece);
    body.remove_prefix(piece.size());
  }
  co_return !fault;
}

HttpServer::HttpServer(HttpServerOptions options, HttpHandler& handler) : implementation_(std::make_unique<Implementation>(std::move(options), handler)) {}
HttpServer::~HttpServer() = default;
Result<std::uint16_t> HttpServer::listen() { return implementation_->listen(); }
void HttpServer::every(std::function<std::chrono::milliseconds()> tick) { implementation_->every(std::move(tick)); }
void HttpServer::wake_streams() { implementation_->wake_streams(); }
void HttpServer::run() { implementation_->run(); }
void HttpServer::stop() { implementation_->stop(); }

}  // namespace akstwin
