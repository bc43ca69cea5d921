#include <catch2/catch.hpp>
#include <sstream>

#include "adapters/kube/decode.hpp"
#include "adapters/kube/kube_cluster_api.hpp"
#include "adapters/record/recording_transport.hpp"
#include "adapters/record/timeline_file.hpp"
#include "models/observe/kinds.hpp"
#include "tests/kube_client/scripted.hpp"
#include "tests/support/kube_exchanges.hpp"

namespace akstwin::test {
namespace {

using nlohmann::json;
constexpr std::int64_t kEpoch = 1'790'000'000'000'000;

json pod(const std::string& name, const std::string& node, bool ready) {
  json out = json::parse(R"({"kind":"Pod","metadata":{"name":"","namespace":"orders","uid":"u","resourceVersion":"1","creationTimestamp":"2026-09-21T14:13:20Z","labels":{"app":"api","pod-template-hash":"abc"},
    "ownerReferences":[{"kind":"ReplicaSet","name":"api-abc","controller":true}]},"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"250m","memory":"64Mi"}}}]},"status":{"phase":"Pending"}})");
  out["metadata"]["name"] = name;
  if (!node.empty()) out["spec"]["nodeName"] = node;
  if (ready) out["status"] = json::parse(R"({"phase":"Running","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-09-21T14:13:30Z"}],"containerStatuses":[{"state":{"running":{"startedAt":"2026-09-21T14:13:25Z"}}}]})");
  return out;
}

json node(const std::string& name, bool ready) {
  json out = json::parse(R"({"kind":"Node","metadata":{"labels":{"kubernetes.azure.com/agentpool":"user","topology.kubernetes.io/zone":"eastus2-2"},"creationTimestamp":"2026-09-21T14:00:00Z"},"spec":{},"status":{"allocatable":{"cpu":"3860m","memory":"12Gi","pods":"30"},"conditions":[{"type":"Ready","status":"True"}]}})");
  out["metadata"]["name"] = name;
  out["status"]["conditions"][0]["status"] = ready ? "True" : "Unknown";
  return out;
}

struct CacheBench {
  void pod_event(ObjectChange change, const std::string& name, const json& object, std::int64_t second) {
    cache.pod_event({change, "orders/" + name, change == ObjectChange::Deleted ? nullptr : &object}, SimTime{second * 1'000'000});
  }
  void see_node(const std::string& name, bool ready, std::int64_t second) {
    const json object = node(name, ready);
    cache.node_event({ObjectChange::Modified, name, &object}, SimTime{second * 1'000'000});
  }
  std::vector<std::string> events() const {
    std::vector<std::string> out;
    for (const TimelineEvent& event : timeline.events()) out.push_back(std::string(event_meanings()[event.kind].name) + " " + event.subject.str());
    return out;
  }
  std::int64_t gauge(GaugeKind kind, const char* b = "") const {
    const Series* series = timeline.find(key(kind, Name("aks"), Name(b)));
    return series == nullptr ? -1 : series->current();
  }
  ClusterSpec spec = [] {
    ClusterSpec out;
    out.name = Name("aks");
    return out;
  }();
  Timeline timeline;
  ClusterCache cache{spec, kEpoch, timeline};
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("A pod's life through the informer is the same rows that the twin writes") {
  CacheBench bench;
  bench.cache.begin_live();
  bench.see_node("n1", true, 0);
  bench.pod_event(ObjectChange::Added, "p", pod("p", "", false), 1);
  CHECK(bench.cache.state().pending == 1);
  CHECK(bench.gauge(GaugeKind::PodsPending) == 1);
  bench.pod_event(ObjectChange::Modified, "p", pod("p", "n1", false), 2);
  CHECK(bench.cache.state().pending == 0);
  bench.pod_event(ObjectChange::Modified, "p", pod("p", "n1", true), 10);
  const WorkloadId api = find_workload(bench.cache.state(), Name("orders/api"));
  REQUIRE(api);
  CHECK(bench.cache.state().workloads[api].ready == 1);
  CHECK(bench.gauge(GaugeKind::CpuRequested, "aks/user") == 250);
  bench.pod_event(ObjectChange::Deleted, "p", {}, 20);
  CHECK(bench.cache.state().workloads[api].ready == 0);
  CHECK(bench.gauge(GaugeKind::CpuRequested, "aks/user") == 0);
  CHECK(bench.events() == Lines{"NodeReady aks/n1", "PodCreated aks/orders/p", "PodScheduled aks/orders/p", "PodStarted aks/orders/p", "PodReady aks/orders/p", "PodDeleted aks/orders/p"});
}

TEST_CASE("What was there before anybody looked is counted and not told") {
  CacheBench bench;
  bench.see_node("n1", true, 0);
  bench.pod_event(ObjectChange::Added, "p", pod("p", "n1", true), 0);
  CHECK(bench.timeline.events().empty());
  CHECK(bench.gauge(GaugeKind::PodsRunning, "orders") == 1);
  CHECK(bench.gauge(GaugeKind::NodesReady, "aks/user") == 1);
}

TEST_CASE("A pod that is seen first when it already runs is told as created, scheduled, started and ready") {
  CacheBench bench;
  bench.cache.begin_live();
  bench.pod_event(ObjectChange::Added, "p", pod("p", "n9", true), 11);   // its node was not seen yet
  CHECK(bench.events() == Lines{"PodCreated aks/orders/p", "PodScheduled aks/orders/p", "PodStarted aks/orders/p", "PodReady aks/orders/p"});
  bench.see_node("n9", true, 12);
  CHECK(bench.cache.cloud().pools[bench.cache.state().nodes[bench.cache.find_node("n9")].pool].spec->name.text() == "user");
}

TEST_CASE("A node that falls silent is not ready and unknown; one that goes keeps its row until its last pod has gone") {
  CacheBench bench;
  bench.see_node("n1", true, 0);
  bench.pod_event(ObjectChange::Added, "p", pod("p", "n1", true), 0);
  bench.cache.begin_live();
  bench.see_node("n1", false, 5);
  CHECK(bench.cache.state().nodes[bench.cache.find_node("n1")].unknown);
  CHECK(bench.gauge(GaugeKind::NodesReady, "aks/user") == 0);
  bench.cache.node_event({ObjectChange::Deleted, "n1", nullptr}, SimTime{6'000'000});
  CHECK_FALSE(bench.cache.find_node("n1").null());
  bench.pod_event(ObjectChange::Deleted, "p", {}, 7);
  CHECK(bench.cache.find_node("n1").null());
  CHECK(bench.cache.state().nodes.live() == 0);
}

TEST_CASE("Usage in nanocores is summed by workload over its ready pods") {
  CacheBench bench;
  bench.see_node("n1", true, 0);
  bench.pod_event(ObjectChange::Added, "p", pod("p", "n1", true), 0);
  bench.pod_event(ObjectChange::Added, "q", pod("q", "n1", true), 0);
  bench.cache.pod_metrics(json::parse(R"({"items":[{"metadata":{"name":"p","namespace":"orders"},"window":"30s","containers":[{"name":"c","usage":{"cpu":"100000000n","memory":"10Mi"}}]},
    {"metadata":{"name":"q","namespace":"orders"},"containers":[{"name":"c","usage":{"cpu":"300m","memory":"30Mi"}}]}]})"), SimTime{15'000'000});
  const PodMetrics& metrics = bench.cache.state().metrics[find_workload(bench.cache.state(), Name("orders/api")).row];
  CHECK(metrics.cpu == Millicores{200});             // (100 + 300) / 2
  CHECK(metrics.memory == Bytes{20LL << 20});
  CHECK(bench.gauge(GaugeKind::CpuUsed) == 400);
}

TEST_CASE("A user who may not list is told at once, and one whose server is away is waited for") {
  Timeline timeline;
  ClusterSpec spec;
  spec.name = Name("aks");
  Nobody nobody;
  ReplayTransport refusing({answer("GET", "/api/v1/namespaces", 403, status_object(403, "Forbidden").dump())});
  KubeClient client(refusing, nobody);
  KubeClusterApi denied(client, spec, timeline, 0);
  const auto refused = denied.sync(Duration{60'000'000});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("cannot list /api/v1/namespaces: list /api/v1/namespaces: 403 Forbidden") != std::string::npos);
  CHECK(refusing.now_us() < 10'000'000);
  ReplayTransport away({});
  KubeClient waiting(away, nobody);
  KubeClusterApi later(waiting, spec, timeline, 0);
  CHECK_FALSE(later.sync(Duration{60'000'000}));
  CHECK(away.now_us() >= 60'000'000);
}

