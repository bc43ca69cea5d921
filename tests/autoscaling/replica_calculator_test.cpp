#include <vector>

#include <catch2/catch.hpp>

#include "models/controllers/autoscaling/replica_calculator.hpp"

using namespace akstwin;
using namespace akstwin::literals;

namespace {

/// Pods long since ready, each with a request of 100m and the given usage.
struct Fleet {
  std::vector<PodGroup> pods;
  std::vector<PodReading> readings;

  Fleet& with(std::int64_t count, std::int64_t usage_milli, PodGroup::Ready ready = PodGroup::Ready::True) {
    pods.push_back({.count = count, .ready = ready, .start = SimTime{}, .ready_transition = SimTime{} + 10_s});
    readings.push_back({.state = PodReading::State::Present, .usage_milli = usage_milli, .request_milli = 100, .timestamp = now(), .window = 30_s});
    return *this;
  }
  Fleet& without_metrics(std::int64_t count) {
    with(count, 0);
    readings.back().state = PodReading::State::Absent;
    return *this;
  }
  static SimTime now() { return SimTime{} + 1_h; }
  ReplicaQuery query(std::int64_t current, std::int64_t target) const {
    return {.pods = pods, .readings = readings, .extra = {}, .values_milli = {}, .cpu = true, .current = current, .target = target, .now = now()};
  }
};

}  // namespace

TEST_CASE("The edge of the tolerance is plain float64: 110 percent scales, 90 percent does not") {
  // 55/50 = 1.1 and |1 - 1.1| = 0.10000000000000009 > 0.1: ceil(1.1 * 10) = 11. 45/50 = 0.9 and |1 - 0.9| = 0.09999999999999998.
  CHECK(replicas_for_utilization(Fleet().with(10, 55).query(10, 50), {}).replicas == 11);
  CHECK(replicas_for_utilization(Fleet().with(10, 45).query(10, 50), {}).replicas == 10);
  // Kubernetes 1.33 compares with 1 + tolerance, which is exactly 1.1: no scaling.
  CHECK(replicas_for_utilization(Fleet().with(10, 55).query(10, 50), {.directional = true}).replicas == 10);
}

TEST_CASE("A group of identical pods answers as the same pods one by one") {
  Fleet single;
  for (int i = 0; i < 7; ++i) single.with(1, 93);
  single.without_metrics(1).without_metrics(1);
  const Fleet grouped = Fleet().with(7, 93).without_metrics(2);
  for (const std::int64_t target : {30, 50, 90, 93, 150}) {
    const ReplicaProposal a = replicas_for_utilization(single.query(9, target), {}), b = replicas_for_utilization(grouped.query(9, target), {});
    CHECK(a.replicas == b.replicas);
    CHECK(a.usage_milli == b.usage_milli);
  }
}

TEST_CASE("Pods without metrics count as idle on the way up and as full on the way down") {
  // Up: 4 pods at 200 %, target 100, 3 missing at 0: 800/700 = 114 % -> ceil(1.14 * 7) = 8.
  CHECK(replicas_for_utilization(Fleet().with(4, 200).without_metrics(3).query(7, 100), {}).replicas == 8);
  // Down: 4 pods at 20 %, target 80, 2 missing at 100 %: (80 + 200)/600 = 46 % -> 46/80 = 0.575 -> ceil(3.45) = 4.
  CHECK(replicas_for_utilization(Fleet().with(4, 20).without_metrics(2).query(6, 80), {}).replicas == 4);
}

TEST_CASE("A pod in its CPU initialisation period makes the proposal depend on time") {
  Fleet fleet;
  fleet.with(3, 50);
  CHECK_FALSE(replicas_for_utilization(fleet.query(3, 50), {}).time_dependent);
  fleet.pods[0].start = Fleet::now() - 299_s;
  CHECK(replicas_for_utilization(fleet.query(3, 50), {}).time_dependent);
  fleet.pods[0].start = Fleet::now() - 300_s;
  CHECK_FALSE(replicas_for_utilization(fleet.query(3, 50), {}).time_dependent);
}

TEST_CASE("A pod that never became ready is left out when the others need more replicas") {
  // Two pods at 100 % (target 50), one that failed its probe 10 s after start: ratio 2 with unready 0 filled in: 200/300 = 66 % -> 1.32 * 3 -> 4.
  CHECK(replicas_for_utilization(Fleet().with(2, 100).with(1, 0, PodGroup::Ready::False).query(3, 50), {}).replicas == 4);
}

TEST_CASE("An average over no replicas asks for what the total needs") {
  const std::vector<std::int64_t> queue{25'000};
  const ReplicaQuery query{.pods = {}, .readings = {}, .extra = {}, .values_milli = queue, .current = 0, .target = 10'000, .now = {}};
  CHECK(replicas_for_total_average(query, {}).replicas == 3);   // ceil(25 / 10)
  CHECK(replicas_for_total_value(query, {}).replicas == 3);     // from zero the ratio itself, without tolerance
}
