#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "models/controllers/autoscaling/horizontal_pod_autoscaler.hpp"

using namespace akstwin;
using namespace akstwin::literals;

namespace {

HorizontalPodAutoscalerSpec cpu_autoscaler(std::int64_t min, std::int64_t max) {
  HorizontalPodAutoscalerSpec spec;
  spec.min_replicas = min;
  spec.max_replicas = max;
  spec.metrics = {{.source = MetricSource::Resource, .name = Name("cpu"), .container = {}, .target = MetricTarget::Utilization, .value = 50}};
  return spec;
}

/// A deployment whose pods all use `usage` percent of their request and never change readiness.
struct Deployment {
  std::int64_t replicas = 0;
  std::int64_t usage = 0;
  SimTime born{};

  HpaResult sync(HorizontalPodAutoscalerCore& core, const HorizontalPodAutoscalerSpec& spec, SimTime now) const {
    const PodGroup group{.count = replicas, .start = born, .ready_transition = born + 5_s};
    const PodReading reading{.state = PodReading::State::Present, .usage_milli = usage, .request_milli = 100, .timestamp = now - 5_s, .window = 30_s};
    const MetricInput metric{.readings = {&reading, 1}, .extra = {}, .values_milli = {}};
    return core.reconcile(spec, {}, {.spec_replicas = replicas, .status_replicas = replicas, .pods = {&group, 1}, .metrics = {&metric, 1}}, now);
  }
};

constexpr SimTime kStart{3'600'000'000};

}  // namespace

TEST_CASE("Without behavior a step up is at most a doubling, and a step down waits five minutes") {
  const auto spec = cpu_autoscaler(1, 100);
  HorizontalPodAutoscalerCore core;
  Deployment app{.replicas = 10, .usage = 200};
  // 200/50 = 4 times 10 = 40, cut to 2 x 10.
  HpaResult result = app.sync(core, spec, kStart);
  CHECK(result.raw == 40);
  CHECK(result.desired == 20);
  CHECK(result.scaling_limited == HpaCondition{HpaReason::ScaleUpLimit, true});

  app = {.replicas = 20, .usage = 10};
  result = app.sync(core, spec, kStart + 15_s);
  CHECK(result.raw == 4);
  CHECK(result.desired == 40);   // the 40 of the first sync is still in the window, and 2 x 20 allows it
  // The entry of kStart counts while it is not older than 300 s.
  app.replicas = 40;
  CHECK(app.sync(core, spec, kStart + 300_s).able_to_scale.reason == HpaReason::ScaleDownStabilized);
  CHECK(app.sync(core, spec, kStart + 301_s).desired == 8);   // 40 x 0.2; the younger entries said 4 and 8
}

TEST_CASE("With behavior an event exactly one period old no longer limits") {
  auto spec = cpu_autoscaler(1, 100);
  spec.behavior.emplace();
  apply_behavior_defaults(*spec.behavior);
  spec.behavior->scale_up.policies = {{.percent = false, .value = 2, .period_seconds = 60}};
  HorizontalPodAutoscalerCore core;
  Deployment app{.replicas = 4, .usage = 200};
  CHECK(app.sync(core, spec, kStart).desired == 6);          // 4 + 2
  app.replicas = 6;
  CHECK(app.sync(core, spec, kStart + 59_s).desired == 6);   // the period began with 6 - 2 = 4 replicas: 4 + 2
  CHECK(app.sync(core, spec, kStart + 60_s).desired == 8);   // the event is 60 s old and outside: 6 + 2
}

TEST_CASE("A metric that fails lets the others scale up but not down") {
  auto spec = cpu_autoscaler(1, 100);
  spec.metrics.push_back({.source = MetricSource::External, .name = Name("queue"), .container = {}, .target = MetricTarget::Value, .value = 1000});
  const auto sync = [&](std::int64_t usage) {
    HorizontalPodAutoscalerCore core;
    const PodGroup group{.count = 10, .start = SimTime{}, .ready_transition = SimTime{}};
    const PodReading reading{.state = PodReading::State::Present, .usage_milli = usage, .request_milli = 100, .timestamp = kStart, .window = 30_s};
    const std::vector<MetricInput> metrics{{.readings = {&reading, 1}, .extra = {}, .values_milli = {}}, {}};
    return core.reconcile(spec, {}, {.spec_replicas = 10, .status_replicas = 10, .pods = {&group, 1}, .metrics = metrics}, kStart);
  };
  const HpaResult up = sync(100);
  CHECK(up.desired == 20);
  CHECK(up.error);
  CHECK(up.scaling_active.reason == HpaReason::ValidMetricFound);
  const HpaResult down = sync(10);
  CHECK(down.desired == 10);
  CHECK_FALSE(down.raw.has_value());
  CHECK(down.scaling_active == HpaCondition{HpaReason::FailedGetExternalMetric, false});
}

TEST_CASE("Leaving out the syncs of a fixed point changes nothing that comes after") {
  std::mt19937 random(20260302);
  const auto draw = [&](std::int64_t below) { return static_cast<std::int64_t>(random() % static_cast<std::uint32_t>(below)); };
  std::int64_t skipped = 0;
  for (int trial = 0; trial < 200; ++trial) {
    auto spec = cpu_autoscaler(1 + draw(3), 5 + draw(40));
    if (trial % 3 != 0) {
      spec.behavior.emplace();
      spec.behavior->scale_up.stabilization_seconds = draw(3) * 45;
      if (draw(2) == 0) spec.behavior->scale_down.stabilization_seconds = draw(3) * 60;
      spec.behavior->scale_up.policies = {{.percent = draw(2) == 0, .value = 1 + draw(60), .period_seconds = 15 + 15 * draw(8)}};
      if (draw(6) == 0) spec.behavior->scale_down.select = ScalingRules::Select::Disabled;
      apply_behavior_defaults(*spec.behavior);
    }
    HorizontalPodAutoscalerCore every, lazy;
    Deployment app{.replicas = 1 + draw(20), .usage = 50};
    SimTime asleep_until;
    bool left_out = false;
    for (int i = 0; i < 400; ++i) {
      const SimTime now = kStart + 15_s * i;
      const bool changed = draw(25) == 0;
      if (changed) app.usage = 5 + draw(120);
      const HpaResult expected = app.sync(every, spec, now);
      if (asleep_until >= now && !changed) {
        // What the caller does not compute must be what it would have computed.
        REQUIRE(expected.desired == app.replicas);
        REQUIRE(expected.fixed_point == (asleep_until == kNever));
        ++skipped;
        left_out = true;
        continue;
      }
      if (std::exchange(left_out, false)) lazy.skipped_until(now - 15_s);
      const HpaResult result = app.sync(lazy, spec, now);
      INFO("trial " << trial << " sync " << i);
      REQUIRE(result.desired == expected.desired);
      REQUIRE(result.able_to_scale == expected.able_to_scale);
      REQUIRE(result.scaling_limited == expected.scaling_limited);
      REQUIRE(result.fixed_point == expected.fixed_point);
      asleep_until = result.holds_until;
      app.replicas = result.desired;
    }
  }
  CHECK(skipped > 25'000);   // of 80,000
}
