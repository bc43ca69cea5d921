// What API servers and etcd bear, by hand.
#include "reports/control_plane_load.hpp"

#include <catch2/catch.hpp>

#include "models/observe/kinds.hpp"
#include "reports/answers.hpp"
#include "tests/reports/platform.hpp"

using namespace akstwin;

namespace {

constexpr Duration kMinute{60'000'000};

SimTime minute(std::int64_t m) { return SimTime{} + kMinute * m; }

/// A cluster of so many nodes and pods, to which `more` pods come in the minute 100.
Timeline crowded(std::int64_t nodes, std::int64_t pods, std::int64_t more) {
  Timeline timeline;
  timeline.set(timeline.series(key(GaugeKind::NodesReady, Name("aks"), Name("aks/user"))), SimTime{}, nodes);
  const SeriesId running = timeline.series(key(GaugeKind::PodsRunning, Name("aks"), Name("shop")));
  timeline.set(running, SimTime{}, pods);
  timeline.set(running, minute(100), pods + more);
  timeline.finish(minute(600));
  return timeline;
}

}  // namespace

TEST_CASE("Requests in flight are requests a minute times their time: nodes all the while, pods in the minute in which they start") {
  // 5,000 nodes: 6 a minute each, 30,000 × 25 ms ÷ 60 s = 12.5 writes, × 10 ms = 5 reads. 4,000 pods more: 14 writes each, 86,000 × 25 ms ÷ 60 s
  // = 35.8; 4 reads, 46,000 × 10 ms ÷ 60 s = 7.7.
  const ControlPlaneLoad load = control_plane_load(crowded(5'000, 100'000, 4'000), Name("aks"));
  REQUIRE(load.writes.size() == 2);
  CHECK(load.writes[0].value == 13);
  CHECK(load.writes[0].at == SimTime{});
  CHECK(load.writes[1].value == 36);
  CHECK(load.writes[1].at == minute(100));
  REQUIRE(load.reads.size() == 2);
  CHECK(load.reads[0].value == 5);
  CHECK(load.reads[1].value == 8);
}

TEST_CASE("etcd holds pods and nodes, five minutes of leases and of pods' versions, and an hour of events") {
  // 100,000 × 5,257 + 5,000 × 6,102 + 5,000 × 30 × 695 = 660,460,000 bytes: 629.9 MiB.
  // And 4,000 more: × 5,257 × (1 + 5) + × 6 × 1,022 = 150,696,000: 773.6 MiB together.
  const ControlPlaneLoad load = control_plane_load(crowded(5'000, 100'000, 4'000), Name("aks"));
  REQUIRE(load.etcd.size() == 2);
  CHECK(load.etcd[0].value == 630);
  CHECK(load.etcd[1].value == 774);
  CHECK(control_plane_load(crowded(5'000, 100'000, 4'000), Name("other")).etcd.empty());
}
