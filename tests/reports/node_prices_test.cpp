// Prices that depend on how a pool runs: moving spot prices, Windows, machines that are switched off.
#include <catch2/catch.hpp>

#include "reports/analysis.hpp"
#include "tests/reports/platform.hpp"

namespace akstwin {
namespace {

using test::Platform;

Money items(const CostAnswer& cost, std::string_view begins_with) {
  Money sum;
  for (const PriceLine& line : cost.lines)
    if (line.item.starts_with(begins_with)) sum += line.amount;
  return sum;
}

}  // namespace

TEST_CASE("Spot machines are billed at the price of their hour, not at the mean of the prices") {
  Platform p;
  p.pool(p.cluster("aks"), "user", "Standard_D4s_v5", 1, 9).spot = true;
  p.nodes("aks", "user", 0, 1);
  p.nodes("aks", "user", 6, 3);
  p.set(key(GaugeKind::PoolSpotPrice, Name("aks"), Name("aks/user")), 0, 20'000'000);
  p.set(key(GaugeKind::PoolSpotPrice, Name("aks"), Name("aks/user")), 6, 40'000'000);
  p.finish_after_hours(12);
  // 6 h × 1 × 0.02 + 6 h × 3 × 0.04 = 0.84 in 12 h, that is 51.10 in 730 h; 24 machine-hours at 0.035.
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  CHECK(to_string(items(cost, "nodes, spot")) == "$51.10");
}

TEST_CASE("A Windows node costs 0.046 dollars a vCPU and hour more: D4s_v5 in East US 0.192 + 4 × 0.046 = 0.376") {
  Platform p;
  p.pool(p.cluster("aks"), "win", "Standard_D4s_v5", 1, 1).os = OsType::Windows;
  p.nodes("aks", "win", 0, 1);
  p.finish_after_hours(730);
  CHECK(to_string(items(analyse_cost(p.scenario, p.timeline), "nodes")) == "$274.48");   // 730 × 0.376
}

TEST_CASE("A machine that is switched off bills its disk and nothing else") {
  Platform p;
  p.pool(p.cluster("aks"), "user", "Standard_D4s_v5", 1, 3).scale_down = Removal::Deallocate;
  p.nodes("aks", "user", 0, 1);
  p.set(key(GaugeKind::NodesDeallocated, Name("aks"), Name("aks/user")), 0, 1);
  p.finish_after_hours(730);
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  CHECK(to_string(items(cost, "nodes")) == "$140.16");            // facts K15
  CHECK(to_string(items(cost, "managed OS disks")) == "$39.42");  // two P10 at 19.71 (facts I)
}

TEST_CASE("An ephemeral OS disk of a stated size is free where the local disk holds it") {
  Platform p;
  ClusterSpec& cluster = p.cluster("aks");
  p.pool(cluster, "fits", "Standard_D2ds_v5", 1, 1).os_disk_gib = 64;    // 75 GiB of local disk
  p.nodes("aks", "fits", 0, 1);
  p.finish_after_hours(730);
  CHECK(items(analyse_cost(p.scenario, p.timeline), "managed OS disks") == Money{});
}

}  // namespace akstwin
