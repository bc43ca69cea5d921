/// Nodes that could be disrupted: which, what that would cost in moved pods, and for the others what forbids it.
/// Source: kubernetes-sigs/karpenter@22664681 pkg/controllers/disruption/types.go NewCandidate, pkg/controllers/state/statenode.go,
/// pkg/utils/{pdb,pod,disruption}.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "models/controllers/provisioning/provisioning_state.hpp"

namespace akstwin {

/// A node that could go.
struct Candidate {
  Name claim;
  std::uint32_t pool = 0, choice = 0;
  NodeId node;
  Money price;
  std::int64_t cost_milli = 1'000;                 ///< 1 + what moving its pods is worth, in thousandths
  std::vector<PlacedPod> pods;                     ///< that would have to move
  /// No pod is worth anything: upstream's emptiness.
  bool empty() const { return cost_milli <= 1'000; }
};

/// Graceful methods leave alone what a pod forbids; drift does not wait for ever where terminationGracePeriod is set.
enum class DisruptionClass : std::uint8_t { Graceful, Eventual };

/// The candidate, or why not. The node exists and is initialised.
std::optional<Candidate> as_candidate(const ClusterState& state, const ProvisioningState& karpenter, const NodeClaim& claim, DisruptionClass kind,
                                      SimTime now, std::string& blocked);
/// Whether a pod may be evicted at all as budgets stand: no budget of it is exhausted, and there is at most one.
bool budgets_allow(const ClusterState& state, const Pod& pod, SimTime now, std::string& blocked);
/// What evicting a pod is worth, in thousandths: 1, plus deletion cost ÷ 2^27, plus priority ÷ 2^25, within −10 … 10.
std::int64_t eviction_cost_milli(const PodSpec& pod);
/// Condition Consolidatable: consolidateAfter has passed since the last pod came or went.
bool is_consolidatable(const NodeClaim& claim, const KarpenterNodePoolSpec& pool, SimTime now);
/// When it turns so; kNever where it never does.
SimTime consolidatable_at(const NodeClaim& claim, const KarpenterNodePoolSpec& pool);
/// Most saved for least moved first: price ÷ cost, exactly.
bool saves_more(const Candidate& a, const Candidate& b);

}  // namespace akstwin
