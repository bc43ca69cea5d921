#include <catch2/catch.hpp>

#include "tests/kube_client/scripted.hpp"
#include "tests/support/kube_exchanges.hpp"

namespace akstwin::test {

TEST_CASE("Of all recorded evictions only a disruption budget's refusal is one, however alike the others look") {
  const RecordedGroup pods = read_kube_exchanges("07-pods-nodes");
  for (const char* id : {"pod.evict.429", "pod.evict.429.dry", "pod.evict.notobserved", "pod.evict.unready"}) {
    INFO(id);
    CHECK(refused_by_budget(pods.exchange(id).response));
  }
  for (const char* id : {"pod.evict.ok", "pod.evict.two", "pod.evict.missing", "pod.evict.forbidden", "pod.evict.rv.free"}) {
    INFO(id);
    CHECK_FALSE(refused_by_budget(pods.exchange(id).response));
  }
  const RecordedGroup busy = read_kube_exchanges("09-flow-control");
  CHECK(busy.exchange("apf.429.evict").response.status == 429);
  CHECK_FALSE(refused_by_budget(busy.exchange("apf.429.evict").response));
}

TEST_CASE("A busy server is waited for as long as it says, and then asked again") {
  const RecordedGroup busy = read_kube_exchanges("09-flow-control");
  const Exchange& refused = busy.exchange("apf.429.list");
  Exchange granted = refused;
  granted.response = {200, {}, "{}"};
  ReplayTransport transport({refused, refused, granted});
  Nobody nobody;
  KubeClient client(transport, nobody);
  const auto response = client.send({.target = refused.request.target});
  REQUIRE(response);
  CHECK(response->status == 200);
  // Two refusals with Retry-After: 1.
  CHECK(transport.now_us() >= 2'000'000);
}

TEST_CASE("Retry-After is seconds, or a time on the server's clock") {
  const auto asked = [](const char* after, const char* date) { return HttpResponse{429, {{"Retry-After", after}, {"Date", date}}, {}}.retry_after(Duration{-1}).us; };
  CHECK(asked("7", "") == 7'000'000);
  CHECK(asked("Sun, 22 Nov 2026 11:24:00 GMT", "Sun, 22 Nov 2026 11:23:19 GMT") == 41'000'000);
  CHECK(asked("Sun, 22 Nov 2026 11:23:00 GMT", "Sun, 22 Nov 2026 11:23:19 GMT") == -1);   // it has passed
  CHECK(asked("Sun, 22 Nov 2026 11:24:00 GMT", "") == -1);
  CHECK(asked("soon", "") == -1);
}

TEST_CASE("A budget's refusal carries no Retry-After and is not repeated") {
  const Exchange refused = read_kube_exchanges("07-pods-nodes").exchange("pod.evict.429");
  ReplayTransport transport({refused, refused});
  Nobody nobody;
  KubeClient client(transport, nobody);
  const auto response = client.send(refused.request);
  REQUIRE(response);
  CHECK(response->status == 429);
  CHECK(transport.asked().size() == 1);
}

TEST_CASE("Statuses are read in all their shapes: with reason, without, in plain text") {
  const RecordedGroup lists = read_kube_exchanges("04-list");
  CHECK(status_of(lists.exchange("list.continue.expired").response).gone());
  CHECK_FALSE(status_of(lists.exchange("list.continue.expired").response).continue_token.empty());
  CHECK(status_of(lists.exchange("list.rv.future").response).has_cause("ResourceVersionTooLarge"));
  CHECK(status_of(lists.exchange("list.rv.bad").response).code == 500);
  const RecordedGroup discovery = read_kube_exchanges("01-discovery");
  CHECK(status_of(discovery.exchange("disc.gv.missing").response).words() == "404: 404 page not found");
}

TEST_CASE("A 401 renews the credential once and asks again") {
  const Exchange refused = read_kube_exchanges("07-pods-nodes").exchange("pod.401");
  Exchange granted = refused;
  granted.response = {200, {}, "{}"};
  ReplayTransport transport({refused, granted});
  Nobody nobody;
  nobody.token = "t";
  KubeClient client(transport, nobody);
  const auto response = client.send(refused.request);
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(nobody.rejections == 1);
}

TEST_CASE("A write is not repeated when the connection fails, because nobody knows what it did") {
  ReplayTransport transport({no_answer("PATCH", "/x"), answer("PATCH", "/x", 200, "{}")});
  Nobody nobody;
  KubeClient client(transport, nobody);
  CHECK_FALSE(client.send({.method = "PATCH", .target = "/x"}));
  CHECK(transport.asked().size() == 1);
}

TEST_CASE("Values of queries are encoded as the server decodes them") {
  CHECK(encode_query("app=orders,tier in (web)") == "app%3Dorders%2Ctier%20in%20%28web%29");
  CHECK(encode_query("a-b_c.d~9") == "a-b_c.d~9");
}

}  // namespace akstwin::test
