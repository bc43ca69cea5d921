// What updates may not change. Source: kubernetes v1.32 the Validate…Update functions of pkg/apis.
#include <catch2/catch.hpp>

#include "tests/serve/served.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

/// Creates the object in the namespace of the shop, then changes it: the answer of the change.
Answer changed(Desk& desk, const std::string& collection, Json object, const Json& patch) {
  object["metadata"] = {{"name", "it"}};
  const Answer made = desk.ask("POST", collection, object);
  INFO(made.text);
  REQUIRE(made.status == 201);
  return desk.ask("PATCH", collection + "/it", patch, {{"Content-Type", "application/merge-patch+json"}});
}

std::string cause(const Answer& answer) {
  const Json causes = answer.json.value("details", Json::object()).value("causes", Json::array());
  return causes.empty() ? std::string() : causes[0].value("field", "") + ": " + causes[0].value("message", "");
}

Json kind_of(const char* version, const char* kind) { return {{"apiVersion", version}, {"kind", kind}}; }

}  // namespace

TEST_CASE("Immutable ConfigMaps and the types of Secrets do not change") {
  Desk desk;
  Json config = kind_of("v1", "ConfigMap"), secret = kind_of("v1", "Secret");
  config["immutable"] = true;
  config["data"] = {{"a", "b"}};
  CHECK(cause(changed(desk, "/api/v1/namespaces/shop/configmaps", config, {{"data", {{"a", "c"}}}})) == "data: Forbidden: field is immutable when `immutable` is set");
  CHECK(cause(changed(desk, "/api/v1/namespaces/shop/secrets", secret, {{"type", "example.com/x"}})) == "type: Invalid value: \"example.com/x\": field is immutable");
}

TEST_CASE("Role references, priorities and cluster addresses do not change") {
  Desk desk;
  Json binding = kind_of("rbac.authorization.k8s.io/v1", "RoleBinding"), priority = kind_of("scheduling.k8s.io/v1", "PriorityClass"), service = kind_of("v1", "Service");
  binding["roleRef"] = {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "view"}};
  priority["value"] = 10;
  service["spec"] = {{"clusterIP", "10.0.0.9"}, {"ports", Json::array({Json{{"port", 80}}})}};
  CHECK(cause(changed(desk, "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings", binding, {{"roleRef", {{"name", "edit"}}}})) ==
        "roleRef: Invalid value: rbac.RoleRef{APIGroup:\"rbac.authorization.k8s.io\", Kind:\"ClusterRole\", Name:\"edit\"}: cannot change roleRef");
  CHECK(cause(changed(desk, "/apis/scheduling.k8s.io/v1/priorityclasses", priority, {{"value", 11}})) == "value: Forbidden: may not be changed in an update.");
  CHECK(changed(desk, "/api/v1/namespaces/shop/services", service, {{"spec", {{"clusterIP", "10.0.0.10"}}}}).status == 422);
}

TEST_CASE("An update names labels that are wrong, and one that changes nothing wrong is taken") {
  Desk desk;
  CHECK(desk.ask("PATCH", "/api/v1/namespaces/shop", Json{{"metadata", {{"labels", {{"a b", "c"}}}}}}, {{"Content-Type", "application/merge-patch+json"}}).status == 422);
  CHECK(desk.ask("PATCH", "/api/v1/namespaces/shop", Json{{"metadata", {{"labels", {{"a", "c"}}}}}}, {{"Content-Type", "application/merge-patch+json"}}).status == 200);
}

TEST_CASE("A pod takes another image and no other command") {
  Desk desk;
  desk.run(Duration{120'000'000});
  const Json pod = desk.get("/api/v1/namespaces/shop/pods").json["items"].at(0);
  const std::string path = "/api/v1/namespaces/shop/pods/" + pod["metadata"]["name"].get<std::string>();
  const std::string container = pod["spec"]["containers"][0]["name"];
  const HttpHeaders strategic{{"Content-Type", "application/strategic-merge-patch+json"}};
  const auto patch = [&](const char* field, const Json& value) { return Json{{"spec", {{"containers", Json::array({Json{{"name", container}, {field, value}}})}}}}; };
  CHECK(desk.ask("PATCH", path, patch("image", "other:2"), strategic).status == 200);
  CHECK(desk.get(path).json["spec"]["containers"][0]["image"] == "other:2");
  const Answer refused = desk.ask("PATCH", path, patch("command", Json::array({"x"})), strategic);
  CHECK(refused.status == 422);
  CHECK(cause(refused).starts_with("spec: Forbidden: pod updates may not change fields other than"));
}
