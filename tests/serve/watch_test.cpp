#include <catch2/catch.hpp>
#include <sstream>

#include "adapters/serve/watch_stream.hpp"
#include "tests/serve/served.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

Json config(int number, int value, const std::string& tier = "web") {
  return {{"metadata", {{"name", "c" + std::to_string(number)}, {"namespace", "shop"}, {"labels", {{"tier", tier}}}}}, {"data", {{"value", std::to_string(value)}}}};
}

int config_maps() { return find_resource("", "v1", "configmaps"); }

std::vector<Json> lines(const std::string& text) {
  std::vector<Json> out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) out.push_back(Json::parse(line));
  return out;
}

}  // namespace

TEST_CASE("Two hundred watches see each of ten thousand changes once and in order") {
  ObjectStore store;
  std::vector<std::unique_ptr<WatchStream>> watches;
  std::vector<int> seen(200), last(200, -1);
  for (int i = 0; i < 200; ++i) watches.push_back(std::make_unique<WatchStream>(store, WatchRequest{.kind = config_maps(), .from = store.version()}, [] { return 0; }));
  // 100 rounds of 100 changes; a watch reads when it is its turn, so they lag behind by different amounts.
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 100; ++i) store.put(config_maps(), config(i, round * 100 + i));
    for (std::size_t w = 0; w < watches.size(); ++w) {
      if (round != 99 && static_cast<int>(w) % 10 != round % 10) continue;
      for (std::string text;; text.clear()) {
        watches[w]->read(text);
        if (text.empty()) break;
        for (std::size_t at = text.find(R"("value":")"); at != std::string::npos; at = text.find(R"("value":")", at + 1)) {
          const int value = std::stoi(text.substr(at + 9));
          if (value != last[w] + 1) FAIL("watch " << w << " saw " << value << " after " << last[w]);
          last[w] = value;
          ++seen[w];
        }
      }
    }
  }
  for (const int count : seen) CHECK(count == 10'000);
}

TEST_CASE("A watch that lags behind the log is told 410 and ended, and the log stays within its bound") {
  ObjectStore store(64 << 10);   // 64 KiB
  WatchStream watch(store, {.kind = config_maps(), .from = store.version()}, [] { return 0; });
  for (int i = 0; i < 5'000; ++i) store.put(config_maps(), config(1, i));
  // An entry weighs over 256 bytes: less than 256 of 5,000 are kept.
  CHECK(store.table(config_maps()).end() - store.table(config_maps()).first() < 256);
  std::string text;
  CHECK(watch.read(text) == ResponseStream::State::Ended);
  const Json event = lines(text).front();
  CHECK(event["type"] == "ERROR");
  CHECK(event["object"]["code"] == 410);
  CHECK(event["object"]["reason"] == "Expired");
}

TEST_CASE("An object that leaves a selection is deleted for its watch, in its last state that matched") {
  ObjectStore store;
  WatchRequest request{.kind = config_maps(), .from = store.version()};
  request.selector.labels = *parse_label_selector("tier=web");
  WatchStream watch(store, std::move(request), [] { return 0; });
  store.put(config_maps(), config(1, 1, "db"));
  store.put(config_maps(), config(1, 2, "web"));
  const auto changed = store.put(config_maps(), config(1, 3, "db"));
  std::string text;
  watch.read(text);
  const auto events = lines(text);
  REQUIRE(events.size() == 2);
  CHECK(events[0]["type"] == "ADDED");
  CHECK(events[1]["type"] == "DELETED");
  CHECK(events[1]["object"]["data"]["value"] == "2");
  CHECK(events[1]["object"]["metadata"]["resourceVersion"] == std::to_string(changed));
}

TEST_CASE("A streaming list ends its beginning with a bookmark that says so") {
  Desk desk;
  const auto watch = desk.watch("/api/v1/nodes?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
  REQUIRE(watch);
  std::string text;
  watch->read(text);
  const auto events = lines(text);
  REQUIRE(events.size() == 4);   // two nodes of the system pool, one of the user pool
  CHECK(events[2]["type"] == "ADDED");
  CHECK(events[3]["type"] == "BOOKMARK");
  CHECK(events[3]["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"] == "true");
}

TEST_CASE("The first event of a table watch carries the columns, the next none") {
  ObjectStore store;
  WatchStream watch(store, {.kind = config_maps(), .form = ObjectForm::Table, .from = store.version()}, [] { return 0; });
  store.put(config_maps(), config(1, 1));
  store.put(config_maps(), config(2, 1));
  std::string text;
  watch.read(text);
  const auto events = lines(text);
  REQUIRE(events.size() == 2);
  CHECK(events[0]["object"]["columnDefinitions"].size() == 3);
  CHECK(events[1]["object"]["columnDefinitions"].is_null());
}

TEST_CASE("A continue token goes on where the page ended, and pages show one version") {
  Desk desk;
  desk.run(Duration{600'000'000});
  const Answer all = desk.get("/api/v1/pods");
  std::size_t count = 0;
  std::string target = "/api/v1/pods?limit=2", version;
  for (int pages = 0; pages < 100; ++pages) {
    const Answer page = desk.get(target);
    REQUIRE(page.status == 200);
    if (version.empty()) version = page.json["metadata"]["resourceVersion"];
    CHECK(page.json["metadata"]["resourceVersion"] == version);
    count += page.json["items"].size();
    if (!page.json["metadata"].contains("continue")) break;
    target = "/api/v1/pods?limit=2&continue=" + page.json["metadata"]["continue"].get<std::string>();
  }
  CHECK(count == all.json["items"].size());
  CHECK(count > 2);
}
