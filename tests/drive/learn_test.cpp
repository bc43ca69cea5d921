#include <catch2/catch.hpp>

#include "adapters/live/calibrate.hpp"
#include "adapters/live/compare_real.hpp"
#include "adapters/live/shadow.hpp"
#include "models/observe/kinds.hpp"
#include "tests/drive/small_cluster.hpp"

namespace akstwin::test {
namespace {

/// n quantiles of a log-normal with median 100 and p95 200: what a perfect sample looks like.
std::vector<double> sample(int n) {
  std::vector<double> out;
  const LogNormal distribution{{100'000'000}, {200'000'000}};
  for (int i = 0; i < n; ++i) out.push_back(distribution.quantile((i + 0.5) / n).seconds_real());
  return out;
}

ShadowScore shadowed(DriveBench& bench, const std::string& node) {
  Shadow shadow(*bench.kube, bench.scenario.clusters.front());
  nlohmann::json pod = bench.server.object("/api/v1/namespaces/orders/pods/api-abc-1");
  pod["metadata"]["name"] = "new";
  pod["spec"].erase("nodeName");
  bench.kube->cache().pod_event({ObjectChange::Added, "orders/new", &pod}, bench.kube->now());
  shadow.step(bench.kube->now());
  pod["spec"]["nodeName"] = node;
  bench.kube->cache().pod_event({ObjectChange::Modified, "orders/new", &pod}, bench.kube->now());
  shadow.step(bench.kube->now());
  return shadow.score();
}

}  // namespace

TEST_CASE("A log-normal is found again in its own sample, and judged to fit") {
  const LogNormalFit fit = fit_log_normal("boot", sample(200));
  CHECK(fit.p50 == Approx(100).epsilon(0.01));
  CHECK(fit.p95 == Approx(200).epsilon(0.02));
  CHECK(fit.fits());
  // Dallal and Wilkinson for n = 200: 0.895 / (14.142 − 0.01 + 0.85 / 14.142) = 0.0631.
  CHECK(fit.critical == Approx(0.0631).epsilon(0.01));
}

TEST_CASE("Two heaps are no log-normal, and the fit says so") {
  std::vector<double> values(50, 10.0);
  for (int i = 0; i < 50; ++i) values.push_back(1'000.0 + i);
  CHECK_FALSE(fit_log_normal("boot", values).fits());
}

TEST_CASE("CPU per request and idle CPU are the slope and the foot of the line") {
  // 50m idle and 4 ms a request: 10/s → 90m, 20/s → 130m, 40/s → 210m.
  const ServiceFit fit = fit_line("api", {10, 20, 40}, {90, 130, 210});
  CHECK(fit.cpu_ms_per_request == Approx(4));
  CHECK(fit.idle_millicores == Approx(50));
  CHECK(fit.r_squared == Approx(1));
  CHECK(fit_line("flat", {5, 5}, {10, 20}).idle_millicores == Approx(15));
}

TEST_CASE("A recording gives boot times by pool, pull rates and start-up by workload") {
  Timeline timeline;
  const auto event = [&](EventKind kind, std::int64_t at, const char* subject, const char* object, std::int64_t value, const char* detail = "") {
    timeline.event({SimTime{at * 1'000'000}, code(kind), Name(subject), Name(object), Name(detail), value});
  };
  for (int i = 0; i < 6; ++i) event(EventKind::NodeReady, i, "aks/n", "aks/user", 100'000'000 + i);
  event(EventKind::ImagePulled, 1, "aks/n", "aks/a/w", 2'000'000, "bytes=50000000");
  event(EventKind::PodStarted, 3, "aks/a/p", "aks/n", 0);
  event(EventKind::PodReady, 8, "aks/a/p", "aks/a/w", 9'000'000);
  const Calibration found = calibrate(timeline);
  const auto by_name = [&](const std::string& name) -> const LogNormalFit& {
    for (const LogNormalFit& fit : found.times)
      if (fit.name == name) return fit;
    FAIL(name);
    return found.times.front();
  };
  CHECK(by_name("times.boot of aks/user").p50 == Approx(100));
  CHECK(by_name("pull rate (MB/s)").p50 == Approx(25));          // 50 MB in 2 s
  CHECK(by_name("startup of aks/a/w").p50 == Approx(5));         // 8 − 3
}

TEST_CASE("Twin minus reality is taken over time and by phase") {
  Timeline twin, real;
  const auto nodes = [](Timeline& timeline, std::int64_t first, std::int64_t then) {
    const SeriesId id = timeline.series(key(GaugeKind::NodesReady, Name("aks"), Name("aks/user")));
    timeline.set(id, SimTime{0}, first);
    timeline.set(id, SimTime{60'000'000}, then);
  };
  nodes(twin, 4, 8);
  nodes(real, 4, 6);
  Scenario scenario;
  StepSpec step;
  step.at = SimTime{60'000'000};
  step.name = "load";
  scenario.steps.push_back(step);
  const auto rows = compare_with_reality(twin, real, "aks", phases_of(scenario, SimTime{120'000'000}));
  const auto difference = [&](const std::string& phase) {
    for (const RealDifference& row : rows)
      if (row.phase == phase && row.metric == "nodes ready mean") return *row.difference();
    return -99.0;
  };
  CHECK(difference("whole") == Approx(1));    // (4 + 8) / 2 − (4 + 6) / 2
  CHECK(difference("before") == Approx(0));
  CHECK(difference("load") == Approx(2));
}

TEST_CASE("The shadow scheduler agrees with a binding that it would have made, and says why not otherwise") {
  DriveBench bench;
  // n1 and n2 carry two pods each; s1 is emptier, so it scores highest.
  const ShadowScore good = shadowed(bench, "s1");
  REQUIRE(good.agreements.size() >= 2);
  CHECK(good.agreements[0].agreed == 1);
  CHECK(good.agreements[1].agreed == 1);
}

TEST_CASE("A binding to a node that refuses the pod is a disagreement with its reason") {
  DriveBench bench;
  nlohmann::json full = bench.server.object("/api/v1/nodes/n2");
  full["spec"]["unschedulable"] = true;
  full["spec"]["taints"] = {{{"key", "node.kubernetes.io/unschedulable"}, {"effect", "NoSchedule"}}};
  bench.kube->cache().node_event({ObjectChange::Modified, "n2", &full}, bench.kube->now());
  const ShadowScore score = shadowed(bench, "n2");
  CHECK(score.agreements[0].compared == 1);
  CHECK(score.agreements[0].agreed == 0);
  REQUIRE(score.disagreements.size() == 1);
  CHECK(score.disagreements[0].find("refuses") != std::string::npos);
}

namespace {

NodePoolSpec pool(const char* name, bool scales) {
  NodePoolSpec spec;
  spec.name = Name(name);
  spec.vm_size = Name("Standard_D4s_v5");
  spec.count = 2;
  spec.autoscaling = scales;
  spec.min_count = scales ? 1 : 0;
  spec.max_count = scales ? 5 : 0;
  return spec;
}

/// The small cluster with pools that the scenario knows: "user" scales by itself. Times are seconds since the begin, on no grid.
struct ShadowBench : DriveBench {
  ShadowBench() {
    guard.reset();
    server.object("/apis/apps/v1/namespaces/orders/deployments/api")["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "100m";
    for (int i = 1; i <= 4; ++i) {
      nlohmann::json& status = server.object("/api/v1/namespaces/orders/pods/api-abc-" + std::to_string(i))["status"];
      status["startTime"] = "2026-09-21T10:00:10Z";
      status["containerStatuses"] = {{{"name", "c"}, {"ready", true}, {"state", {{"running", {{"startedAt", "2026-09-21T10:00:30Z"}}}}}}};
    }
    scenario.clusters.front().pools = {pool("user", true), pool("system", false)};
    kube = std::make_unique<KubeClusterApi>(client, scenario.clusters.front(), timeline, server.now);
    REQUIRE(kube->sync(Duration{10'000'000}));
    began = server.now;
    shadow = std::make_unique<Shadow>(*kube, scenario.clusters.front());
    step(0.4);
  }
  void step(double second) {
    at(second);
    shadow->step(kube->now());
  }
  void at(double second) { server.now = began + static_cast<std::int64_t>(second * 1e6); }
  /// Pods of 3 vCPUs that no node takes, says the scheduler.
  void pend(int count) {
    for (int i = 0; i < count; ++i) {
      nlohmann::json pod = server.object("/api/v1/namespaces/orders/pods/api-abc-1");
      const std::string name = "big-" + std::to_string(i);
      pod["metadata"]["name"] = name;
      pod["metadata"]["uid"] = name;
      pod["metadata"]["labels"]["pod-template-hash"] = "big";   // of another ReplicaSet: another template
      pod["metadata"]["ownerReferences"][0]["name"] = "api-big";
      pod["spec"].erase("nodeName");
      pod["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "3";
      pod["status"] = {{"phase", "Pending"}, {"conditions", {{{"type", "PodScheduled"}, {"status", "False"}, {"reason", "Unschedulable"}}}}};
      kube->cache().pod_event({ObjectChange::Added, "orders/" + name, &pod}, kube->now());
    }
  }
  void real_scale_up(int from, int to) {
    const nlohmann::json event{{"reason", "TriggeredScaleUp"}, {"message", "pod triggered scale-up: [{aks-user-12345678-vmss " + std::to_string(from) + "->" + std::to_string(to) + " (max: 5)}]"}};
    kube->cache().kubernetes_event({ObjectChange::Added, "orders/e" + std::to_string(to), &event}, kube->now());
  }
  /// Everything that the shadow says, for messages.
  std::string words() const {
    std::string out;
    for (const Agreement& one : shadow->score().agreements) out += one.what + ": " + std::to_string(one.agreed) + " of " + std::to_string(one.compared) + "\n";
    for (const std::string& text : shadow->score().disagreements) out += text + "\n";
    return out;
  }
  Agreement agreement(const std::string& what) const {
    for (const Agreement& one : shadow->score().agreements)
      if (one.what.find(what) != std::string::npos) return one;
    FAIL(what);
    return {};
  }

  std::int64_t began = 0;
  std::unique_ptr<Shadow> shadow;
};

}  // namespace

TEST_CASE("The shadow autoscaler asks for the scale-up that the real one makes afterwards") {
  // n1, n2 and s1 have 3.8 of 4 vCPUs free or more: three of five pods fit there, two need a node each.
  ShadowBench bench;
  bench.at(12.3);
  bench.pend(5);
  bench.step(13.1);
  bench.at(15.7);
  bench.real_scale_up(2, 4);
  bench.step(15.7);
  bench.step(31.2);
  CHECK(bench.agreement("real scale-ups").compared == 1);
  CHECK(bench.agreement("real scale-ups").agreed == 1);
  CHECK(bench.agreement("modelled scale-ups").compared == 1);
  CHECK(bench.agreement("modelled scale-ups").agreed == 1);
}

TEST_CASE("A real autoscaler that is faster than the model's next loop is judged by what it saw") {
  ShadowBench bench;
  bench.at(12.3);
  bench.pend(5);
  bench.real_scale_up(2, 4);
  bench.step(12.9);
  INFO(bench.words());
  CHECK(bench.agreement("real scale-ups").agreed == 1);
  CHECK(bench.agreement("modelled scale-ups").agreed == 1);
}

TEST_CASE("What the autoscaler tells of its status ConfigMap and of its pods is one scale-up") {
  ShadowBench bench;
  bench.at(12.3);
  bench.pend(5);
  for (const char* message : {"Scale-up: setting group aks-user-12345678-vmss size to 4 instead of 2 (max: 5)", "Scale-up: group aks-user-12345678-vmss size set to 4 instead of 2 (max: 5)"}) {
    const nlohmann::json event{{"reason", "ScaledUpGroup"}, {"message", message}};
    bench.kube->cache().kubernetes_event({ObjectChange::Added, "kube-system/e", &event}, bench.kube->now());
  }
  bench.real_scale_up(2, 4);
  bench.step(12.9);
  INFO(bench.words());
  CHECK(bench.agreement("real scale-ups").compared == 1);
  CHECK(bench.agreement("real scale-ups").agreed == 1);
}

TEST_CASE("Scale-ups that only one of both makes are disagreements") {
  ShadowBench bench;
  bench.at(12.3);
  bench.pend(5);
  bench.real_scale_up(2, 5);
  bench.step(12.9);
  CHECK(bench.agreement("real scale-ups").agreed == 0);
  CHECK(bench.agreement("modelled scale-ups").agreed == 0);
  const auto said = bench.shadow->score().disagreements;
  REQUIRE_FALSE(said.empty());
  CHECK(said.back() == "pool aks-prod/user was scaled to 5, which the model did not ask for");
}

TEST_CASE("CPU per request is fitted where Prometheus has load and CPU at the same times, with its error") {
  // 20m idle and 5 ms a request, at 10, 20, 30, 40 and 50 requests a second; the sample at 99 s has no load and is left out.
  MeasuredService web;
  web.workload = "shop/web";
  for (int i = 1; i <= 5; ++i) {
    web.load_at.push_back({i * 10, i * 10.0});
    web.cpu_at.push_back({i * 10, 0.020 + i * 10.0 * 0.005});
  }
  web.cpu_at.push_back({99, 7.0});
  MeasuredService idle;
  idle.workload = "shop/idle";
  idle.cpu_at = web.cpu_at;
  const auto fits = fit_services({web, idle});
  REQUIRE(fits.size() == 1);
  CHECK(fits[0].name == "CPU of shop/web");
  CHECK(fits[0].samples == 5);
  CHECK(fits[0].cpu_ms_per_request == Approx(5));
  CHECK(fits[0].idle_millicores == Approx(20));
  CHECK(fits[0].cpu_ms_error == Approx(0).margin(1e-6));
  CHECK(fits[0].fits());
  // x = 1…4, y = 3, 3, 7, 7: sxx 5, sxy 8, syy 16; slope 8 / 5, residual sum 16 − 64 / 5 = 3.2, error sqrt(3.2 / 2 / 5) = 0.5657.
  const ServiceFit rough = fit_line("rough", {1, 2, 3, 4}, {3, 3, 7, 7});
  CHECK(rough.cpu_ms_per_request == Approx(1.6));
  CHECK(rough.cpu_ms_error == Approx(0.5657).epsilon(0.001));
  CHECK_FALSE(rough.fits());
}

}  // namespace akstwin::test
