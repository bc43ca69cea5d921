#include "tests/drive/small_cluster.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <sstream>

namespace akstwin::test {
namespace {

using nlohmann::json;

json metadata(const std::string& name, const std::string& name_space) {
  json out{{"name", name}, {"uid", "uid-" + name_space + "-" + name}, {"resourceVersion", "1"}, {"creationTimestamp", "2026-09-21T10:00:00Z"}};
  if (!name_space.empty()) out["namespace"] = name_space;
  return out;
}

json ready() { return {{"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", "2026-09-21T10:01:00Z"}}; }

json node(const std::string& name, const std::string& pool, int zone) {
  json out{{"kind", "Node"}, {"metadata", metadata(name, "")}, {"spec", json::object()}, {"status", {{"allocatable", {{"cpu", "4"}, {"memory", "16Gi"}, {"pods", "110"}}}, {"conditions", {ready()}}}}};
  out["metadata"]["labels"] = {{"kubernetes.azure.com/agentpool", pool}, {"topology.kubernetes.io/zone", "eastus2-" + std::to_string(zone)}, {"node.kubernetes.io/instance-type", "Standard_D4s_v5"}};
  return out;
}

json pod(const std::string& name, const std::string& name_space, const std::string& on) {
  json out{{"kind", "Pod"}, {"metadata", metadata(name, name_space)}, {"spec", {{"nodeName", on}, {"containers", {{{"name", "c"}, {"resources", {{"requests", {{"cpu", "100m"}}}}}}}}}}, {"status", {{"phase", "Running"}, {"conditions", {ready()}}}}};
  out["metadata"]["labels"] = {{"app", "api"}, {"pod-template-hash", "abc"}};
  out["metadata"]["ownerReferences"] = {{{"kind", "ReplicaSet"}, {"name", "api-abc"}, {"uid", "rs"}, {"controller", true}}};
  return out;
}

std::string collection_of(const std::string& path) {
  // "/api/v1/namespaces/orders/pods/x" → "/api/v1/pods"; cluster-wide objects: everything before the name.
  const std::size_t at = path.find("/namespaces/");
  if (at == std::string::npos || path.find('/', at + 12) == std::string::npos) return path.substr(0, path.rfind('/'));
  const std::size_t resource = path.find('/', at + 12);
  return path.substr(0, at) + path.substr(resource, path.rfind('/') - resource);
}

class SilentStream final : public HttpStream {
 public:
  explicit SilentStream(const bool& down) : down_(down) { head_.status = 200; }
  const HttpResponse& head() const override { return head_; }
  std::string take() override { return {}; }
  StreamState state() const override { return down_ ? StreamState::Broken : StreamState::Open; }

