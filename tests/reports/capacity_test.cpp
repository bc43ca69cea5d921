#include <catch2/catch.hpp>

#include "reports/analysis.hpp"
#include "tests/reports/platform.hpp"

namespace akstwin {
namespace {

using test::at_seconds;
using test::Platform;

TEST_CASE("A pool reports the range that it reached, its mean and when it peaked") {
  Platform p;
  p.pool(p.cluster("aks"), "user", "Standard_D4s_v5", 6, 30);
  p.nodes("aks", "user", 0, 6);
  p.nodes("aks", "user", 10, 27);
  p.nodes("aks", "user", 20, 12);
  p.finish_after_hours(40);
  const PoolCapacity pool = analyse_capacity(p.scenario, p.timeline).pools.at(0);
  CHECK(pool.nodes_min == 6);
  CHECK(pool.nodes_max == 27);
  CHECK(pool.nodes_end == 12);
  CHECK(pool.peak_at == SimTime{10 * test::kHourUs});
  CHECK(pool.nodes_mean == Approx(14.25));  // (10 × 6 + 10 × 27 + 20 × 12) ÷ 40
}

TEST_CASE("Pod waiting times are quantiles of created to scheduled, and a pod never scheduled counts until the end") {
  Platform p;
  p.cluster("aks");
  for (int i = 1; i <= 99; ++i) {
    const std::string pod = "aks/orders/api-" + std::to_string(i);
    p.event(EventKind::PodCreated, at_seconds(0), pod, "aks/orders/api", 0);
    p.event(EventKind::PodScheduled, at_seconds(i), pod, "aks/node", i * 1'000'000);  // after i seconds
  }
  p.event(EventKind::PodCreated, at_seconds(600), "aks/orders/api-stuck", "aks/orders/api", 0);
  p.finish_after_hours(1);
  const CapacityAnswer c = analyse_capacity(p.scenario, p.timeline);
  CHECK(c.pending.quantile(0.5) == 50'000);  // the 50th of 100
  CHECK(c.pending.quantile(0.99) == 99'000);
  CHECK(c.pending.max() == 3'000'000);  // 3,600 − 600 s
  CHECK(c.never_scheduled == 1);
  CHECK(c.pods_created == 100);
}

TEST_CASE("Causes are ranked by how often they were given") {
  Platform p;
  p.event(EventKind::PodUnschedulable, at_seconds(1), "a", "w", 0, "Insufficient cpu");
  p.event(EventKind::PoolRefused, at_seconds(2), "aks/user", "", 3, "QuotaExceeded");
  p.event(EventKind::PodUnschedulable, at_seconds(3), "b", "w", 0, "Insufficient cpu");
  p.finish_after_hours(1);
  const auto causes = analyse_capacity(p.scenario, p.timeline).causes;
  REQUIRE(causes.size() == 2);
  CHECK(causes[0].cause == "Insufficient cpu");
  CHECK(causes[0].count == 2);
  CHECK(causes[0].first_at == at_seconds(1));
  CHECK(causes[1].source == "node pool");
}

TEST_CASE("Messages of the scheduler that differ in numbers only are one cause") {
  Platform p;
  p.event(EventKind::PodUnschedulable, at_seconds(1), "a", "w", 0,
          "0/33 nodes are available: 26 Insufficient cpu, 7 node(s) were unschedulable. preemption: 0/33 nodes are available: 33 nothing.");
  p.event(EventKind::PodUnschedulable, at_seconds(2), "b", "w", 0,
          "0/5 nodes are available: 1 node(s) were unschedulable, 4 Insufficient cpu.");
  p.finish_after_hours(1);
  const auto causes = analyse_capacity(p.scenario, p.timeline).causes;
  REQUIRE(causes.size() == 1);
  CHECK(causes[0].cause == "Insufficient cpu, node(s) were unschedulable");
  CHECK(causes[0].count == 2);
}

TEST_CASE("Pods of kube-system are not counted among a cluster's own") {
  Platform p;
  p.cluster("aks");
  p.set(key(GaugeKind::PodsRunning, Name("aks"), Name("orders")), 0, 30);
  p.set(key(GaugeKind::PodsRunning, Name("aks"), Name("kube-system")), 0, 12);
  p.finish_after_hours(1);
  const ClusterCapacity cluster = analyse_capacity(p.scenario, p.timeline).clusters.at(0);
  CHECK(cluster.pods_peak == 30);
  CHECK(cluster.pods_all_peak == 42);
}

TEST_CASE("A zone without nodes shows as skew") {
  Platform p;
  NodePoolSpec& pool = p.pool(p.cluster("aks"), "user", "Standard_D4s_v5", 3, 9);
  pool.zones = {1, 2, 3};
  p.set(key(GaugeKind::ZoneNodes, Name("aks"), Name("user"), Name("1")), 0, 3);
  p.set(key(GaugeKind::ZoneNodes, Name("aks"), Name("user"), Name("2")), 0, 2);
  p.finish_after_hours(1);
  CHECK(analyse_capacity(p.scenario, p.timeline).pools.at(0).zone_skew_max == 3);  // zone 3 has none
}

}  // namespace
}  // namespace akstwin
