#include <catch2/catch.hpp>

#include "models/catalog/allocatable.hpp"
#include "models/catalog/embedded_csv.hpp"
#include "models/catalog/vm_families.hpp"
#include "models/catalog/vm_sizes.hpp"

using namespace akstwin;

namespace {
constexpr Bytes kMi{1LL << 20};
constexpr Bytes kGi{1LL << 30};
VmSize size_with_memory(Bytes memory) {
  VmSize size;
  size.vcpus = 2;
  size.memory = memory;
  return size;
}
}  // namespace

TEST_CASE("The catalogue knows a D4ds_v5 as its page states it, in any case of letters") {
  const VmSize* size = find_vm_size("standard_d4ds_v5");
  REQUIRE(size != nullptr);
  CHECK(size->name == Name("Standard_D4ds_v5"));
  CHECK(size->vcpus == 4);
  CHECK(size->memory == kGi * 16);
  CHECK(size->temp_disk == kGi * 150);
  CHECK(size->max_nics == 2);
  CHECK(size->network == BytesPerSecond{12'500 * 125'000LL});   // 12.5 Gbit/s
  CHECK(size->default_ephemeral_os_disk());                    // 150 GiB of local disk >= 128 GiB
  CHECK_FALSE(size->burstable());
  CHECK_FALSE(size->source.empty());
}

TEST_CASE("Every VM size is usable: cores, memory, a network rate and a source") {
  REQUIRE(vm_sizes().size() == 115);
  for (const VmSize& size : vm_sizes()) {
    INFO(size.name.text());
    CHECK(size.vcpus > 0);
    CHECK(size.memory >= kGi);
    CHECK(size.network.value > 0);
    CHECK_FALSE(size.source.empty());
    CHECK(find_vm_size(size.name.text()) == &size);
  }
}

TEST_CASE("An unknown size or region is nothing") {
  CHECK(find_vm_size("Standard_D5_v9") == nullptr);
  CHECK(find_vm_size("") == nullptr);
  CHECK(find_region("mars") == nullptr);
}

TEST_CASE("Regions carry their zones and their pair") {
  const Region* east = find_region("eastus2");
  REQUIRE(east != nullptr);
  CHECK(east->zones == 3);
  CHECK(east->paired == Name("centralus"));
  const Region* west = find_region("westus");
  REQUIRE(west != nullptr);
  CHECK(west->zones == 0);
}

TEST_CASE("A GPU size states its devices and a burstable size says so") {
  CHECK(find_vm_size("Standard_NC4as_T4_v3")->gpus == 1);
  CHECK(find_vm_size("Standard_B2ms")->burstable());
  CHECK_FALSE(find_vm_size("Standard_B2ms")->default_ephemeral_os_disk());
}

TEST_CASE("Reserved CPU follows the published table") {   // facts K1
  const std::pair<int, std::int64_t> published[] = {{1, 60}, {2, 100}, {4, 140}, {8, 180}, {16, 260}, {32, 420}, {64, 740}};
  for (const auto& [cores, milli] : published) CHECK(reserved_cpu(cores) == Millicores{milli});
}

TEST_CASE("Reserved memory from 1.29 is 20 MB a pod plus 50 MB, at most a quarter") {   // facts K2
  CHECK(reserved_memory(kGi * 8, 30, 29) == kMi * 650);        // 20·30 + 50 = 650 < 2048
  CHECK(reserved_memory(kMi * 4'000, 70, 31) == kMi * 1'000);  // 20·70 + 50 = 1450 > 4000/4
  CHECK(reserved_memory(kGi * 16, 250, 31) == kGi * 4);        // 5050Mi > 16Gi/4
}

TEST_CASE("Allocatable memory of the documented 8 GB node with 30 pods is 7.25 GB") {
  // 8192 − 650 − 100 = 7442 Mi = 7.27 GiB; the page rounds its decimal arithmetic to 7.25.
  CHECK(allocatable(size_with_memory(kGi * 8), 30, 29).memory == kMi * 7'442);
}

TEST_CASE("Before 1.29 memory is reserved by brackets and 750Mi are kept free") {
  // 7 GiB: 25 % of 4 = 1 GiB, 20 % of 3 = 0.6 GiB; facts K2 prints 1.6 GB + 0.75.
  const Bytes reserved = reserved_memory(kGi * 7, 110, 28);
  CHECK(static_cast<double>(reserved.value) / static_cast<double>(kGi.value) == Approx(1.6).epsilon(1e-6));
  CHECK(eviction_threshold(28) == kMi * 750);
}

TEST_CASE("A D4ds_v5 with 250 pods leaves 3860m and 11.9Gi") {
  const Resources free = allocatable(*find_vm_size("Standard_D4ds_v5"), 250, 31);
  CHECK(free.cpu == Millicores{3'860});                        // 4000 − 140
  CHECK(free.memory == kGi * 12 - kMi * 100);                  // 16 − min(5050Mi, 4Gi) − 100Mi
  CHECK(free.ephemeral_storage == kGi * 135);                  // 150 GiB local OS disk less 10 %
}

TEST_CASE("A size without local disk gets a managed OS disk by vCPU count") {
  CHECK(default_os_disk_gib(*find_vm_size("Standard_D4s_v5"), true) == 128);
  CHECK(default_os_disk_gib(*find_vm_size("Standard_D8s_v5"), true) == 256);
  CHECK(default_os_disk_gib(*find_vm_size("Standard_D8ds_v5"), true) == 300);
  CHECK(default_os_disk_gib(*find_vm_size("Standard_D8ds_v5"), false) == 256);
}

TEST_CASE("CSV fields may be quoted, hold commas, quotes and line breaks") {
  const auto rows = parse_csv("a,\"b,c\",\"d\"\"e\"\r\n\n1,,\"x\ny\"");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == std::vector<std::string>{"a", "b,c", "d\"e"});
  CHECK(rows[1] == std::vector<std::string>{"1", "", "x\ny"});
  CHECK(parse_csv("").empty());
}

TEST_CASE("A size's quota family is the one that az vm list-usage counts it under") {
  for (const auto& [size, family] : {std::pair{"Standard_D4ds_v5", "standardDDSv5Family"},
                                     {"Standard_D8s_v5", "standardDSv5Family"},
                                     {"Standard_D4pds_v6", "standardDPDSv6Family"},
                                     {"Standard_DS2_v2", "standardDSv2Family"},
                                     {"Standard_E8as_v5", "standardEASv5Family"},
                                     {"Standard_F4s_v2", "standardFSv2Family"},
                                     {"Standard_L8s_v3", "standardLSv3Family"},
                                     {"Standard_B4ms", "standardBSFamily"},
                                     {"Standard_B2s_v2", "standardBsv2Family"},
                                     {"Standard_NC24ads_A100_v4", "standardNCADSA100v4Family"},
                                     {"Standard_NV36ads_A10_v5", "StandardNVADSA10v5Family"},
                                     {"Standard_NC40ads_H100_v5", "standardNCadsH100v5Family"},
                                     {"Standard_ND96isr_H100_v5", "standardNDSH100v5Family"},
                                     {"Standard_ND96asr_v4", "Standard NDASv4_A100 Family"},
                                     {"Standard_NC4as_T4_v3", "Standard NCASv3_T4 Family"}}) {
    INFO(size);
    REQUIRE(find_vm_size(size) != nullptr);
    INFO(vm_family(*find_vm_size(size)));
    CHECK(same_vm_family(vm_family(*find_vm_size(size)), family));
  }
  CHECK_FALSE(same_vm_family("standardDSv5Family", "standardDDSv5Family"));
}
