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

}  // namespace akstwin::test
