// What clients of a genuine API server rely on: encodings, validation, schemas, rights, deletions.
#include <catch2/catch.hpp>
#include <regex>

#include "adapters/serve/protobuf_body.hpp"
#include "adapters/serve/strict_decode.hpp"
#include "adapters/http/client.hpp"
#include "tests/serve/served.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

const std::string kMaps = "/api/v1/namespaces/shop/configmaps";

/// A field of a protobuf message with a length below 128.
std::string piece(char number, const std::string& bytes) { return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(bytes.size()) + bytes; }

/// runtime.Unknown { typeMeta = 1 { apiVersion = 1, kind = 2 }, raw = 2 } behind "k8s\0".
std::string envelope(const std::string& version, const std::string& kind, const std::string& raw) {
  return std::string("k8s\0", 4) + piece(1, piece(1, version) + piece(2, kind)) + piece(2, raw);
}

std::string warnings(const Answer& answer) {
  std::string out;
  for (const auto& [name, value] : answer.headers)
    if (name == "Warning") out += value + "\n";
  return out;
}

}  // namespace

TEST_CASE("A body in protobuf is the object that it would be in JSON") {
  // ConfigMap { metadata = 1 { name = 1, labels = 11 { key = 1, value = 2 } }, data = 2 { key = 1, value = 2 } }
  const std::string raw = piece(1, piece(1, "c") + piece(11, piece(1, "tier") + piece(2, "web"))) + piece(2, piece(1, "a") + piece(2, "b"));
  Desk desk;
  const Answer made = desk.ask("POST", kMaps, envelope("v1", "ConfigMap", raw), {{"Content-Type", "application/vnd.kubernetes.protobuf"}});
  CHECK(made.status == 201);
  CHECK(made.json["data"] == Json{{"a", "b"}});
  CHECK(made.json["metadata"]["labels"] == Json{{"tier", "web"}});
  // Cut anywhere, it is malformed or shorter, and nothing worse.
  const std::string whole = envelope("v1", "ConfigMap", raw);
  for (std::size_t length = 0; length < whole.size(); ++length) read_protobuf(std::string_view(whole).substr(0, length));
  CHECK(desk.ask("POST", kMaps, "{}", {{"Content-Type", "application/vnd.kubernetes.protobuf"}}).status == 400);
}

