// Who else takes addresses, pod CIDRs that grow, and requests that are granted as a whole or not at all.
#include <catch2/catch.hpp>

#include "models/catalog/cni_addresses.hpp"
#include "tests/azure/platform.hpp"

namespace akstwin::testing {
namespace {

struct ServiceAddresses {
  explicit ServiceAddresses(Scenario of) : scenario(std::move(of)) {}
  std::int64_t gauge(GaugeKind kind, std::string_view a, std::string_view b = {}) const {
    const Series* series = timeline.find(key(kind, Name(a), Name(b)));
    return series == nullptr ? -1 : series->current();
  }
  Scenario scenario;
  PlatformTopology topology = build_topology(scenario);
  std::unique_ptr<Kernel> kernel = make_kernel(KernelKind::Calendar, topology.topology);
  Timeline timeline;
  IpAddresses ip{*kernel, timeline, scenario};
};

SubnetSpec subnet(std::string_view name, std::string_view prefix, std::string_view delegation = {}) {
  return {.name = Name(name), .prefix = *parse_cidr(prefix), .delegation = Name(delegation), .declared_at = {}};
}

}  // namespace

TEST_CASE("A request for more nodes than there are addresses makes none, and one that fits makes all") {
  // Azure/AKS#2531: 30 asked for, fewer free, none created. /27: 27 usable, one is the load balancer's: 26 nodes.
  Scenario scenario = a_scenario({autoscaled(a_pool("user", 10), 0, 100)});
  scenario.networks[0].subnets[0].prefix = *parse_cidr("10.40.0.0/27");
  Platform platform(scenario);
  platform.scale_sets->resize(platform.pool("aks-prod/user"), 27);   // 17 more; 16 are free
  REQUIRE(platform.row("aks-prod/user").target == 10);
  REQUIRE(platform.events(EventKind::PoolRefused).size() == 1);
  CHECK(platform.events(EventKind::PoolRefused)[0].detail == Name("SubnetIsFull"));
  CHECK(platform.events(EventKind::PoolRefused)[0].value == 17);
  platform.scale_sets->resize(platform.pool("aks-prod/user"), 26);
  CHECK(platform.row("aks-prod/user").target == 26);
  CHECK(platform.addresses.free(0) == 0);
}

TEST_CASE("An expanded pod CIDR has more blocks from its time on") {
  Scenario scenario = a_scenario({a_pool("user", 0)});
  scenario.clusters[0].network.pod_cidr = *parse_cidr("10.244.0.0/22");   // 4 blocks
  scenario.clusters[0].network.pod_cidr_expansions.push_back({SimTime{} + 60_s, *parse_cidr("10.244.0.0/21"), {}});
  ServiceAddresses of(scenario);
  for (int i = 0; i < 4; ++i) REQUIRE(of.ip.reserve(0).empty());
  REQUIRE(of.ip.refuses(0, 1) == Name("PodCidrExhausted"));
  of.kernel->run_until(SimTime{} + 60_s);
  CHECK(of.gauge(GaugeKind::PodCidrBlocksTotal, "aks-prod") == 8);
  CHECK(of.ip.refuses(0, 5) == Name("PodCidrExhausted"));
  CHECK(of.ip.refuses(0, 4).empty());
  CHECK(of.ip.consistent());
}

TEST_CASE("Kubenet with both address families ends at 200 nodes, because each has two routes") {
  Scenario scenario = a_scenario({a_pool("user", 0)});
  scenario.clusters[0].network.mode = NetworkPluginMode::Kubenet;
  scenario.clusters[0].network.dual_stack = true;
  ServiceAddresses of(scenario);
  CHECK(of.ip.refuses(0, 200).empty());
  CHECK(of.ip.refuses(0, 201) == Name("RouteTableIsFull"));
}

TEST_CASE("API servers share their delegated subnet, and a private cluster's endpoint is in its first pool's subnet") {
  Scenario scenario = with_standby(a_scenario({a_pool("user", 0)}));
  scenario.clusters[1].location = Name("eastus2");
  scenario.networks[0].subnets.push_back(subnet("api", "10.40.8.0/27", "apiServer"));
  scenario.clusters[0].api_server_subnet = scenario.clusters[1].api_server_subnet = Name("api");
  ServiceAddresses of(scenario);
  CHECK(of.ip.used(1) == 18);                                             // nine each
  CHECK(of.gauge(GaugeKind::SubnetUsed, "vnet/api", "API server") == 18);
  CHECK(of.ip.used(0) == 2);                                              // a load balancer each
  scenario.clusters[0].api_server_subnet = {};
  scenario.clusters[0].private_cluster = true;
  scenario.clusters[0].network.internal_load_balancers = 3;
  ServiceAddresses endpoint(scenario);
  CHECK(endpoint.ip.used(0) == 1 + 3 + 1);
  CHECK(endpoint.ip.used(1) == 9);
  CHECK(endpoint.ip.consistent());
}

TEST_CASE("Bastion's and the firewall's subnets belong to nobody else") {
  Scenario scenario = a_scenario({a_pool("user", 0)});
  scenario.networks[0].subnets.push_back(subnet("AzureBastionSubnet", "10.40.8.0/26"));
  ServiceAddresses of(scenario);
  CHECK(of.ip.free(1) == 0);
  CHECK(of.gauge(GaugeKind::SubnetUsed, "vnet/AzureBastionSubnet", "delegated") == 59);
}

TEST_CASE("Two clusters and three pools in one subnet never take an address twice, and a larger subnet is never full earlier") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    std::int64_t smaller = 0;
    for (const char* prefix : {"10.40.0.0/27", "10.40.0.0/26", "10.40.0.0/25", "10.40.0.0/24", "10.40.0.0/22"}) {
      Scenario scenario = with_standby(a_scenario({a_pool("user", 0), a_pool("small", 0)}));
      scenario.networks[0].subnets[0].prefix = *parse_cidr(prefix);
      scenario.clusters[1].location = Name("eastus2");
      scenario.clusters[1].network.mode = NetworkPluginMode::NodeSubnet;   // 31 a node, 11 where maxPods is 10; the others one
      scenario.clusters[1].pools.resize(1);
      scenario.clusters[0].pools[1].max_pods = 10;
      ServiceAddresses of(scenario);
      const RngStream stream({.seed = seed}, "test");
      std::int64_t held[3] = {0, 0, 0}, full_at = INT64_MAX;
      for (std::uint32_t step = 0; step < 300; ++step) {
        const auto pool = static_cast<std::uint32_t>(stream.below(3, step, 0));
        const auto count = static_cast<std::int64_t>(1 + stream.below(4, step, 1));
        if (stream.uniform(step, 2) < 0.6) {
          const bool granted = of.ip.refuses(pool, count).empty();
          if (!granted && full_at == INT64_MAX) full_at = step;
          for (std::int64_t i = 0; granted && i < count; ++i) REQUIRE(of.ip.reserve(pool).empty());
          held[pool] += granted ? count : 0;
        } else if (full_at == INT64_MAX || held[pool] > 0) {
          if (held[pool] > 0) of.ip.release(pool);
          held[pool] = std::max<std::int64_t>(0, held[pool] - 1);
        }
        of.kernel->run_until(of.kernel->now() + 1_s * static_cast<std::int64_t>(stream.below(9, step, 3)));
        INFO("seed " << seed << " prefix " << prefix << " step " << step);
        REQUIRE(of.ip.consistent());
        REQUIRE(of.ip.free(0) >= 0);
        REQUIRE(of.ip.used(0) >= 2 + held[0] + held[1] + 31 * held[2]);
      }
      CHECK(full_at >= smaller);
      smaller = full_at;
      for (std::uint32_t pool = 0; pool < 3; ++pool)
        for (; held[pool] > 0; --held[pool]) of.ip.release(pool);
      of.kernel->run_until(of.kernel->now() + kAddressReleaseDelay);
      CHECK(of.ip.used(0) == 2);   // two load balancers; everything else is back
    }
  }
}

