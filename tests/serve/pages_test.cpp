// Pages of lists, tables that are too long for pages, and what rows carry.
#include <catch2/catch.hpp>
#include <string>

#include "tests/serve/served.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

const HttpHeaders kTable{{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}};

/// A namespace of its own with that many ConfigMaps.
void fill(Desk& desk, int count) {
  ObjectStore& store = desk.world().clusters().front().store;
  const int kind = find_resource("", "v1", "configmaps");
  for (int i = 0; i < count; ++i)
    store.put(kind, {{"metadata", {{"name", "c" + std::to_string(i)}, {"namespace", "big"}, {"uid", "u" + std::to_string(i)}, {"labels", {{"tier", "web"}}}, {"annotations", {{"note", "x"}}}}}, {"data", {{"key", "value"}}}});
}

const std::string kPageMaps = "/api/v1/namespaces/big/configmaps";

}  // namespace

TEST_CASE("Each page of a list says how many objects follow, and a selection only that some do") {
  Desk desk;
  fill(desk, 25);
  Answer page = desk.get(kPageMaps + "?limit=10");
  CHECK(page.json["items"].size() == 10);
  CHECK(page.json["metadata"]["remainingItemCount"] == 15);
  page = desk.get(kPageMaps + "?limit=10&continue=" + page.json["metadata"]["continue"].get<std::string>());
  CHECK(page.json["metadata"]["remainingItemCount"] == 5);
  page = desk.get(kPageMaps + "?limit=10&continue=" + page.json["metadata"]["continue"].get<std::string>());
  CHECK(page.json["items"].size() == 5);
  CHECK_FALSE(page.json["metadata"].contains("continue"));
  const Json selected = desk.get(kPageMaps + "?limit=10&labelSelector=tier%3Dweb").json;
  CHECK(selected["metadata"].contains("continue"));
  CHECK_FALSE(selected["metadata"].contains("remainingItemCount"));
}

TEST_CASE("All pages of a list show one version, whatever happens between them") {
  Desk desk;
  desk.ask("POST", "/api/v1/namespaces", {{"metadata", {{"name", "big"}}}});
  fill(desk, 6);   // c0 to c5
  const auto names = [](const Json& list) {
    std::string out;
    for (const Json& item : list["items"]) out += item["metadata"]["name"].get<std::string>() + "=" + item["data"]["key"].get<std::string>() + " ";
    return out;
  };
  const Json first = desk.get(kPageMaps + "?limit=2").json;
  const std::string version = first["metadata"]["resourceVersion"];
  CHECK(names(first) == "c0=value c1=value ");
  desk.ask("DELETE", kPageMaps + "/c2");
  const HttpHeaders merge{{"Content-Type", "application/merge-patch+json"}};
  for (const char* text : {"changed", "again"}) {
    const Answer patched = desk.ask("PATCH", kPageMaps + "/c3", {{"data", {{"key", text}}}}, merge);
    INFO(patched.json.dump());
    CHECK(patched.status == 200);
  }
  desk.ask("POST", kPageMaps, {{"metadata", {{"name", "c31"}}}, {"data", {{"key", "new"}}}});
  const Json second = desk.get(kPageMaps + "?limit=3&continue=" + first["metadata"]["continue"].get<std::string>()).json;
  CHECK(names(second) == "c2=value c3=value c4=value ");
  CHECK(second["metadata"]["resourceVersion"] == version);
  CHECK(second["metadata"]["remainingItemCount"] == 1);
  CHECK(names(desk.get(kPageMaps + "?limit=3&continue=" + second["metadata"]["continue"].get<std::string>()).json) == "c5=value ");

  const Json exact = desk.get(kPageMaps + "?resourceVersionMatch=Exact&resourceVersion=" + version).json;
  CHECK(names(exact) == "c0=value c1=value c2=value c3=value c4=value c5=value ");
  CHECK(exact["metadata"]["resourceVersion"] == version);
  desk.ask("POST", "/twin/compact");
  const std::string second_page = kPageMaps + "?limit=3&continue=" + first["metadata"]["continue"].get<std::string>();
  const Answer expired = desk.get(second_page);
  CHECK(expired.status == 410);
  // Going on from the token in the answer is allowed, and shows the present.
  CHECK(names(desk.get(kPageMaps + "?continue=" + expired.json["metadata"]["continue"].get<std::string>()).json) == "c3=again c31=new c4=value c5=value ");
  CHECK(names(desk.get(kPageMaps).json) == "c0=value c1=value c3=again c31=new c4=value c5=value ");
}

TEST_CASE("A version that the log has forgotten cannot be listed exactly") {
  ObjectStore store(1'000);   // bytes: the log keeps no more than a few entries
  const int kind = find_resource("", "v1", "configmaps");
  const auto put = [&](int data) { return store.put(kind, {{"metadata", {{"name", "a"}, {"namespace", "n"}}}, {"data", {{"key", std::to_string(data)}}}}); };
  const std::uint64_t begin = put(0);
  std::uint64_t last = 0;
  for (int i = 1; i <= 10; ++i) last = put(i);
  const ObjectTable& table = store.table(kind);
  CHECK(table.forgotten() > begin);
  CHECK(table.forgotten() < last);
  const std::uint64_t oldest = table.forgotten();   // still to be seen: its successor's entry knows it
  const ObjectCursor cursor(table, oldest, "n/", "");
  REQUIRE(cursor);
  CHECK(cursor.object().version == oldest);
}

TEST_CASE("A table of 5,000 rows comes in pages, a longer one at once with rows that carry name, namespace and labels") {
  Desk desk;
  fill(desk, 5'000);
  const Json pages = desk.ask("GET", kPageMaps + "?limit=500", nullptr, kTable).json;
  CHECK(pages["rows"].size() == 500);
  CHECK(pages["metadata"]["remainingItemCount"] == 4'500);
  CHECK(pages["rows"][0]["object"]["metadata"].contains("annotations"));
  fill(desk, 5'001);
  const Json whole = desk.ask("GET", kPageMaps + "?limit=500", nullptr, kTable).json;
  CHECK(whole["rows"].size() == 5'001);
  CHECK_FALSE(whole["metadata"].contains("continue"));
  CHECK(whole["rows"][0]["object"] == Json::parse(R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"c0","namespace":"big","labels":{"tier":"web"}}})"));
  CHECK(whole["rows"][0]["cells"] == pages["rows"][0]["cells"]);
  // Objects themselves keep coming in pages.
  CHECK(desk.get(kPageMaps + "?limit=500").json["items"].size() == 500);
}

TEST_CASE("Rows of a table carry the object as far as includeObject asks for it") {
  Desk desk;
  fill(desk, 1);
  const auto row = [&](const std::string& include) { return desk.ask("GET", kPageMaps + "?includeObject=" + include, nullptr, kTable).json["rows"][0]; };
  CHECK_FALSE(row("None").contains("object"));
  CHECK(row("Metadata")["object"]["kind"] == "PartialObjectMetadata");
  CHECK(row("Object")["object"]["kind"] == "ConfigMap");
  CHECK(row("Object")["object"]["data"]["key"] == "value");
}
