#include "models/controllers/provisioning/instance_types.hpp"

#include <algorithm>

namespace akstwin {
namespace {

constexpr Bytes kMi{1LL << 20};
constexpr Bytes kEvictionThreshold{750LL << 20};

}  // namespace

Bytes memory_without_overhead(Bytes memory) { return memory - Bytes{(memory.value * 75 + 999) / 1'000}; }

Bytes provider_reserved_memory(Bytes memory) {
  const std::int64_t gib = memory.value >> 30;
  const auto part = [&](std::int64_t from, std::int64_t to, std::int64_t percent) { return (std::clamp(gib, from, to) - from) * 1'024 * percent; };
  const std::int64_t hundredths = part(0, 4, 25) + part(4, 8, 20) + part(8, 16, 10) + part(16, 128, 6) + part(128, INT64_MAX / 1'000'000, 2);
  return kMi * (hundredths / 100);
}

Millicores provider_reserved_cpu(int vcpus) {
  std::int64_t reserved = 0;
  for (int core = 1; core <= vcpus; ++core) reserved += core == 1 ? 60 : core == 2 ? 40 : core <= 4 ? 20 : 10;
  return {reserved};
}

NodeEstimate estimate_node(const MachineSize& size, std::int64_t os_disk_gb) {
  NodeEstimate out;
  out.capacity = {.cpu = {size.vcpus * 1'000LL}, .memory = memory_without_overhead(size.memory),
                  .ephemeral_storage = {os_disk_gb * 1'000'000'000LL}, .gpu = size.gpus};
  out.allocatable = out.capacity;
  out.allocatable.cpu -= provider_reserved_cpu(size.vcpus);
  out.allocatable.memory -= provider_reserved_memory(size.memory) + kEvictionThreshold;
  return out;
}

}  // namespace akstwin
