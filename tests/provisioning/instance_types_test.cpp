#include <catch2/catch.hpp>

#include "models/catalog/allocatable.hpp"
#include "models/catalog/machine_sizes.hpp"
#include "models/controllers/provisioning/instance_types.hpp"
#include "models/controllers/provisioning/offerings.hpp"
#include "models/world/node_provisioning.hpp"
#include "tests/provisioning/platform.hpp"

namespace akstwin::test {
namespace {

MachineSize machine(std::string_view name) {
  const VmSize* size = find_vm_size(name);
  REQUIRE(size != nullptr);
  MachineSize out;
  out.name = size->name;
  out.vcpus = size->vcpus;
  out.gpus = size->gpus;
  out.memory = size->memory;
  return out;
}

std::string label(std::string_view size, std::string_view key) {
  const Labels labels = size_labels(*find_vm_size(size));
  const Name* value = labels.find(Name(key));
  return value == nullptr ? "(none)" : value->str();
}

}  // namespace

TEST_CASE("Karpenter estimates a D4s_v5 as 3860m and 12,313,637,683 bytes") {
  // 16 GiB = 17,179,869,184. × 0.075 = 1,288,490,188.8, rounded up: 15,891,378,995 are left.
  // Reserved: 4 × 25 % + 4 × 20 % + 8 × 10 % = 2.6 GiB = 2662.4 Mi, cut to 2662 Mi. Eviction threshold 750Mi. 3412 Mi = 3,577,741,312.
  const NodeEstimate estimate = estimate_node(machine("Standard_D4s_v5"), 128);
  CHECK(estimate.capacity.memory.value == 15'891'378'995);
  CHECK(estimate.allocatable.memory.value == 15'891'378'995 - 3'577'741'312);
  CHECK(estimate.allocatable.cpu.value == 4'000 - 60 - 40 - 20 - 20);
  CHECK(estimate.allocatable.ephemeral_storage.value == 128'000'000'000);
}

TEST_CASE("The provider reserves by the brackets of Kubernetes before 1.29, to the largest sizes") {
  // 256 GiB: 1 + 0.8 + 0.8 + 112 × 6 % + 128 × 2 % = 1 + 0.8 + 0.8 + 6.72 + 2.56 = 11.88 GiB = 12,165.12 Mi.
  CHECK(provider_reserved_memory(256_Gi).value == 12'165LL << 20);
  CHECK(provider_reserved_memory(4_Gi).value == 1'024LL << 20);
  CHECK(provider_reserved_cpu(64).value == 60 + 40 + 20 + 20 + 60 * 10);
  // 8 GiB: 7.5 % off 8192 Mi are 7577.6 Mi; reserved 1.8 GiB = 1843 Mi; threshold 750 Mi: 4984.6 Mi. AKS itself leaves 6044 Mi (facts A2):
  // what Karpenter packs always fits.
  CHECK(estimate_node(machine("Standard_D2s_v5"), 128).allocatable.memory.value >> 20 == 4'984);
}

TEST_CASE("A node of any size has the CPU and memory that Karpenter planned with, whatever maxPods is") {
  for (const VmSize& size : vm_sizes())
    for (const int pods : {30, 110, 250}) {
      INFO(size.name.str() << " with " << pods << " pods");
      const Resources planned = estimate_node(machine(size.name.text()), 128).allocatable, real = allocatable(size, pods, 31);
      CHECK(planned.cpu == real.cpu);
      CHECK(planned.memory <= real.memory);
    }
}

TEST_CASE("A size's name gives its family, series, version and architecture") {
  CHECK(label("Standard_D4ads_v5", "karpenter.azure.com/sku-family") == "D");
  CHECK(label("Standard_D4ads_v5", "karpenter.azure.com/sku-series") == "Dads_v5");
  CHECK(label("Standard_D4ads_v5", "karpenter.azure.com/sku-version") == "5");
  CHECK(label("Standard_D4ads_v5", "karpenter.azure.com/sku-cpu") == "4");
  CHECK(label("Standard_D4ads_v5", "karpenter.azure.com/sku-memory") == "16384");
  CHECK(label("Standard_D4ads_v5", "kubernetes.io/arch") == "amd64");
  CHECK(label("Standard_D4pds_v6", "kubernetes.io/arch") == "arm64");
  CHECK(label("Standard_B2ms", "karpenter.azure.com/sku-version") == "1");
  CHECK(label("Standard_DS2_v2", "karpenter.azure.com/sku-series") == "DS_v2");
  CHECK(label("Standard_DS2_v2", "karpenter.azure.com/sku-storage-premium-capable") == "true");
  CHECK(label("Standard_NC24ads_A100_v4", "karpenter.azure.com/sku-family") == "N");
  CHECK(label("Standard_NC24ads_A100_v4", "karpenter.azure.com/sku-gpu-name") == "A100");
  CHECK(label("Standard_NC24ads_A100_v4", "karpenter.azure.com/sku-gpu-count") == "1");
  CHECK(label("Standard_D4s_v5", "karpenter.azure.com/sku-gpu-name") == "(none)");
}

TEST_CASE("Requirements narrow the catalogue: family, vCPUs between bounds, generation") {
  KarpenterNodePoolSpec pool;
  const auto add = [&](std::string_view key, SelectorRequirement::Operator op, std::string_view value) {
    pool.requirements.push_back({{Name(key), op, {Name(value)}}, {}});
  };
  using enum SelectorRequirement::Operator;
  add("karpenter.azure.com/sku-series", In, "Dds_v5");
  add("karpenter.azure.com/sku-cpu", Gt, "2");
  add("karpenter.azure.com/sku-cpu", Lt, "17");
  std::vector<std::string> names;
  for (const VmSize* size : sizes_admitted(pool, Name("eastus2"))) names.push_back(size->name.str());
  CHECK(names == std::vector<std::string>{"Standard_D16ds_v5", "Standard_D4ds_v5", "Standard_D8ds_v5"});
  add("karpenter.azure.com/sku-version", NotIn, "5");
  CHECK(sizes_admitted(pool, Name("eastus2")).empty());
}

TEST_CASE("Choices are ranked by price, then spot before on-demand, then name") {
  Scenario scenario = provisioned({node_pool("general", {"Standard_D2s_v5", "Standard_D4s_v5"})}, {});
  scenario.clusters[0].provisioning.node_pools[0].requirements.erase(scenario.clusters[0].provisioning.node_pools[0].requirements.begin());
  // Without a spot price of its own, spot costs what the scenario's discount leaves: D4s_v5 0.192 less half is 0.096, what D2s_v5 costs.
  scenario.cost.price_overrides = {{"vm:eastus2/Standard_D2s_v5/spot", Money{90'000'000}}, {"vm:eastus2/Standard_D4s_v5/spot", Money{96'000'000}}};
  const NodePoolModel pool(provisioner_options(scenario, 0, {}).pools.front());
  std::vector<std::string> order;
  for (std::size_t i = 0; i < pool.choices().size(); i += 3)   // three zones each
    order.push_back(pool.size_of(i).name.str() + (pool.choices()[i].spot ? " spot" : ""));
  CHECK(order == std::vector<std::string>{"Standard_D2s_v5 spot", "Standard_D4s_v5 spot", "Standard_D2s_v5", "Standard_D4s_v5"});
}

TEST_CASE("What Azure refused is not tried again before its time, nor is a larger size of the family") {
  UnavailableOfferings cache;
  const OfferingKey d4{Name("Standard_D4s_v5"), Name("Ds_v5"), 4, 1, true}, d8{Name("Standard_D8s_v5"), Name("Ds_v5"), 8, 1, true},
      d2{Name("Standard_D2s_v5"), Name("Ds_v5"), 2, 1, true};
  OfferingKey on_demand = d4, elsewhere = d4;
  on_demand.spot = false;
  elsewhere.zone = 2;
  CHECK(cache.refused(d4, Name("OverconstrainedAllocationRequest"), {1, 2, 3}, at(0_s)));
  CHECK_FALSE(cache.available(d4, at(179_s)));
  CHECK_FALSE(cache.available(d8, at(179_s)));
  CHECK(cache.available(d2, at(0_s)));
  CHECK(cache.available(on_demand, at(0_s)));
  CHECK(cache.available(elsewhere, at(0_s)));
  CHECK(cache.available(d4, at(180_s)));   // 3 minutes
  CHECK(cache.refused(d4, Name("SkuNotAvailable"), {1, 2, 3}, at(200_s)));
  CHECK_FALSE(cache.available(elsewhere, at(200_s)));   // spot is out in every zone
  CHECK(cache.available(on_demand, at(200_s)));
  CHECK(cache.refused(d4, Name("ZonalAllocationFailed"), {1, 2, 3}, at(200_s)));
  CHECK_FALSE(cache.available(on_demand, at(59_min)));  // an hour, whatever the priority
  CHECK_FALSE(cache.refused(d4, Name("SubnetIsFull"), {1, 2, 3}, at(200_s)));
}

}  // namespace akstwin::test