 private:
  const bool& down_;
  HttpResponse head_;
};

HttpResponse answer(int status, const json& body) { return {status, {}, body.dump()}; }

}  // namespace

SmallCluster::SmallCluster() {
  for (const char* name : {"orders", "flux-system", "kube-system"}) {
    object(std::string("/api/v1/namespaces/") + name) = {{"kind", "Namespace"}, {"metadata", metadata(name, "")}};
    if (std::string(name) != "kube-system") object(std::string("/api/v1/namespaces/") + name)["metadata"]["labels"] = {{"akstwin.io/allow", "drive"}};
  }
  object("/api/v1/nodes/n1") = node("n1", "user", 1);
  object("/api/v1/nodes/n2") = node("n2", "user", 2);
  object("/api/v1/nodes/s1") = node("s1", "system", 1);
  for (int i = 1; i <= 4; ++i) object("/api/v1/namespaces/orders/pods/api-abc-" + std::to_string(i)) = pod("api-abc-" + std::to_string(i), "orders", i % 2 == 1 ? "n1" : "n2");
  object("/api/v1/namespaces/kube-system/pods/coredns") = pod("coredns", "kube-system", "s1");
  const json spec{{"replicas", 4}, {"selector", {{"matchLabels", {{"app", "api"}}}}}, {"template", {{"metadata", {{"labels", {{"app", "api"}}}}}, {"spec", {{"containers", {{{"name", "c"}}}}}}}}};
  object("/apis/apps/v1/namespaces/orders/deployments/api") = {{"kind", "Deployment"}, {"metadata", metadata("api", "orders")}, {"spec", spec}};
  object("/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/apps") = {
      {"kind", "Kustomization"}, {"metadata", metadata("apps", "flux-system")}, {"spec", {{"interval", "10m"}, {"path", "./apps"}, {"prune", true}, {"sourceRef", {{"kind", "GitRepository"}, {"name", "repo"}}}}}};
}

HttpResponse SmallCluster::list(const std::string& path, const std::string&) const {
  json items = json::array();
  for (const auto& [where, value] : objects)
    if (collection_of(where) == path || where.substr(0, where.rfind('/')) == path) items.push_back(value);
  return answer(200, {{"kind", "List"}, {"metadata", {{"resourceVersion", std::to_string(version)}}}, {"items", items}});
}

bool SmallCluster::within(const std::string& target) const {
  return std::ranges::any_of(readable, [&](const std::string& name) { return target.find("/namespaces/" + name + "/") != std::string::npos; });
}

Result<HttpResponse> SmallCluster::send(const HttpRequest& request, Duration timeout) {
  if (down) return fail("connection refused");
  if (frozen) return now += timeout.us, fail("no answer in time");
  std::string path(path_of(request.target));
  for (const auto& [part, status] : refuse)
    if (request.target.find(part) != std::string::npos && !within(request.target)) return answer(status, {{"kind", "Status"}, {"code", status}, {"reason", "Refused"}, {"message", "as the test says"}});
  if (request.method == "GET") {
    if (objects.contains(path)) return answer(200, objects[path]);
    static const std::set<std::string> kAbsent{"/apis/metrics.k8s.io/v1beta1/pods"};
    return kAbsent.contains(path) ? answer(404, {{"kind", "Status"}, {"code", 404}}) : list(path, "");
  }
  const bool dry = request.target.find("dryRun=All") != std::string::npos;
  (dry ? dry_runs : writes).push_back(request.method + " " + path + " " + request.body);
  if (path.ends_with("/scale")) path.resize(path.size() - 6);
  if (path.ends_with("/eviction")) path.resize(path.size() - 9);
  if (!objects.contains(path)) return answer(404, {{"kind", "Status"}, {"code", 404}, {"reason", "NotFound"}});
  if (!dry && request.method == "PATCH") objects[path].merge_patch(json::parse(request.body));
  return answer(request.method == "POST" ? 201 : 200, objects[path]);
}

Result<std::unique_ptr<HttpStream>> SmallCluster::open(const HttpRequest&, Duration timeout) {
  if (down) return fail("connection refused");
  if (frozen) return now += timeout.us, fail("no answer in time");
  return std::unique_ptr<HttpStream>(std::make_unique<SilentStream>(down));
}

void SmallCluster::pause(Duration time) {
  now += time.us;
  if (on_time) on_time();
}

DriveBench::DriveBench() : client(server, nobody) {
  scenario.name = "drill";
  ClusterSpec cluster;
  cluster.name = Name("aks-prod");
  scenario.clusters.push_back(cluster);
  kube = std::make_unique<KubeClusterApi>(client, scenario.clusters.front(), timeline, server.now);
  REQUIRE(kube->sync(Duration{10'000'000}));
  guard = std::make_unique<DriveGuard>(allow, kube->cache(), context, [this] { return server.now; });
}

void DriveBench::connect_within(const std::vector<std::string>& namespaces) {
  for (const char* whole : {"/api/v1/namespaces?", "/api/v1/nodes?", "/deployments?", "/statefulsets?", "/daemonsets?", "/api/v1/pods?", "/horizontalpodautoscalers?", "/poddisruptionbudgets?", "/kustomizations?", "/gitrepositories?", "/api/v1/events?"})
    server.refuse[whole] = 403;
  server.readable = namespaces;
  kube = std::make_unique<KubeClusterApi>(client, scenario.clusters.front(), timeline, server.now, ClusterReading{false, namespaces});
  REQUIRE(kube->sync(Duration{10'000'000}));
  guard = std::make_unique<DriveGuard>(allow, kube->cache(), context, [this] { return server.now; });
}

void DriveBench::allow_text(const std::string& text) {
  Diagnostics diagnostics;
  const auto read = read_allow_list(text, "drive.allow.yaml", diagnostics);
  std::ostringstream out;
  diagnostics.print(out);
  INFO(out.str());
  REQUIRE(read);
  allow = *read;
}

DrivePlan DriveBench::plan(const std::vector<std::string>& texts) {
  std::vector<DriveAction> actions;
  for (const std::string& text : texts) {
    const auto action = parse_drive_action(text, Name("aks-prod"));
    INFO(text);
    REQUIRE(action);
    actions.push_back(*action);
  }
  return make_plan({scenario, context, "aks-prod", *kube, nullptr, allow, *guard}, actions);
}

DriveOutcome DriveBench::run(const DrivePlan& what, Duration longest) {
  auto journal = Journal::create(journal_path);
  REQUIRE(journal);
  DriveParts parts{*kube, nullptr, allow, *guard, **journal};
  parts.stop = &stop;
  parts.settle = settle;
  parts.say = [this](const std::string& text) { said.push_back(text); };
  return DriveRun(parts).run(what, server.now + longest.us);
}

}  // namespace akstwin::test
