// Fields about machines: how they come, go, fail and are refused.
#include <catch2/catch.hpp>

#include "tests/scenarios/reading.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

Loaded with_pool(const std::string& fields) { return load_text(kHeader + kCluster + "        - {name: user, " + fields + "}\n"); }
Loaded with(const std::string& rest) { return load_text(kHeader + kCluster + rest); }
bool says(const Loaded& loaded, std::string_view text) { return loaded.said.find(text) != std::string::npos; }

const NodePoolSpec& user(const Loaded& loaded) { return loaded.scenario->clusters[0].pools[1]; }

}  // namespace

TEST_CASE("Windows pools boot slower unless their times are stated") {
  const Loaded loaded = with_pool("vmSize: Standard_D4s_v5, osType: Windows, osSKU: Windows2022");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  CHECK(user(loaded).os == OsType::Windows);
  CHECK(user(loaded).times.boot == kWindowsBoot);
  CHECK(user(loaded).os_sku.text() == "Windows2022");
  const Loaded stated = with_pool("vmSize: Standard_D4s_v5, osType: Windows, nodeTimes: {boot: {p50: 4m, p95: 6m}}");
  REQUIRE(stated.scenario);
  CHECK(user(stated).times.boot.p50.seconds() == 240);
}

TEST_CASE("A selector for Windows is met by a Windows pool, and by no other") {
  const std::string manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: net, namespace: shop}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, "
                               "spec: {nodeSelector: {kubernetes.io/os: windows}, containers: [{name: c, resources: {requests: {cpu: 100m, memory: 64Mi}}}]}}}\n";
  const Folder folder("windows");
  folder.write("apps/net.yaml", manifest);
  const std::string workloads = "  workloads:\n    - {cluster: aks, from: [./apps/]}\n";
  folder.write("linux.yaml", kHeader + kCluster + workloads);
  folder.write("windows.yaml", kHeader + kCluster + "        - {name: win, vmSize: Standard_D4s_v5, osType: Windows}\n" + workloads);
  CHECK(says(folder.load("linux.yaml"), "S068"));
  const Loaded right = folder.load("windows.yaml");
  INFO(right.said);
  REQUIRE(right.scenario);
  CHECK_FALSE(says(right, "S068"));
}

TEST_CASE("Windows pools are user pools with short names in clusters with Azure CNI") {
  const Loaded loaded = load_text(kHeader +
                                  "  clusters:\n"
                                  "    - name: aks\n"
                                  "      location: eastus2\n"
                                  "      networkProfile: {networkPlugin: kubenet}\n"
                                  "      agentPoolProfiles:\n"
                                  "        - {name: windows, mode: System, vmSize: Standard_D4s_v5, count: 2, osType: Windows}\n");
  INFO(loaded.said);
  CHECK_FALSE(loaded.scenario);
  CHECK(says(loaded, "is a System pool of Windows nodes"));
  CHECK(says(loaded, "longer than 6 characters"));
  CHECK(says(loaded, "with kubenet"));
}

TEST_CASE("Machines that are switched off need managed OS disks") {
  const Loaded wrong = with_pool("vmSize: Standard_D4ds_v5, scaleDownMode: Deallocate");
  CHECK_FALSE(wrong.scenario);
  CHECK(says(wrong, "scaleDownMode Deallocate and ephemeral OS disks"));
  const Loaded right = with_pool("vmSize: Standard_D4ds_v5, scaleDownMode: Deallocate, osDiskType: Managed");
  INFO(right.said);
  REQUIRE(right.scenario);
  CHECK(user(right).scale_down == Removal::Deallocate);
  CHECK(says(with_pool("vmSize: Standard_D4ds_v5, scaleSetEvictionPolicy: Deallocate"), "has no effect"));
}

