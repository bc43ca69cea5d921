/// VM sizes as Karpenter packs them: its own estimate of what a node will have, and where and at what price a size is offered.
/// Source: Azure/karpenter-provider-azure@352646f5 pkg/providers/instancetype/instancetype.go, read 2026-11.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "models/spec/pod_spec.hpp"
#include "sim/base/money.hpp"

namespace akstwin {

/// One size as the provider lists it. Built where the catalogue is known.
struct MachineSize {
  Name name, family;                               ///< family: "D"; capacity failures block a family's larger sizes, too
  int vcpus = 0, gpus = 0;
  Bytes memory;
  Labels labels;                                   ///< those that the size alone decides
  Money on_demand;
  std::optional<Money> spot;                       ///< absent: not offered as spot
};

/// What Karpenter expects of a node of some size before it has seen one.
struct NodeEstimate {
  Resources capacity, allocatable;
};

/// Memory that the operating system sees: 7.5 % less than the size has (vm-memory-overhead-percent), rounded up to the byte.
Bytes memory_without_overhead(Bytes memory);
/// kube-reserved memory by the brackets of Kubernetes before 1.29, in whole Mi of the size's memory: 25 % of the first 4 GiB, 20 % of the
/// next 4, 10 % of the next 8, 6 % of the next 112, 2 % above. AKS itself reserves by another formula since 1.29 (facts A2).
Bytes provider_reserved_memory(Bytes memory);
/// kube-reserved CPU: 6 % of the first core, 4 % of the second, 2 % of the next two, 1 % of the rest.
Millicores provider_reserved_cpu(int vcpus);
/// The estimate: memory without overhead, minus reservation, minus the eviction threshold of 750Mi; the OS disk in decimal gigabytes.
NodeEstimate estimate_node(const MachineSize& size, std::int64_t os_disk_gb);

}  // namespace akstwin
