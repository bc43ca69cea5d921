/// Whether nodes can go for less money: their pods fit elsewhere, or on one machine that costs less.
/// Source: kubernetes-sigs/karpenter@22664681 pkg/controllers/disruption/{consolidation,multinodeconsolidation}.go.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "models/controllers/provisioning/candidates.hpp"

namespace akstwin {

/// A spot node is replaced by another spot node only if that many cheaper sizes would do (consolidation.go).
inline constexpr std::size_t kSpotToSpotMinimum = 15;

/// What to do: take the candidates away, after their replacement is there, if there is one.
struct DisruptionPlan {
  std::vector<Candidate> candidates;
  std::vector<PlannedClaim> replacements;
  PlacementResult placement;
  std::vector<PlacedPod> pods;                     ///< that the placement speaks of
  /// Price of what goes, minus the cheapest that may come, an hour.
  Money saving(const ProvisioningState& karpenter) const;
};

/// Where the pods of the candidates, those of nodes on their way out, and those that wait would go without the candidates.
PlacementResult simulate_without(const ClusterState& state, const ProvisioningState& karpenter, Placement& placement, std::vector<PlacedPod> waiting,
                                 const std::vector<Candidate>& candidates, bool consolidation, SimTime now, std::vector<PlacedPod>& pods);
/// The first pod that runs today and would find no place, as a message; empty: all do.
std::string unplaced(const PlacementResult& result, const std::vector<PlacedPod>& pods);

/// Consolidates exactly these candidates, or says why that is not possible.
std::optional<DisruptionPlan> consolidate(const ClusterState& state, const ProvisioningState& karpenter, Placement& placement,
                                          const std::vector<PlacedPod>& waiting, const std::vector<Candidate>& candidates, SimTime now, std::string& why_not);
/// The most of the first candidates that can be consolidated together, at least two: binary search over the number, as upstream.
std::optional<DisruptionPlan> consolidate_first(const ClusterState& state, const ProvisioningState& karpenter, Placement& placement,
                                                const std::vector<PlacedPod>& waiting, const std::vector<Candidate>& candidates, SimTime now);

}  // namespace akstwin
