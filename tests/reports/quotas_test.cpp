#include <catch2/catch.hpp>

#include "reports/analysis.hpp"
#include "tests/reports/platform.hpp"

namespace akstwin {
namespace {

using test::kHourUs;
using test::Platform;

TEST_CASE("Use of a quota is the sum over pools of its family; spot and other families count elsewhere") {
  Platform p;
  ClusterSpec& cluster = p.cluster("aks");
  p.pool(cluster, "user", "Standard_D4s_v5", 2, 10);
  p.pool(cluster, "large", "Standard_D8s_v5", 0, 4);
  p.pool(cluster, "memory", "Standard_E4s_v5", 0, 4);
  p.pool(cluster, "spot", "Standard_D4s_v5", 0, 4).spot = true;
  p.scenario.quotas.push_back({Name("eastus"), 60, 8, {{Name("standardDSv5Family"), 40, {}}}, {}});
  p.nodes("aks", "user", 0, 2);
  p.nodes("aks", "large", 0, 1);
  p.nodes("aks", "memory", 0, 3);
  p.nodes("aks", "spot", 0, 1);
  p.nodes("aks", "user", 10, 6);  // 6 × 4 + 8 = 32 of 40: 80 %
  p.nodes("aks", "user", 20, 4);
  p.event(EventKind::PoolRefused, SimTime{11 * kHourUs}, "aks/large", "eastus/standardDSv5Family", 2, "QuotaExceeded");
  p.event(EventKind::PoolRefused, SimTime{12 * kHourUs}, "aks/large", "eastus/standardDSv5Family", 2, "QuotaExceeded");
  p.event(EventKind::PoolRefused, SimTime{13 * kHourUs}, "aks/user", "", 1, "SubnetIsFull");
  p.finish_after_hours(30);
  const auto quotas = analyse_capacity(p.scenario, p.timeline).quotas;
  REQUIRE(quotas.size() == 3);
  CHECK(quotas[0].quota == "standardDSv5Family");
  CHECK(quotas[0].peak == 32);
  CHECK(quotas[0].peak_at == SimTime{10 * kHourUs});
  CHECK(quotas[0].warned_at == SimTime{10 * kHourUs});
  CHECK(quotas[0].refusals == 2);
  CHECK(quotas[0].refused == 4);
  CHECK(quotas[0].refused_at == SimTime{11 * kHourUs});
  CHECK(quotas[1].quota == "cores");
  CHECK(quotas[1].peak == 44);  // and 3 × 4 of the E series: 73 % of 60
  CHECK_FALSE(quotas[1].warned_at.has_value());
  CHECK_FALSE(quotas[1].refused_at.has_value());
  CHECK(quotas[2].quota == "lowPriorityCores");
  CHECK(quotas[2].peak == 4);
}

TEST_CASE("Standalone machines count by their own size and priority") {
  Platform p;
  p.cluster("aks");
  p.scenario.quotas.push_back({Name("eastus"), 100, {}, {}, {}});
  p.set(key(GaugeKind::MachinesAllocated, Name("aks"), Name("aks/general"), Name("Standard_D4s_v5/on-demand")), 0, 3);
  p.set(key(GaugeKind::MachinesAllocated, Name("aks"), Name("aks/general"), Name("Standard_D8s_v5/spot")), 0, 3);
  p.finish_after_hours(1);
  CHECK(analyse_capacity(p.scenario, p.timeline).quotas.at(0).peak == 12);
}

TEST_CASE("A quota that was four fifths used or refused something is a finding, one with room is none") {
  Platform p;
  p.pool(p.cluster("aks"), "user", "Standard_D4s_v5", 2, 10);
  p.scenario.quotas.push_back({Name("eastus"), 100, {}, {{Name("standardDSv5Family"), 20, {}}}, {}});
  p.nodes("aks", "user", 0, 2);
  p.nodes("aks", "user", 34, 4);
  p.event(EventKind::PoolRefused, SimTime{36 * kHourUs}, "aks/user", "eastus/standardDSv5Family", 2, "QuotaExceeded");
  p.finish_after_hours(48);
  const Answers answers = analyse(p.scenario, p.timeline);
  REQUIRE(answers.findings.size() == 1);
  INFO(answers.findings[0]);
  CHECK(answers.findings[0].starts_with("eastus/standardDSv5Family: 16 of 20 vCPUs at peak, 80 % reached on "));
  CHECK(answers.findings[0].find("; 1 request refused, the first on ") != std::string::npos);
  const auto read = deserialize(serialize(answers));
  REQUIRE(read);
  CHECK(serialize(*read) == serialize(answers));
}

}  // namespace
}  // namespace akstwin
