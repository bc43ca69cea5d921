#include <catch2/catch.hpp>

#include "reports/analysis.hpp"
#include "tests/reports/platform.hpp"

namespace akstwin {
namespace {

using test::at_seconds;
using test::Platform;

constexpr std::int64_t kSecond = 1'000'000;

Platform region_loss() {
  Platform p;
  p.cluster("aks");
  p.set(key(GaugeKind::EdgeRequestsTotal, Name("aks")), 0, 0);
  p.set(key(GaugeKind::EdgeErrorsTotal, Name("aks")), 0, 0);
  p.event(EventKind::OutageBegan, at_seconds(3'600), "eastus2", "", 0, "region");
  p.event(EventKind::RecoveryPhase, at_seconds(3'660), "eastus2", "detected", 60 * kSecond);
  p.event(EventKind::DataFailedOver, at_seconds(3'700), "sql", "centralus", 3 * kSecond);
  p.event(EventKind::DataFailedOver, at_seconds(3'701), "cosmos", "centralus", 1 * kSecond);
  p.event(EventKind::ActionDone, at_seconds(3'700), "frontDoor.failover", "aks-standby", 30 * kSecond);
  p.event(EventKind::WorkloadServing, at_seconds(4'000), "aks-standby/a/b", "", 400 * kSecond);
  p.event(EventKind::Recovered, at_seconds(5'460), "eastus2", "aks-standby", 1'860 * kSecond);
  const SeriesKey requests = key(GaugeKind::EdgeRequestsTotal, Name("aks")), errors = key(GaugeKind::EdgeErrorsTotal, Name("aks"));
  p.set(requests, 1, 100'000);
  p.set(errors, 1, 10);
  p.timeline.set(p.timeline.series(requests), at_seconds(5'000), 101'000);
  p.timeline.set(p.timeline.series(errors), at_seconds(5'000), 510);
  p.set(requests, 2, 200'000);
  p.finish_after_hours(4);
  return p;
}

TEST_CASE("RTO is from the outage until recovered and RPO the worst data store") {
  Platform p = region_loss();
  const RecoveryAnswer r = analyse_recovery(p.scenario, p.timeline);
  REQUIRE(r.outages.size() == 1);
  const OutageAnswer& o = r.outages[0];
  CHECK(o.rto == Duration{1'860 * kSecond});  // 31 min
  CHECK(o.recovered_on == "aks-standby");
  CHECK(o.rpo == Duration{3 * kSecond});
  CHECK(o.requests == 1'000);  // between 3,600 s and 5,460 s
  CHECK(o.requests_lost == 500);
  CHECK(o.actions.at(0).started == Duration{70 * kSecond});  // done at 3,700 s, took 30 s
  CHECK(*r.availability == Approx(1 - 510.0 / 200'000));
}

TEST_CASE("An outage without recovery has no RTO and makes the metric infinite") {
  Platform p;
  p.event(EventKind::OutageBegan, at_seconds(10), "eastus2", "", 0, "region");
  p.finish_after_hours(1);
  const Answers answers = analyse(p.scenario, p.timeline);
  CHECK_FALSE(answers.recovery.outages.at(0).rto);
  for (const MetricValues& metric : answers.metrics)
    if (metric.name == "rto_seconds") CHECK(metric.values.max() == Distribution::kNeverHappened);
  CHECK(std::none_of(answers.figures.begin(), answers.figures.end(), [](const Figure& f) { return f.name == "recovery.rto_minutes"; }));
}

TEST_CASE("A second outage of the same region keeps its own events") {
  Platform p;
  p.event(EventKind::OutageBegan, at_seconds(0), "eastus2", "", 0, "region");
  p.event(EventKind::Recovered, at_seconds(10), "eastus2", "b", 10 * kSecond);
  p.event(EventKind::OutageBegan, at_seconds(100), "eastus2", "", 0, "region");
  p.event(EventKind::Recovered, at_seconds(120), "eastus2", "b", 20 * kSecond);
  p.finish_after_hours(1);
  const RecoveryAnswer r = analyse_recovery(p.scenario, p.timeline);
  CHECK(r.outages.at(0).rto == Duration{10 * kSecond});
  CHECK(r.outages.at(1).rto == Duration{20 * kSecond});
}

TEST_CASE("A control plane or a part of a zone that was lost need not be anything to recover from") {
  Platform p;
  p.cluster("aks");
  p.event(EventKind::OutageBegan, at_seconds(10), "aks", "", 0, "control plane");
  p.event(EventKind::OutageBegan, at_seconds(20), "eastus-1", "", 0, "part of zone");
  p.event(EventKind::OutageBegan, at_seconds(30), "eastus", "", 0, "region");
  p.finish_after_hours(1);
  const RecoveryAnswer recovery = analyse_recovery(p.scenario, p.timeline);
  REQUIRE(recovery.outages.size() == 3);
  CHECK_FALSE(recovery.outages[0].counts());
  CHECK_FALSE(recovery.outages[1].counts());
  CHECK(recovery.outages[2].counts());
}

}  // namespace
}  // namespace akstwin
