// What scenarios/catalog/subnet-exhaustion.yaml and cni-comparison.yaml expect, with the arithmetic shown there.
#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

#include "models/world/simulate.hpp"
#include "scenarios/load.hpp"
#include "tests/northwind/northwind.hpp"

namespace akstwin::test {
namespace {

/// A file of the catalogue, as written or in one of its variants.
Scenario catalogue(const std::string& name, const std::string& variant = {}) {
  LoadOptions options;
  options.path = std::string(AKSTWIN_SOURCE_DIR) + "/scenarios/catalog/" + name + ".yaml";
  Diagnostics diagnostics;
  auto scenario = load_scenario(options, diagnostics);
  REQUIRE(scenario.has_value());
  if (variant.empty()) return std::move(*scenario);
  for (const VariantSpec& known : scenario->variants)
    if (known.name == variant) options.overrides = known.set;
  REQUIRE_FALSE(options.overrides.empty());
  Diagnostics of_variant;
  auto changed = load_scenario(options, of_variant);
  std::ostringstream said;
  of_variant.print(said);
  INFO(said.str());
  REQUIRE(changed.has_value());
  return std::move(*changed);
}

const SubnetAnswer& subnet(const Answers& answers, const std::string& name) {
  for (const SubnetAnswer& one : answers.subnets.subnets)
    if (one.subnet == name) return one;
  FAIL("no subnet " << name);
  return answers.subnets.subnets.front();
}

/// The day of growth, from 1, in whose first hour the subnet ran dry; 0: never, or later in a day.
std::int64_t dry_on_day(const SubnetAnswer& answer) {
  constexpr std::int64_t kHour = 3'600'000'000;
  if (!answer.exhausted_at) return 0;
  const std::int64_t hour = answer.exhausted_at->us / kHour;
  return hour % 24 == 0 ? hour / 24 + 1 : 0;
}

}  // namespace

TEST_CASE("The growing cluster's subnet runs dry in the first hour of the seventh day, with 249 of 251 addresses taken") {
  const Answers answers = run(catalogue("subnet-exhaustion"));
  const SubnetAnswer& nodes = subnet(answers, "vnet/nodes");
  CHECK(dry_on_day(nodes) == 7);        // (251 − 1) ÷ 31 = 8 nodes: 2 system and 6 user; the seventh user node is refused
  CHECK(nodes.peak == 1 + 8 * 31);
  CHECK(nodes.verdict.ends_with("a node of shop/user was refused (SubnetIsFull)."));
  CHECK(nodes.need_at_maximum == 528);  // (2 + 1 + 12 + 2) nodes × 31 + 1
  CHECK(nodes.safe_prefix == 22);
  CHECK(figure(answers, "pool.user.max") == 6);
}

TEST_CASE("Overlay and kubenet carry eleven nodes with twelve addresses") {
  for (const char* variant : {"", "kubenet"}) {
    const Answers answers = run(catalogue("cni-comparison", variant));
    INFO(variant);
    CHECK(subnet(answers, "vnet/nodes").peak == 1 + 2 + 9);
    CHECK_FALSE(subnet(answers, "vnet/nodes").exhausted_at);
    CHECK(subnet(answers, "vnet/pods").peak == 0);
    REQUIRE(answers.subnets.pod_cidrs.size() == 1);
    CHECK(answers.subnets.pod_cidrs[0].blocks_peak == 11);
  }
}

TEST_CASE("Dynamic pod addresses carry eleven nodes with one batch of 16 each") {
  const Answers answers = run(catalogue("cni-comparison", "pod-subnet"));
  CHECK(subnet(answers, "vnet/nodes").peak == 12);
  CHECK(subnet(answers, "vnet/pods").peak == 11 * 16);
  CHECK_FALSE(subnet(answers, "vnet/pods").exhausted_at);
  const auto& owners = subnet(answers, "vnet/pods").owners;
  CHECK(std::ranges::any_of(owners, [](const SubnetOwnerUse& o) { return o.owner == "pods" && o.peak == 11 * 16; }));
}

TEST_CASE("Node Subnet ends on the seventh day and static blocks on the sixth") {
  const Answers node_subnet = run(catalogue("cni-comparison", "node-subnet"));
  CHECK(dry_on_day(subnet(node_subnet, "vnet/nodes")) == 7);
  const Answers blocks = run(catalogue("cni-comparison", "static-block"));
  CHECK(dry_on_day(subnet(blocks, "vnet/pods")) == 6);   // (16 − 2) blocks ÷ 2 = 7 nodes: 2 system and 5 user
  CHECK(subnet(blocks, "vnet/pods").peak == 7 * 32);
  CHECK_FALSE(subnet(blocks, "vnet/nodes").exhausted_at);
  CHECK(figure(blocks, "pool.user.max") == 5);
}

TEST_CASE("A pod subnet too small for batches leaves pods in ContainerCreating and says so") {
  Scenario scenario = catalogue("cni-comparison", "pod-subnet");
  // /28: 16 − 5 = 11 addresses, never a batch; from the fourth day on the 12 pods cannot all have one.
  scenario.networks[0].subnets[1].prefix = *parse_cidr("10.1.1.0/28");
  const Answers answers = run(scenario);
  const SubnetAnswer& pods = subnet(answers, "vnet/pods");
  REQUIRE(pods.exhausted_at);
  CHECK(pods.exhausted_at->us == 0);   // Not even the first node has a batch.
  CHECK(pods.peak <= 11);
  CHECK(pods.verdict.ends_with("no batch of 16 pod addresses was left for a node."));
  const auto stuck = [](const std::string& text) { return text.find("ContainerCreating") != std::string::npos; };
  CHECK(std::ranges::any_of(answers.findings, stuck));
}

}  // namespace akstwin::test