TEST_CASE("Numbers, optional zeros and quantities of protobuf keep their meaning") {
  // Deployment { spec = 2 { replicas = 1: 0 (a pointer: it is there), minReadySeconds = 5: 0 (none: it is left out), template = 3 { spec = 2 { containers = 2 { name = 1,
  // resources = 8 { requests = 2 { "cpu", Quantity { string = 1 } } } } } } } }
  const std::string container = piece(1, "app") + piece(8, piece(2, piece(1, "cpu") + piece(2, piece(1, "250m"))));
  const std::string spec = std::string("\x08\x00", 2) + std::string("\x28\x00", 2) + piece(3, piece(2, piece(2, container)));
  const Json read = read_protobuf(envelope("apps/v1", "Deployment", piece(2, spec))).value();
  CHECK(read["spec"]["replicas"] == 0);
  CHECK(!read["spec"].contains("minReadySeconds"));
  CHECK(read["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] == "250m");
}

TEST_CASE("Unknown and duplicate fields are refused, told or dropped as the client asks") {
  Desk desk;
  const std::string body = R"({"metadata":{"name":"odd","nme":"x"},"data":{"a":"1","a":"2"}})";
  const Answer strict = desk.ask("POST", kMaps + "?fieldValidation=Strict", body);
  CHECK(strict.status == 400);
  CHECK(strict.json["message"] == R"(ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.nme", duplicate field "data.a")");
  CHECK(warnings(desk.ask("POST", kMaps + "?dryRun=All&fieldValidation=Ignore", body)).empty());
  const Answer made = desk.ask("POST", kMaps + "?fieldValidation=Warn", body);
  CHECK(made.status == 201);
  CHECK(warnings(made) == "299 - \"unknown field \\\"metadata.nme\\\"\"\n299 - \"duplicate field \\\"data.a\\\"\"\n");
  CHECK(!made.json["metadata"].contains("nme"));
  CHECK(made.json["data"]["a"] == "2");
}

TEST_CASE("A value of the wrong type is refused with its field and its type") {
  const ApiType* type = ApiTypes::known().of("apps/v1", "Deployment");
  REQUIRE(type != nullptr);
  const auto told = [&](const std::string& text) { return decode_object(text, type, false).error; };
  CHECK(told(R"({"spec":{"replicas":"three"}})") == "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32");
  CHECK(told(R"({"spec":{"replicas":3000000000}})") == "json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32");
  CHECK(told(R"({"spec":{"template":{"spec":{"containers":{}}}}})") == "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container");
  CHECK(told(R"({"spec":{"replicas":3}})").empty());
  CHECK(is_quantity("1.5Gi"));
  CHECK(is_quantity("1e3"));
  CHECK(!is_quantity("1.5Zi"));
}

TEST_CASE("The schema documents say how lists merge, and what a patch may ask for") {
  Desk desk;
  const Json index = desk.get("/openapi/v3").json["paths"];
  const Json apps = desk.get(index["apis/apps/v1"]["serverRelativeURL"].get<std::string>()).json;
  const Json& containers = apps["components"]["schemas"]["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"];
  CHECK(containers["x-kubernetes-patch-merge-key"] == "name");
  CHECK(apps["components"]["schemas"]["io.k8s.api.apps.v1.Deployment"]["x-kubernetes-group-version-kind"][0]["kind"] == "Deployment");
  CHECK(apps["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]["parameters"][2]["name"] == "fieldValidation");
  CHECK(desk.ask("GET", "/openapi/v2", nullptr, {{"Accept", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"}}).text.substr(0, 5) == "\x0a\x03" "2.0");
  // Every reference leads somewhere.
  for (const auto& [path, entry] : index.items()) {
    const Json document = desk.get(entry["serverRelativeURL"].get<std::string>()).json;
    const std::string text = document.dump(), mark = "#/components/schemas/";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
      const std::string name = text.substr(at + mark.size(), text.find('"', at) - at - mark.size());
      INFO(path << " " << name);
      CHECK(document["components"]["schemas"].contains(name));
    }
  }
}

TEST_CASE("Whom a client acts as may do what bindings allow, and nothing else") {
  Desk desk;
  const HttpHeaders bob{{"Impersonate-User", "bob"}};
  const Answer refused = desk.ask("GET", "/api/v1/namespaces/shop/pods", nullptr, bob);
  CHECK(refused.status == 403);
  CHECK(refused.json["message"] == R"(pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "shop")");
  CHECK(desk.ask("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings",
                 {{"metadata", {{"name", "readers"}}}, {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "view"}}},
                  {"subjects", Json::array({Json{{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "User"}, {"name", "bob"}}})}}).status == 201);
  CHECK(desk.ask("GET", "/api/v1/namespaces/shop/pods", nullptr, bob).status == 200);
  CHECK(desk.ask("GET", "/api/v1/pods", nullptr, bob).status == 403);
  CHECK(desk.ask("GET", "/api/v1/namespaces/shop/secrets", nullptr, bob).status == 403);
  const Json asked{{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SelfSubjectAccessReview"}, {"spec", {{"resourceAttributes", {{"namespace", "shop"}, {"verb", "delete"}, {"resource", "pods"}}}}}};
  CHECK(desk.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", asked, bob).json["status"]["allowed"] == false);
  CHECK(desk.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", asked).json["status"]["allowed"] == true);
}

TEST_CASE("A ConfigMap of more than a mebibyte, an old label and a hidden variable are told") {
  Desk desk;
  const Answer big = desk.ask("POST", kMaps, {{"metadata", {{"name", "big"}}}, {"data", {{"a", std::string((1 << 20) + 1, 'x')}}}});
  CHECK(big.status == 422);
  CHECK(big.json["details"]["causes"][0]["reason"] == "FieldValueTooLong");
  const Json pod{{"metadata", {{"name", "old"}}}, {"spec", {{"nodeSelector", {{"beta.kubernetes.io/os", "linux"}}}, {"containers", Json::array({Json{{"name", "a"}, {"image", "x:1"}}})}}}};
  CHECK(warnings(desk.ask("POST", "/api/v1/namespaces/shop/pods?dryRun=All", pod)) == "299 - \"spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \\\"kubernetes.io/os\\\" instead\"\n");
}

TEST_CASE("A deleted pod is shown with its grace period, a deleted namespace until it is empty") {
  Desk desk;
  desk.run(Duration{300'000'000});
  const std::string name = desk.get("/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb").json["items"][0]["metadata"]["name"];
  const Answer gone = desk.ask("DELETE", "/api/v1/namespaces/shop/pods/" + name + "?gracePeriodSeconds=7");
  CHECK(gone.json["kind"] == "Pod");
  CHECK(gone.json["metadata"]["deletionGracePeriodSeconds"] == 7);
  CHECK(desk.ask("POST", "/api/v1/namespaces", {{"metadata", {{"name", "end"}}}}).status == 201);
  CHECK(desk.ask("POST", "/api/v1/namespaces/end/configmaps", {{"metadata", {{"name", "c"}}}}).status == 201);
  CHECK(desk.ask("DELETE", "/api/v1/namespaces/end").json["status"]["phase"] == "Terminating");
  const Answer late = desk.ask("POST", "/api/v1/namespaces/end/configmaps", {{"metadata", {{"name", "late"}}}});
  CHECK(late.status == 403);
  CHECK(late.json["details"]["causes"][0]["reason"] == "NamespaceTerminating");
  desk.run(Duration{10'000'000});
  CHECK(desk.get("/api/v1/namespaces/end").status == 404);
}

TEST_CASE("A pod that is deleted without grace is gone for clients, an evicted one has the grace that the client named") {
  Desk desk;
  const std::string pods = "/api/v1/namespaces/shop/pods";
  for (const char* name : {"forced", "evicted"})
    CHECK(desk.ask("POST", pods, Json{{"metadata", {{"name", name}}}, {"spec", {{"containers", Json::array({Json{{"name", "c"}, {"image", "x:1"}}})}}}}).status == 201);
  desk.run(Duration{60'000'000});
  CHECK(desk.ask("DELETE", pods + "/forced?gracePeriodSeconds=0").json["metadata"]["deletionGracePeriodSeconds"] == 0);
  CHECK(desk.get(pods + "/forced").status == 404);
  const Json eviction{{"apiVersion", "policy/v1"}, {"kind", "Eviction"}, {"metadata", {{"name", "evicted"}}}, {"deleteOptions", {{"gracePeriodSeconds", 10}}}};
  CHECK(desk.ask("POST", pods + "/evicted/eviction", eviction).status == 201);
  CHECK(desk.get(pods + "/evicted").json["metadata"]["deletionGracePeriodSeconds"] == 10);
  desk.run(Duration{60'000'000});
  CHECK(desk.get(pods + "/forced").status == 404);
  CHECK(desk.get(pods + "/evicted").status == 404);
}

TEST_CASE("A Deployment deleted in the foreground stays until its pods are gone; orphaning and Services answer with the object") {
  Desk desk;
  const std::string deployments = "/apis/apps/v1/namespaces/shop/deployments/";
  const std::string name = desk.get("/apis/apps/v1/namespaces/shop/deployments").json["items"][0]["metadata"]["name"];
  desk.run(Duration{120'000'000});
  const Answer deleted = desk.ask("DELETE", deployments + name, {{"propagationPolicy", "Foreground"}});
  CHECK(deleted.json["metadata"]["finalizers"] == Json::array({"foregroundDeletion"}));
  CHECK(desk.get(deployments + name).json["metadata"].contains("deletionTimestamp"));
  // Who scales what is going does not bring it back.
  CHECK(desk.ask("PATCH", deployments + name + "/scale", {{"spec", {{"replicas", 4}}}}, {{"Content-Type", "application/merge-patch+json"}}).status == 200);
  CHECK(desk.ask("PATCH", deployments + name, {{"spec", {{"replicas", 4}}}}, {{"Content-Type", "application/merge-patch+json"}}).status == 200);
  desk.run(Duration{120'000'000});
  CHECK(desk.get(deployments + name).status == 404);

  const std::string autoscalers = "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/";
  const std::string autoscaler = desk.get("/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers").json["items"][0]["metadata"]["name"];
  CHECK(desk.ask("DELETE", autoscalers + autoscaler, {{"propagationPolicy", "Orphan"}}).json["metadata"]["finalizers"] == Json::array({"orphan"}));
  CHECK(desk.get(autoscalers + autoscaler).status == 404);

  const Json service{{"metadata", {{"name", "door"}}}, {"spec", {{"ports", Json::array({Json{{"port", 80}}})}}}};
  CHECK(desk.ask("POST", "/api/v1/namespaces/shop/services", service).status == 201);
  CHECK(desk.ask("DELETE", "/api/v1/namespaces/shop/services/door").json["kind"] == "Service");
}

TEST_CASE("Pods of an unknown PriorityClass are refused, Deployments taken with a warning, and a class counts once it is made") {
  Desk desk;
  const Json spec{{"priorityClassName", "urgent"}, {"containers", Json::array({Json{{"name", "c"}, {"image", "x:1"}}})}};
  const Answer pod = desk.ask("POST", "/api/v1/namespaces/shop/pods", {{"metadata", {{"name", "p"}}}, {"spec", spec}});
  CHECK(pod.status == 403);
  CHECK(pod.json["message"] == "pods \"p\" is forbidden: no PriorityClass with name urgent was found");
  const Json deployment{{"metadata", {{"name", "d"}}}, {"spec", {{"selector", {{"matchLabels", {{"app", "d"}}}}}, {"template", {{"metadata", {{"labels", {{"app", "d"}}}}}, {"spec", spec}}}}}};
  const Answer taken = desk.ask("POST", "/apis/apps/v1/namespaces/shop/deployments", deployment);
  CHECK(taken.status == 201);
  CHECK(find_header(taken.headers, "Warning").find("no PriorityClass with name urgent") != std::string_view::npos);
  CHECK(desk.ask("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", {{"metadata", {{"name", "urgent"}}}, {"value", 1000}}).status == 201);
  CHECK(desk.ask("POST", "/api/v1/namespaces/shop/pods", {{"metadata", {{"name", "p"}}}, {"spec", spec}}).status == 201);
  desk.run(Duration{60'000'000});
  CHECK(desk.get("/api/v1/namespaces/shop/pods/p").json["spec"]["priority"] == 1000);
}

TEST_CASE("A quota counts what is there, and refuses pods that exceed it or do not say what it counts") {
  Desk desk;
  const std::string quotas = "/api/v1/namespaces/team/resourcequotas", pods = "/api/v1/namespaces/team/pods";
  CHECK(desk.ask("POST", "/api/v1/namespaces", {{"metadata", {{"name", "team"}}}}).status == 201);
  CHECK(desk.ask("POST", quotas, {{"metadata", {{"name", "q"}}}, {"spec", {{"hard", {{"requests.cpu", "1"}, {"pods", "3"}, {"count/configmaps", "1"}}}}}}).status == 201);
  const auto pod = [](const char* name, const char* cpu) {
    Json container{{"name", "c"}, {"image", "x:1"}};
    if (cpu != nullptr) container["resources"] = {{"requests", {{"cpu", cpu}}}};
    return Json{{"metadata", {{"name", name}}}, {"spec", {{"containers", Json::array({container})}}}};
  };
  CHECK(desk.ask("POST", pods, pod("a", "600m")).status == 201);
  CHECK(desk.get(quotas + "/q").json["status"]["used"] == Json{{"requests.cpu", "600m"}, {"pods", "1"}, {"count/configmaps", "0"}});
  const Answer exceeded = desk.ask("POST", pods, pod("b", "500m"));
  CHECK(exceeded.status == 403);
  CHECK(exceeded.json["message"] == "pods \"b\" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1");
  CHECK(desk.ask("POST", pods, pod("b", nullptr)).json["message"] == "pods \"b\" is forbidden: failed quota: q: must specify requests.cpu for: c");
  CHECK(desk.ask("POST", pods, pod("b", "400m")).status == 201);   // 600 + 400 = 1,000
  const std::string maps = "/api/v1/namespaces/team/configmaps";
  CHECK(desk.ask("POST", maps, {{"metadata", {{"name", "one"}}}}).status == 201);
  CHECK(desk.ask("POST", maps, {{"metadata", {{"name", "two"}}}}).status == 403);
  const Json applied{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "two"}}}};
  CHECK(desk.ask("PATCH", maps + "/two?fieldManager=me", applied, {{"Content-Type", "application/apply-patch+yaml"}}).status == 403);
  const Json table = desk.ask("GET", quotas, nullptr, {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}}).json;
  CHECK(table["rows"][0]["cells"][2] == "count/configmaps: 1/1, pods: 2/3, requests.cpu: 1/1");
}

TEST_CASE("The token of a service account acts as that account, for its time and in its cluster") {
  Desk desk;
  const std::string account = "/api/v1/namespaces/shop/serviceaccounts/default/token", pods = "/api/v1/namespaces/shop/pods";
  CHECK(desk.ask("POST", account, {{"spec", {{"expirationSeconds", 60}}}}).status == 422);
  CHECK(desk.ask("POST", "/api/v1/namespaces/shop/serviceaccounts/nobody/token", Json::object()).status == 404);
  const Answer made = desk.ask("POST", account, {{"spec", {{"expirationSeconds", 600}}}});
  REQUIRE(made.status == 201);
  const HttpHeaders as_account{{"Authorization", "Bearer " + made.json["status"]["token"].get<std::string>()}};
  const Answer refused = desk.ask("GET", pods, nullptr, as_account);
  CHECK(refused.status == 403);
  CHECK(refused.json["message"] == "pods is forbidden: User \"system:serviceaccount:shop:default\" cannot list resource \"pods\" in API group \"\" in the namespace \"shop\"");
  const Json binding{{"metadata", {{"name", "read"}}}, {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "view"}}},
                     {"subjects", Json::array({Json{{"kind", "ServiceAccount"}, {"namespace", "shop"}, {"name", "default"}}})}};
  CHECK(desk.ask("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings", binding).status == 201);
  CHECK(desk.ask("GET", pods, nullptr, as_account).status == 200);
  CHECK(desk.ask("GET", "/twin/clock", nullptr, as_account).status == 403);   // nor may it stop the clock
  HttpHeaders as_admin = as_account;
  as_admin.emplace_back("Impersonate-User", "admin");
  CHECK(desk.ask("GET", pods, nullptr, as_admin).json["message"] == "users \"admin\" is forbidden: User \"system:serviceaccount:shop:default\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope");
  HttpHeaders as_masters = as_account;                                         // a group alone must not make it an administrator either
  as_masters.emplace_back("Impersonate-Group", "system:masters");
  CHECK(desk.ask("GET", "/api/v1/nodes", nullptr, as_masters).json["message"] == "groups \"system:masters\" is forbidden: User \"system:serviceaccount:shop:default\" cannot impersonate resource \"groups\" in API group \"\" at the cluster scope");
  HttpHeaders forged = as_account;
  forged.front().second.back() = forged.front().second.back() == 'A' ? 'B' : 'A';
  CHECK(desk.ask("GET", pods, nullptr, forged).status == 401);
  desk.run(Duration{600'000'000});
  CHECK(desk.ask("GET", pods, nullptr, as_account).status == 401);            // it has ended
}

TEST_CASE("Requests fall under the FlowSchema that matches first, and a priority level without seats lets none through") {
  Desk desk;
  const std::string group = "/apis/flowcontrol.apiserver.k8s.io/v1", levels = group + "/prioritylevelconfigurations", schemas = group + "/flowschemas";
  const auto schema_of = [&](const Answer& answer) {
    const Json list = desk.get(schemas).json;
    for (const Json& item : list["items"])
      if (item["metadata"]["uid"] == std::string(find_header(answer.headers, "X-Kubernetes-Pf-Flowschema-Uid"))) return item["metadata"]["name"].get<std::string>();
    return std::string("none");
  };
  const auto as = [](const char* user) { return HttpHeaders{{"Impersonate-User", user}}; };
  const std::string pods = "/api/v1/namespaces/shop/pods", lease = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/x";
  CHECK(schema_of(desk.get(pods)) == "exempt");                                                        // a member of system:masters
  CHECK(schema_of(desk.ask("GET", pods, nullptr, as("bob"))) == "global-default");
  CHECK(schema_of(desk.ask("GET", "/healthz", nullptr, as("bob"))) == "probes");
  CHECK(schema_of(desk.ask("GET", pods, nullptr, as("system:serviceaccount:shop:default"))) == "service-accounts");
  CHECK(schema_of(desk.ask("GET", pods, nullptr, as("system:serviceaccount:kube-system:x"))) == "kube-system-service-accounts");
  CHECK(schema_of(desk.ask("GET", lease, nullptr, as("system:kube-scheduler"))) == "system-leader-election");
  CHECK(schema_of(desk.ask("GET", pods, nullptr, as("system:kube-scheduler"))) == "kube-scheduler");
  CHECK(schema_of(desk.ask("GET", "/version", nullptr, {{"Authorization", "none"}})) == "global-default");
  const std::string cluster = "/clusters/" + desk.world().clusters().front().runtime.spec().name.str();  // as the kubeconfig names it
  CHECK(schema_of(desk.ask("GET", cluster + "/healthz", nullptr, as("bob"))) == "probes");
  CHECK(desk.ask("GET", cluster + "/api", nullptr, {{"Authorization", "none"}}).json["message"] == "forbidden: User \"system:anonymous\" cannot get path \"/api\"");

  const Json table = desk.ask("GET", schemas, nullptr, {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}}).json;
  CHECK(table["rows"].size() == 13);
  CHECK(table["rows"][0]["cells"].dump().starts_with(R"(["exempt","exempt",1,"<none>",)"));
  CHECK(table["rows"][12]["cells"][5] == "False");                                                     // its level is there

  // All of bob's requests go to jail; nobody else's.
  const Json all{{"verbs", {"*"}}, {"apiGroups", {"*"}}, {"resources", {"*"}}, {"namespaces", {"*"}}};
  const Json rules = Json::array({Json{{"subjects", Json::array({Json{{"kind", "User"}, {"user", {{"name", "bob"}}}}})}, {"resourceRules", Json::array({all})}}});
  CHECK(desk.ask("POST", schemas, {{"metadata", {{"name", "bobs"}}}, {"spec", {{"priorityLevelConfiguration", {{"name", "jail"}}}, {"rules", rules}}}}).status == 201);
  CHECK(schema_of(desk.ask("GET", pods, nullptr, as("bob"))) == "global-default");                     // as long as there is no such level
  CHECK(desk.get(schemas + "/bobs").json["status"]["conditions"][0]["status"] == "True");              // it dangles
  CHECK(desk.ask("POST", levels, {{"metadata", {{"name", "jail"}}}, {"spec", {{"type", "Limited"}, {"limited", {{"nominalConcurrencyShares", 0}, {"limitResponse", {{"type", "Reject"}}}}}}}}).status == 201);
  const Answer refused = desk.ask("GET", pods, nullptr, as("bob"));
  CHECK(refused.status == 429);
  CHECK(refused.text == "Too many requests, please try again later.\n");
  CHECK(find_header(refused.headers, "Retry-After") == "1");
  CHECK(schema_of(refused) == "bobs");
  CHECK(desk.ask("GET", "/api/v1/pods", nullptr, as("bob")).status != 429);                            // the rule is not for all namespaces at once
  CHECK(desk.ask("GET", pods, nullptr, as("alice")).status != 429);
}

TEST_CASE("The Cluster Autoscaler tells of scale-ups and scale-downs in events") {
  Desk desk;
  const Json container{{"name", "c"}, {"image", "x:1"}, {"resources", {{"requests", {{"cpu", "1500m"}}}}}};
  const Json pods{{"metadata", {{"labels", {{"app", "big"}}}}}, {"spec", {{"containers", Json::array({container})}}}};
  const std::string deployments = "/apis/apps/v1/namespaces/shop/deployments";
  const std::size_t before = desk.get("/api/v1/nodes").json["items"].size();
  REQUIRE(desk.ask("POST", deployments, {{"metadata", {{"name", "big"}}}, {"spec", {{"replicas", 6}, {"selector", {{"matchLabels", {{"app", "big"}}}}}, {"template", pods}}}}).status == 201);
  desk.run(Duration{600'000'000});
  const Json up = desk.get("/api/v1/namespaces/kube-system/events?fieldSelector=reason%3DScaledUpGroup").json["items"];
  REQUIRE(up.size() == 1);
  CHECK(up[0]["involvedObject"]["name"] == "cluster-autoscaler-status");
  CHECK(up[0]["source"]["component"] == "cluster-autoscaler");
  const std::size_t after = desk.get("/api/v1/nodes").json["items"].size();
  REQUIRE(after > before);
  std::smatch size;
  const std::string message = up[0]["message"];
  INFO(message);
  REQUIRE(std::regex_match(message, size, std::regex(R"(Scale-up: group aks-[a-z0-9]+-vmss size set to (\d+) instead of (\d+) \(max: \d+\))")));
  CHECK(std::stoul(size[1].str()) - std::stoul(size[2].str()) == after - before);
  desk.ask("DELETE", deployments + "/big");
  desk.run(Duration{2'400'000'000});   // ten minutes unneeded, ten after the scale-up
  const Json down = desk.get("/api/v1/events?fieldSelector=reason%3DScaleDown").json["items"];
  REQUIRE_FALSE(down.empty());
  CHECK(down[0]["involvedObject"]["kind"] == "Node");
  CHECK(down[0]["message"] == "marked the node as toBeDeleted/unschedulable");
}

TEST_CASE("Older versions of a kind are views of the same objects, in lists, writes and watches") {
  Desk desk;
  const std::string body = R"({"apiVersion":"kustomize.toolkit.fluxcd.io/v1beta2","kind":"Kustomization","metadata":{"name":"apps"},"spec":{"interval":"10m","path":"./apps","prune":true,"sourceRef":{"kind":"GitRepository","name":"r"}}})";
  const std::string flux = "/apis/kustomize.toolkit.fluxcd.io/", place = "/namespaces/shop/kustomizations";
  const Answer made = desk.ask("POST", flux + "v1beta2" + place, body);
  INFO(made.text);
  CHECK(made.status == 201);
  CHECK(made.json["apiVersion"] == "kustomize.toolkit.fluxcd.io/v1beta2");
  CHECK(find_header(made.headers, "Warning") == "299 - \"v1beta2 Kustomization is deprecated, upgrade to v1\"");
  const Answer now = desk.get(flux + "v1" + place + "/apps");
  CHECK(now.json["apiVersion"] == "kustomize.toolkit.fluxcd.io/v1");
  CHECK(now.json["metadata"]["uid"] == made.json["metadata"]["uid"]);
  CHECK(find_header(now.headers, "Warning").empty());
  CHECK(desk.get(flux + "v1beta2" + place).json["items"][0]["apiVersion"] == "kustomize.toolkit.fluxcd.io/v1beta2");
  std::string told;
  desk.watch(flux + "v1beta2" + place + "?watch=true&resourceVersion=0")->read(told);
  CHECK(Json::parse(told.substr(0, told.find('\n')))["object"]["apiVersion"] == "kustomize.toolkit.fluxcd.io/v1beta2");
  told.clear();
  desk.watch("/apis/autoscaling/v1/horizontalpodautoscalers?watch=true&resourceVersion=0")->read(told);
  const Json autoscaler = Json::parse(told.substr(0, told.find('\n')))["object"];
  CHECK(autoscaler["apiVersion"] == "autoscaling/v1");
  CHECK(autoscaler["spec"].contains("targetCPUUtilizationPercentage"));
  CHECK_FALSE(autoscaler["spec"].contains("metrics"));
}

TEST_CASE("Evictions are refused as recorded: a used-up budget, two budgets, a percentage of pods without a controller") {
  Desk desk;
  const std::string pods = "/api/v1/namespaces/shop/pods", budgets = "/apis/policy/v1/namespaces/shop/poddisruptionbudgets";
  const auto evict = [&](const std::string& pod, Json options = nullptr, const std::string& query = {}) {
    Json body{{"apiVersion", "policy/v1"}, {"kind", "Eviction"}, {"metadata", {{"name", pod}}}};
    if (!options.is_null()) body["deleteOptions"] = std::move(options);
    return desk.ask("POST", pods + "/" + pod + "/eviction" + query, body);
  };
  const auto budget = [&](const char* name, const char* app, Json least) {
    return desk.ask("POST", budgets, {{"metadata", {{"name", name}}}, {"spec", {{"minAvailable", std::move(least)}, {"selector", {{"matchLabels", {{"app", app}}}}}}}}).status;
  };
  for (const auto& [name, app] : {std::pair{"rust-0", "rust"}, {"rust-1", "rust"}, {"rust-2", "rust"}, {"part-0", "part"}, {"part-1", "part"}})
    desk.ask("POST", pods, {{"metadata", {{"name", name}, {"labels", {{"app", app}}}}}, {"spec", {{"containers", Json::array({Json{{"name", "c"}, {"image", "x:1"}}})}}}});
  desk.run(Duration{120'000'000});
  CHECK(budget("rust", "rust", 2) == 201);
  CHECK(evict("rust-0", nullptr, "?dryRun=All").status == 201);   // uses nothing up
  CHECK(evict("rust-0").status == 201);
  const Answer held = evict("rust-1");
  CHECK(held.status == 429);
  CHECK(held.json["details"]["causes"][0]["message"] == "The disruption budget rust needs 2 healthy pods and has 2 currently");
  CHECK(find_header(held.headers, "Retry-After").empty());
  CHECK(evict("rust-1", {{"preconditions", {{"resourceVersion", "1"}}}}).status == 429);   // the budget comes before preconditions
  CHECK(evict("rust-0").status == 201);                                                    // it goes already
  CHECK(budget("rust-too", "rust", 1) == 201);
  const Answer two = evict("rust-1");
  CHECK(two.status == 500);
  CHECK(two.json["message"] == "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
  CHECK_FALSE(two.json.contains("reason"));
  // 80 % of what? Only a controller knows how many there should be.
  CHECK(budget("part", "part", "80%") == 201);
  CHECK(evict("part-0").json["details"]["causes"][0]["message"] == "The disruption budget part needs 0 healthy pods and has 2 currently");
  desk.run(Duration{1'000'000});
  const Json status = desk.get(budgets + "/part").json["status"];
  CHECK(status["expectedPods"] == 0);
  CHECK(status["currentHealthy"] == 2);
}

TEST_CASE("Nulls in FlowSchemas and bindings, which the API takes, keep nobody out") {
  Desk desk;
  const std::string group = "/apis/flowcontrol.apiserver.k8s.io/v1", roles = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
  const Json subject{{"kind", "User"}, {"user", {{"name", nullptr}}}}, spec{{"priorityLevelConfiguration", {{"name", "exempt"}}}, {"matchingPrecedence", nullptr}, {"rules", Json::array({Json{{"subjects", Json::array({subject})}, {"resourceRules", nullptr}}})}};
  CHECK(desk.ask("POST", group + "/flowschemas", {{"metadata", {{"name", "odd"}}}, {"spec", spec}}).status == 201);
  CHECK(desk.ask("POST", group + "/prioritylevelconfigurations", {{"metadata", {{"name", "odd"}}}, {"spec", {{"type", "Limited"}, {"limited", {{"nominalConcurrencyShares", nullptr}, {"limitResponse", {{"type", "Reject"}}}}}}}}).status == 201);
  desk.ask("POST", roles, {{"metadata", {{"name", "odd"}}}, {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "view"}}}, {"subjects", Json::array({Json{{"kind", "ServiceAccount"}, {"name", "x"}, {"namespace", nullptr}}})}});
  CHECK(desk.get("/api/v1/pods").status == 200);
  CHECK(desk.get(group + "/flowschemas").status == 200);
  CHECK(desk.ask("GET", group + "/flowschemas", nullptr, {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}}).status == 200);
  CHECK(desk.ask("GET", "/api/v1/pods", nullptr, {{"Impersonate-User", "bob"}}).status == 403);
  CHECK(desk.ask("GET", "/api/v1/pods", nullptr, {{"Authorization", "none"}}).status == 403);
}

TEST_CASE("Component statuses are there for old scripts, with their deprecation") {
  Desk desk;
  const Answer answer = desk.ask("GET", "/api/v1/componentstatuses", nullptr, {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
  CHECK(answer.json["rows"].size() == 3);
  CHECK(answer.json["rows"][0]["cells"] == Json::array({"etcd-0", "Healthy", "ok", ""}));
  CHECK(find_header(answer.headers, "Warning") == "299 - \"v1 ComponentStatus is deprecated in v1.19+\"");
}

TEST_CASE("Endpoints follow the ready pods of a Service from the time on that somebody asks") {
  Desk desk;
  desk.run(Duration{300'000'000});
  const Json service{{"metadata", {{"name", "web"}}}, {"spec", {{"selector", {{"app", "web"}}}, {"ports", Json::array({Json{{"port", 80}, {"targetPort", 8080}}})}}}};
  desk.ask("POST", "/api/v1/namespaces/shop/services", service);
  const Json before = desk.get("/api/v1/namespaces/shop/endpoints/web").json;
  const std::size_t pods = desk.get("/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb").json["items"].size();
  REQUIRE(before["subsets"].size() == 1);
  CHECK(before["subsets"][0]["addresses"].size() == pods);
  CHECK(before["subsets"][0]["ports"][0]["port"] == 8080);
  CHECK(desk.get("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/web-twin").json["endpoints"].size() == pods);
  desk.ask("DELETE", "/api/v1/namespaces/shop/services/web");
  desk.run(Duration{1'000'000});
  CHECK(desk.get("/api/v1/namespaces/shop/endpoints/web").status == 404);
}

TEST_CASE("What needs a process is refused in words, and a log can be followed") {
  Desk desk;
  desk.run(Duration{300'000'000});
  const std::string pod = "/api/v1/namespaces/shop/pods/" + desk.get("/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb").json["items"][0]["metadata"]["name"].get<std::string>();
  const Answer refused = desk.ask("POST", pod + "/exec?command=ls");
  CHECK(refused.status == 400);
  CHECK(refused.json["message"].get<std::string>().find("run no processes") != std::string::npos);
  const Answer log = desk.get(pod + "/log?follow=true");
  CHECK(log.streamed);
  CHECK(log.text.find("process started") != std::string::npos);
}
