#include <catch2/catch.hpp>

#include "reports/analysis.hpp"
#include "reports/bill.hpp"
#include "reports/commitments.hpp"
#include "tests/reports/platform.hpp"

namespace akstwin {
namespace {

using test::kHourUs;
using test::Platform;

Money sum_of_lines(const CostAnswer& cost) {
  Money sum;
  for (const PriceLine& line : cost.lines) sum += line.amount;
  return sum;
}

const PriceLine* line_named(const CostAnswer& cost, const std::string& item) {
  for (const PriceLine& line : cost.lines)
    if (line.item == item) return &line;
  return nullptr;
}

// Without the load balancer and the disk that every cluster has, so that only nodes remain.
Money nodes_only(const CostAnswer& cost) {
  Money sum;
  for (const PriceLine& line : cost.lines)
    if (line.item.starts_with("nodes")) sum += line.amount;
  return sum;
}

TEST_CASE("One D4s_v5 in East US costs 140.16 dollars for 730 hours") {
  Platform p;
  p.pool(p.cluster("aks"), "user", "Standard_D4s_v5", 1, 1);
  p.nodes("aks", "user", 0, 1);
  p.finish_after_hours(730);
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  CHECK(to_string(nodes_only(cost)) == "$140.16");  // 730 × 0.192 (facts K15).
}

TEST_CASE("A month is what the window used, brought to 730 hours") {
  Platform p;
  p.pool(p.cluster("aks"), "user", "Standard_D4s_v5", 1, 3);
  p.nodes("aks", "user", 0, 1);
  p.nodes("aks", "user", 12, 3);
  p.finish_after_hours(24);
  // 12 × 1 + 12 × 3 = 48 node-hours in 24 h → 1,460 in 730 h; × 0.192 = 280.32.
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  CHECK(to_string(nodes_only(cost)) == "$280.32");
  CHECK(line_named(cost, "nodes, on demand")->quantity_micro == 1'460'000'000);
}

TEST_CASE("A size without a local disk pays for a managed OS disk and an ephemeral one is free") {
  Platform p;
  ClusterSpec& cluster = p.cluster("aks");
  p.pool(cluster, "managed", "Standard_D4s_v5", 1, 1);     // No local disk: 4 vCPU → P10, 19.71 a month (facts A1, I).
  p.pool(cluster, "ephemeral", "Standard_D4ds_v5", 1, 1);  // 150 GiB of local disk.
  p.nodes("aks", "managed", 0, 2);
  p.nodes("aks", "ephemeral", 0, 2);
  p.finish_after_hours(48);
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  const PriceLine* disks = line_named(cost, "managed OS disks");
  REQUIRE(disks != nullptr);
  CHECK(disks->pool == "managed");
  CHECK(to_string(disks->amount) == "$39.42");  // 2 × 19.71.
}

TEST_CASE("Every line is its unit price times its quantity and the total is the sum of the lines") {
  Platform p;
  ClusterSpec& cluster = p.cluster("aks", "eastus2");
  cluster.tier = ControlPlaneTier::Standard;
  p.pool(cluster, "user", "Standard_D4ds_v5", 2, 9);
  p.pool(cluster, "spot", "Standard_D8ds_v5", 0, 4).spot = true;
  p.nodes("aks", "user", 0, 2);
  p.nodes("aks", "user", 7, 5);
  p.nodes("aks", "spot", 1, 3);
  p.scenario.edge.kind = EdgeSpec::Kind::FrontDoor;
  p.set(key(GaugeKind::EdgeRequestsTotal, Name("aks")), 0, 1'234'567);
  p.set(key(GaugeKind::EdgeBytesTotal, Name("aks")), 0, 98'765'432'101);
  p.finish_after_hours(31);
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  CHECK(cost.monthly_total == sum_of_lines(cost));
  for (const PriceLine& line : cost.lines) CHECK(line.amount == scale(line.unit_price, line.quantity_micro, 1'000'000));
  Money by_category, by_cluster, by_namespace;
  for (const CostPart& part : cost.by_category) by_category += part.amount;
  for (const CostPart& part : cost.by_cluster) by_cluster += part.amount;
  for (const NamespaceCost& row : cost.by_namespace) by_namespace += row.total;
  CHECK(by_category == cost.monthly_total);
  CHECK(by_cluster == cost.monthly_total);
  CHECK(by_namespace == cost.monthly_total);
}

TEST_CASE("The control plane of the Standard tier costs 73 dollars and a cold standby pays only while it has nodes") {
  Platform p;
  p.cluster("aks").tier = ControlPlaneTier::Standard;
  ClusterSpec& cold = p.cluster("cold");
  cold.tier = ControlPlaneTier::Standard;
  cold.standby.pattern = StandbyPattern::Cold;
  p.nodes("cold", "user", 0, 0);
  p.nodes("cold", "user", 90, 2);
  p.finish_after_hours(100);
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  Money warm, standby;
  for (const PriceLine& line : cost.lines)
    if (line.item == "control plane") (line.cluster == "aks" ? warm : standby) += line.amount;
  CHECK(to_string(warm) == "$73.00");    // 730 × 0.10.
  CHECK(to_string(standby) == "$7.30");  // A tenth of the window.
}

TEST_CASE("Spot saves what its price says and gets no savings plan") {
  Platform p;
  ClusterSpec& cluster = p.cluster("aks", "eastus2");
  p.pool(cluster, "spot", "Standard_D8ds_v5", 0, 10).spot = true;
  p.nodes("aks", "spot", 0, 10);
  p.scenario.cost.commitments.push_back(test::savings_plan(1'000'000'000, 300'000));
  p.finish_after_hours(10);
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  // 0.05876 of 0.452 an hour (prices_vm.csv): 87 % saved. 7,300 h × 0.05876 = 428.948.
  CHECK(cost.spot_paid == Money{428'948'000'000});
  CHECK(cost.spot_list == Money{3'299'600'000'000});
  CHECK(line_named(cost, "nodes, savings plan") == nullptr);
  CHECK(to_string(line_named(cost, "commitment, unused")->amount) == "$730.00");
}

TEST_CASE("The scenario's spot discount stands in where the list has no spot price, and its own prices win over the list") {
  Platform p;
  ClusterSpec& cluster = p.cluster("aks", "uksouth");
  p.pool(cluster, "spot", "Standard_D4s_v5", 0, 1).spot = true;  // 0.222 in uksouth, no spot price listed.
  p.nodes("aks", "spot", 0, 1);
  p.finish_after_hours(1);
  p.scenario.cost.spot_discount = PartsPerMillion{700'000};
  CHECK(line_named(analyse_cost(p.scenario, p.timeline), "nodes, spot")->unit_price == Money{66'600'000});  // 0.222 × 0.3.
  p.scenario.cost.price_overrides.emplace_back("vm:uksouth/Standard_D4s_v5/spot", Money{50'000'000});
  CHECK(line_named(analyse_cost(p.scenario, p.timeline), "nodes, spot")->unit_price == Money{50'000'000});
}

TEST_CASE("A savings plan covers hour by hour and what an hour leaves is lost") {
  // List 1.00 an hour, 50 % off. Committed 2.00 an hour = 4 nodes. Hour 0: 2 nodes, hour 1: 6 nodes.
  const std::vector<Sample> nodes{{SimTime{0}, 2}, {SimTime{kHourUs}, 6}};
  const std::vector<VmUse> uses{{"S", "r", Money{1'000'000'000}, false, nodes}};
  const std::vector<CommitmentSpec> plans{test::savings_plan(2'000'000'000, 500'000)};
  const CommitmentResult paid = apply_commitments(uses, plans, SimTime{2 * kHourUs});
  CHECK(paid.payments[0].covered_us[0] == 6 * kHourUs);  // 2 in hour 0 (half of it unused), 4 in hour 1.
  CHECK(paid.payments[0].on_demand_us == 2 * kHourUs);   // 2 of hour 1's 6.
}

TEST_CASE("Reservations come before savings plans and the greater discount before the smaller") {
  const std::vector<Sample> nodes{{SimTime{0}, 10}};
  const std::vector<VmUse> uses{{"S", "r", Money{1'000'000'000}, false, nodes}};
  const std::vector<CommitmentSpec> commitments{test::savings_plan(1'800'000'000, 100'000),  // 2 nodes at 0.90
                                                test::savings_plan(1'500'000'000, 500'000),  // 3 nodes at 0.50
                                                test::reservation("S", "r", 4)};
  const CommitmentResult paid = apply_commitments(uses, commitments, SimTime{kHourUs});
  CHECK(paid.payments[0].covered_us[2] == 4 * kHourUs);
  CHECK(paid.payments[0].covered_us[1] == 3 * kHourUs);
  CHECK(paid.payments[0].covered_us[0] == 2 * kHourUs);
  CHECK(paid.payments[0].on_demand_us == 1 * kHourUs);  // 10 − 4 − 3 − 2.
}

TEST_CASE("A reservation covers its size in its region only") {
  const std::vector<Sample> nodes{{SimTime{0}, 3}};
  const std::vector<VmUse> uses{
      {"S", "r", Money{1}, false, nodes}, {"S", "other", Money{1}, false, nodes}, {"L", "r", Money{1}, false, nodes}};
  const std::vector<CommitmentSpec> one{test::reservation("S", "r", 9)};
  const CommitmentResult paid = apply_commitments(uses, one, SimTime{kHourUs});
  CHECK(paid.payments[0].covered_us[0] == 3 * kHourUs);
  CHECK(paid.payments[1].covered_us[0] == 0);
  CHECK(paid.payments[2].covered_us[0] == 0);
  CHECK(paid.reserved_us[0] == 9 * kHourUs);  // Paid, used or not.
}

TEST_CASE("A savings plan is paid in full: covered use and unused commitment sum to it") {
  Platform p;
  p.pool(p.cluster("aks"), "user", "Standard_D4s_v5", 1, 9);
  p.nodes("aks", "user", 0, 1);
  p.nodes("aks", "user", 5, 9);
  p.scenario.cost.commitments.push_back(test::savings_plan(700'000'000, 280'000));
  p.finish_after_hours(10);
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  REQUIRE(cost.commitments.size() == 1);
  CHECK(to_string(cost.commitments[0].committed) == "$511.00");  // 730 × 0.70.
  const Money paid = cost.commitments[0].used + cost.commitments[0].unused;
  CHECK(std::abs((paid - cost.commitments[0].committed).nano) < 2'000);  // Rounding of two lines.
  // Hours 0–4: one node of 0.192 × 0.72 = 0.13824 an hour; hours 5–9: 0.70 an hour. Mean 0.41912 × 730 = 305.9576.
  CHECK(cost.commitments[0].used.dollars() == Approx(305.9576).epsilon(1e-6));
}

TEST_CASE("Showback splits a pool by requests, shares idle in proportion, and sums to the bill") {
  Platform p;
  p.pool(p.cluster("aks"), "user", "Standard_D4ds_v5", 1, 1);  // Ephemeral disk: the pool costs its nodes only.
  p.nodes("aks", "user", 0, 1);
  const Name aks("aks"), user("user"), orders("orders"), pricing("pricing");
  p.set(key(GaugeKind::CpuAllocatable, aks, user), 0, 4'000);
  p.set(key(GaugeKind::MemoryAllocatable, aks, user), 0, 16'000);
  p.set(key(GaugeKind::CpuRequestedBy, aks, user, orders), 0, 2'000);      // 50 % CPU
  p.set(key(GaugeKind::MemoryRequestedBy, aks, user, orders), 0, 1'600);   // 10 % memory → weight 30 %
  p.set(key(GaugeKind::CpuRequestedBy, aks, user, pricing), 0, 400);       // 10 % CPU
  p.set(key(GaugeKind::MemoryRequestedBy, aks, user, pricing), 0, 1'600);  // 10 % memory → weight 10 %
  p.finish_after_hours(10);
  // D4ds_v5: 0.226 × 730 = 164.98. Direct: 30 % = 49.494, 10 % = 16.498. Idle 60 % = 98.988, shared 3 : 1.
  CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  const auto row = [&](const std::string& name) {
    for (const NamespaceCost& n : cost.by_namespace)
      if (n.name_space == name) return n;
    return NamespaceCost{};
  };
  CHECK(to_string(row("orders").direct) == "$49.49");
  CHECK(to_string(row("orders").idle) == "$74.24");
  CHECK(to_string(row("orders").total) == "$123.74");  // 164.98 × 3/4 = 123.735
  CHECK(to_string(row("pricing").total) == "$41.25");  // 164.98 × 1/4 = 41.245
  p.scenario.cost.share_idle_proportionally = false;
  cost = analyse_cost(p.scenario, p.timeline);
  CHECK(to_string(row("orders").total) == "$49.49");
  CHECK(to_string(row("(idle)").total) == "$98.99");
}

TEST_CASE("A budget reports the alerts that its namespace has reached") {
  Platform p;
  p.pool(p.cluster("aks"), "user", "Standard_D4ds_v5", 1, 1);
  p.nodes("aks", "user", 0, 1);
  p.set(key(GaugeKind::CpuAllocatable, Name("aks"), Name("user")), 0, 4'000);
  p.set(key(GaugeKind::CpuRequestedBy, Name("aks"), Name("user"), Name("orders")), 0, 1'000);
  p.scenario.cost.budgets.push_back({Name("orders"), Money{180'000'000'000}, {{800'000}, {1'000'000}}});
  p.finish_after_hours(10);
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  REQUIRE(cost.budgets.size() == 1);
  CHECK(to_string(cost.budgets[0].cost) == "$164.98");  // The only namespace: 91.7 % of 180.
  CHECK(cost.budgets[0].alerts_reached == std::vector<double>{0.8});
}

TEST_CASE("The registry pays its day rate, its replicas and the storage above what its SKU includes") {
  Platform p;
  RegistrySpec& registry = p.scenario.registry;
  registry.present = true;
  registry.location = Name("eastus2");
  registry.replicas = {Name("centralus")};
  registry.private_endpoints = 2;
  p.set(key(GaugeKind::RegistryBytes, Name("eastus2")), 0, 600LL << 30);  // 100 GiB above 500 for half of the window
  p.set(key(GaugeKind::RegistryBytes, Name("eastus2")), 12, 500LL << 30);
  p.set(key(GaugeKind::BuildVcpuSecondsTotal), 0, 72'000);
  p.set(key(GaugeKind::GeoReplicatedBytesTotal), 0, 10'000'000'000);
  p.finish_after_hours(24);
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  CHECK(line_named(cost, "registry")->amount.dollars() == Approx(1.6667 * 730 / 24).epsilon(1e-6));
  CHECK(line_named(cost, "geo-replicas")->amount.dollars() == Approx(1.6667 * 730 / 24).epsilon(1e-6));
  CHECK(to_string(line_named(cost, "storage in eastus2")->amount) == "$5.00");  // Mean 50 GiB × 0.10.
  CHECK(line_named(cost, "storage in centralus") == nullptr);
  CHECK(to_string(line_named(cost, "builds")->amount) == "$219.00");  // 72,000 s × 730/24 × 0.0001.
  CHECK(line_named(cost, "geo-replication traffic")->amount.dollars() == Approx(10 * 730.0 / 24 * 0.02));
  CHECK(to_string(line_named(cost, "private endpoints")->amount) == "$14.60");  // 2 × 730 × 0.01, with what it serves.
  CHECK(line_named(cost, "private endpoints")->category == "registry");
}

TEST_CASE("Front Door pays its base fee once a month and its use by the window") {
  Platform p;
  p.cluster("aks");
  p.scenario.edge.kind = EdgeSpec::Kind::FrontDoor;
  p.set(key(GaugeKind::EdgeRequestsTotal, Name("aks")), 0, 2'000'000);
  p.set(key(GaugeKind::EdgeBytesTotal, Name("aks")), 0, 100'000'000'000);
  p.finish_after_hours(365);
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  CHECK(to_string(line_named(cost, "Front Door")->amount) == "$330.00");
  CHECK(to_string(line_named(cost, "requests")->amount) == "$6.00");          // 4 M in a month = 400 × 0.015.
  CHECK(to_string(line_named(cost, "edge to clients")->amount) == "$16.60");  // 200 GB × 0.083.
  CHECK(line_named(cost, "edge to origins")->quantity_micro == 8'192'000);    // 4 M × 2,048 B = 8.192 GB.
}

TEST_CASE("Monitoring pays for gigabytes and samples, and Grafana is named as not priced") {
  Platform p;
  p.cluster("aks", "westeurope");
  p.scenario.monitoring.present = true;
  p.set(key(GaugeKind::LogBytesTotal, Name("aks")), 0, 10'000'000'000);
  p.set(key(GaugeKind::MetricSamplesTotal, Name("aks")), 0, 1'000'000'000);
  p.finish_after_hours(730);
  const CostAnswer cost = analyse_cost(p.scenario, p.timeline);
  CHECK(to_string(line_named(cost, "logs")->amount) == "$29.90");     // 10 GB × 2.99.
  CHECK(to_string(line_named(cost, "metrics")->amount) == "$16.00");  // 100 × 0.16.
  CHECK(std::count_if(cost.not_priced.begin(), cost.not_priced.end(),
                      [](const std::string& what) { return what.starts_with("Azure Managed Grafana"); }) == 1);
}

TEST_CASE("Splitting an amount loses no nano-dollar") {
  const auto parts = split(Money{100}, {1, 1, 1});
  CHECK(parts[0] + parts[1] + parts[2] == Money{100});
  CHECK(split(Money{100}, {0, 0}) == std::vector<Money>(2));
}

}  // namespace
}  // namespace akstwin
