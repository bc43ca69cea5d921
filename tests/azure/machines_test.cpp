#include <catch2/catch.hpp>

#include "models/azure/sim_cloud_api.hpp"
#include "tests/azure/platform.hpp"

namespace akstwin::testing {
namespace {

/// One scale set of one node, and a NodePool "general" that may have three machines.
Scenario with_machines() {
  Scenario scenario = a_scenario({a_pool("system", 1)});
  NodeProvisioningSpec& provisioning = scenario.clusters[0].provisioning;
  provisioning.automatic = true;
  provisioning.max_nodes = 3;
  provisioning.times = {{60_s, 60_s}, {30_s, 30_s}};
  KarpenterNodePoolSpec pool;
  pool.name = Name("general");
  provisioning.node_pools = {pool};
  return scenario;
}

MachineSpec machine(std::string_view name, std::string_view size, int zone, bool spot = false) {
  MachineSpec spec;
  spec.name = Name(name);
  spec.vm_size = Name(size);
  spec.zone = zone;
  spec.spot = spot;
  return spec;
}

}  // namespace

TEST_CASE("Machines of any size boot, take an address each, are counted by size, and go by name") {
  Platform platform(with_machines());
  const PoolId pool = platform.pool("aks-prod/general");
  REQUIRE_FALSE(pool.null());
  CHECK(platform.row("aks-prod/general").of_machines);
  CHECK(platform.scale_sets->create_machine(pool, machine("aks-general-1", "Standard_D4s_v5", 1)).empty());
  CHECK(platform.scale_sets->create_machine(pool, machine("aks-general-2", "Standard_E8s_v5", 2, true)).empty());
  CHECK(platform.gauge(GaugeKind::MachinesAllocated, "aks-prod", "aks-prod/general", "Standard_D4s_v5/on-demand") == 1);
  CHECK(platform.gauge(GaugeKind::MachinesAllocated, "aks-prod", "aks-prod/general", "Standard_E8s_v5/spot") == 1);
  CHECK(platform.gauge(GaugeKind::SubnetUsed, "vnet/nodes", "nodes") == 3);   // with the system node
  CHECK(platform.gauge(GaugeKind::ZoneNodes, "aks-prod", "aks-prod/general", "1") == 0);
  platform.run_for(61_s);
  CHECK(platform.clusters[0]->joined.size() == 3);
  CHECK(platform.gauge(GaugeKind::ZoneNodes, "aks-prod", "aks-prod/general", "1") == 1);
  CHECK(platform.scale_sets->remove_machine(pool, Name("aks-general-1"), Name("Empty")));
  CHECK_FALSE(platform.scale_sets->remove_machine(pool, Name("aks-general-1"), Name("Empty")));   // on its way already
  CHECK_FALSE(platform.scale_sets->remove_machine(pool, Name("aks-general-9"), Name("Empty")));
  platform.run_for(31_s);
  CHECK(platform.gauge(GaugeKind::MachinesAllocated, "aks-prod", "aks-prod/general", "Standard_D4s_v5/on-demand") == 0);
  CHECK(platform.gauge(GaugeKind::NodesAllocated, "aks-prod", "aks-prod/general") == 1);
  platform.run_for(10_s);
  CHECK(platform.gauge(GaugeKind::SubnetUsed, "vnet/nodes", "nodes") == 2);
  CHECK(platform.addresses.consistent());
}

TEST_CASE("A machine is refused above the quota, in a lost zone, and where spot is out; each refusal says why") {
  Platform platform(with_machines());
  const PoolId pool = platform.pool("aks-prod/general");
  const auto ask = [&](std::string_view name, int zone, bool spot) {
    return platform.scale_sets->create_machine(pool, machine(name, "Standard_D4s_v5", zone, spot)).str();
  };
  platform.scale_sets->close_market({Name("Standard_D4s_v5"), 0, 1}, SimTime{} + 1_h);
  CHECK(ask("a", 1, true) == "SkuNotAvailable");
  CHECK(ask("a", 1, false).empty());
  platform.scale_sets->zone_changed(0, 2, false);
  CHECK(ask("b", 2, false) == "ZonalAllocationFailed");
  CHECK(ask("b", 3, true).empty());
  CHECK(ask("c", 3, false).empty());
  CHECK(ask("d", 3, false) == "QuotaExceeded");
  CHECK(platform.row("aks-prod/general").last_failure_code.text() == "QuotaExceeded");
  CHECK(platform.events(EventKind::PoolRefused).size() == 3);
}

TEST_CASE("A standalone machine above a vCPU quota is refused by name of the quota, and one that goes gives its vCPUs back") {
  Scenario scenario = with_machines();
  scenario.quotas.push_back({Name("eastus2"), 12, {}, {{Name("standardDSv5Family"), 8, {}}}, {}});
  Platform platform(scenario);   // the system node is a D4ds_v5: 4 of 12 cores
  const PoolId pool = platform.pool("aks-prod/general");
  const auto ask = [&](std::string_view name, std::string_view size) { return platform.scale_sets->create_machine(pool, machine(name, size, 1)).str(); };
  CHECK(ask("a", "Standard_D4s_v5").empty());
  CHECK(ask("b", "Standard_D8s_v5") == "QuotaExceeded");   // family: 4 + 8 > 8
  CHECK(ask("c", "Standard_E8s_v5") == "QuotaExceeded");   // cores: 4 + 4 + 8 > 12
  const auto refused = platform.events(EventKind::PoolRefused);
  REQUIRE(refused.size() == 2);
  CHECK(refused[0].object.text() == "eastus2/standardDSv5Family");
  CHECK(refused[1].object.text() == "eastus2/cores");
  CHECK(platform.scale_sets->remove_machine(pool, Name("a"), Name("Empty")));
  platform.run_for(31_s);
  CHECK(ask("b", "Standard_D8s_v5").empty());
}

TEST_CASE("A spot market reclaims machines of its size and zone, whatever pool they are in") {
  Platform platform(with_machines());
  const PoolId pool = platform.pool("aks-prod/general");
  for (const auto& [name, size, zone] : {std::tuple{"a", "Standard_D4s_v5", 1}, {"b", "Standard_D4s_v5", 2}, {"c", "Standard_D8s_v5", 1}})
    CHECK(platform.scale_sets->create_machine(pool, machine(name, size, zone, true)).empty());
  platform.run_for(61_s);
  const SpotMarketKey market{Name("Standard_D4s_v5"), 0, 1};
  CHECK(platform.scale_sets->spot_running(market) == 1);
  CHECK(platform.scale_sets->reclaim(market, 5, 30_s) == 1);
  CHECK(platform.clusters[0]->preempted.size() == 1);
  platform.run_for(31_s);
  CHECK(platform.gauge(GaugeKind::NodesAllocated, "aks-prod", "aks-prod/general") == 2);
}

}  // namespace akstwin::testing