TEST_CASE("The lists of the genuine API server become rows: nodes, pods, deployments, budgets, autoscalers") {
  std::size_t nodes = 0, pods = 0, deployments = 0, others = 0;
  for (const char* group : {"02-kubectl-read", "04-list", "11-json-only-front"}) {
    const RecordedGroup recorded = read_kube_exchanges(group);
    std::vector<Exchange> all = recorded.exchanges;
    for (const RecordedCommand& command : recorded.commands) all.insert(all.end(), command.exchanges.begin(), command.exchanges.end());
    for (const Exchange& exchange : all) {
      json body = json::parse(exchange.whole_body(), nullptr, false);
      if (body.is_object() && text_in(body, {"kind"}) == "Node") body = {{"kind", "List"}, {"items", {body}}};   // an object alone
      if (body.is_discarded() || !body.is_object() || !body.contains("items") || !body["items"].is_array()) continue;
      std::string kind = text_in(body, {"kind"});
      CacheBench bench;
      for (json item : body["items"]) {
        if (!item.contains("metadata") || !item["metadata"].contains("name")) continue;
        if (!item.contains("kind") && kind.ends_with("List")) item["kind"] = kind.substr(0, kind.size() - 4);
        const std::string what = text_in(item, {"kind"});
        INFO(exchange.id << " " << what);
        if (what == "Node") {
          bench.cache.node_event({ObjectChange::Added, text_in(item, {"metadata", "name"}), &item}, SimTime{0});
          ++nodes;
        } else if (what == "Pod") {
          bench.pod_event(ObjectChange::Added, text_in(item, {"metadata", "name"}), item, 0);
          ++pods;
        } else if (what == "Deployment") {
          CHECK(decode_workload(item));
          ++deployments;
        } else if (what == "HorizontalPodAutoscaler" && text_in(item, {"apiVersion"}) != "autoscaling/v1") {
          CHECK(decode_autoscaler(item));
          ++others;
        } else if (what == "PodDisruptionBudget") {
          CHECK(decode_budget(item));
          ++others;
        }
      }
      bench.cache.state().nodes.for_each([](NodeId, const Node& row) { if (!row.labels.pairs.empty()) CHECK(row.allocatable.cpu.value > 0); });
    }
  }
  CHECK(nodes > 5);
  CHECK(pods > 50);
  CHECK(deployments > 5);
  CHECK(others > 0);
}

