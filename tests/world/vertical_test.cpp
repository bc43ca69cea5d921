#include <catch2/catch.hpp>

#include "tests/world/platform.hpp"

namespace akstwin::test {
namespace {

VerticalPodAutoscalerSpec vertical(std::string target, VpaUpdateMode mode) {
  VerticalPodAutoscalerSpec spec;
  spec.name_space = Name("orders");
  spec.name = spec.target = Name(target);
  spec.mode = mode;
  return spec;
}

PodDisruptionBudgetSpec budget(std::string app, std::int64_t min_available) {
  PodDisruptionBudgetSpec spec;
  spec.name_space = Name("orders");
  spec.name = Name(app);
  spec.selector.requirements.push_back({Name("app"), SelectorRequirement::Operator::In, {Name(app)}});
  spec.min_available = IntOrPercent{min_available, false};
  return spec;
}

/// Six pods of `request` that use 100m and 300 MB each: 30 requests/s × 20 ms ÷ 6.
Scenario six_pods(Millicores request, VpaUpdateMode mode, Duration horizon) {
  Scenario scenario = platform({pool("user", 4)}, {deployment("api", 6, request, 1_Gi)}, horizon);
  ServiceLoadSpec spec = load("api", 30'000, 20'000);
  spec.cpu_idle = 0_mcpu;
  spec.memory_base = 300'000'000_B;
  spec.memory_per_concurrent = 0_B;
  spec.concurrency = 20;
  scenario.services.push_back(spec);
  objects(scenario).vertical_autoscalers.push_back(vertical("api", mode));
  return scenario;
}

// 100m lies in the bucket ⌊ln(0.1 × 0.05 / 0.01 + 1) / ln 1.05⌋ = ⌊8.31⌋, which ends at 0.01 × (1.05^9 − 1) / 0.05 = 110.27m: 110 + 16.
constexpr std::int64_t kTargetCpu = 126;
// 300 MB: 305,390,039 + 45,808,505 (tests/vpa).
constexpr std::int64_t kTargetMemory = 351'198'544;

std::size_t updates(const Timeline& timeline, std::string_view what) {
  std::size_t count = 0;
  for (const TimelineEvent& event : events(timeline, EventKind::VpaUpdated)) count += event.detail.text() == what ? 1 : 0;
  return count;
}

std::int64_t requested(const Timeline& timeline, Duration after) { return gauge(timeline, GaugeKind::CpuRequested, at(after), "prod", "prod/user"); }

}  // namespace

TEST_CASE("An over-requested workload is shrunk pod by pod, as its budget allows") {
  Scenario scenario = six_pods(1000_mcpu, VpaUpdateMode::Auto, 14_h);
  objects(scenario).disruption_budgets.push_back(budget("api", 5));
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::VpaTargetCpu, at(2_h), "prod/orders/api", "app") == kTargetCpu);
  CHECK(gauge(timeline, GaugeKind::VpaTargetMemory, at(2_h), "prod/orders/api", "app") == kTargetMemory);
  // The upper bound is 126m × (1 + 1/days): above 1000m until days = 126 / 874 = 0.144, three and a half hours. Memory cannot come first:
  // 351 MB × (1 + 1/days) falls below 1 GiB at days = 0.486.
  CHECK(requested(timeline, 3_h) == 6 * 1000);
  CHECK(requested(timeline, 5_h) == 6 * kTargetCpu);
  CHECK(updates(timeline, "EvictedByVPA") == 6);
  CHECK(updates(timeline, "EvictionRefused") > 0);   // the updater would take three at once
  const Series* ready = timeline.find(key(GaugeKind::ReplicasReady, Name("prod/orders/api")));
  REQUIRE(ready != nullptr);
  CHECK(minimum(ready->samples, at(10_min), timeline.end()).value >= 5);
}

TEST_CASE("An under-requested workload is grown within the hour") {
  const Timeline timeline = run(six_pods(50_mcpu, VpaUpdateMode::Recreate, 2_h));
  // The lower bound is 126m × (1 + 0.001/days)^−2, more than 50m from the second sample on.
  CHECK(requested(timeline, 1_h) == 6 * kTargetCpu);
  // Half of the six at once, the rest when these are back.
  const Series* ready = timeline.find(key(GaugeKind::ReplicasReady, Name("prod/orders/api")));
  REQUIRE(ready != nullptr);
  CHECK(minimum(ready->samples, at(1_min), timeline.end()).value == 3);
}

TEST_CASE("Off recommends and changes nothing, Initial changes new pods only") {
  const Timeline off = run(six_pods(50_mcpu, VpaUpdateMode::Off, 2_h));
  CHECK(gauge(off, GaugeKind::VpaTargetCpu, at(1_h), "prod/orders/api", "app") == kTargetCpu);
  CHECK(requested(off, 119_min) == 6 * 50);

  // The pods of t = 0 came before any recommendation; those of a release get it.
  Scenario scenario = six_pods(50_mcpu, VpaUpdateMode::Initial, 1_d);
  deliver(scenario, objects(scenario).workloads[0], 3);
  const Timeline initial = run(scenario);
  const auto releases = events(initial, EventKind::ReleaseApplied);
  REQUIRE_FALSE(releases.empty());
  CHECK(events(initial, EventKind::VpaUpdated).empty());
  CHECK(gauge(initial, GaugeKind::CpuRequested, releases.front().at - 1_s, "prod", "prod/user") == 6 * 50);
  CHECK(gauge(initial, GaugeKind::CpuRequested, initial.end() - 1_s, "prod", "prod/user") == 6 * kTargetCpu);
}

