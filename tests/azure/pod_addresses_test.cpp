#include "models/azure/pod_addresses.hpp"

#include <catch2/catch.hpp>

#include "models/observe/address_findings.hpp"
#include "tests/azure/platform.hpp"

namespace akstwin::testing {
namespace {

Scenario pod_subnet(std::string_view prefix, PodIpAllocation mode, std::int64_t max_pods = 0) {
  Scenario scenario = a_scenario({a_pool("user", 0)});
  scenario.clusters[0].network.mode = NetworkPluginMode::PodSubnet;
  scenario.clusters[0].pools[0].pod_subnet = Name("pods");
  scenario.clusters[0].pools[0].pod_ips = mode;
  scenario.clusters[0].pools[0].max_pods = max_pods;
  scenario.networks[0].subnets.push_back({.name = Name("pods"), .prefix = *parse_cidr(prefix), .delegation = {}, .declared_at = {}});
  return scenario;
}

constexpr std::uint32_t kPods = 1;   // the second subnet

/// The addresses of a scenario, with nodes that come and go and pods that ask.
struct Nodes {
  explicit Nodes(Scenario of) : scenario(std::move(of)) {
    tried = kernel->handlers().add<&Nodes::on_retry>("test.retry", Phase::Plant, *this);
  }
  void run_for(Duration time) { kernel->run_until(kernel->now() + time); }
  NodeId join() {
    REQUIRE(ip.reserve(0).empty());
    const NodeId id = slots.allocate();
    pods.network(0).node_joined(id, PoolId{0, 1});
    return id;
  }
  void leave(NodeId id) {
    pods.network(0).node_gone(id);
    slots.release(id);
    ip.release(0);
  }
  bool attach(NodeId id, std::uint32_t pod = 0) { return pods.network(0).attach(id, tried, {pod, 0}); }
  std::int64_t attach_many(NodeId id, std::int64_t count) {
    std::int64_t got = 0;
    for (std::int64_t i = 0; i < count; ++i) got += attach(id) ? 1 : 0;
    return got;
  }
  std::int64_t held(NodeId id) const { return pods.held(0, id); }
  void on_retry(Subject subject) { retries.emplace_back(subject.row, kernel->now()); }