TEST_CASE("Nothing of a credential reaches a recording") {
  ReplayTransport inner({answer("GET", "/x", 200, R"({"kind":"Secret","data":{"p":"aHVudGVy"}})", {{"Set-Cookie", "session=hunter"}}), answer("POST", "/tenant/oauth2/v2.0/token", 200, R"({"access_token":"hunter"})"),
                         answer("GET", "/y", 200, R"({"status":{"token":"hunter"},"a":{"clientSecret":"hunter"}})")});
  std::ostringstream out;
  RecordingTransport recording(inner, out);
  REQUIRE(recording.send({"GET", "/x", {{"Authorization", "Bearer hunter"}}, {}}, Duration{1'000'000}));
  REQUIRE(recording.send({"POST", "/tenant/oauth2/v2.0/token", {}, "client_secret=hunter"}, Duration{1'000'000}));
  REQUIRE(recording.send({"GET", "/y", {}, {}}, Duration{1'000'000}));
  CHECK(out.str().find("hunter") == std::string::npos);
  CHECK(out.str().find("aHVudGVy") == std::string::npos);
  std::istringstream in(out.str());
  const auto read = read_recording(in);
  REQUIRE(read);
  REQUIRE(read->size() == 3);
  CHECK(read->front().credential);
}

TEST_CASE("A recorded watch can be replayed and tells the same") {
  const Exchange original = read_kube_exchanges("05-watch").exchange("watch.basic");
  ReplayTransport inner({original});
  std::ostringstream out;
  {
    RecordingTransport recording(inner, out);
    auto stream = recording.open(original.request, Duration{1'000'000});
    REQUIRE(stream);
    for (int i = 0; i < 100; ++i) {
      (void)(*stream)->take();
      recording.wait(Duration{100'000});
    }
  }
  std::istringstream in(out.str());
  const auto read = read_recording(in);
  REQUIRE(read);
  CHECK(read->front().whole_body() == original.whole_body());
}

TEST_CASE("A replay begins when the recording began, and its watches tell things at their times") {
  // Recorded at 1,000 s: a list, then after 5 s a watch with an event 2 s later.
  Exchange watched = answer("GET", "/w?watch=true", 200, "");
  watched.chunks = {{Duration{2'000'000}, "news"}};
  watched.end_at = Duration{3'000'000};
  watched.end = ExchangeEnd::ClientClosed;
  ReplayTransport inner({answer("GET", "/l", 200, "{}"), watched}, 1'000'000'000);
  std::ostringstream out;
  {
    RecordingTransport recording(inner, out);
    REQUIRE(recording.send({"GET", "/l"}, Duration{1'000'000}));
    recording.pause(Duration{5'000'000});
    auto stream = recording.open({"GET", "/w?watch=true"}, Duration{1'000'000});
    REQUIRE(stream);
    recording.pause(Duration{2'000'000});
    CHECK((*stream)->take() == "news");
  }
  std::istringstream in(out.str());
  const auto read = read_recording(in);
  REQUIRE(read);
  REQUIRE(began_us(*read) == 1'000'000'000);
  ReplayTransport replay(*read, *began_us(*read));
  auto stream = replay.open({"GET", "/w?watch=true"}, Duration{1'000'000});   // five seconds earlier than then
  REQUIRE(stream);
  replay.pause(Duration{6'999'999});
  CHECK((*stream)->take().empty());
  replay.pause(Duration{1});
  CHECK((*stream)->take() == "news");
}

TEST_CASE("A recording that tells no times of its own began at the server's first date") {
  const std::vector<Exchange> dated{answer("GET", "/b", 200, "", {{"Date", "Sun, 22 Nov 2026 11:23:20 GMT"}}), answer("GET", "/a", 200, "", {{"date", "Sun, 22 Nov 2026 11:23:19 GMT"}})};
  CHECK(began_us(dated) == 1'795'346'599'000'000);
  CHECK_FALSE(began_us({answer("GET", "/a", 200, "", {{"Date", "yesterday"}})}));
}

TEST_CASE("A line that is no exchange is named, whatever it is") {
  for (const char* line : {"x", "[]", "{\"request\":{\"headers\":{\"a\":1}}}", "{\"response\":{\"headers\":[[1]]}}"}) {
    INFO(line);
    std::istringstream in(std::string("{}\n") + line + "\n");
    const auto read = read_recording(in);
    REQUIRE_FALSE(read);
    CHECK(read.error().message == "line 2 of the recording is no exchange");
  }
}

TEST_CASE("A timeline survives being written and read") {
  RecordedTimeline recorded;
  recorded.cluster = "aks";
  recorded.start.unix_seconds = 1'790'000'000;
  recorded.timeline.event({SimTime{5}, code(EventKind::PodReady), Name("aks/orders/p"), Name("aks/orders/api"), {}, 7});
  recorded.timeline.set(recorded.timeline.series(key(GaugeKind::NodesReady, Name("aks"), Name("aks/user"))), SimTime{3}, 4);
  recorded.timeline.finish(SimTime{60'000'000});
  std::stringstream file;
  write_timeline(recorded, file);
  const auto read = read_timeline(file);
  REQUIRE(read);
  CHECK(read->timeline.hash() == recorded.timeline.hash());
  CHECK(read->timeline.end() == recorded.timeline.end());
  CHECK(read->start.unix_seconds == recorded.start.unix_seconds);
  for (const char* text : {"{}", "[]", "x", R"({"line":"event","kind":"None"})", R"({"line":"series","kind":"NodesReady","samples":[[2,1],[1,1]]})"}) {
    std::istringstream bad(text);
    CHECK_FALSE(read_timeline(bad));
  }
}

}  // namespace akstwin::test