TEST_CASE("With the resize subresource nothing is evicted") {
  Scenario scenario = six_pods(50_mcpu, VpaUpdateMode::InPlaceOrRecreate, 2_h);
  scenario.clusters[0].kubernetes_minor = 33;
  const Timeline timeline = run(scenario);
  CHECK(requested(timeline, 1_h) == 6 * kTargetCpu);
  CHECK(updates(timeline, "ResizedInPlace") == 6);
  CHECK(updates(timeline, "EvictedByVPA") == 0);
  CHECK(events(timeline, EventKind::PodCreated).size() == 6);
  // Before 1.33 the same mode recreates.
  scenario.clusters[0].kubernetes_minor = 32;
  CHECK(updates(run(scenario), "EvictedByVPA") == 6);
}

TEST_CASE("A resize that the node has no room for is waited for, then the pod is evicted") {
  Scenario scenario = six_pods(50_mcpu, VpaUpdateMode::InPlaceOrRecreate, 1_h);
  scenario.clusters[0].kubernetes_minor = 33;
  // One node of 3860m for all six; 3400m of other pods leave room for 460m: 6 × 50m, and two more resizes of 76m each.
  scenario.clusters[0].pools = {pool("user", 1)};
  objects(scenario).workloads.push_back(deployment("other", 2, 1700_mcpu, 1_Gi));
  const Timeline timeline = run(scenario);
  std::vector<std::string> before_eviction;
  SimTime deferred, evicted;
  for (const TimelineEvent& event : events(timeline, EventKind::VpaUpdated)) {
    if (event.detail.text() == "EvictedByVPA") {
      evicted = event.at;
      break;
    }
    if (event.detail.text() == "ResizeDeferred" && deferred == SimTime{}) deferred = event.at;
    before_eviction.push_back(event.detail.str());
  }
  CHECK(std::ranges::count(before_eviction, "ResizedInPlace") == 2);
  CHECK(std::ranges::count(before_eviction, "ResizeDeferred") >= 1);
  CHECK(evicted - deferred == 6_min);   // the first round in which it has waited for more than five minutes
}

TEST_CASE("Room that a resize leaves is given to a pod that waits for it") {
  Scenario scenario = six_pods(1000_mcpu, VpaUpdateMode::InPlaceOrRecreate, 6_h);
  scenario.clusters[0].kubernetes_minor = 33;
  // Two nodes of 3860m hold three pods each; 860m are left on either, and the seventh pod wants 2000m.
  scenario.clusters[0].pools = {pool("user", 2)};
  objects(scenario).workloads.push_back(deployment("waiting", 1, 2000_mcpu, 1_Gi));
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::PodsPending, at(3_h), "prod") == 1);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(5_h), "prod/orders/waiting") == 1);
  CHECK(updates(timeline, "ResizedInPlace") == 6);
}

TEST_CASE("Why a pod was kept, and then evicted, can be asked for") {
  class Listener final : public Decisions {
   public:
    bool wants(SubjectKind kind, Name subject) const override { return kind == SubjectKind::Pod && subject == Name("prod/orders/api-r1-00000"); }
    void record(Decision decision) override {
      if (decision.decider == "vpa-updater") told.push_back(std::move(decision));
    }
    std::vector<Decision> told;
  };
  Listener listener;
  RunOptions options;
  options.kernel = KernelKind::Calendar;
  options.decisions = &listener;
  simulate(six_pods(1000_mcpu, VpaUpdateMode::Auto, 5_h), options);
  REQUIRE_FALSE(listener.told.empty());
  CHECK(listener.told.front().outcome == "Kept");
  const Decision& last = listener.told.back();
  CHECK(last.outcome == "Evicting");
  REQUIRE(last.tables.size() == 1);
  REQUIRE(last.tables[0].rows.size() == 2);
  // container, resource, requested, lower bound, target, upper bound
  CHECK(last.tables[0].rows[0][2] == "1");
  CHECK(last.tables[0].rows[0][4] == "126m");
}

TEST_CASE("A horizontal autoscaler on the same resource is a finding, and the run goes on") {
  Scenario scenario = six_pods(1000_mcpu, VpaUpdateMode::Auto, 8_h);
  objects(scenario).autoscalers.push_back(autoscaler("api", 2, 20, 50));
  const Timeline timeline = run(scenario);
  const auto findings = events(timeline, EventKind::Finding);
  REQUIRE_FALSE(findings.empty());
  CHECK(findings.front().at == SimTime{});
  CHECK(findings.front().detail.text().find("both act on cpu") != std::string_view::npos);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(7_h), "prod/orders/api") >= 2);
}

TEST_CASE("Platforms without a vertical autoscaler have none of its events and gauges") {
  const Timeline timeline = run(platform({pool("user", 3)}, {deployment("api", 3)}));
  CHECK(events(timeline, EventKind::VpaUpdated).empty());
  CHECK(timeline.find(key(GaugeKind::VpaTargetCpu, Name("prod/orders/api"), Name("app"))) == nullptr);
}

}  // namespace akstwin::test
