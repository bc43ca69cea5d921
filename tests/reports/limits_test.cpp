// Limits and ports for outgoing connections, on platforms built by hand.
#include <catch2/catch.hpp>

#include "reports/analysis.hpp"
#include "tests/reports/platform.hpp"

namespace akstwin {
namespace {

using test::Platform;

/// One cluster "aks" in "vnet" with a pool "user" that may have so many nodes.
Platform with_nodes(std::int64_t most) {
  Platform p;
  VirtualNetworkSpec network;
  network.name = Name("vnet");
  network.location = Name("eastus");
  network.subnets.push_back({Name("nodes"), Cidr{10U << 24, 16}, 0, {}, {}});
  p.scenario.networks.push_back(network);
  ClusterSpec& cluster = p.cluster("aks");
  cluster.tier = ControlPlaneTier::Standard;
  p.pool(cluster, "user", "Standard_D4s_v5", 1, most).max_surge = {10, true};
  return p;
}

void ready(Platform& p, std::int64_t hour, std::int64_t count) {
  p.nodes("aks", "aks/user", hour, count);
  p.set(key(GaugeKind::NodesReady, Name("aks"), Name("aks/user")), hour, count);
}

const LimitUse& limit(const std::vector<LimitUse>& all, const std::string& id) {
  for (const LimitUse& use : all)
    if (use.id == id) return use;
  FAIL("no limit " << id);
  return all.front();
}

TEST_CASE("A limit has its peak, the hour of 80 % and the hour at which it was reached, and what the maxima would make of it") {
  Platform p = with_nodes(950);
  ready(p, 0, 100);
  ready(p, 5, 800);
  ready(p, 7, 1'000);
  p.finish_after_hours(10);
  const auto limits = analyse_limits(p.scenario, p.timeline);
  const LimitUse& pool = limit(limits, "pool-nodes");
  CHECK(pool.subject == "aks/user");
  CHECK(pool.limit == 1'000);
  CHECK(pool.peak == 1'000);
  CHECK(pool.at_maximum == 1'045);   // 950 + 10 %
  CHECK(pool.warned_at == SimTime{5 * test::kHourUs});
  CHECK(pool.reached_at == SimTime{7 * test::kHourUs});
  const LimitUse& cluster = limit(limits, "cluster-nodes");
  CHECK_FALSE(cluster.warned_at.has_value());   // 1,000 of 5,000
  Answers answers = analyse(p.scenario, p.timeline);
  std::string said;
  for (const std::string& finding : answers.findings) said += finding + "\n";
  CHECK(said.find("aks/user: 1,000 of 1,000 nodes of a pool, surge included at peak, the limit reached on day 1, 07:00; it may have 1,045 at its maximum with surge") != std::string::npos);
}

TEST_CASE("The limits that depend on how the cluster is made are watched where they apply") {
  Platform p = with_nodes(300);
  p.scenario.clusters[0].network.mode = NetworkPluginMode::Kubenet;
  p.scenario.clusters[0].network.dual_stack = true;
  p.scenario.clusters[0].network.azure_network_policy = true;
  p.scenario.clusters[0].network.ports_per_service = 5;
  ready(p, 0, 150);
  p.set(key(GaugeKind::PodCidrBlocksUsed, Name("aks")), 0, 150);
  p.finish_after_hours(2);
  const auto limits = analyse_limits(p.scenario, p.timeline);
  CHECK(limit(limits, "kubenet-routes").peak == 300);            // two a node
  CHECK(limit(limits, "kubenet-routes").at_maximum == 660);      // (300 + 30) × 2
  CHECK(limit(limits, "network-policy-nodes").limit == 250);
  CHECK(limit(limits, "load-balancer-backends").peak == 750);    // 150 nodes × 5 ports; 2,000 nodes would be 10,000
  for (const LimitUse& use : limits) CHECK(use.id != "overlay-pods");
}

TEST_CASE("A cluster that a game day stops has at most 100 nodes") {
  Platform p = with_nodes(300);
  ready(p, 0, 99);
  ready(p, 4, 120);
  p.finish_after_hours(6);
  for (const LimitUse& use : analyse_limits(p.scenario, p.timeline)) CHECK(use.id != "stop-nodes");
  StepSpec step;
  ActionSpec stop;
  stop.kind = ActionKind::StopCluster;
  stop.target = Name("aks");
  step.actions.push_back(stop);
  p.scenario.steps.push_back(step);
  const auto limits = analyse_limits(p.scenario, p.timeline);
  CHECK(limit(limits, "stop-nodes").reached_at == SimTime{4 * test::kHourUs});
}

TEST_CASE("A pool that outgrows its tier halves each node's ports") {
  Platform p = with_nodes(60);
  ready(p, 0, 48);
  ready(p, 3, 52);
  p.finish_after_hours(5);
  const OutboundAnswer o = analyse_outbound(p.scenario, p.timeline).at(0);
  CHECK(o.ports_a_node == 512);
  CHECK(o.ports_halved_at == SimTime{3 * test::kHourUs});
  CHECK_FALSE(o.exhausted_at.has_value());
}

TEST_CASE("Ports run out when connections a second times their hold exceed what a node has, on the hour at which they do") {
  Platform p = with_nodes(60);
  VirtualNetworkSpec& network = p.scenario.networks[0];
  network.connections_per_thousand_requests = 1'000;
  network.connection_duration = Duration{35'000'000};   // and 65 s of rest: 100 s
  ready(p, 0, 10);
  const SeriesKey rate = key(GaugeKind::RequestRate, Name("aks/shop/api"));
  p.set(rate, 0, 50'000);     // 50/s over 10 nodes: 5 × 100 s = 500 ports of 1,024
  p.set(rate, 4, 102'400);    // 10.24 × 100 = 1,024: just enough
  p.set(rate, 6, 120'000);    // 12 × 100 = 1,200
  p.finish_after_hours(8);
  const OutboundAnswer o = analyse_outbound(p.scenario, p.timeline).at(0);
  CHECK(o.in_use_peak == 1'200);
  CHECK(o.in_use_limit == 1'024);
  CHECK(o.exhausted_at == SimTime{6 * test::kHourUs});

  network.outbound = OutboundType::NatGateway;          // 12,000 of 64,512, which nobody owns
  const OutboundAnswer nat = analyse_outbound(p.scenario, p.timeline).at(0);
  CHECK(nat.in_use_peak == 12'000);
  CHECK(nat.in_use_limit == 64'512);
  CHECK_FALSE(nat.exhausted_at.has_value());

  network.outbound = OutboundType::LoadBalancer;
  network.outbound_destinations = 2;                    // 600 to each of two
  CHECK_FALSE(analyse_outbound(p.scenario, p.timeline).at(0).exhausted_at.has_value());
}

TEST_CASE("Stated ports suffice for a number of nodes, and the first node beyond has a date") {
  Platform p = with_nodes(60);
  p.scenario.networks[0].allocated_ports = 4'000;
  p.scenario.networks[0].public_ips = 2;
  ready(p, 0, 32);
  ready(p, 2, 33);
  p.finish_after_hours(3);
  const OutboundAnswer o = analyse_outbound(p.scenario, p.timeline).at(0);
  CHECK(o.nodes_supported == 32);   // 64,000 ÷ 4,000 × 2
  CHECK(o.allocation_failed_at == SimTime{2 * test::kHourUs});
  const LimitUse ports = limit(analyse_limits(p.scenario, p.timeline), "load-balancer-ports");
  CHECK(ports.limit == 128'000);
  CHECK(ports.peak == 132'000);
}

}  // namespace
}  // namespace akstwin
