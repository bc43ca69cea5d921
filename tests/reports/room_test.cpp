// What the run did not see: situations of subnets, probabilities over replications, theoretical checks, lost zones, other sizes.
#include <catch2/catch.hpp>

#include "reports/analysis.hpp"
#include "reports/document.hpp"
#include "reports/subnet_pools.hpp"
#include "tests/reports/platform.hpp"

namespace akstwin {
namespace {

using test::Platform;

Platform shop(NetworkPluginMode mode, int prefix) {
  Platform p;
  VirtualNetworkSpec network;
  network.name = Name("vnet");
  network.location = Name("eastus");
  network.subnets.push_back({Name("nodes"), Cidr{10U << 24, prefix}, 0, {}, {}});
  p.scenario.networks.push_back(network);
  ClusterSpec& cluster = p.cluster("aks");
  cluster.network.mode = mode;
  NodePoolSpec& pool = p.pool(cluster, "user", "Standard_D4s_v5", 3, 12);
  pool.max_surge = {1, false};
  pool.zones = {1, 2, 3};
  pool.max_pods = 30;
  return p;
}

const SubnetSituation& situation(const SubnetAnswer& s, const std::string& name) {
  for (const SubnetSituation& one : s.situations)
    if (one.situation == name) return one;
  FAIL("no situation " << name);
  return s.situations.front();
}

TEST_CASE("A subnet's situations count the surge of an upgrade, the nodes that replace a lost zone, and the maximum") {
  Platform p = shop(NetworkPluginMode::NodeSubnet, 24);
  p.nodes("aks", "aks/user", 0, 3);
  p.nodes("aks", "aks/user", 2, 6);
  p.set(key(GaugeKind::SubnetUsed, Name("vnet/nodes"), Name("load balancer")), 0, 1);
  p.finish_after_hours(4);
  const SubnetAnswer s = analyse_subnets(p.scenario, p.timeline).subnets.at(0);
  CHECK(situation(s, "nodes at their peak").addresses == 6 * 31 + 1);
  CHECK(situation(s, "nodes at their peak").fits);                       // 187 of 251
  CHECK(situation(s, "upgrade at the peak").addresses == 7 * 31 + 1);
  CHECK(situation(s, "a zone lost at the peak").nodes == 8);             // two of six are replaced before they are deleted
  CHECK(situation(s, "a zone lost at the peak").addresses == 8 * 31 + 1);
  CHECK(situation(s, "a zone lost at the peak").fits);                   // 249 of 251
  CHECK_FALSE(situation(s, "autoscaler maximum").fits);                  // 12 × 31 + 1 = 373
  CHECK(situation(s, "upgrade at the autoscaler maximum").addresses == 13 * 31 + 1);
}

TEST_CASE("A standby cluster's subnet holds its primary's peak in a failover") {
  Platform p = shop(NetworkPluginMode::Overlay, 27);
  p.nodes("aks", "aks/user", 0, 9);
  ClusterSpec standby = p.scenario.clusters[0];
  standby.name = Name("aks-standby");
  standby.location = Name("westus");
  standby.standby.pattern = StandbyPattern::Warm;
  standby.standby.primary = Name("aks");
  p.scenario.clusters.push_back(standby);
  VirtualNetworkSpec other = p.scenario.networks[0];
  other.name = Name("vnet2");
  other.location = Name("westus");
  p.scenario.networks.push_back(other);
  p.nodes("aks-standby", "aks-standby/user", 0, 3);
  p.finish_after_hours(2);
  const auto subnets = analyse_subnets(p.scenario, p.timeline).subnets;
  CHECK(situation(subnets.at(1), "failover at the peak").nodes == 9);
  p.scenario.clusters[1].standby.pattern = StandbyPattern::Hot;   // its own three go on
  CHECK(situation(analyse_subnets(p.scenario, p.timeline).subnets.at(1), "failover at the peak").nodes == 12);
}

TEST_CASE("Over the replications, the smallest prefix that always sufficed is named, and how often the next one would not") {
  std::vector<SubnetsAnswer> replications;
  for (const std::int64_t nodes : {6, 7, 8, 9}) {
    Platform p = shop(NetworkPluginMode::NodeSubnet, 22);
    p.nodes("aks", "aks/user", 0, nodes);
    p.finish_after_hours(2);
    replications.push_back(analyse_subnets(p.scenario, p.timeline));
  }
  const auto risks = subnet_risks_of(replications);
  const auto of = [&](const std::string& mode, std::size_t n) {
    for (const SubnetRisk& risk : risks)
      if (risk.mode == mode && n-- == 0) return risk;
    FAIL("no risk of " << mode);
    return risks.front();
  };
  CHECK(of("Node Subnet", 0).chosen);
  CHECK(of("Node Subnet", 0).prefix == 23);            // 9 × 31 = 279 of 507
  CHECK(of("Node Subnet", 0).exhausted == 0);
  CHECK(of("Node Subnet", 0).probability.high == Approx(wilson_interval(0, 4).high));
  CHECK(of("Node Subnet", 1).prefix == 24);            // 8 × 31 = 248 ≤ 251 < 279
  CHECK(of("Node Subnet", 1).exhausted == 1);
  CHECK(of("Overlay", 0).prefix == 28);                // 9 of 11
  CHECK(of("Overlay", 1).exhausted == 4);              // a /29 has 3
}

TEST_CASE("Azure's theoretical check counts the maximum and the surge, whatever the run needed") {
  Platform p = shop(NetworkPluginMode::NodeSubnet, 24);
  p.nodes("aks", "aks/user", 0, 3);
  p.event(EventKind::PoolRefused, SimTime{test::kHourUs}, "aks/user", "", 2, "SubnetIsFull");
  p.finish_after_hours(2);
  const auto checks = analyse_subnets(p.scenario, p.timeline).admissions;
  REQUIRE(checks.size() == 3);
  CHECK(checks[0].need == 93);          // three nodes
  CHECK(checks[0].admitted);
  CHECK(checks[1].need == 372);         // twelve
  CHECK(checks[1].code == "InsufficientSubnetSize");
  CHECK(checks[2].need == 403);
  CHECK(checks[2].refused_at == SimTime{test::kHourUs});   // the other thing: what the run met
  p.scenario.clusters[0].network.mode = NetworkPluginMode::Overlay;
  p.scenario.clusters[0].network.pod_cidr = Cidr{10U << 24, 21};   // 8 blocks
  const auto overlay = analyse_subnets(p.scenario, p.timeline).admissions;
  REQUIRE(overlay.size() == 6);
  CHECK(overlay[1].admitted);           // 12 addresses of nodes
  CHECK(overlay[3].admitted);
  CHECK(overlay[4].code == "InsufficientPodCidr");
}

TEST_CASE("The heat map fills the lowest blocks first") {
  Platform p = shop(NetworkPluginMode::NodeSubnet, 24);
  p.set(key(GaugeKind::SubnetUsed, Name("vnet/nodes"), Name("nodes")), 0, 12);
  p.set(key(GaugeKind::SubnetUsed, Name("vnet/nodes"), Name("pods")), 0, 8);
  p.finish_after_hours(2);
  const Outcome outcome = merge(p.scenario, {analyse(p.scenario, p.timeline)});
  const Chart chart = block_heat_map(outcome, outcome.details.subnets.subnets.at(0));
  REQUIRE(chart.series.size() == 16);
  CHECK(chart.series[0].name == "10.0.0.0/28");
  CHECK(chart.series[0].values.front() == 1);                   // 12 of the 12 that Azure leaves of the first block
  CHECK(chart.series[1].values.front() == Approx(8.0 / 16));
  CHECK(chart.series[2].values.front() == 0);
}

TEST_CASE("An Overlay cluster's pod CIDR has a heat map of its own, in /24 blocks of its nodes") {
  Platform p = shop(NetworkPluginMode::Overlay, 24);
  p.scenario.clusters[0].network.pod_cidr = Cidr{(10U << 24) | (244U << 16), 18};   // 64 blocks: four a row
  p.set(key(GaugeKind::PodCidrBlocksTotal, Name("aks")), 0, 64);
  p.set(key(GaugeKind::PodCidrBlocksUsed, Name("aks")), 0, 6);
  p.finish_after_hours(2);
  const Outcome outcome = merge(p.scenario, {analyse(p.scenario, p.timeline)});
  const Chart chart = pod_cidr_heat_map(outcome, outcome.details.subnets.pod_cidrs.at(0));
  REQUIRE(chart.series.size() == 16);
  CHECK(chart.series[0].name == "10.244.0.0/22");
  CHECK(chart.series[0].values.front() == 1);
  CHECK(chart.series[1].values.front() == Approx(2.0 / 4));
  CHECK(chart.series[2].values.front() == 0);
}

Platform in_zones(std::int64_t asked_millicores) {
  Platform p = shop(NetworkPluginMode::Overlay, 24);
  const Name aks("aks"), pool("aks/user");
  p.nodes("aks", "aks/user", 0, 6);
  p.set(key(GaugeKind::NodesReady, aks, pool), 0, 6);
  p.set(key(GaugeKind::CpuAllocatable, aks, pool), 0, 6 * 3'860);
  p.set(key(GaugeKind::CpuRequested, aks, pool), 0, asked_millicores);
  p.set(key(GaugeKind::MemoryAllocatable, aks, pool), 0, 6 * (12LL << 30));
  p.set(key(GaugeKind::MemoryRequested, aks, pool), 0, 6 * (2LL << 30));
  for (const char* zone : {"1", "2", "3"}) p.set(key(GaugeKind::ZoneNodes, aks, pool, Name(zone)), 0, 2);
  WorkloadSpec workload;
  workload.name_space = Name("shop");
  workload.name = Name("api");
  workload.replicas = 4;
  ContainerSpec container;
  container.requests.cpu = {1'000};
  container.requests.memory = {1LL << 30};
  workload.pod.containers.push_back(container);
  p.scenario.workloads.push_back({aks, {}});
  p.scenario.workloads.back().manifests.workloads.push_back(workload);
  p.finish_after_hours(2);
  return p;
}

TEST_CASE("Everything fits without a zone while the other two have room, and then the autoscaler must bring nodes") {
  const Platform easy = in_zones(4 * 3'860);   // four nodes' worth on six
  const CapacityAnswer fits = analyse_capacity(easy.scenario, easy.timeline);
  REQUIRE(fits.zone_losses.size() == 3);
  CHECK(fits.zone_losses[0].fits_share == 1);
  CHECK(fits.zone_losses[0].missing_nodes == 0);
  Platform tight = in_zones(5 * 3'860);
  const CapacityAnswer lacks = analyse_capacity(tight.scenario, tight.timeline);
  CHECK(lacks.zone_losses[0].fits_share == 0);
  CHECK(lacks.zone_losses[0].missing_nodes == 1);
  CHECK(lacks.zone_losses[0].first_short == "user");
  CHECK(lacks.zone_losses[0].fits_with_growth);        // 4 + 1 of 12
  tight.scenario.clusters[0].pools[0].max_count = 4;
  CHECK_FALSE(analyse_capacity(tight.scenario, tight.timeline).zone_losses[0].fits_with_growth);
  tight.scenario.clusters[0].pools[0].max_count = 12;
  tight.scenario.quotas.push_back({.location = Name("eastus"), .total_vcpus = 24, .low_priority_vcpus = {}, .families = {}, .declared_at = {}});
  CHECK(analyse_capacity(tight.scenario, tight.timeline).zone_losses[0].blocked_by == "quota cores");   // 6 × 4 are held already
}

TEST_CASE("Headroom of a pool counts what is free on each node in pods of a shape") {
  const Platform p = in_zones(6 * 1'500);               // 2,360m free a node: two pods of 1,000m
  const CapacityAnswer capacity = analyse_capacity(p.scenario, p.timeline);
  REQUIRE(capacity.headroom.size() == 1);
  CHECK(capacity.headroom[0].shape == "1000m / 1024 MiB");
  CHECK(capacity.headroom[0].least == 12);
  CHECK(capacity.headroom[0].mean == Approx(12));
}

TEST_CASE("A proposal for a pool survives the loss of a zone and is no dearer than the size it has") {
  const Platform p = in_zones(4 * 3'860);
  const CapacityAnswer capacity = analyse_capacity(p.scenario, p.timeline);
  REQUIRE(capacity.proposals.size() == 1);
  const PoolProposal& proposal = capacity.proposals[0];
  CHECK(proposal.size_today == "Standard_D4s_v5");
  CHECK(proposal.zones == 3);
  CHECK(proposal.monthly <= proposal.monthly_today);
  CHECK(proposal.fewest >= 3);
  CHECK(proposal.most >= proposal.fewest);
  CHECK(proposal.mean_today == Approx(6));
}

}  // namespace
}  // namespace akstwin
