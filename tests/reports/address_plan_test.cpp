// Address plans: the vectors of Microsoft's pages, hand-computed plans, and what holds for every plan.
#include <catch2/catch.hpp>

#include "reports/address_plan.hpp"
#include "sim/rng.hpp"

using namespace akstwin;

namespace {

Cidr range(const char* text) { return parse_cidr(text).value(); }

AddressPlanRequest of_nodes(std::int64_t nodes) {
  AddressPlanRequest request;
  request.nodes = nodes;
  return request;
}

const PlannedSubnet& subnet(const AddressPlan& plan, const std::string& name) {
  for (const PlannedNetwork& network : plan.networks)
    for (const PlannedSubnet& subnet : network.subnets)
      if (subnet.name == name) return subnet;
  FAIL("no subnet " << name);
  return plan.networks[0].subnets[0];
}

}  // namespace

TEST_CASE("Addresses of every mode are those of Microsoft's pages") {
  CHECK(node_subnet_need(50, 1, 30) == 1'581);
  CHECK(node_subnet_need(60, 1, 30) == 1'891);
  CHECK(251 / 31 == 8);                              // nodes of 30 pods in a /24
  CHECK(static_blocks(30) == 2);
  CHECK(static_block_usable(30) == 31);
  CHECK(static_blocks(31) == 2);
  CHECK(static_blocks(32) == 3);
  CHECK(static_block_usable(32) == 47);
  CHECK(overlay_node_limit(16) == 256);
  CHECK(overlay_node_limit(18) == 64);
  const std::int64_t demand[] = {0, 8, 9, 24, 25, 40, 41}, held[] = {16, 16, 32, 32, 48, 48, 64};
  for (int i = 0; i < 7; ++i) CHECK(dynamic_batch_need(demand[i]) == held[i]);
}

TEST_CASE("An Overlay cluster of 30 nodes: growth and surge, a /26, a /18 of pods") {
  const auto plan = plan_addresses(of_nodes(30));
  REQUIRE(plan);
  // 30 × 1.5 = 45 nodes, 10 % of them rounded up = 5 of surge, 5 frontends: 55 addresses, a /26 has 59.
  CHECK(plan->nodes == 45);
  CHECK(plan->surge == 5);
  CHECK(subnet(*plan, "aks1-nodes").need == 55);
  CHECK(subnet(*plan, "aks1-nodes").prefix == range("10.0.0.0/26"));
  // 10 private endpoints: a /28 has 11. Both together: a /25.
  CHECK(subnet(*plan, "endpoints").prefix == range("10.0.0.64/28"));
  CHECK(plan->networks[0].prefix == range("10.0.0.0/25"));
  CHECK(plan->pod_cidr == range("10.244.0.0/18"));   // 50 nodes: 64 blocks of /24
  CHECK(plan->service_cidr == range("172.16.0.0/22"));   // 500 × 1.5 + 2 = 752
  CHECK(plan->dns_service_ip == "172.16.0.10");
}

TEST_CASE("Node Subnet: 50 nodes of 30 pods with one of surge are Microsoft's 1,581 addresses, a /21") {
  AddressPlanRequest request = of_nodes(50);
  request.mode = AddressMode::NodeSubnet;
  request.growth_percent = 100;
  request.surge = {1, false};
  request.internal_load_balancers = 0;
  const auto plan = plan_addresses(request);
  REQUIRE(plan);
  CHECK(subnet(*plan, "aks1-nodes").need == 1'581);
  CHECK(subnet(*plan, "aks1-nodes").prefix.prefix == 21);
  CHECK_FALSE(plan->has_pod_cidr);
}

TEST_CASE("Networks leave out what is in use, and step over an obstacle to the next aligned block") {
  AddressPlanRequest request = of_nodes(30);
  request.clusters = 2;
  request.avoid = {range("10.0.0.0/25"), range("10.0.1.0/24"), range("10.244.0.0/16")};
  const auto plan = plan_addresses(request);
  REQUIRE(plan);
  CHECK(plan->networks[0].prefix == range("10.0.0.128/25"));
  CHECK(plan->networks[1].prefix == range("10.0.2.0/25"));
  CHECK(plan->pod_cidr == range("100.64.0.0/18"));
}

TEST_CASE("What cannot be planned is refused with its reason") {
  AddressPlanRequest kubenet = of_nodes(300);
  kubenet.mode = AddressMode::Kubenet;
  CHECK(plan_addresses(kubenet).error().message == "450 nodes and 45 of surge are more than the 400 of a cluster in mode kubenet");
  AddressPlanRequest many = of_nodes(1'000);
  many.mode = AddressMode::NodeSubnet;
  many.max_pods = 110;
  CHECK(plan_addresses(many).error().message.find("more than the 65,000 of a network") != std::string::npos);
  AddressPlanRequest cramped = of_nodes(30);
  cramped.within = {range("192.168.0.0/26")};
  CHECK(plan_addresses(cramped).error().message.find("no free /25 is left") != std::string::npos);
}

TEST_CASE("No plan overlaps anything, whatever is asked for") {
  const RngStream stream({.seed = 11}, "address_plan_test");
  std::uint64_t draw = 0;
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(stream.below(n, draw++)); };
  int planned = 0;
  for (int i = 0; i < 2'000; ++i) {
    AddressPlanRequest request = of_nodes(1 + below(400));
    request.clusters = 1 + below(6);
    request.mode = static_cast<AddressMode>(below(5));
    request.growth_percent = 100 + below(150);
    request.max_pods = 10 + below(241);
    request.one_network = below(2) == 1;
    request.bastion = below(2) == 1;
    request.api_server_subnet = below(2) == 1;
    for (std::int64_t k = below(5); k > 0; --k) {
      const int prefix = static_cast<int>(10 + below(15));
      const auto base = static_cast<std::uint32_t>((10U << 24) + below(1 << 24));
      request.avoid.push_back({base & ~((1U << (32 - prefix)) - 1), prefix});
    }
    const auto plan = plan_addresses(request);
    if (!plan) continue;
    ++planned;
    INFO("seed 11, case " << i);
    CHECK(check_plan(*plan, request).empty());
    AddressPlanRequest larger = request;             // more room never makes the networks fewer or smaller
    larger.growth_percent += 50;
    if (const auto more = plan_addresses(larger)) CHECK(more->networks[0].prefix.prefix <= plan->networks[0].prefix.prefix);
  }
  CHECK(planned > 1'000);
}
