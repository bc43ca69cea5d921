// scenarios/catalog/zone-outage.yaml: the arithmetic is in its head.
#include "models/observe/kinds.hpp"
#include "tests/questions/question.hpp"

namespace akstwin::test {
namespace {

constexpr SimTime kLost{4 * 3'600'000'000LL}, kBack{8 * 3'600'000'000LL};

/// From the loss until all replicas are ready again.
Duration all_ready_after(const Question& q, std::string_view workload, std::int64_t replicas) {
  bool fell = false;
  for (const Sample& sample : q.gauge(GaugeKind::ReplicasReady, workload)) {
    if (sample.at < kLost) continue;
    fell = fell || sample.value < replicas;
    if (fell && sample.value >= replicas) return sample.at - kLost;
  }
  return Duration{-1};
}

std::int64_t least_ready(const Question& q, std::string_view workload) {
  return minimum(q.gauge(GaugeKind::ReplicasReady, workload), kLost, kBack).value;
}

}  // namespace

TEST_CASE("A lost zone takes six of eighteen pods; they run again once two nodes have come into the other zones") {
  const Question q = ask("zone-outage");
  CHECK(least_ready(q, "shop/shop/api") == 12);
  CHECK(q.figure("pool.user.max") == 8);
  const Duration back = all_ready_after(q, "shop/shop/api", 18);
  CHECK(back.seconds() >= 8 * 60);
  CHECK(back.seconds() <= 14 * 60);
}

TEST_CASE("The pods of a lost zone leave 50 s, 5 to 15 s and 300 s after it: the grace period, the taint, their toleration") {
  const Question q = ask("zone-outage");
  for (const TimelineEvent& event : q.timeline.events())
    if (event.kind == code(EventKind::PodCreated) && event.at >= kLost) {
      CHECK((event.at - kLost).seconds() >= 350);
      CHECK((event.at - kLost).seconds() <= 376);
      break;
    }
}

TEST_CASE("A database pod whose disk is in the lost zone waits even after the zone is back: the pool has no node there to go by") {
  const Question q = ask("zone-outage");
  CHECK(least_ready(q, "shop/shop/db") == 2);
  CHECK(all_ready_after(q, "shop/shop/db", 3) == Duration{-1});
  CHECK(q.answers.capacity.never_scheduled == 1);
  bool conflict = false;
  for (const PendingCause& cause : q.answers.capacity.causes) conflict = conflict || cause.cause.find("volume node affinity conflict") != std::string::npos;
  CHECK(conflict);
}

TEST_CASE("With a zone's worth of nodes to spare no node has to come: six to seven minutes, for $495 a month") {
  const Question base = ask("zone-outage"), spare = ask("zone-outage", "n-plus-one-zone");
  const Duration back = all_ready_after(spare, "shop/shop/api", 18);
  CHECK(back.seconds() >= 350);
  CHECK(back.seconds() <= 7 * 60);
  // Three nodes more, less the two that the base has for some of its twelve hours: 495 − 2 × 165 × share of the time.
  const double more = spare.figure("cost.monthly") - base.figure("cost.monthly");
  CHECK(more > 495 - 330);
  CHECK(more < 500);
}

TEST_CASE("When nobody else's zone has machines to give, the six pods wait for the zone, and then for the autoscaler's next try") {
  const Question q = ask("zone-outage", "capacity-rush");
  CHECK(least_ready(q, "shop/shop/api") == 12);
  const Duration back = all_ready_after(q, "shop/shop/api", 18);
  CHECK(back >= kBack - kLost);
  CHECK(back.seconds() <= 4 * 3600 + 30 * 60 + 5 * 60);   // the last back-off, and a boot
  CHECK(q.pool("user").refused > 0);
}

TEST_CASE("Half a zone is no disrupted zone: three pods move, and the zone itself gives them a node") {
  const Question q = ask("zone-outage", "half-a-zone");
  CHECK(least_ready(q, "shop/shop/api") == 15);
  const Duration back = all_ready_after(q, "shop/shop/api", 18);
  CHECK(back.seconds() >= 350);
  CHECK(back.seconds() <= 14 * 60);
  CHECK(minimum(q.gauge(GaugeKind::ReplicasReady, "shop/shop/db"), kBack, kBack + Duration{3'600'000'000}).value == 3);
}

}  // namespace akstwin::test