TEST_CASE("After every random change of the pools, addresses held are those of the machines that exist, and later nothing else") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Scenario scenario = a_scenario({autoscaled(a_pool("user", 3), 0, 40), autoscaled(a_pool("other", 2), 0, 40)});
    scenario.clusters[0].network.mode = NetworkPluginMode::NodeSubnet;   // 31 a node: a /23 carries 16
    scenario.networks[0].subnets[0].prefix = *parse_cidr("10.40.0.0/23");
    Platform platform(scenario, seed);
    const RngStream stream({.seed = seed}, "test");
    const auto machines = [&] {
      std::int64_t count = 0;
      for (const char* pool : {"aks-prod/user", "aks-prod/other"}) count += static_cast<std::int64_t>(platform.row(pool).instances.size());
      return count;
    };
    for (std::uint32_t step = 0; step < 200; ++step) {
      const PoolId pool = platform.pool(stream.below(2, step, 0) == 0 ? "aks-prod/user" : "aks-prod/other");
      platform.scale_sets->resize(pool, static_cast<std::int64_t>(stream.below(14, step, 1)));
      platform.run_for(1_s * static_cast<std::int64_t>(stream.below(120, step, 2)));
      INFO("seed " << seed << " step " << step);
      REQUIRE(platform.addresses.consistent());
      REQUIRE(platform.addresses.free(0) >= 0);
      REQUIRE(platform.addresses.used(0) >= 1 + 31 * machines());
    }
    platform.scale_sets->resize(platform.pool("aks-prod/user"), 0);
    platform.scale_sets->resize(platform.pool("aks-prod/other"), 1);
    platform.run_for(60_min);
    CHECK(platform.addresses.used(0) == 1 + 31 * machines());
    CHECK(platform.gauge(GaugeKind::SubnetUsed, "vnet/nodes", "nodes") == machines());
  }
}

}  // namespace akstwin::testing