TEST_CASE("An ephemeral OS disk has to fit, and the first B series has no spot machines") {
  CHECK(says(with_pool("vmSize: Standard_D4ds_v5, osDiskType: Ephemeral, osDiskSizeGB: 200"), "does not fit the local disk of Standard_D4ds_v5, 150Gi"));
  CHECK(with_pool("vmSize: Standard_D2ds_v5, osDiskType: Ephemeral, osDiskSizeGB: 64").scenario);
  CHECK(says(with_pool("vmSize: Standard_B2ms, scaleSetPriority: Spot"), "not offered as Spot"));
}

TEST_CASE("Allocation windows are read, and judged by region, zone, size and horizon") {
  const Loaded loaded = with("  allocation:\n    - {location: eastus2, zone: 2, vmSize: Standard_D4ds_v5, scaleSetPriority: Spot, at: 4h, duration: 2h, refused: 40%, machines: 3}\n");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const AllocationWindowSpec& window = loaded.scenario->allocation.at(0);
  CHECK(window.zone == 2);
  CHECK(window.at == SimTime{4 * 3'600'000'000LL});
  CHECK(window.refused == PartsPerMillion{400'000});
  CHECK(window.machines == 3);
  CHECK(window.spot);
  CHECK_FALSE(window.regular);
  CHECK(says(with("  allocation: [{location: westeurope, at: 1h}]\n"), "no cluster is in westeurope"));
  CHECK(says(with("  allocation: [{location: eastus2, zone: 4, at: 1h}]\n"), "has no zone 4"));
  CHECK(says(with("  allocation: [{location: eastus2, vmSize: Standard_D4ds, at: 1h}]\n"), "not in the catalogue"));
}

TEST_CASE("A game day loses parts of zones and control planes, refuses machines, and makes clusters and pools") {
  const Loaded loaded = load_text(kHeader + kCluster +
                                  "        - {name: user, vmSize: Standard_D4ds_v5, existsAtStart: false}\n"
                                  "  faults:\n"
                                  "    steps:\n"
                                  "      - {at: 1h, action: zoneLoss, region: eastus2, zone: 1, share: 30%, duration: 1h}\n"
                                  "      - {at: 2h, action: controlPlaneLoss, cluster: aks, duration: 20m}\n"
                                  "      - {at: 3h, action: allocationFailure, region: eastus2, vmSize: Standard_D4ds_v5, duration: 1h}\n"
                                  "      - {at: 4h, action: addPool, cluster: aks, pool: user}\n"
                                  "      - {at: 5h, action: runbook, do: [cluster.update(aks), wait(5m)]}\n");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const auto& steps = loaded.scenario->steps;
  REQUIRE(steps.size() == 5);
  CHECK(steps[0].actions[0].share == PartsPerMillion{300'000});
  CHECK(steps[1].actions[0].kind == ActionKind::ControlPlaneLoss);
  CHECK(steps[1].actions[0].target.text() == "aks");
  CHECK(steps[2].actions[0].vm_size.text() == "Standard_D4ds_v5");
  CHECK(steps[3].actions[0].target.text() == "aks/user");
  CHECK(steps[4].actions[0].kind == ActionKind::UpdateCluster);
  CHECK_FALSE(loaded.scenario->clusters[0].pools[1].exists_at_start);
}

TEST_CASE("Spot markets are read one by one") {
  const Loaded loaded = with("  spotMarket: {priceVolatility: 25%, regionCorrelation: 50%, markets: [{zone: 2, evictionRate: 20%, price: 30%, stockOut: 1h}]}\n");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const SpotMarketSpec& market = loaded.scenario->spot_market;
  CHECK(market.price_volatility == PartsPerMillion{250'000});
  REQUIRE(market.markets.size() == 1);
  CHECK(market.markets[0].eviction_rate == PartsPerMillion{200'000});
  CHECK(market.markets[0].price == PartsPerMillion{300'000});
  CHECK(market.markets[0].stock_out->seconds() == 3600);
  CHECK_FALSE(market.markets[0].price_volatility.has_value());
}
