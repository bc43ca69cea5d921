// What clients write is kept in their words, and completed as a genuine kube-apiserver 1.32.13 completed it.
#include <catch2/catch.hpp>

#include "tests/serve/served.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

const std::string kDeployments = "/apis/apps/v1/namespaces/shop/deployments";
const HttpHeaders kStrategic{{"Content-Type", "application/strategic-merge-patch+json"}}, kMerge{{"Content-Type", "application/merge-patch+json"}};

Json worded(const std::string& name, const std::string& image) {
  const Json container{{"name", "app"}, {"image", image}, {"args", Json::array({"--fast"})}, {"env", Json::array({Json{{"name", "MODE"}, {"value", "a"}}})},
                       {"ports", Json::array({Json{{"containerPort", 8080}}})}, {"readinessProbe", {{"httpGet", {{"path", "/ready"}, {"port", 8080}}}}},
                       {"volumeMounts", Json::array({Json{{"name", "tmp"}, {"mountPath", "/tmp"}}})}};
  return {{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"metadata", {{"name", name}, {"namespace", "shop"}}},
          {"spec", {{"replicas", 1}, {"selector", {{"matchLabels", {{"app", name}}}}},
                    {"template", {{"metadata", {{"labels", {{"app", name}}}}},
                                  {"spec", {{"containers", Json::array({container})}, {"volumes", Json::array({Json{{"name", "tmp"}, {"emptyDir", Json::object()}}})}}}}}}}};
}

Json image_patch(const char* image) { return {{"spec", {{"template", {{"spec", {{"containers", Json::array({Json{{"name", "app"}, {"image", image}}})}}}}}}}}; }

Json service(const char* name, const char* type) {
  return {{"metadata", {{"name", name}}}, {"spec", {{"type", type}, {"selector", {{"app", name}}}, {"ports", Json::array({Json{{"port", 80}}})}}}};
}

const std::string kServices = "/api/v1/namespaces/shop/services";

}  // namespace

