#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>

#include "adapters/http/client_transport.hpp"
#include "tests/kube_client/tls_server.hpp"

namespace akstwin::test {
namespace {

constexpr Duration kOneSecond{1'000'000};

std::unique_ptr<HttpTransport> connect(const TlsServer& server, TlsClientIdentity identity, const std::string& host = "127.0.0.1", HttpLimits limits = {}) {
  std::signal(SIGPIPE, SIG_IGN);
  auto endpoint = parse_endpoint("https://" + host + ":" + std::to_string(server.port()));
  REQUIRE(endpoint);
  auto transport = make_live_transport(*endpoint, identity, limits);
  REQUIRE(transport);
  return std::move(*transport);
}

TlsClientIdentity trusting(const TlsServer& server) {
  TlsClientIdentity identity;
  identity.authorities = server.certificate();
  return identity;
}

std::string drain(HttpTransport& transport, HttpStream& stream) {
  std::string all;
  for (int i = 0; i < 200 && stream.state() == StreamState::Open; ++i) {
    transport.wait(kOneSecond / 20);
    all += stream.take();
  }
  return all + stream.take();
}

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("Requests go over one connection that is kept, bodies and headers arrive whole") {
  std::string seen;
  TlsServer server([&](const std::string& request) {
    seen = request;
    return RawAnswer{{http_ok("hello", "X-One: 1\r\n")}};
  });
  auto transport = connect(server, trusting(server));
  for (int i = 0; i < 3; ++i) {
    const auto response = transport->send({"PATCH", "/a?b=c", {{"Content-Type", "text/x"}, {"Authorization", "Bearer t"}}, "body"}, kOneSecond * 5);
    REQUIRE(response);
    CHECK(response->status == 200);
    CHECK(response->body == "hello");
    CHECK(response->header("x-one") == "1");
  }
  CHECK(server.connections() == 1);
  CHECK(seen.starts_with("PATCH /a?b=c HTTP/1.1\r\n"));
  CHECK(seen.find("Authorization: Bearer t") != std::string::npos);
  CHECK(seen.ends_with("\r\n\r\nbody"));
}

TEST_CASE("A server that nobody vouches for gets no request, and neither does one of another name") {
  int requests = 0;
  TlsServer server([&](const std::string&) {
    ++requests;
    return RawAnswer{{http_ok("x")}};
  });
  TlsServer other([&](const std::string&) { return RawAnswer{{http_ok("x")}}; });
  CHECK_FALSE(connect(server, trusting(other))->send({}, kOneSecond * 5));
  TlsClientIdentity elsewhere = trusting(server);
  elsewhere.server_name = "aks.example";
  CHECK_FALSE(connect(server, elsewhere)->send({}, kOneSecond * 5));
  CHECK(requests == 0);
  CHECK(connect(server, trusting(server))->send({}, kOneSecond * 5));
}

TEST_CASE("A silent server costs the timeout and no more; the connection that is refused, nothing") {
  TlsServer server([](const std::string&) { return RawAnswer{{}, false, 3'000}; });
  auto transport = connect(server, trusting(server));
  const auto began = std::chrono::steady_clock::now();
  const auto response = transport->send({}, kOneSecond / 5);
  REQUIRE_FALSE(response);
  CHECK(response.error().message.find("out of time") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(2));
  auto endpoint = parse_endpoint("https://127.0.0.1:1");
  auto nowhere = make_live_transport(*endpoint, {});
  REQUIRE(nowhere);
  CHECK_FALSE((*nowhere)->send({}, kOneSecond));
}

TEST_CASE("A kept connection that the server has closed meanwhile is replaced without a word") {
  TlsServer server([](const std::string&) { return RawAnswer{{http_ok("x")}, true}; });
  auto transport = connect(server, trusting(server));
  for (int i = 0; i < 3; ++i) {
    CHECK(transport->send({}, kOneSecond * 5));
    transport->pause(kOneSecond / 10);
  }
  CHECK(server.connections() == 3);
}

TEST_CASE("Answers that are no HTTP, too long a head or too large a body are errors") {
  std::string answer = "nonsense\r\n\r\n";
  TlsServer server([&](const std::string&) { return RawAnswer{{answer}, true}; });
  HttpLimits limits;
  limits.body = 1'000;
  limits.header = 2'000;
  CHECK_FALSE(connect(server, trusting(server), "127.0.0.1", limits)->send({}, kOneSecond * 5));
  answer = "HTTP/1.1 200 OK\r\nX: " + std::string(5'000, 'x') + "\r\n\r\n";
  CHECK_FALSE(connect(server, trusting(server), "127.0.0.1", limits)->send({}, kOneSecond * 5));
  answer = http_ok(std::string(2'000, 'x'));
  CHECK_FALSE(connect(server, trusting(server), "127.0.0.1", limits)->send({}, kOneSecond * 5));
  answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
  CHECK_FALSE(connect(server, trusting(server), "127.0.0.1", limits)->send({}, kOneSecond * 5));
}

TEST_CASE("A stream arrives piece by piece and ends clean or broken, as the server ended it") {
  for (const bool clean : {true, false}) {
    TlsServer server([&](const std::string&) {
      std::vector<std::string> pieces{kChunked, http_chunk("one\n"), http_chunk("two\n")};
      if (clean) pieces.push_back("0\r\n\r\n");
      return RawAnswer{pieces, true};
    });
    auto transport = connect(server, trusting(server));
    auto stream = transport->open({}, kOneSecond * 5);
    if (!stream) UNSCOPED_INFO(stream.error().message);
    REQUIRE(stream);
    CHECK((*stream)->head().status == 200);
    CHECK(drain(*transport, **stream) == "one\ntwo\n");
    CHECK((*stream)->state() == (clean ? StreamState::Ended : StreamState::Broken));
  }
}

TEST_CASE("A refused stream has its words in the head") {
  TlsServer server([](const std::string&) { return RawAnswer{{"HTTP/1.1 410 Gone\r\nContent-Length: 14\r\n\r\n{\"code\":410}\r\n"}}; });
  auto transport = connect(server, trusting(server));
  auto stream = transport->open({}, kOneSecond * 5);
  if (!stream) UNSCOPED_INFO(stream.error().message);
  REQUIRE(stream);
  CHECK((*stream)->head().status == 410);
  CHECK((*stream)->head().body == "{\"code\":410}\r\n");
}

TEST_CASE("A stream that nobody takes from is read no further than its backlog") {
  TlsServer server([](const std::string&) {
    std::vector<std::string> pieces{kChunked};
    for (int i = 0; i < 40; ++i) pieces.push_back(http_chunk(std::string(10'000, 'x')));
    pieces.push_back("0\r\n\r\n");
    return RawAnswer{pieces};
  });
  HttpLimits limits;
  limits.stream_backlog = 50'000;
  auto transport = connect(server, trusting(server), "127.0.0.1", limits);
  auto stream = transport->open({}, kOneSecond * 5);
  if (!stream) UNSCOPED_INFO(stream.error().message);
  REQUIRE(stream);
  transport->pause(kOneSecond * 3 / 2);
  // At most the backlog and one read of 64 KiB.
  const std::string first = (*stream)->take();
  CHECK(first.size() <= 50'000 + 65'536);
  CHECK(first.size() + drain(*transport, **stream).size() == 400'000);
}

TEST_CASE("Streams go on while a request waits, and can be left at any time") {
  TlsServer server([](const std::string& request) {
    if (request.starts_with("GET /slow")) return RawAnswer{{http_ok("late")}, false, 300};
    return RawAnswer{{kChunked, http_chunk("a\n"), http_chunk("b\n")}};
  });
  auto transport = connect(server, trusting(server));
  {
    auto stream = transport->open({"GET", "/watch", {}, {}}, kOneSecond * 5);
    if (!stream) UNSCOPED_INFO(stream.error().message);
    REQUIRE(stream);
    CHECK(transport->send({"GET", "/slow", {}, {}}, kOneSecond * 5)->body == "late");
    CHECK((*stream)->take() == "a\nb\n");
    CHECK((*stream)->state() == StreamState::Open);
  }
  CHECK(transport->send({"GET", "/slow", {}, {}}, kOneSecond * 5));
}

TEST_CASE("Server addresses are read, and what would show a credential is refused") {
  CHECK(parse_endpoint("https://a.example")->port == "443");
  CHECK(parse_endpoint("https://[::1]:6443/prefix/")->host == "::1");
  CHECK(parse_endpoint("https://[::1]:6443/prefix/")->prefix == "/prefix");
  CHECK(parse_endpoint("http://127.0.0.1:8001"));
  for (const char* url : {"", "a.example", "ftp://a", "http://a.example", "https://u:p@a", "https://:1", "https://a:b"}) CHECK_FALSE(parse_endpoint(url));
}

}  // namespace akstwin::test
