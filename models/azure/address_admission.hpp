/// Azure Resource Manager's theoretical check of addresses: what it refuses before a single node is asked for.
#pragma once
#include <cstdint>
#include <functional>

#include "models/spec/scenario.hpp"

namespace akstwin {

/// Whether a pool is there, or is just being made.
using PoolCounts = std::function<bool(std::uint32_t cluster, std::size_t pool)>;

/// Why the pools of `cluster` that count may not be, beside all others that count: "InsufficientSubnetSize" where the most nodes and the
/// surge of every pool in a subnet need more than it has (Azure/AKS#456, #3653), "InsufficientPodCidr" where they need more /24 blocks
/// (Azure/AKS#4467); empty: admitted. A dynamic pod subnet is asked for a batch a node: how many pods will come is not known.
Name address_admission(const Scenario& scenario, std::uint32_t cluster, const PoolCounts& counts);

}  // namespace akstwin
