/// Azure Resource Manager's theoretical check of addresses: what it refuses before a single node is asked for.
#pragma once
#include <cstdint>
#include <functional>

#include "models/spec/scenario.hpp"

namespace akstwin {

/// Nodes that a pool counts with, its surge apart: maxCount where the cluster autoscaler scales it, otherwise ARM's count. Below zero:
/// the pool is not there.
using PoolCounts = std::function<std::int64_t(std::uint32_t cluster, std::size_t pool)>;

/// Empty code: admitted. Otherwise Azure's code, and how many addresses or /24 blocks are missing.
struct AddressRefusal {
  Name code;
  std::int64_t missing = 0;
  bool admitted() const { return code.empty(); }
};

/// Why the pools of `cluster` may not be, beside all others: "InsufficientSubnetSize" where the most nodes and the surge of every pool in a
/// subnet need more than it has (Azure/AKS#456, #3653), "InsufficientPodCidr" where they need more /24 blocks than the pod CIDR has by
/// `now` (Azure/AKS#4467). A dynamic pod subnet is asked for a batch a node: how many pods will come is not known.
AddressRefusal address_admission(const Scenario& scenario, std::uint32_t cluster, const PoolCounts& counts, SimTime now = {});

}  // namespace akstwin