TEST_CASE("ReplicaSets and pods have the words of the template that a client wrote, so that an undo gives them back") {
  Desk desk;
  REQUIRE(desk.ask("POST", kDeployments, worded("w", "w:1")).status == 201);
  desk.run(Duration{120'000'000});
  const auto sets = [&] { return desk.get("/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app%3Dw").json["items"]; };
  const Json written = desk.get(kDeployments + "/w").json["spec"]["template"]["spec"];
  REQUIRE(sets().size() == 1);
  CHECK(sets()[0]["spec"]["template"]["spec"] == written);
  const Json pod = desk.get("/api/v1/namespaces/shop/pods?labelSelector=app%3Dw").json["items"][0]["spec"];
  CHECK(pod["containers"] == written["containers"]);
  CHECK(pod["volumes"] == written["volumes"]);
  CHECK(pod["tolerations"].size() == 2);                // not-ready and unreachable, which admission adds to pods and not to templates
  CHECK(pod.contains("nodeName"));

  // What kubectl rollout undo does: the old template is written back. Its ReplicaSet is not there twice then.
  REQUIRE(desk.ask("PATCH", kDeployments + "/w", image_patch("w:2"), kStrategic).status == 200);
  desk.run(Duration{120'000'000});
  REQUIRE(sets().size() == 2);
  REQUIRE(desk.ask("PATCH", kDeployments + "/w", image_patch("w:1"), kStrategic).status == 200);
  desk.run(Duration{120'000'000});
  REQUIRE(sets().size() == 2);
  CHECK(sets()[0]["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "2");
  CHECK(sets()[1]["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3");
  CHECK(sets()[1]["spec"]["template"]["spec"] == written);
}

TEST_CASE("Another environment is another revision, and its pods show it") {
  Desk desk;
  REQUIRE(desk.ask("POST", kDeployments, worded("e", "e:1")).status == 201);
  desk.run(Duration{120'000'000});
  const Json patch{{"metadata", {{"annotations", {{"kubernetes.io/change-cause", "mode b"}}}}},
                   {"spec", {{"template", {{"spec", {{"containers", Json::array({Json{{"name", "app"}, {"env", Json::array({Json{{"name", "MODE"}, {"value", "b"}}})}}})}}}}}}}};
  REQUIRE(desk.ask("PATCH", kDeployments + "/e", patch, kStrategic).status == 200);
  desk.run(Duration{120'000'000});
  const Json sets = desk.get("/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app%3De").json["items"];
  REQUIRE(sets.size() == 2);
  CHECK(sets[1]["metadata"]["annotations"]["kubernetes.io/change-cause"] == "mode b");
  const Json pods = desk.get("/api/v1/namespaces/shop/pods?labelSelector=app%3De").json["items"];
  REQUIRE(pods.size() == 1);
  CHECK(pods[0]["spec"]["containers"][0]["env"][0]["value"] == "b");
}

TEST_CASE("Controllers tell what they make and take away") {
  Desk desk;
  Json three = worded("w", "w:1");
  three["spec"]["replicas"] = 3;
  REQUIRE(desk.ask("POST", kDeployments, three).status == 201);
  desk.run(Duration{120'000'000});
  const auto said = [&](const std::string& kind, const std::string& name) {
    std::vector<std::string> out;
    const Json events = desk.get("/api/v1/namespaces/shop/events?fieldSelector=involvedObject.kind%3D" + kind + "%2CinvolvedObject.name%3D" + name).json["items"];
    for (const Json& event : events) out.push_back(event["reason"].get<std::string>() + ": " + event["message"].get<std::string>());
    return out;
  };
  CHECK(said("Deployment", "w") == std::vector<std::string>{"ScalingReplicaSet: Scaled up replica set w-r1 from 0 to 3"});
  CHECK(said("ReplicaSet", "w-r1").size() == 3);
  CHECK(said("ReplicaSet", "w-r1")[0] == "SuccessfulCreate: Created pod: w-r1-00000");
  // A pod that somebody deletes is replaced, which is no scaling.
  REQUIRE(desk.ask("DELETE", "/api/v1/namespaces/shop/pods/w-r1-00001").status == 200);
  desk.run(Duration{60'000'000});
  CHECK(said("ReplicaSet", "w-r1").size() == 4);
  CHECK(said("Deployment", "w").size() == 1);
  REQUIRE(desk.ask("PATCH", kDeployments + "/w/scale", {{"spec", {{"replicas", 1}}}}, kMerge).status == 200);
  desk.run(Duration{60'000'000});
  REQUIRE(said("Deployment", "w").size() == 2);
  CHECK(said("Deployment", "w")[1] == "ScalingReplicaSet: Scaled down replica set w-r1 from 3 to 1");
}

TEST_CASE("A pod of its own keeps its words") {
  Desk desk;
  const Json pod{{"metadata", {{"name", "own"}}}, {"spec", {{"serviceAccountName", "z"}, {"containers", Json::array({Json{{"name", "c"}, {"image", "x"}, {"command", Json::array({"sleep"})}, {"ports", Json::array({Json{{"containerPort", 80}}})}}})}}}};
  REQUIRE(desk.ask("POST", "/api/v1/namespaces/shop/pods", pod).status == 201);
  desk.run(Duration{60'000'000});
  const Json spec = desk.get("/api/v1/namespaces/shop/pods/own").json["spec"];
  CHECK(spec["containers"][0]["command"] == Json::array({"sleep"}));
  CHECK(spec["containers"][0]["ports"][0]["containerPort"] == 80);
  CHECK(spec["containers"][0]["imagePullPolicy"] == "Always");
  CHECK(spec["restartPolicy"] == "Always");
  CHECK(spec["serviceAccountName"] == "z");
  CHECK(spec.contains("nodeName"));
}

TEST_CASE("Plain words of a Secret are kept encoded") {
  Desk desk;
  const std::string secrets = "/api/v1/namespaces/shop/secrets";
  REQUIRE(desk.ask("POST", secrets, {{"metadata", {{"name", "s"}}}, {"stringData", {{"a", "b"}}}}).status == 201);
  REQUIRE(desk.ask("PATCH", secrets + "/s", {{"stringData", {{"c", "d"}}}}, kMerge).status == 200);
  const Json secret = desk.get(secrets + "/s").json;
  CHECK(secret["data"] == Json({{"a", "Yg=="}, {"c", "ZA=="}}));   // base64 of "b" and "d"
  CHECK_FALSE(secret.contains("stringData"));
  CHECK(secret["type"] == "Opaque");
}

TEST_CASE("Services get addresses and node ports, and keep them") {
  Desk desk;
  const Json plain = desk.ask("POST", kServices, service("p", "ClusterIP")).json["spec"];
  CHECK(plain["clusterIP"].get<std::string>().starts_with("10.0."));
  CHECK(plain["clusterIPs"] == Json::array({plain["clusterIP"]}));
  CHECK(plain["ipFamilyPolicy"] == "SingleStack");
  const Json node = desk.ask("POST", kServices, service("n", "NodePort")).json["spec"];
  const std::int64_t port = node["ports"][0]["nodePort"];
  CHECK(port >= 30'000);
  CHECK(port <= 32'767);
  CHECK(node["externalTrafficPolicy"] == "Cluster");
  const Json patched = desk.ask("PATCH", kServices + "/n", {{"spec", {{"ports", Json::array({Json{{"port", 80}, {"targetPort", 8080}}})}}}}, kMerge).json["spec"];
  CHECK(patched["ports"][0]["nodePort"] == port);
  CHECK(patched["clusterIP"] == node["clusterIP"]);
  Json headless = service("h", "ClusterIP");
  headless["spec"]["clusterIP"] = "None";
  CHECK(desk.ask("POST", kServices, headless).json["spec"]["clusterIPs"] == Json::array({"None"}));
  CHECK(desk.get("/api/v1/namespaces/default/services/kubernetes").json["spec"]["clusterIP"] == "10.0.0.1");

  SECTION("what is taken or out of range is refused in the server's words") {
    Json again = service("a", "NodePort");
    again["spec"]["ports"][0]["nodePort"] = port;
    CHECK(desk.ask("POST", kServices, again).json["message"] == "Service \"a\" is invalid: spec.ports[0].nodePort: Invalid value: " + std::to_string(port) + ": provided port is already allocated");
    again["spec"]["ports"][0]["nodePort"] = 80;
    CHECK(desk.ask("POST", kServices, again).json["message"] == "Service \"a\" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767");
    Json address = service("a", "ClusterIP");
    address["spec"]["clusterIP"] = "10.0.0.1";
    CHECK(desk.ask("POST", kServices, address).json["message"] == "Service \"a\" is invalid: spec.clusterIPs: Invalid value: []string{\"10.0.0.1\"}: failed to allocate IP 10.0.0.1: provided IP is already allocated");
    address["spec"]["clusterIP"] = "10.97.0.1";
    CHECK(desk.ask("POST", kServices, address).json["message"] == "Service \"a\" is invalid: spec.clusterIPs: Invalid value: []string{\"10.97.0.1\"}: failed to allocate IP 10.97.0.1: the provided IP (10.97.0.1) is not in the valid range. The range of valid IPs is 10.0.0.0/16");
  }
}

TEST_CASE("What holds a cluster together is not deleted") {
  Desk desk;
  for (const char* name : {"default", "kube-system", "kube-public"}) {
    const Answer refused = desk.ask("DELETE", std::string("/api/v1/namespaces/") + name);
    CHECK(refused.status == 403);
    CHECK(refused.json["message"] == "namespaces \"" + std::string(name) + "\" is forbidden: this namespace may not be deleted");
  }
  CHECK(desk.ask("POST", "/api/v1/namespaces", {{"metadata", {{"name", "fresh"}}}}).status == 201);
  CHECK(desk.get("/api/v1/namespaces/fresh/serviceaccounts/default").status == 200);
}

TEST_CASE("A finalizer holds what is in a namespace, and the namespace with it") {
  Desk desk;
  REQUIRE(desk.ask("POST", "/api/v1/namespaces", {{"metadata", {{"name", "held"}}}}).status == 201);
  const std::string map = "/api/v1/namespaces/held/configmaps/x";
  REQUIRE(desk.ask("POST", "/api/v1/namespaces/held/configmaps", {{"metadata", {{"name", "x"}, {"finalizers", Json::array({"example.com/x"})}}}}).status == 201);
  REQUIRE(desk.ask("DELETE", "/api/v1/namespaces/held").status == 200);
  desk.run(Duration{60'000'000});
  CHECK(desk.get("/api/v1/namespaces/held").json["status"]["phase"] == "Terminating");
  CHECK(desk.get(map).json["metadata"].contains("deletionTimestamp"));
  REQUIRE(desk.ask("PATCH", map, {{"metadata", {{"finalizers", nullptr}}}}, kMerge).status == 200);
  desk.run(Duration{10'000'000});
  CHECK(desk.get("/api/v1/namespaces/held").status == 404);
}

TEST_CASE("What an owner leaves behind is collected, or loses its reference when it is orphaned") {
  Desk desk;
  const std::string maps = "/api/v1/namespaces/shop/configmaps";
  const auto owned = [&](const std::string& name, const Json& owners) {
    Json references = Json::array();
    for (const Json& owner : owners) references.push_back({{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", owner["metadata"]["name"]}, {"uid", owner["metadata"]["uid"]}});
    return desk.ask("POST", maps, {{"metadata", {{"name", name}, {"ownerReferences", references}}}}).json;
  };
  const Json a = desk.ask("POST", maps, {{"metadata", {{"name", "a"}}}}).json, b = desk.ask("POST", maps, {{"metadata", {{"name", "b"}}}}).json;
  const Json of_a = owned("of-a", Json::array({a}));
  owned("of-of-a", Json::array({of_a}));
  owned("of-both", Json::array({a, b}));
  owned("of-b", Json::array({b}));
  REQUIRE(desk.ask("DELETE", maps + "/a").status == 200);
  CHECK(desk.get(maps + "/of-a").status == 404);
  CHECK(desk.get(maps + "/of-of-a").status == 404);
  CHECK(desk.get(maps + "/of-both").json["metadata"]["ownerReferences"].size() == 1);
  // An owner that a finalizer holds is gone when that is taken away.
  const Json held = desk.ask("POST", maps, {{"metadata", {{"name", "held"}, {"finalizers", Json::array({"example.com/x"})}}}}).json;
  owned("of-held", Json::array({held}));
  REQUIRE(desk.ask("DELETE", maps + "/held").status == 200);
  CHECK(desk.get(maps + "/of-held").status == 200);
  REQUIRE(desk.ask("PATCH", maps + "/held", {{"metadata", {{"finalizers", nullptr}}}}, kMerge).status == 200);
  CHECK(desk.get(maps + "/of-held").status == 404);
  REQUIRE(desk.ask("DELETE", maps + "/b?propagationPolicy=Orphan").status == 200);
  CHECK_FALSE(desk.get(maps + "/of-b").json["metadata"].contains("ownerReferences"));
  CHECK(desk.get(maps + "/of-both").status == 200);
}

TEST_CASE("Options that no server takes change nothing") {
  Desk desk;
  const std::string maps = "/api/v1/namespaces/shop/configmaps";
  REQUIRE(desk.ask("POST", maps, {{"metadata", {{"name", "a"}, {"labels", {{"n", "5"}}}}}}).status == 201);
  CHECK(desk.ask("POST", maps + "?dryRun=", {{"metadata", {{"name", "b"}}}}).status == 422);
  CHECK(desk.get(maps + "/b").status == 404);
  CHECK(desk.ask("DELETE", maps + "/a?gracePeriodSeconds=abc").json["message"] == "strconv.ParseInt: parsing \"abc\": invalid syntax");
  CHECK(desk.get(maps + "/a").status == 200);
  CHECK(desk.get(maps + "?timeoutSeconds=abc").status == 400);
  CHECK(desk.get(maps + "?labelSelector=n%3E4").json["items"].size() == 1);
  CHECK(desk.get(maps + "?labelSelector=n%3C5").json["items"].empty());
  CHECK(desk.get(maps + "?labelSelector=-n").status == 400);
  CHECK(desk.ask("GET", "/clusters/shop/healthz", nullptr, {{"Authorization", "none"}}).status == 200);
}

TEST_CASE("A definition is established at once") {
  Desk desk;
  const Json definition{{"metadata", {{"name", "widgets.example.com"}}},
                        {"spec", {{"group", "example.com"}, {"scope", "Namespaced"}, {"names", {{"plural", "widgets"}, {"kind", "Widget"}}},
                                  {"versions", Json::array({Json{{"name", "v1"}, {"served", true}, {"storage", true}, {"schema", {{"openAPIV3Schema", {{"type", "object"}}}}}}})}}}};
  const Answer made = desk.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
  REQUIRE(made.status == 201);
  CHECK(made.json["status"]["conditions"][1]["type"] == "Established");
  CHECK(made.json["status"]["storedVersions"] == Json::array({"v1"}));
}
