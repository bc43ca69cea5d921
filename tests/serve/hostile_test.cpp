#include <catch2/catch.hpp>

#include "tests/serve/served.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

const Pace kHostilePace{Pace::Mode::Paused, 0};

std::string with_token(const Running& server, const std::string& request_line, const std::string& rest = "\r\n") {
  return request_line + " HTTP/1.1\r\nHost: twin\r\nConnection: close\r\nAuthorization: Bearer " + server.token() + "\r\n" + rest;
}

int status_of(const std::string& answer) { return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0; }

}  // namespace

TEST_CASE("The server refuses what is malformed, too large or unknown, and goes on") {
  Running server(kHostilePace);
  CHECK(status_of(server.exchange("NONSENSE\r\n\r\n")) == 400);
  CHECK(status_of(server.exchange("GET /api HTTP/9.9\r\n\r\n")) == 400);
  CHECK(status_of(server.exchange(with_token(server, "GET /%zz"))) == 400);
  CHECK(status_of(server.exchange("GET /api HTTP/1.1\r\nHost: twin\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n")) == 431);
  // Far more than the server takes: it has the answer reach a client that is still sending.
  CHECK(status_of(server.exchange("GET /api HTTP/1.1\r\nHost: twin\r\nX: " + std::string(2'000'000, 'x') + "\r\n\r\n")) == 431);
  CHECK(status_of(server.exchange(with_token(server, "POST /api/v1/namespaces/shop/configmaps", "Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n"))) == 413);
  CHECK(status_of(server.exchange(with_token(server, "GET /api/v1/nodes"))) == 200);
}

TEST_CASE("Without its token the server shows nothing but its version and health") {
  Running server(kHostilePace);
  CHECK(status_of(server.exchange("GET /api/v1/nodes HTTP/1.1\r\nHost: twin\r\nConnection: close\r\n\r\n")) == 403);
  CHECK(status_of(server.exchange("GET /api/v1/nodes HTTP/1.1\r\nHost: twin\r\nConnection: close\r\nAuthorization: Bearer wrong\r\n\r\n")) == 401);
  CHECK(status_of(server.exchange("PUT /twin/clock HTTP/1.1\r\nHost: twin\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) == 403);
  CHECK(status_of(server.exchange("GET /metrics HTTP/1.1\r\nHost: twin\r\nConnection: close\r\n\r\n")) == 403);
  CHECK(status_of(server.exchange("GET /version HTTP/1.1\r\nHost: twin\r\nConnection: close\r\n\r\n")) == 200);
}

TEST_CASE("Bodies that are no objects, or are nested without end, are refused with a Status") {
  Desk desk;
  const std::string maps = "/api/v1/namespaces/shop/configmaps";
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  for (const std::string& body : {std::string("{"), std::string("[]"), std::string("null"), std::string("\"x\""), std::string("\xff\xfe"), deep}) {
    const Answer answer = desk.ask("POST", maps, body);
    CHECK(answer.status == 400);
    CHECK(answer.json["kind"] == "Status");
  }
  CHECK(desk.ask("POST", maps, Json{{"metadata", 7}}).status == 400);
  CHECK(desk.ask("POST", maps, Json{{"metadata", {{"name", 7}}}}).status == 400);
  CHECK(desk.ask("POST", maps, Json{{"metadata", {{"name", "Upper_Case"}}}}).status == 422);
  CHECK(desk.ask("POST", maps, Json{{"metadata", {{"name", "a"}}}}, {{"Content-Type", "application/vnd.kubernetes.protobuf"}}).status / 100 == 4);
  CHECK(desk.ask("POST", "/api/v1/namespaces/nowhere/configmaps", Json{{"metadata", {{"name", "a"}}}}).status == 404);
}

TEST_CASE("Patches that make no sense are refused and change nothing") {
  Desk desk;
  const std::string target = "/apis/apps/v1/namespaces/shop/deployments/web";
  const Json before = desk.get(target).json;
  const auto patch = [&](const std::string& type, const std::string& body) { return desk.ask("PATCH", target, body, {{"Content-Type", type}}).status; };
  CHECK(patch("application/json-patch+json", "{}") == 400);
  CHECK(patch("application/json-patch+json", R"([{"op":"test","path":"/spec/replicas","value":-1}])") == 422);
  CHECK(patch("application/json-patch+json", R"([{"op":"remove","path":"/metadata"}])") == 400);
  CHECK(patch("application/merge-patch+json", "[]") == 400);
  CHECK(patch("application/merge-patch+json", R"({"spec":{"replicas":-1}})") == 422);
  CHECK(patch("application/merge-patch+json", R"({"spec":{"selector":{"matchLabels":{"app":"other"}}}})") == 422);
  CHECK(patch("application/merge-patch+json", R"({"spec":null})") == 422);
  CHECK(patch("application/strategic-merge-patch+json", R"({"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}})") == 400);
  CHECK(patch("application/strategic-merge-patch+json", R"({"$patch":"burn"})") == 400);
  CHECK(patch("text/plain", "x") == 415);
  CHECK(desk.get(target).json == before);
}

TEST_CASE("Selectors, versions and tokens that cannot be read are 400, a future version is 504, an old one 410") {
  Desk desk;
  CHECK(desk.get("/api/v1/pods?labelSelector=a%20in%20(").status == 400);
  CHECK(desk.get("/api/v1/pods?fieldSelector=spec.colour%3Dred").status == 400);
  CHECK(desk.get("/api/v1/pods?resourceVersion=x").status == 500);
  CHECK(desk.get("/api/v1/pods?continue=x").status == 400);
  CHECK(desk.get("/api/v1/pods?resourceVersion=999999999").status == 504);
  CHECK(desk.ask("POST", "/twin/compact").status == 200);
  CHECK(desk.get("/api/v1/nodes?resourceVersion=1&resourceVersionMatch=Exact").status == 410);
}

TEST_CASE("A request that does not arrive in time is answered 408 and its connection ended, and others are served meanwhile") {
  Running server(ServeOptions{.pace = kHostilePace, .request_timeout = std::chrono::milliseconds(200)});
  const auto late = [](const std::string& answer) {
    // The whole answer is there: the server has closed before the patience of exchange() (3 s) was over.
    return status_of(answer) == 408 && answer.find("Connection: close") != std::string::npos && answer.ends_with("}\n") && answer.find("\"code\":408") != std::string::npos;
  };
  CHECK(late(server.exchange("GET /api HTT")));
  CHECK(late(server.exchange("GET /api HTTP/1.1\r\nHost: twin\r\nX: half a hea")));
  CHECK(late(server.exchange(with_token(server, "POST /api/v1/namespaces/shop/configmaps", "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"))));
  CHECK(server.exchange("", std::chrono::milliseconds(400)).empty());   // silence alone is no request
  CHECK(status_of(server.exchange(with_token(server, "GET /api/v1/nodes"))) == 200);
}

TEST_CASE("An address that other machines can reach needs to be allowed") {
  TwinServer server(shop(), {.address = "0.0.0.0"});
  const auto started = server.start();
  REQUIRE(!started);
  CHECK(started.error().message.find("--allow-remote") != std::string::npos);
}
