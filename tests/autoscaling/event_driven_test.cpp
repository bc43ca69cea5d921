#include <vector>

#include <catch2/catch.hpp>

#include "models/controllers/autoscaling/event_driven.hpp"

using namespace akstwin;
using namespace akstwin::literals;

namespace {

ScaledObjectSpec queue_worker() {
  ScaledObjectSpec spec;
  spec.name = Name("worker");
  spec.target = Name("worker");
  ScaledObjectSpec::Trigger trigger;
  trigger.type = Name("azure-servicebus");
  trigger.target_milli = 10'000;
  trigger.activation_milli = 5'000;
  spec.triggers = {trigger};
  return spec;
}

ScaledObjectDecision poll(ScaledObjectCore& core, const ScaledObjectSpec& spec, std::int64_t replicas, std::optional<std::int64_t> value, SimTime now) {
  return core.poll(spec, {.replicas = replicas, .created = SimTime{}, .values_milli = {&value, 1}}, now);
}

constexpr SimTime kNow{3'600'000'000};

}  // namespace

TEST_CASE("A queue wakes its workers only above the activation threshold") {
  ScaledObjectCore core;
  const auto spec = queue_worker();
  CHECK_FALSE(poll(core, spec, 0, 5'000, kNow).scale_to.has_value());   // five messages are not more than five
  const auto decision = poll(core, spec, 0, 5'001, kNow + 30_s);
  CHECK(decision.scale_to == 1);
  CHECK(decision.reason == ScaledObjectReason::Activated);
}

TEST_CASE("The cooldown counts from the last active poll and only delays the way to zero") {
  ScaledObjectCore core;
  const auto spec = queue_worker();
  poll(core, spec, 0, 20'000, kNow);
  poll(core, spec, 1, 20'000, kNow + 30_s);
  const auto waiting = poll(core, spec, 7, 0, kNow + 60_s);
  CHECK_FALSE(waiting.scale_to.has_value());
  // Last active at +30 s, cooldown 300 s: +330 s is not yet after it, the next poll at +360 s is.
  CHECK(waiting.next_interesting == kNow + 360_s);
  CHECK_FALSE(poll(core, spec, 7, 0, kNow + 330_s).scale_to.has_value());
  CHECK(poll(core, spec, 7, 0, kNow + 360_s).scale_to == 0);
}

TEST_CASE("Polls left out while active move the cooldown as if they had taken place") {
  ScaledObjectCore core;
  const auto spec = queue_worker();
  CHECK(poll(core, spec, 3, 20'000, kNow).next_interesting == kNever);
  core.skipped_until(kNow + 10_min);
  CHECK_FALSE(poll(core, spec, 3, 0, kNow + 10_min + 300_s).scale_to.has_value());
  CHECK(poll(core, spec, 3, 0, kNow + 10_min + 301_s).scale_to == 0);
}

TEST_CASE("With a minimum above zero KEDA never scales down by itself") {
  ScaledObjectCore core;
  auto spec = queue_worker();
  spec.min_replicas = 2;
  CHECK_FALSE(poll(core, spec, 9, 0, kNow).scale_to.has_value());
  CHECK(poll(core, spec, 1, 0, kNow).scale_to == 2);
  CHECK(poll(core, spec, 0, 9'000, kNow).scale_to == 2);
  spec.idle_replicas = 0;
  CHECK(poll(core, spec, 9, 0, kNow + 301_s).scale_to == 0);
}

TEST_CASE("A failing scaler holds the replicas, and falls back where the user said so") {
  ScaledObjectCore core;
  auto spec = queue_worker();
  CHECK_FALSE(poll(core, spec, 4, std::nullopt, kNow + 1_h).scale_to.has_value());
  spec.fallback = ScaledObjectSpec::Fallback{.failure_threshold = 2, .replicas = 6};
  CHECK(poll(core, spec, 4, std::nullopt, kNow + 1_h).scale_to == 6);
  CHECK_FALSE(core.serve_metric(spec, 0, std::nullopt).has_value());
  CHECK_FALSE(core.serve_metric(spec, 0, std::nullopt).has_value());
  CHECK(core.serve_metric(spec, 0, std::nullopt) == 60'000);   // 10 a replica for 6 replicas
  CHECK(core.serve_metric(spec, 0, 3'000) == 3'000);
  CHECK_FALSE(core.serve_metric(spec, 0, std::nullopt).has_value());
}

TEST_CASE("The generated autoscaler averages each external metric between one and the maximum") {
  auto spec = queue_worker();
  spec.max_replicas = 30;
  ScaledObjectSpec::Trigger cpu;
  cpu.type = Name("cpu");
  cpu.target_milli = 70'000;
  spec.triggers.push_back(cpu);
  const auto hpa = generated_autoscaler(spec);
  CHECK(hpa.name.text() == "keda-hpa-worker");
  CHECK(hpa.min_replicas == 1);
  CHECK(hpa.max_replicas == 30);
  REQUIRE(hpa.metrics.size() == 2);
  CHECK(hpa.metrics[0] == MetricSpec{.source = MetricSource::External, .name = Name("s0-azure-servicebus"), .container = {}, .target = MetricTarget::AverageValue, .value = 10'000});
  CHECK(hpa.metrics[1] == MetricSpec{.source = MetricSource::Resource, .name = Name("cpu"), .container = {}, .target = MetricTarget::Utilization, .value = 70});
}

TEST_CASE("A paused object goes to its paused count and stays") {
  ScaledObjectCore core;
  auto spec = queue_worker();
  spec.paused_replicas = 2;
  CHECK(poll(core, spec, 5, 90'000, kNow).scale_to == 2);
  CHECK_FALSE(poll(core, spec, 2, 90'000, kNow).scale_to.has_value());
}