  Scenario scenario;
  PlatformTopology topology = build_topology(scenario);
  std::unique_ptr<Kernel> kernel = make_kernel(KernelKind::Calendar, topology.topology);
  Timeline timeline;
  IpAddresses ip{*kernel, timeline, scenario};
  PodAddresses pods{*kernel, timeline, ip, scenario};
  SlotMap<NodeTag> slots;
  HandlerId tried;
  std::vector<std::pair<std::uint32_t, SimTime>> retries;
};

std::optional<SimTime> exhausted_at(const Timeline& timeline) {
  for (const TimelineEvent& event : timeline.events())
    if (event.kind == code(EventKind::Finding) && event.detail.text() == kBatchesExhausted) return event.at;
  return std::nullopt;
}

/// The same random hour of nodes and pods for a given seed, whatever the subnet. Returns when the subnet was exhausted first.
std::optional<SimTime> random_hour(std::uint64_t seed, std::string_view prefix) {
  Nodes of(pod_subnet(prefix, PodIpAllocation::DynamicIndividual));
  const RngStream stream({.seed = seed}, "test");
  std::vector<std::pair<NodeId, std::int64_t>> nodes;   // and pods that have an address
  std::int64_t asked = 0;
  for (std::uint32_t step = 0; step < 900; ++step) {
    const double what = stream.uniform(step, 0);
    const auto at = nodes.empty() ? 0 : stream.below(nodes.size(), step, 1);
    if (nodes.empty() || (what < 0.04 && nodes.size() < 12)) {
      nodes.emplace_back(of.join(), 0);
    } else if (what < 0.06) {
      of.leave(nodes[at].first);
      nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (what < 0.7) {
      if (of.pods.held(0, nodes[at].first) < kMostPodAddresses) nodes[at].second += of.attach(nodes[at].first) ? 1 : 0;
      ++asked;
    } else if (nodes[at].second > 0) {
      of.pods.network(0).detach(nodes[at].first);
      --nodes[at].second;
    }
    INFO("seed " << seed << " step " << step << " prefix " << prefix);
    REQUIRE(of.pods.consistent());
    REQUIRE(of.ip.consistent());
    of.run_for(Duration{500'000} * static_cast<std::int64_t>(stream.below(8, step, 2)));
    REQUIRE(of.pods.consistent());
    REQUIRE(of.ip.consistent());
    for (const auto& [node, pods] : nodes) REQUIRE(of.pods.used(0, node) >= pods);
  }
  for (const auto& [node, pods] : nodes) of.leave(node);
  of.run_for(kAddressReleaseDelay);
  INFO("seed " << seed << " prefix " << prefix << " asked " << asked);
  REQUIRE(of.ip.used(kPods) == 0);   // Everything is back.
  REQUIRE(of.ip.used(0) == 1);       // the load balancer
  return exhausted_at(of.timeline);
}

}  // namespace

TEST_CASE("A node's pool asks for a batch below 8 free addresses and returns one at 24") {
  // Facts B and K5, one round each: 16 held → 9 used leave 7 free: +16; 8 used leave 8: nothing. 32 held: 8 used leave 24: −16; 9 used: nothing.
  CHECK(batch_change(0, 0, kBatchBounds) == 16);
  CHECK(batch_change(16, 8, kBatchBounds) == 0);
  CHECK(batch_change(16, 9, kBatchBounds) == 16);
  CHECK(batch_change(32, 9, kBatchBounds) == 0);
  CHECK(batch_change(32, 8, kBatchBounds) == -16);
  CHECK(batch_change(19, 13, kBatchBounds) == 29);      // odd after an exhaustion: 19 + 16 rounded up to 48
  CHECK(batch_change(40, 10, kBatchBounds) == -8);      // and back down to 32
  CHECK(batch_change(240, 233, kBatchBounds) == 10);    // never above 250
  CHECK(batch_change(250, 245, kBatchBounds) == 0);
  CHECK(batch_change(16, 15, kExhaustedBounds) == 0);   // one free is enough
  CHECK(batch_change(16, 16, kExhaustedBounds) == 1);
  CHECK(batch_change(16, 14, kExhaustedBounds) == -1);
}

TEST_CASE("A dynamic pod subnet holds 16 addresses for an idle node and 16 × ceil((pods + 8) ÷ 16) for a busy one") {
  Nodes of(pod_subnet("10.40.8.0/24", PodIpAllocation::DynamicIndividual));
  const NodeId node = of.join();
  REQUIRE(of.held(node) == 16);
  REQUIRE(of.ip.used(0) == 2);   // the node and the load balancer
  std::int64_t pods = 0;
  for (const std::int64_t demand : {8, 9, 24, 25, 40, 41}) {
    REQUIRE(of.attach_many(node, demand - pods) == demand - pods);
    pods = demand;
    of.run_for(5_s);
    INFO("pods " << demand);
    REQUIRE(of.held(node) == dynamic_batch_need(demand));   // Facts K5: 16, 32, 32, 48, 48, 64
  }
  REQUIRE(of.timeline.find(key(GaugeKind::SubnetUsed, Name("vnet/pods"), Name("pods")))->current() == 64);
}

TEST_CASE("A pod's address is free again 5 s after the pod is gone, not before") {
  Nodes of(pod_subnet("10.40.8.0/27", PodIpAllocation::DynamicIndividual));   // 27 usable: one batch, then singles
  const NodeId node = of.join();
  REQUIRE(of.attach_many(node, 16) == 16);
  of.run_for(60_s);
  REQUIRE(of.attach_many(node, 20) < 11);
  of.run_for(60_s);
  while (of.attach(node)) of.run_for(60_s);
  REQUIRE(of.held(node) == 27);
  REQUIRE(of.pods.used(0, node) == 27);
  of.pods.network(0).detach(node);
  of.run_for(kAddressReleaseDelay - 1_us);
  REQUIRE(of.pods.used(0, node) == 27);
  of.run_for(1_us);
  REQUIRE(of.pods.used(0, node) == 26);
}

TEST_CASE("A pod without an address is tried again at the kubelet's next try after one is free") {
  Nodes of(pod_subnet("10.40.8.0/28", PodIpAllocation::DynamicIndividual));   // 11 usable: never a batch
  const NodeId node = of.join();
  REQUIRE(of.held(node) == 0);
  of.run_for(1_s);               // exhausted: one address
  REQUIRE(of.held(node) == 1);
  while (of.held(node) < 11) {
    (void)of.attach(node);
    of.run_for(1_s);
  }
  REQUIRE(of.attach(node));
  of.retries.clear();
  const SimTime began = of.kernel->now();
  REQUIRE_FALSE(of.attach(node, 77));
  of.run_for(12_s);
  REQUIRE(of.retries.empty());
  of.pods.network(0).detach(node);           // its address is free 17 s after the first try; tries are every 10 s
  of.run_for(30_s);
  REQUIRE(of.retries.size() == 1);
  REQUIRE(of.retries[0] == std::pair{std::uint32_t{77}, began + 20_s});
}

TEST_CASE("An exhausted pod subnet is shared out one address at a time, and batches return when every node could have two") {
  // /26: 59 usable. Three idle nodes hold 48; the fourth finds 11 < 16. Now each keeps one: 4 held, and 55 free are fewer than
  // 4 × 32. Of two nodes, 57 < 2 × 32; the last one has 58 ≥ 32: from 1 to 17, rounded up to 32, of which 16 go back.
  Nodes of(pod_subnet("10.40.8.0/26", PodIpAllocation::DynamicIndividual));
  std::vector<NodeId> nodes;
  for (int i = 0; i < 3; ++i) nodes.push_back(of.join());
  REQUIRE(of.ip.used(kPods) == 48);
  REQUIRE_FALSE(of.pods.exhausted(kPods));
  nodes.push_back(of.join());
  REQUIRE(of.pods.exhausted(kPods));
  of.run_for(30_s);
  REQUIRE(of.ip.used(kPods) == 4);
  REQUIRE(of.pods.exhausted(kPods));
  of.leave(nodes[0]);
  of.leave(nodes[1]);
  of.run_for(10_s);
  REQUIRE(of.pods.exhausted(kPods));
  REQUIRE(of.ip.used(kPods) == 2);
  of.leave(nodes[2]);
  of.run_for(10_s);
  REQUIRE_FALSE(of.pods.exhausted(kPods));
  REQUIRE(of.ip.used(kPods) == 16);
}

TEST_CASE("A static-block subnet takes nodes by their /28 blocks and refuses the next as SubnetIsFull") {
  // Facts K4: 30 pods take 2 blocks. A /24 has 16 blocks, of which the first and the last hold addresses that Azure keeps: 14 ÷ 2 = 7.
  Nodes of(pod_subnet("10.40.8.0/24", PodIpAllocation::StaticBlock, 30));
  std::int64_t nodes = 0;
  while (of.ip.reserve(0).empty()) ++nodes;
  CHECK(nodes == 7);
  CHECK(of.ip.used(kPods) == 7 * 32);
  CHECK(of.ip.used(0) == 1 + 7);
  CHECK(of.ip.reserve(0) == Name("SubnetIsFull"));
  of.ip.release(0);
  of.run_for(kAddressReleaseDelay);
  CHECK(of.ip.used(kPods) == 6 * 32);
  CHECK(of.ip.consistent());
  CHECK(static_blocks_in(24) == 14);
  CHECK(static_blocks_in(27) == 0);
}

TEST_CASE("A node of a static-block pool asks nobody for its pods' addresses") {
  const Scenario scenario = pod_subnet("10.40.8.0/24", PodIpAllocation::StaticBlock, 30);
  CHECK_FALSE(PodAddresses::needed(scenario));
  CHECK(PodAddresses::needed(pod_subnet("10.40.8.0/24", PodIpAllocation::DynamicIndividual)));
  Nodes of(scenario);
  const NodeId node = of.join();
  CHECK(of.attach(node));
  CHECK(of.held(node) == 0);
}

TEST_CASE("A kubenet cluster ends at 400 nodes, and a /24 of nodes at 250 beside the load balancer") {
  Scenario scenario = a_scenario({a_pool("user", 0)});
  scenario.clusters[0].network.mode = NetworkPluginMode::Kubenet;
  {
    Nodes of(scenario);   // /22: 1,019 usable; a pod CIDR of /16 has 256 blocks
    std::int64_t nodes = 0;
    while (of.ip.reserve(0).empty()) ++nodes;
    CHECK(nodes == 256);
    CHECK(of.ip.reserve(0) == Name("PodCidrExhausted"));
  }
  scenario.clusters[0].network.pod_cidr = *parse_cidr("10.240.0.0/14");   // 1,024 blocks
  {
    Nodes of(scenario);
    std::int64_t nodes = 0;
    while (of.ip.reserve(0).empty()) ++nodes;
    CHECK(nodes == 400);   // Facts B: at most 400 routes
    CHECK(of.ip.reserve(0) == Name("RouteTableIsFull"));
    CHECK(of.ip.used(0) == 401);
  }
  scenario.networks[0].subnets[0].prefix = *parse_cidr("10.40.0.0/24");
  Nodes of(scenario);
  std::int64_t nodes = 0;
  while (of.ip.reserve(0).empty()) ++nodes;
  CHECK(nodes == 250);     // Facts K6: 251 without the load balancer's frontend
  CHECK(of.ip.reserve(0) == Name("SubnetIsFull"));
  CHECK(251 * max_pods(scenario.clusters[0].pools[0], NetworkPluginMode::Kubenet) == 27'610);
}

TEST_CASE("Random nodes and pods never double, lose or overdraw an address, and a larger pod subnet is never exhausted earlier") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::optional<SimTime> smaller = SimTime{};
    for (const char* prefix : {"10.40.8.0/27", "10.40.8.0/26", "10.40.8.0/25", "10.40.8.0/24", "10.40.8.0/22"}) {
      const std::optional<SimTime> at = random_hour(seed, prefix);
      INFO("seed " << seed << " prefix " << prefix);
      if (at) CHECK((smaller && *smaller <= *at));
      smaller = at;
    }
  }
}

}  // namespace akstwin::testing
