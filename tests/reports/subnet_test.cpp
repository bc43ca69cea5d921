#include <catch2/catch.hpp>

#include "models/observe/address_findings.hpp"
#include "reports/analysis.hpp"
#include "reports/subnet_sizing.hpp"
#include "tests/reports/platform.hpp"

namespace akstwin {
namespace {

using test::Platform;

TEST_CASE("Node Subnet needs every node's pods up front") {
  CHECK(node_subnet_need(50, 1, 30) == 1'581);  // 51 × 31 (facts K3)
  CHECK(smallest_prefix_for(1'581) == 21);
  CHECK(node_subnet_need(60, 1, 30) == 1'891);  // 61 × 31
  CHECK(Cidr{0, 24}.usable() / 31 == 8);        // A /24 carries eight nodes.
}

TEST_CASE("An overlay pod CIDR carries a node for each of its /24 blocks") {
  CHECK(overlay_node_limit(16) == 256);  // facts K6
  CHECK(overlay_node_limit(18) == 64);
  CHECK(overlay_node_limit(25) == 0);
  CHECK(smallest_pod_cidr_for(65) == 17);
  CHECK_FALSE(smallest_pod_cidr_for(70'000));
}

TEST_CASE("Surge rounds up, never exceeds the pool, and spot pools have none") {
  NodePoolSpec pool;
  pool.count = 4;
  pool.max_surge = {50, true};
  CHECK(largest_surge(pool) == 2);  // facts K8
  pool.max_surge = {10, true};
  CHECK(largest_surge(pool) == 1);
  pool.count = 10;
  pool.max_surge = {33, true};
  CHECK(largest_surge(pool) == 4);
  pool.spot = true;
  CHECK(largest_surge(pool) == 0);
}

Platform platform_in_subnet(int prefix, NetworkPluginMode mode) {
  Platform p;
  VirtualNetworkSpec network;
  network.name = Name("vnet");
  network.location = Name("eastus");
  network.subnets.push_back({Name("nodes"), Cidr{10U << 24, prefix}, 2, {}, {}});
  p.scenario.networks.push_back(network);
  ClusterSpec& cluster = p.cluster("aks");
  cluster.network.mode = mode;
  p.pool(cluster, "system", "Standard_D4s_v5", 3, 3).max_surge = {1, false};
  p.pool(cluster, "user", "Standard_D4s_v5", 6, 30).max_surge = {10, true};
  return p;
}

TEST_CASE("The need of a subnet is the autoscaler's maximum plus surge plus endpoints, in both CNI modes") {
  Platform p = platform_in_subnet(24, NetworkPluginMode::Overlay);
  const Name subnet("vnet/nodes");
  p.set(key(GaugeKind::SubnetUsed, subnet, Name("nodes")), 0, 9);
  p.set(key(GaugeKind::SubnetUsed, subnet, Name("nodes")), 3, 31);
  p.set(key(GaugeKind::SubnetUsed, subnet, Name("nodes")), 4, 9);
  p.set(key(GaugeKind::SubnetUsed, subnet, Name("load balancer")), 0, 1);
  p.finish_after_hours(100);
  const SubnetAnswer s = analyse_subnets(p.scenario, p.timeline).subnets.at(0);
  CHECK(s.nodes_at_maximum == 33);
  CHECK(s.surge_at_maximum == 4);  // 1 + ceil(10 % of 30)
  CHECK(s.need_at_maximum == 40);  // 33 + 4 + 2 endpoints + 1 frontend
  CHECK(s.safe_prefix == 26);      // 59 usable; a /27 has 27
  CHECK(s.safe);
  CHECK(s.peak == 32);
  CHECK(s.peak_at == SimTime{3 * test::kHourUs});
  CHECK(s.p95 == 10);
  CHECK(s.free_ratio_min == Approx(1 - 32.0 / 251));
  REQUIRE(s.alternatives.size() == 7);                // five modes, and the pods' subnets of two
  CHECK(s.alternatives[0].chosen);
  CHECK(s.alternatives[1].addresses == 37 * 31 + 3);  // 1,150: (33 + 4)(30 + 1) + 3
  CHECK(s.alternatives[1].prefix == 21);              // a /22 has 1,019
  CHECK_FALSE(s.alternatives[1].fits);
  CHECK(s.alternatives[2].addresses == 40);           // Pod Subnet, dynamic: nodes as with Overlay
  CHECK(s.alternatives[3].addresses == 37 * 250);     // at most 250 addresses a node
  CHECK(s.alternatives[4].addresses == 40);
  CHECK(s.alternatives[5].addresses == 37 * 256);     // ceil(251 ÷ 16) = 16 blocks a node
  CHECK_FALSE(s.alternatives[5].fits);                // There is no such subnet yet.
  CHECK(s.alternatives[6].mode == "kubenet");
  CHECK(s.alternatives[6].addresses == 40);
}

TEST_CASE("A pod subnet is a row of its own with the need of its pods, and its exhaustion has a date and a cause") {
  Platform p = platform_in_subnet(24, NetworkPluginMode::PodSubnet);
  p.scenario.networks[0].subnets.push_back({Name("pods"), Cidr{(10U << 24) + (1U << 16), 22}, 0, {}, {}});
  for (NodePoolSpec& pool : p.scenario.clusters[0].pools) {
    pool.pod_subnet = Name("pods");
    pool.max_pods = 30;
  }
  p.set(key(GaugeKind::SubnetUsed, Name("vnet/pods"), Name("pods")), 0, 1'010);
  p.event(EventKind::Finding, SimTime{7 * test::kHourUs}, "vnet/pods", "", 30, std::string(kBatchesExhausted));
  p.finish_after_hours(10);
  const SubnetsAnswer answer = analyse_subnets(p.scenario, p.timeline);
  CHECK(answer.subnets.at(0).need_at_maximum == 39);         // 37 nodes with surge and two endpoints
  CHECK(answer.subnets.at(0).safe);
  CHECK(answer.subnets.at(0).alternatives.at(2).chosen);
  CHECK(answer.subnets.at(0).alternatives.at(3).addresses == 37 * 48);
  const SubnetAnswer& pods = answer.subnets.at(1);
  CHECK(pods.need_at_maximum == 37 * 48);                    // 16 × ceil((30 + 8) ÷ 16) = 48 a node: 1,776
  CHECK(pods.safe_prefix == 21);
  CHECK_FALSE(pods.safe);                                    // a /22 has 1,019
  REQUIRE(pods.owners.size() == 1);
  CHECK(pods.owners[0].owner == "pods");
  CHECK(pods.exhausted_at == SimTime{7 * test::kHourUs});
  CHECK(pods.verdict.ends_with("no batch of 16 pod addresses was left for a node."));
  CHECK(pods.alternatives.empty());                          // Modes are compared where the nodes are.

  for (NodePoolSpec& pool : p.scenario.clusters[0].pools) pool.pod_ips = PodIpAllocation::StaticBlock;
  const SubnetAnswer blocks = analyse_subnets(p.scenario, p.timeline).subnets.at(1);
  CHECK(blocks.need_at_maximum == 37 * 32);                  // two /28 a node: 74 blocks
  CHECK(blocks.safe_prefix == 21);                           // a /22 has 64 − 2 blocks, a /21 128 − 2
}

TEST_CASE("A subnet in Node Subnet mode that cannot hold the maximum is called too small, with the date it ran dry") {
  Platform p = platform_in_subnet(24, NetworkPluginMode::NodeSubnet);
  p.set(key(GaugeKind::SubnetUsed, Name("vnet/nodes"), Name("pods")), 0, 248);
  p.event(EventKind::PoolRefused, SimTime{5 * test::kHourUs}, "aks/user", "", 1, "SubnetIsFull");
  p.finish_after_hours(10);
  const SubnetAnswer s = analyse_subnets(p.scenario, p.timeline).subnets.at(0);
  CHECK_FALSE(s.safe);
  CHECK(s.exhausted_at == SimTime{5 * test::kHourUs});
  CHECK(s.verdict.starts_with(
      "Too small: at autoscaler maximum plus surge it needs 1,149 of 251 addresses; the smallest safe subnet is a /21."));
}

TEST_CASE("A pod CIDR that cannot carry the autoscaler's maximum is called too small") {
  Platform p = platform_in_subnet(24, NetworkPluginMode::Overlay);
  p.scenario.clusters[0].network.pod_cidr = Cidr{10U << 24, 19};  // 32 blocks for 33 + 4 nodes
  p.finish_after_hours(1);
  const PodCidrAnswer c = analyse_subnets(p.scenario, p.timeline).pod_cidrs.at(0);
  CHECK(c.blocks_total == 32);
  CHECK(c.blocks_at_maximum == 37);
  CHECK(c.safe_prefix == 18);
  CHECK_FALSE(c.safe);
}

TEST_CASE("A subnet delegated to the gateway needs 250 addresses") {
  Platform p;
  VirtualNetworkSpec network;
  network.name = Name("vnet");
  network.subnets.push_back({Name("ingress"), Cidr{10U << 24, 25}, 0, Name("applicationGatewayForContainers"), {}});
  p.scenario.networks.push_back(network);
  p.finish_after_hours(1);
  const SubnetAnswer s = analyse_subnets(p.scenario, p.timeline).subnets.at(0);
  CHECK(s.safe_prefix == 24);
  CHECK_FALSE(s.safe);
}

}  // namespace
}  // namespace akstwin
