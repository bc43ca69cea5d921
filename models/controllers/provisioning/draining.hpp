/// The orderly end of a node: tainted, its pods evicted tier by tier, then its machine deleted.
/// Source: kubernetes-sigs/karpenter@22664681 pkg/controllers/node/termination.
#pragma once
#include "models/controllers/provisioning/provisioning_state.hpp"

namespace akstwin {

/// Refused evictions are tried again after 100 ms, doubled up to 10 s (terminator/eviction.go).
inline constexpr Duration kFirstEviction{100'000}, kLastEviction{10'000'000};

/// One look at a node that is being deleted; returns when to look again. The NodeClaim goes when its node is gone.
SimTime drain(ControllerContext& context, const ProvisioningState& karpenter, NodeClaim& claim);

}  // namespace akstwin
