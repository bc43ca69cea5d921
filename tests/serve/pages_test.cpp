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
    store.put(kind, {{"metadata", {{"name", "c" + std::to_string(i)}, {"namespace", "big"}, {"labels", {{"tier", "web"}}}, {"annotations", {{"note", "x"}}}}}, {"data", {{"key", "value"}}}});
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
