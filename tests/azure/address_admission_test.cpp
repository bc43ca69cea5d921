// Azure's theoretical check, as arithmetic and as what happens to a pool that is added during a run.
#include "models/azure/address_admission.hpp"

#include <catch2/catch.hpp>

#include "models/azure/aks_operations.hpp"
#include "tests/azure/platform.hpp"

namespace akstwin::testing {
namespace {

/// All pools as the scenario states them, or only each cluster's first.
AddressRefusal admission(const Scenario& scenario, std::uint32_t cluster = 0, bool first_only = false, SimTime now = {}) {
  const auto counts = [&](std::uint32_t c, std::size_t p) -> std::int64_t {
    const NodePoolSpec& pool = scenario.clusters[c].pools[p];
    if (first_only && p > 0) return -1;
    return pool.autoscaling ? pool.max_count : pool.count;
  };
  return address_admission(scenario, cluster, counts, now);
}

/// Node Subnet with 30 pods on a /24: a pool of two nodes and one that may have seven.
Scenario two_pools(std::int64_t most) {
  Scenario scenario = a_scenario({a_pool("system", 2), autoscaled(a_pool("user", 0), 0, most)});
  scenario.clusters[0].network.mode = NetworkPluginMode::NodeSubnet;
  scenario.networks[0].subnets[0].prefix = *parse_cidr("10.40.0.0/24");
  return scenario;
}

}  // namespace

TEST_CASE("Every pool of a subnet counts with its most nodes and its surge, whatever runs") {
  // System: (2 + 1) × 31 = 93. User, at most 4: (4 + 1) × 31 = 155. 248 of 251; one more node is 279.
  CHECK(admission(two_pools(4)).admitted());
  CHECK(admission(two_pools(5), 0).code == Name("InsufficientSubnetSize"));
  CHECK(admission(two_pools(5), 0, true).admitted());
  Scenario endpoints = two_pools(4);
  endpoints.networks[0].subnets[0].private_endpoints = 4;   // 247 are left
  CHECK(admission(endpoints, 0).code == Name("InsufficientSubnetSize"));
}

TEST_CASE("Pools of other clusters in the subnet count, and a subnet that is too small for them alone is their matter") {
  Scenario scenario = with_standby(two_pools(4));
  scenario.clusters[1].location = Name("eastus2");
  CHECK(admission(scenario, 0).code == Name("InsufficientSubnetSize"));
  scenario.networks[0].subnets.push_back({.name = Name("own"), .prefix = *parse_cidr("10.40.4.0/28"), .delegation = {}, .declared_at = {}});
  for (NodePoolSpec& pool : scenario.clusters[1].pools) pool.subnet = Name("own");
  CHECK(admission(scenario).admitted());
  CHECK(admission(scenario, 1).code == Name("InsufficientSubnetSize"));
}

TEST_CASE("Overlay pools count in /24 blocks of the pod CIDR") {
  Scenario scenario = two_pools(12);
  scenario.clusters[0].network.mode = NetworkPluginMode::Overlay;
  scenario.clusters[0].network.pod_cidr = *parse_cidr("10.244.0.0/20");   // 16 blocks: 3 and 12 + 2
  CHECK(admission(scenario, 0).code == Name("InsufficientPodCidr"));
  scenario.clusters[0].pools[1].max_count = 10;                           // 3 and 10 + 1
  CHECK(admission(scenario).admitted());
}

TEST_CASE("A pool whose maximum has no addresses in theory is not added, although its nodes would have fitted") {
  Scenario scenario = two_pools(5);
  scenario.clusters[0].pools[1].exists_at_start = false;
  Platform platform(scenario);
  AksOperations operations({*platform.kernel, platform.timeline, platform.root, platform.scenario, platform.topology, platform.cloud, *platform.scale_sets, platform.registrars()});
  operations.start();
  CHECK(platform.addresses.free(0) >= 5 * 31);
  CHECK(operations.begin({AksOperation::AddPool, 0, platform.pool("aks-prod/user")}) == Verdict::Refused);
  const auto refused = platform.events(EventKind::ArmRefused);
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].subject == Name("aks-prod/user"));
  CHECK(refused[0].detail == Name("InsufficientSubnetSize"));
  CHECK(refused[0].object == Name("nodepool add"));
  CHECK(refused[0].value == 279 - 251);
  CHECK(platform.events(EventKind::PoolRefused).empty());   // no node was asked for

  Scenario fits = two_pools(4);
  fits.clusters[0].pools[1].exists_at_start = false;
  Platform other(fits);
  AksOperations admitted({*other.kernel, other.timeline, other.root, other.scenario, other.topology, other.cloud, *other.scale_sets, other.registrars()});
  admitted.start();
  CHECK(admitted.begin({AksOperation::AddPool, 0, other.pool("aks-prod/user")}) == Verdict::Accepted);
}

}  // namespace akstwin::testing
