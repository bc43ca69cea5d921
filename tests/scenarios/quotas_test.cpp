#include <catch2/catch.hpp>

#include "tests/scenarios/reading.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

// kCluster: three D4ds_v5 in eastus2, twelve vCPUs, and one node of surge.
Loaded with_quotas(const std::string& quotas, LoadOptions options = {}) { return load_text(kHeader + kCluster + "  quotas:\n" + quotas, std::move(options)); }

bool complains(const Loaded& loaded, std::string_view text) { return loaded.said.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("Quotas are read by region: all families, spot, and each family") {
  const Loaded loaded = with_quotas("    - {location: eastus2, totalVcpus: 100, lowPriorityVcpus: 0, families: {standardDDSv5Family: 40, standardFSv2Family: 8}}\n");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  CHECK(loaded.said.empty());
  REQUIRE(loaded.scenario->quotas.size() == 1);
  const RegionQuotaSpec& quota = loaded.scenario->quotas[0];
  CHECK(quota.location.text() == "eastus2");
  CHECK(quota.total_vcpus == 100);
  CHECK(quota.low_priority_vcpus == 0);
  REQUIRE(quota.families.size() == 2);
  CHECK(quota.families[0].family.text() == "standardDDSv5Family");
  CHECK(quota.families[0].vcpus == 40);
}

TEST_CASE("What is not stated is not limited") {
  const Loaded loaded = with_quotas("    - {location: eastus2}\n");
  REQUIRE(loaded.scenario);
  CHECK_FALSE(loaded.scenario->quotas[0].total_vcpus.has_value());
  CHECK_FALSE(loaded.scenario->quotas[0].low_priority_vcpus.has_value());
}

TEST_CASE("A family that no size belongs to is warned of with the name that was meant, in whatever case it is written") {
  const Loaded wrong = with_quotas("    - {location: eastus2, families: {standardDDSv5Famly: 40}}\n");
  INFO(wrong.said);
  CHECK(wrong.scenario);
  CHECK(complains(wrong, "S049"));
  CHECK(complains(wrong, "did you mean 'standardDDSv5Family'?"));
  CHECK(with_quotas("    - {location: eastus2, families: {StandardDdsv5Family: 40}}\n").said.empty());
}

TEST_CASE("Nodes at the start above the quota are an error, nodes that may come a warning with the sum") {
  const Loaded error = with_quotas("    - {location: eastus2, families: {standardDDSv5Family: 11}}\n");   // 3 × 4 = 12
  INFO(error.said);
  CHECK_FALSE(error.scenario);
  CHECK(complains(error, "too small for the nodes at the start, which have 12"));
  const Loaded warning = with_quotas("    - {location: eastus2, totalVcpus: 12}\n");   // a surge node on top: 16
  INFO(warning.said);
  CHECK(warning.scenario);
  CHECK(complains(warning, "too small for all nodes that may come"));
  CHECK(complains(warning, "with surge up to 16 vCPUs: aks/system 4 × 4"));
  CHECK(with_quotas("    - {location: eastus2, totalVcpus: 16}\n").said.empty());
}

TEST_CASE("Quotas stated twice are an error, those of a region without clusters a warning, and what is no number is refused") {
  CHECK(complains(with_quotas("    - {location: eastus2, totalVcpus: 50}\n    - {location: eastus2, totalVcpus: 60}\n"), "S016"));
  CHECK(complains(with_quotas("    - {location: centralus, totalVcpus: 50}\n"), "no cluster is in centralus"));
  CHECK(complains(with_quotas("    - {location: eastus2, totalVcpus: many}\n"), "S014"));
  CHECK(complains(with_quotas("    - {location: eastus2, families: {standardDDSv5Family: -4}}\n"), "S014"));
}

TEST_CASE("A quota is changed by a path through its region") {
  LoadOptions options;
  options.overrides = {{"quotas.eastus2.families.standardDDSv5Family", "80"}, {"quotas.eastus2.totalVcpus", "x2"}};
  const Loaded loaded = with_quotas("    - {location: eastus2, totalVcpus: 50, families: {standardDDSv5Family: 40}}\n", options);
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  CHECK(loaded.scenario->quotas[0].families[0].vcpus == 80);
  CHECK(loaded.scenario->quotas[0].total_vcpus == 100);
}
