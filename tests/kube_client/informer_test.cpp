#include <algorithm>
#include <catch2/catch.hpp>

#include "adapters/kube/informer.hpp"
#include "tests/kube_client/scripted.hpp"
#include "tests/support/kube_exchanges.hpp"

namespace akstwin::test {
namespace {

using nlohmann::json;
constexpr const char* kPath = "/api/v1/namespaces/a/configmaps";

/// An informer on a replayed server, writing down what it is told.
struct Watcher {
  explicit Watcher(std::vector<Exchange> exchanges, const std::string& path = kPath, bool streaming = false) : transport(std::move(exchanges)), client(transport, nobody), informer(client, options(path, streaming), [this](const ObjectEvent& event) {
    static constexpr const char* kWords[] = {"+", "~", "-"};
    told.push_back(kWords[static_cast<int>(event.change)] + std::string(event.key));
  }) {}
  static InformerOptions options(const std::string& path, bool streaming) {
    InformerOptions out;
    out.streaming = streaming;
    out.path = path;
    return out;
  }
  /// Lets time pass and the informer work.
  void run(Duration time) {
    const std::int64_t until = transport.now_us() + time.us;
    while (transport.now_us() < until) {
      informer.step();
      const std::int64_t before = transport.now_us();
      transport.wait(std::min(Duration{50'000}, Duration{until - before}));
      if (transport.now_us() == before) transport.pause(Duration{1'000});
    }
    informer.step();
  }

  ReplayTransport transport;
  Nobody nobody;
  KubeClient client;
  std::vector<std::string> told;
  Informer informer;
};

using Told = std::vector<std::string>;
constexpr Duration kSecond{1'000'000};

}  // namespace

TEST_CASE("An informer lists by pages and then tells what a watch adds, changes and removes") {
  Watcher w({answer("GET", std::string(kPath) + "?limit=500", 200, list_of({config_map("x", "1")}, "10", "more")),
             answer("GET", std::string(kPath) + "?limit=500&continue=more", 200, list_of({config_map("y", "2")}, "10")),
             watch_answer(std::string(kPath) + "?watch=true", {event("ADDED", config_map("z", "11")), event("MODIFIED", config_map("x", "12")), event("DELETED", config_map("y", "13"))})});
  w.run(kSecond * 5);
  CHECK(w.told == Told{"+a/x", "+a/y", "+a/z", "~a/x", "-a/y"});
  CHECK(w.informer.resource_version() == "13");
  CHECK(w.informer.size() == 2);
  CHECK(w.transport.asked().at(2).target.find("resourceVersion=10") != std::string::npos);
}

TEST_CASE("An event cut into chunks and several events in one chunk are the same to an informer") {
  const std::string both = event("ADDED", config_map("x", "11")) + event("ADDED", config_map("y", "12"));
  Watcher w({answer("GET", kPath, 200, list_of({}, "10")), watch_answer(std::string(kPath) + "?watch=true", {both.substr(0, 20), both.substr(20, 100), both.substr(120)})});
  w.run(kSecond * 5);
  CHECK(w.told == Told{"+a/x", "+a/y"});
}

TEST_CASE("After an ERROR event with 410 an informer lists again and tells only what differs") {
  Watcher w({answer("GET", kPath, 200, list_of({config_map("x", "1"), config_map("y", "2")}, "10")),
             watch_answer(std::string(kPath) + "?watch=true", {event("ERROR", status_object(410, "Expired"))}, ExchangeEnd::Complete),
             answer("GET", kPath, 200, list_of({config_map("y", "2"), config_map("z", "20")}, "30")), watch_answer(std::string(kPath) + "?watch=true", {})});
  w.run(kSecond * 5);
  CHECK(w.told == Told{"+a/x", "+a/y", "+a/z", "-a/x"});
  CHECK(w.informer.statistics().expired == 1);
  CHECK(w.informer.synced());
}

TEST_CASE("An object that was replaced by one of the same name while nobody watched is a deletion and an addition") {
  Watcher w({answer("GET", kPath, 200, list_of({config_map("x", "1", "old")}, "10")), watch_answer(std::string(kPath) + "?watch=true", {event("ERROR", status_object(410, "Gone"))}),
             answer("GET", kPath, 200, list_of({config_map("x", "20", "new")}, "30")), watch_answer(std::string(kPath) + "?watch=true", {})});
  w.run(kSecond * 5);
  CHECK(w.told == Told{"+a/x", "-a/x", "+a/x"});
}

TEST_CASE("A clean end of a watch is followed by another from the last version, without a pause and without a list") {
  Watcher w({answer("GET", kPath, 200, list_of({}, "10")), watch_answer(std::string(kPath) + "?watch=true", {event("BOOKMARK", {{"metadata", {{"resourceVersion", "77"}}}})}, ExchangeEnd::Complete),
             watch_answer(std::string(kPath) + "?watch=true", {})});
  w.run(kSecond * 4);
  REQUIRE(w.transport.asked().size() == 3);
  CHECK(w.transport.asked()[2].target.find("resourceVersion=77") != std::string::npos);
  CHECK(w.told.empty());   // a bookmark is no object
  CHECK(w.informer.statistics().failures == 0);
}

TEST_CASE("A cut watch goes on from the last version after a pause, and a server that is away is asked ever less often") {
  std::vector<Exchange> script{answer("GET", kPath, 200, list_of({}, "10")), watch_answer(std::string(kPath) + "?watch=true", {event("ADDED", config_map("x", "11"))}, ExchangeEnd::Cut)};
  for (int i = 0; i < 3; ++i) script.push_back(no_answer("GET", std::string(kPath) + "?watch=true"));
  script.push_back(watch_answer(std::string(kPath) + "?watch=true", {event("ADDED", config_map("y", "12"))}));
  Watcher w(std::move(script));
  w.run(kSecond * 10);
  CHECK(w.told == Told{"+a/x", "+a/y"});
  CHECK(w.informer.statistics().failures == 4);   // the cut, and three refused connections
  CHECK(w.informer.statistics().lists == 1);
  for (std::size_t i = 2; i < 6; ++i) CHECK(w.transport.asked()[i].target.find("resourceVersion=11") != std::string::npos);
}

TEST_CASE("A watch that says nothing for two and a half minutes is opened again, and what holds after a fault is whole before its first word") {
  std::vector<Exchange> script{answer("GET", kPath, 200, list_of({}, "10")), watch_answer(std::string(kPath) + "?watch=true", {event("ADDED", config_map("x", "11"))}, ExchangeEnd::ClientClosed),
                               no_answer("GET", std::string(kPath) + "?watch=true"), watch_answer(std::string(kPath) + "?watch=true", {}, ExchangeEnd::ClientClosed)};
  script[1].end_at = script[3].end_at = Duration{600'000'000};   // open for ten minutes, without a word
  Watcher w(std::move(script));
  w.run(kSecond * 150);
  CHECK(w.transport.asked().size() == 2);
  w.run(kSecond * 2);                                            // 151 s after the event: asked again, and refused
  CHECK(w.transport.asked().size() >= 3);
  CHECK(w.transport.asked()[2].target.find("resourceVersion=11") != std::string::npos);
  w.run(kSecond * 10);
  CHECK(w.transport.asked().size() == 4);
  CHECK(w.informer.fault().empty());
  CHECK(w.informer.statistics().failures == 1);
}

TEST_CASE("A 429 with Retry-After on a watch is waited for, and is no matter of evictions") {
  Watcher w({answer("GET", kPath, 200, list_of({}, "10")), answer("GET", std::string(kPath) + "?watch=true", 429, status_object(429, "TooManyRequests").dump(), {{"Retry-After", "3"}}),
             watch_answer(std::string(kPath) + "?watch=true", {event("ADDED", config_map("x", "11"))})});
  w.run(kSecond * 2);
  CHECK(w.told.empty());
  w.run(kSecond * 4);
  CHECK(w.told == Told{"+a/x"});
}

TEST_CASE("An expired continue token leads to one list without pages") {
  Watcher w({answer("GET", std::string(kPath) + "?limit=500", 200, list_of({config_map("x", "1")}, "10", "old")),
             answer("GET", std::string(kPath) + "?limit=500&continue=old", 410, status_object(410, "Expired").dump()),
             answer("GET", std::string(kPath) + "?resourceVersion=", 200, list_of({config_map("x", "1"), config_map("y", "2")}, "20")), watch_answer(std::string(kPath) + "?watch=true", {})});
  w.run(kSecond * 2);
  CHECK(w.told == Told{"+a/x", "+a/y"});
  CHECK(w.informer.resource_version() == "20");
}

TEST_CASE("A kind that is not installed or not ours to see is absent when it is optional, a fault otherwise") {
  for (const int status : {404, 403}) {
    ReplayTransport transport({answer("GET", kPath, status, status_object(status, "x").dump())});
    Nobody nobody;
    KubeClient client(transport, nobody);
    InformerOptions options;
    options.path = kPath;
    options.optional = true;
    Informer informer(client, options, [](const ObjectEvent&) {});
    CHECK_FALSE(informer.step());
    CHECK(informer.absent());
  }
  Watcher required({answer("GET", kPath, 403, status_object(403, "Forbidden").dump())});
  CHECK(required.informer.step());
  CHECK(required.informer.fault().find("403 Forbidden") != std::string::npos);
}

TEST_CASE("Streams that are no watch are left: no JSON, events without objects") {
  for (const std::string& nonsense : {std::string("<html>\n"), std::string("{\"type\":\"ADDED\"}\n"), std::string("[1,2]\n")}) {
    Watcher w({answer("GET", kPath, 200, list_of({}, "10")), watch_answer(std::string(kPath) + "?watch=true", {nonsense})});
    w.run(kSecond * 2);
    CHECK(w.informer.statistics().failures >= 1);
    CHECK(w.told.empty());
  }
}

TEST_CASE("Every recorded watch of the genuine server is followed to its end") {
  // Each is fed to an informer whose list was empty; what it tells must add up to what it then holds.
  for (const char* group : {"05-watch", "08-restart", "10-streaming-list"})
    for (const Exchange& recorded : read_kube_exchanges(group).exchanges) {
      if (recorded.request.target.find("watch=") == std::string::npos || recorded.chunks.empty()) continue;
      const std::string accept(find_header(recorded.request.headers, "Accept"));
      if (accept.find("Table") != std::string::npos || accept.find("protobuf") != std::string::npos || recorded.response.status != 200) continue;
      INFO(recorded.id);
      const std::string path = recorded.path();
      Watcher w({answer("GET", path, 200, list_of({}, "1")), recorded}, path);
      w.run(recorded.end_at + kSecond);
      std::int64_t balance = 0;
      for (const std::string& line : w.told) balance += line[0] == '+' ? 1 : line[0] == '-' ? -1 : 0;
      CHECK(balance == static_cast<std::int64_t>(w.informer.size()));
      const bool gone = recorded.whole_body().find("\"code\":410") != std::string::npos;
      CHECK((w.informer.statistics().expired > 0) == gone);
    }
}

TEST_CASE("The genuine server's restarts are survived: what it answered before and after them is one history") {
  const RecordedGroup restart = read_kube_exchanges("08-restart");
  for (const std::string& how : {std::string("restart.term"), std::string("restart.kill")}) {
    const Exchange& first = restart.exchange(how + ".watch.cm");
    const std::string path = first.path();
    Exchange list = restart.exchange(how + ".relist");
    Exchange fresh = restart.exchange(how + ".re.fresh");
    if (list.path() != path || fresh.path() != path) continue;
    Watcher w({restart.exchange(how + ".list"), first, restart.exchange(how + ".re.seen"), list, fresh}, path);
    w.run(first.end_at + kSecond * 20);
    INFO(how);
    CHECK(w.informer.statistics().expired == 1);
    CHECK(w.informer.statistics().lists == 2);
    CHECK(w.informer.synced());
  }
}

namespace {

json initial_end(const std::string& version) { return {{"kind", "ConfigMap"}, {"metadata", {{"resourceVersion", version}, {"annotations", {{"k8s.io/initial-events-end", "true"}}}}}}; }
const std::string kWatch = std::string(kPath) + "?watch=true";

}  // namespace

TEST_CASE("A streaming list is a list until its bookmark, and a watch from there on") {
  Watcher w({watch_answer(kWatch, {event("ADDED", config_map("x", "1")) + event("ADDED", config_map("y", "2")), event("BOOKMARK", {{"metadata", {{"resourceVersion", "9"}}}}), event("BOOKMARK", initial_end("10")), event("ADDED", config_map("z", "11"))})}, kPath, true);
  w.run(kSecond * 2);
  CHECK_FALSE(w.informer.synced());   // a bookmark of another kind ends nothing
  w.run(kSecond * 4);
  CHECK(w.informer.synced());
  CHECK(w.told == Told{"+a/x", "+a/y", "+a/z"});
  CHECK(w.informer.resource_version() == "11");
  CHECK(w.informer.statistics().streamed == 1);
  const std::string asked = w.transport.asked().at(0).target;
  CHECK(asked.find("sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true") != std::string::npos);
  CHECK(asked.find("resourceVersion=") == std::string::npos);
}

TEST_CASE("What a second streaming list does not bring was deleted meanwhile") {
  Watcher w({watch_answer(kWatch, {event("ADDED", config_map("x", "1")) + event("ADDED", config_map("y", "2")) + event("BOOKMARK", initial_end("10")), event("ERROR", status_object(410, "Expired"))}),
             watch_answer(kWatch, {event("ADDED", config_map("y", "2")) + event("BOOKMARK", initial_end("20"))})}, kPath, true);
  w.run(kSecond * 5);
  CHECK(w.told == Told{"+a/x", "+a/y", "-a/x"});
  CHECK(w.informer.statistics().streamed == 2);
}

TEST_CASE("A server that does not stream lists is listed as ever: refused, an error, an early end, silence") {
  const auto listed = [](Exchange first, Duration time) {
    Watcher w({std::move(first), answer("GET", kPath, 200, list_of({config_map("x", "1")}, "10")), watch_answer(kWatch, {event("ADDED", config_map("y", "11"))})}, kPath, true);
    w.run(time);
    CHECK(w.informer.synced());
    CHECK(w.told == Told{"+a/x", "+a/y"});
    CHECK(w.informer.statistics().streamed == 0);
    CHECK(w.informer.fault().empty());
  };
  listed(answer("GET", kWatch, 422, status_object(422, "Invalid").dump()), kSecond * 3);
  listed(watch_answer(kWatch, {event("ERROR", status_object(500, "InternalError"))}), kSecond * 5);
  listed(watch_answer(kWatch, {}, ExchangeEnd::Complete), kSecond * 5);
  Exchange silent = watch_answer(kWatch, {});
  silent.end_at = Duration{3'600'000'000};
  listed(silent, kSecond * 40);
}

TEST_CASE("A streaming list that is cut begins again, and one that a busy server puts off is asked for later") {
  Watcher w({watch_answer(kWatch, {event("ADDED", config_map("x", "1"))}, ExchangeEnd::Cut), answer("GET", kWatch, 429, "Too many requests, please try again later.", {{"Retry-After", "2"}}),
             watch_answer(kWatch, {event("ADDED", config_map("x", "1")) + event("BOOKMARK", initial_end("10"))})}, kPath, true);
  w.run(kSecond * 10);
  CHECK(w.informer.synced());
  CHECK(w.told == Told{"+a/x"});
  CHECK(w.informer.statistics().streamed == 1);
}

TEST_CASE("The genuine server's streaming lists are taken whole: each becomes what its events say") {
  std::size_t taken = 0;
  for (const Exchange& recorded : read_kube_exchanges("10-streaming-list").exchanges) {
    const std::string target = recorded.request.target;
    const bool streams = target.find("sendInitialEvents=true") != std::string::npos && target.find("allowWatchBookmarks") != std::string::npos && target.find("99999999") == std::string::npos;
    if (!streams || find_header(recorded.request.headers, "Accept").find("protobuf") != std::string_view::npos) continue;
    INFO(recorded.id);
    Watcher w({recorded}, recorded.path(), true);
    w.run(recorded.end_at + kSecond);
    CHECK(w.informer.statistics().streamed == 1);
    std::int64_t balance = 0;
    for (const std::string& line : w.told) balance += line[0] == '+' ? 1 : line[0] == '-' ? -1 : 0;
    CHECK(balance == static_cast<std::int64_t>(w.informer.size()));
    ++taken;
  }
  CHECK(taken >= 9);
}

TEST_CASE("A streaming list of an old etcd, as the genuine server refuses it, falls back to a list") {
  const RecordedGroup group = read_kube_exchanges("05-watch");
  const Exchange& refused = group.exchange("watch.stream");
  Watcher w({refused, answer("GET", refused.path(), 200, list_of({config_map("x", "1")}, "10")), watch_answer(refused.path() + "?watch=true", {})}, refused.path(), true);
  w.run(refused.end_at + kSecond * 3);
  CHECK(w.informer.synced());
  CHECK(w.told == Told{"+a/x"});
}

}  // namespace akstwin::test
