#include "tests/azure/platform.hpp"

#include <catch2/catch.hpp>

namespace akstwin::testing {
namespace {

Scenario node_subnet(std::string_view prefix, std::int64_t max_nodes) {
  Scenario scenario = a_scenario({a_pool("user", 0)});
  scenario.clusters[0].network.mode = NetworkPluginMode::NodeSubnet;
  scenario.clusters[0].pools[0].max_count = max_nodes;
  scenario.networks[0].subnets[0].prefix = *parse_cidr(prefix);
  return scenario;
}

std::int64_t nodes_that_fit(IpAddresses& addresses) {
  std::int64_t nodes = 0;
  while (addresses.reserve(0).empty()) ++nodes;
  return nodes;
}

struct Addresses {
  explicit Addresses(Scenario of) : scenario(std::move(of)) {}
  Scenario scenario;
  PlatformTopology topology = build_topology(scenario);
  std::unique_ptr<Kernel> kernel = make_kernel(KernelKind::Calendar, topology.topology);
  Timeline timeline;
  IpAddresses ip{*kernel, timeline, scenario};
};

}  // namespace

TEST_CASE("A Node Subnet node takes maxPods + 1 addresses: 51 nodes of 30 pods need 1,581") {
  // Facts K3: (50 nodes, 1 surge, 30 pods) → 51 + 51·30 = 1,581; (60, 1, 30) → 61·31 = 1,891.
  const Scenario scenario = node_subnet("10.1.0.0/24", 8);
  const std::int64_t a_node = addresses_per_node(scenario.clusters[0].network, scenario.clusters[0].pools[0]);
  REQUIRE(51 * a_node == 1'581);
  REQUIRE(61 * a_node == 1'891);
}

TEST_CASE("A /24 Node Subnet takes eight nodes of 30 pods and refuses the ninth as SubnetIsFull") {
  // Facts K3: usable 251; one for the internal load balancer leaves 250; 250 / 31 = 8.06.
  Addresses of(node_subnet("10.1.0.0/24", 8));
  REQUIRE(nodes_that_fit(of.ip) == 8);
  REQUIRE(of.ip.reserve(0) == Name("SubnetIsFull"));
  REQUIRE(of.ip.used(0) == 1 + 8 * 31);
  REQUIRE(of.timeline.find(key(GaugeKind::SubnetUsed, Name("vnet/nodes"), Name("pods")))->current() == 8 * 30);
  REQUIRE(of.timeline.find(key(GaugeKind::SubnetUsable, Name("vnet/nodes")))->current() == 251);
}

TEST_CASE("An overlay pod CIDR of /18 takes 64 nodes, whatever room the subnet has") {
  // Facts K6: one /24 a node: 2^(24−18) = 64 and 2^(24−16) = 256.
  REQUIRE(overlay_blocks(*parse_cidr("10.244.0.0/16")) == 256);
  Scenario scenario = a_scenario({a_pool("user", 0)});
  scenario.clusters[0].network.pod_cidr = *parse_cidr("10.244.0.0/18");
  Addresses of(scenario);
  REQUIRE(nodes_that_fit(of.ip) == 64);
  REQUIRE(of.ip.reserve(0) == Name("PodCidrExhausted"));
  REQUIRE(of.timeline.find(key(GaugeKind::PodCidrBlocksUsed, Name("aks-prod")))->current() == 64);
}

TEST_CASE("Private endpoints, the load balancer and a delegated subnet count as used from the start") {
  Scenario scenario = a_scenario({a_pool("user", 0)});
  scenario.networks[0].subnets[0].private_endpoints = 6;
  scenario.networks[0].subnets.push_back({.name = Name("ingress"), .prefix = *parse_cidr("10.40.5.0/24"),
                                          .delegation = Name("applicationGatewayForContainers"), .declared_at = {}});
  Addresses of(scenario);
  REQUIRE(of.ip.used(0) == 7);      // 6 endpoints and 1 frontend
  REQUIRE(of.ip.used(1) == 251);    // all of the delegated /24
  REQUIRE(of.ip.usable(1) == 251);
}

TEST_CASE("An address of a deleted node cannot be given out again before the release delay") {
  Addresses of(node_subnet("10.1.0.0/24", 8));
  REQUIRE(nodes_that_fit(of.ip) == 8);
  of.ip.release(0);
  of.kernel->run_until(SimTime{} + kAddressReleaseDelay - 1_us);
  REQUIRE(of.ip.reserve(0) == Name("SubnetIsFull"));
  of.kernel->run_until(SimTime{} + kAddressReleaseDelay);
  REQUIRE(of.ip.reserve(0).empty());
}

TEST_CASE("Random reservations and releases never lose, double or overdraw an address") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Scenario scenario = node_subnet("10.1.0.0/25", 4);   // 123 usable: 3 nodes of 31 (1 is the load balancer's)
    scenario.clusters[0].pools.push_back(a_pool("small", 0));
    scenario.clusters[0].pools[1].max_pods = 10;
    Addresses of(scenario);
    const RngStream stream({.seed = seed}, "test");
    std::int64_t held[2] = {0, 0};
    for (std::uint32_t step = 0; step < 400; ++step) {
      const auto pool = static_cast<std::uint32_t>(stream.below(2, step, 0));
      if (stream.uniform(step, 1) < 0.5) {
        held[pool] += of.ip.reserve(pool).empty() ? 1 : 0;
      } else if (held[pool] > 0) {
        of.ip.release(pool);
        --held[pool];
      }
      of.kernel->run_until(of.kernel->now() + 1_s * static_cast<std::int64_t>(stream.below(4, step, 2)));
      INFO("seed " << seed << " step " << step);
      REQUIRE(of.ip.consistent());
    }
    of.kernel->run_until(of.kernel->now() + kAddressReleaseDelay);
    REQUIRE(of.ip.used(0) == 1 + held[0] * 31 + held[1] * 11);   // Whatever was released is back.
  }
}

}  // namespace akstwin::testing
