#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "models/catalog/cni_addresses.hpp"
#include "models/catalog/limits.hpp"
#include "models/catalog/outbound_ports.hpp"

using namespace akstwin;

TEST_CASE("A load balancer gives a node ports by the number of nodes: 48 nodes 1,024 each, 52 nodes 512") {
  CHECK(default_ports(48) == 1'024);   // facts K7
  CHECK(default_ports(52) == 512);
  CHECK(default_ports(1) == 1'024);
  CHECK(default_ports(50) == 1'024);
  CHECK(default_ports(100) == 512);
  CHECK(default_ports(101) == 256);
  CHECK(default_ports(200) == 256);
  CHECK(default_ports(400) == 128);
  CHECK(default_ports(800) == 64);
  CHECK(default_ports(1'000) == 32);
  CHECK(default_ports(1'001) == 0);
}

TEST_CASE("Stated ports suffice for 64,000 ÷ ports × addresses nodes") {
  CHECK(most_nodes_with_ports(1'000, 2) == 128);   // facts K7
  CHECK(most_nodes_with_ports(1'000, 7) == 448);
  CHECK(most_nodes_with_ports(4'000, 2) == 32);
  CHECK(most_nodes_with_ports(4'000, 7) == 112);
  CHECK(kLoadBalancerPorts * 7 - 100 * 4'000 == 48'000);   // 100 nodes × 4,000 ports with 7 addresses
}

TEST_CASE("Ports in use are connections a second times how long each holds its port, over the destinations") {
  // 10 connections a second of 35 s, and 65 s until the port can be used again: 10 × 100 = 1,000.
  CHECK(ports_in_use(10'000, Duration{35'000'000}, 1) == 1'000);
  CHECK(ports_in_use(10'000, Duration{35'000'000}, 3) == 334);   // rounded up
  CHECK(ports_in_use(0, Duration{35'000'000}, 1) == 0);
  CHECK(ports_in_use(1, Duration{0}, 1) == 1);                    // 0.065
  CHECK(ports_in_use(4'000'000'000'000, Duration{86'400'000'000}, 1) == 4'000'000'000LL * 86'465);   // no overflow on the way
}

TEST_CASE("Kubenet carries 400 nodes, and 200 with both address families") {
  CHECK(kubenet_nodes(false) == 400);
  CHECK(kubenet_nodes(true) == 200);
}

TEST_CASE("Azure knows some subnets by name and wants them large enough") {
  REQUIRE(reserved_subnet("AzureFirewallSubnet") != nullptr);
  CHECK(reserved_subnet("AzureFirewallSubnet")->longest_prefix == 26);
  CHECK(reserved_subnet("GatewaySubnet")->longest_prefix == 27);
  CHECK(reserved_subnet("nodes") == nullptr);
}

TEST_CASE("Every limit has an id of its own, a value and a source, and stands on the reference page") {
  std::ifstream file(AKSTWIN_SOURCE_DIR "/docs/models/limits.md");
  std::ostringstream page;
  page << file.rdbuf();
  std::set<std::string_view> ids;
  for (const AzureLimit& limit : azure_limits()) {
    INFO(limit.id);
    CHECK(ids.insert(limit.id).second);
    CHECK(limit.value > 0);
    CHECK_FALSE(limit.source.empty());
    CHECK(page.str().find("`" + std::string(limit.id) + "`") != std::string::npos);
  }
  CHECK(azure_limit("cluster-nodes").value == 5'000);
  CHECK(azure_limit("pool-nodes").value == 1'000);
  CHECK(azure_limit("overlay-pods").value == 200'000);
  CHECK(azure_limit("pod-subnet-pods").value == 50'000);
}
