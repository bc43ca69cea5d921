#include "models/catalog/allocatable.hpp"

#include <algorithm>

namespace akstwin {
namespace {

constexpr Bytes kGiB{1LL << 30};
constexpr Bytes kMB{1LL << 20};   // The page's "MB" is what the kubelet is given as Mi.

// The part of `memory` between `from` and `to`, times `percent`.
Bytes bracket(Bytes memory, Bytes from, Bytes to, std::int64_t percent) {
  const Bytes inside = std::clamp(memory, from, to) - from;
  return {inside.value / 100 * percent};
}

Bytes bracketed_reservation(Bytes memory) {
  constexpr Bytes top{INT64_MAX / 128};
  return bracket(memory, {}, kGiB * 4, 25) + bracket(memory, kGiB * 4, kGiB * 8, 20) + bracket(memory, kGiB * 8, kGiB * 16, 10) +
         bracket(memory, kGiB * 16, kGiB * 128, 6) + bracket(memory, kGiB * 128, top, 2);
}

}  // namespace

Millicores reserved_cpu(int vcpus) {
  std::int64_t reserved = 0;
  for (int core = 1; core <= vcpus; ++core) reserved += core == 1 ? 60 : core == 2 ? 40 : core <= 4 ? 20 : 10;
  return {reserved};
}

Bytes reserved_memory(Bytes memory, int max_pods, int kubernetes_minor) {
  if (kubernetes_minor < 29) return bracketed_reservation(memory);
  return std::min(kMB * (20LL * max_pods + 50), memory / 4);
}

Bytes eviction_threshold(int kubernetes_minor) { return kMB * (kubernetes_minor < 29 ? 750 : 100); }

Resources capacity(const VmSize& size, std::int64_t os_disk_gib) {
  const std::int64_t disk = os_disk_gib > 0 ? os_disk_gib : default_os_disk_gib(size, size.default_ephemeral_os_disk());
  return {.cpu = {size.vcpus * 1'000LL}, .memory = size.memory, .ephemeral_storage = kGiB * disk, .gpu = size.gpus};
}

Resources allocatable(const VmSize& size, int max_pods, int kubernetes_minor, std::int64_t os_disk_gib) {
  Resources free = capacity(size, os_disk_gib);
  free.cpu -= reserved_cpu(size.vcpus);
  free.memory -= reserved_memory(size.memory, max_pods, kubernetes_minor) + eviction_threshold(kubernetes_minor);
  free.ephemeral_storage -= free.ephemeral_storage / 10;
  return free;
}

std::int64_t default_os_disk_gib(const VmSize& size, bool ephemeral) {
  if (ephemeral && size.default_ephemeral_os_disk()) return size.temp_disk.value >> 30;
  return size.vcpus < 8 ? 128 : size.vcpus < 16 ? 256 : size.vcpus < 64 ? 512 : 1'024;
}

}  // namespace akstwin
