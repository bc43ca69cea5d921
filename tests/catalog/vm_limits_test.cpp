#include <catch2/catch.hpp>

#include "models/catalog/operation_times.hpp"
#include "models/catalog/vm_limits.hpp"

using namespace akstwin;

TEST_CASE("Every size of the catalogue states how many data disks it takes") {
  for (const VmSize& size : vm_sizes()) {
    INFO(size.name.text());
    REQUIRE(max_data_disks(size).has_value());
    CHECK(*max_data_disks(size) >= 4);
  }
  CHECK(max_data_disks(*find_vm_size("Standard_D4ds_v5")) == 8);
  CHECK(max_data_disks(*find_vm_size("Standard_D4ds_v6")) == 12);
}

TEST_CASE("An hour of nothing banks the base of all vCPUs: credits an hour are base x vCPUs x 60") {
  int burstable = 0;
  for (const VmSize& size : vm_sizes()) {
    CHECK(burst_terms(size).has_value() == size.burstable());
    if (const auto terms = burst_terms(size)) {
      INFO(size.name.text());
      CHECK(std::abs(terms->credits_per_hour - terms->base_permille * size.vcpus * 60 / 1000) <= 1);
      CHECK(std::abs(terms->credits_max - 24 * terms->credits_per_hour) <= 50);   // a day's worth; B8ms states 1,994
      ++burstable;
    }
  }
  CHECK(burstable == 9);
}

TEST_CASE("An OS disk is ephemeral with 128 GiB of local disk by default, or where a stated size fits") {
  const VmSize &large = *find_vm_size("Standard_D4ds_v5"), &small = *find_vm_size("Standard_D2ds_v5"), &none = *find_vm_size("Standard_D4s_v5");
  NodePoolSpec pool;
  CHECK(os_disk_is_ephemeral(pool, large));        // 150 GiB
  CHECK_FALSE(os_disk_is_ephemeral(pool, small));  // 75 GiB
  CHECK_FALSE(os_disk_is_ephemeral(pool, none));
  pool.os_disk_gib = 60;
  CHECK(os_disk_is_ephemeral(pool, small));
  pool.os_disk_gib = 200;
  CHECK_FALSE(os_disk_is_ephemeral(pool, large));
  pool.os_disk_gib = 0;
  pool.ephemeral_os_disk = false;
  CHECK_FALSE(os_disk_is_ephemeral(pool, large));
}

TEST_CASE("Operation times rise with the draw, lie between the recorded ones, and fall back to Linux where Windows was not recorded") {
  for (const OperationQuantiles& row : operation_quantiles()) {
    INFO(to_string(row.kind));
    REQUIRE(row.times.sorted.size() == 21);
    for (std::size_t i = 1; i < row.times.sorted.size(); ++i) CHECK(row.times.sorted[i - 1] <= row.times.sorted[i]);
    CHECK(row.times.sorted.front() > Duration{0});
  }
  CHECK(operation_times(OperationKind::PoolAdd, OsType::Windows).p50 > operation_times(OperationKind::PoolAdd, OsType::Linux).p50);
  CHECK(operation_times(OperationKind::ClusterCreate, OsType::Windows).os == OsType::Linux);
  CHECK(operation_time(OperationKind::ClusterCreate, OsType::Linux, 0.5) == operation_times(OperationKind::ClusterCreate, OsType::Linux).p50);
  CHECK(arm_overhead().seconds() == 8);
}
