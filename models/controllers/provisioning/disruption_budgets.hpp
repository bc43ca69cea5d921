/// How many nodes of a NodePool may be on their way out at once.
/// Source: kubernetes-sigs/karpenter@22664681 pkg/apis/v1/nodepool.go GetAllowedDisruptionsByReason.
#pragma once
#include <cstdint>

#include "models/spec/provisioning_spec.hpp"

namespace akstwin {

/// Upstream's word for the reason: "Empty", "Underutilized", "Drifted".
Name to_name(DisruptionReason reason);

/// The smallest of the budgets that are active now and concern the reason; INT64_MAX without one. Percentages of `nodes` round up.
std::int64_t allowed_disruptions(const KarpenterNodePoolSpec& pool, DisruptionReason reason, std::int64_t nodes, const Epoch& start, SimTime now);

}  // namespace akstwin
