#include "models/controllers/provisioning/consolidation.hpp"

#include <algorithm>
#include <set>

namespace akstwin {
namespace {

constexpr std::size_t kMostAtOnce = 100;           // multinodeconsolidation.go: a batch of 100 NodeClaims

/// Keeps the sizes whose worst launch price is below `limit`. A size that can be had as spot is launched as spot.
void keep_cheaper(const NodePoolModel& pool, std::vector<std::uint32_t>& choices, Money limit) {
  std::vector<std::uint32_t> kept;
  for (const std::uint32_t choice : choices) {
    const std::uint32_t size = pool.choices()[choice].size;
    Money worst_spot{-1}, worst_demand{-1};
    for (const std::uint32_t other : choices) {
      const LaunchChoice& offered = pool.choices()[other];
      if (offered.size != size) continue;
      Money& worst = offered.spot ? worst_spot : worst_demand;
      worst = std::max(worst, offered.price);
    }
    if ((worst_spot >= Money{0} ? worst_spot : worst_demand) < limit) kept.push_back(choice);
  }
  choices = std::move(kept);
  if (!pool.flexible_enough(choices)) choices.clear();
}

std::size_t sizes_in(const NodePoolModel& pool, const std::vector<std::uint32_t>& choices) {
  std::set<std::uint32_t> sizes;
  for (const std::uint32_t choice : choices) sizes.insert(pool.choices()[choice].size);
  return sizes.size();
}

bool any_spot(const NodePoolModel& pool, const std::vector<std::uint32_t>& choices) {
  return std::ranges::any_of(choices, [&](std::uint32_t choice) { return pool.choices()[choice].spot; });
}

void keep_spot(const NodePoolModel& pool, std::vector<std::uint32_t>& choices) {
  std::erase_if(choices, [&](std::uint32_t choice) { return !pool.choices()[choice].spot; });
}

/// The cheapest sizes, so that what is launched is among those that would not be consolidated at once again.
void truncate(const NodePoolModel& pool, std::vector<std::uint32_t>& choices, std::size_t most) {
  std::set<std::uint32_t> sizes;
  std::erase_if(choices, [&](std::uint32_t choice) {
    const std::uint32_t size = pool.choices()[choice].size;
    if (sizes.contains(size)) return false;
    if (sizes.size() >= most) return true;
    sizes.insert(size);
    return false;
  });
}

/// Replacing several nodes by one of a size that one of them has is only worth it below that node's price (filterOutSameType).
void drop_same_size(const ProvisioningState& karpenter, const std::vector<Candidate>& candidates, PlannedClaim& replacement) {
  const NodePoolModel& pool = karpenter.pools[replacement.pool];
  Money limit{INT64_MAX};
  for (const Candidate& candidate : candidates) {
    const Name size = karpenter.pools[candidate.pool].size_of(candidate.choice).name;
    const bool same = std::ranges::any_of(replacement.choices, [&](std::uint32_t choice) { return pool.size_of(choice).name == size; });
    if (same) limit = std::min(limit, candidate.price);
  }
  if (limit.nano != INT64_MAX) keep_cheaper(pool, replacement.choices, limit);
}

std::string narrow_by_price(const ProvisioningState& karpenter, const std::vector<Candidate>& candidates, PlannedClaim& replacement) {
  const NodePoolModel& pool = karpenter.pools[replacement.pool];
  Money price;
  bool all_spot = true;
  for (const Candidate& candidate : candidates) {
    price += candidate.price;
    all_spot = all_spot && karpenter.pools[candidate.pool].choices()[candidate.choice].spot;
  }
  const bool spot = any_spot(pool, replacement.choices);
  if (all_spot && spot && !karpenter.wants_spot_to_spot) return "SpotToSpotConsolidation is disabled, can't replace a spot node with a spot node";
  if (all_spot && spot) keep_spot(pool, replacement.choices);
  keep_cheaper(pool, replacement.choices, price);
  if (replacement.choices.empty()) return "Can't replace with a cheaper node";
  if (!spot) return {};
  // The comparison took spot prices: should there be no spot capacity, the launch fails and the node stays.
  if (any_spot(pool, replacement.choices)) keep_spot(pool, replacement.choices);
  if (!all_spot || candidates.size() > 1) return {};
  const std::size_t sizes = sizes_in(pool, replacement.choices);
  if (sizes < kSpotToSpotMinimum)
    return "SpotToSpotConsolidation requires " + std::to_string(kSpotToSpotMinimum) + " cheaper instance type options than the current candidate to consolidate, got " +
           std::to_string(sizes);
  truncate(pool, replacement.choices, kSpotToSpotMinimum);
  return {};
}

}  // namespace

Money DisruptionPlan::saving(const ProvisioningState& karpenter) const {
  Money saved;
  for (const Candidate& candidate : candidates) saved += candidate.price;
  for (const PlannedClaim& claim : replacements) saved -= karpenter.pools[claim.pool].choices()[claim.choices.front()].price;
  return saved;
}

PlacementResult simulate_without(const ClusterState& state, const ProvisioningState& karpenter, Placement& placement, std::vector<PlacedPod> waiting,
                                 const std::vector<Candidate>& candidates, bool consolidation, SimTime now, std::vector<PlacedPod>& pods) {
  Placement::Question question;
  question.consolidation = consolidation;
  question.pods = std::move(waiting);
  std::string ignored;
  for (const Candidate& candidate : candidates) {
    question.without.push_back(candidate.node);
    question.pods.insert(question.pods.end(), candidate.pods.begin(), candidate.pods.end());
  }
  for (const NodeClaim& claim : karpenter.claims) {
    if (!claim.going() || !state.nodes.contains(claim.node)) continue;
    for (const PodId id : state.nodes[claim.node].pods) {
      const Pod& pod = state.pods[id];
      if (!is_reschedulable(state, pod) || is_kept(pod, now) || !budgets_allow(state, pod, now, ignored)) continue;
      question.pods.push_back(placed_pod(state, id));
      question.pods.back().from_deleting = true;
    }
  }
  PlacementResult result = placement.solve(question);
  pods = std::move(question.pods);
  return result;
}

std::string unplaced(const PlacementResult& result, const std::vector<PlacedPod>& pods) {
  for (const auto& failed : result.failed)
    if (!pods[failed.pod].pending) return "not all pods would schedule, " + pods[failed.pod].name.str() + " => " + failed.why.str();
  for (const std::size_t pod : result.on_uninitialized)
    if (!pods[pod].pending) return "not all pods would schedule, " + pods[pod].name.str() + " => would schedule against a node that is not initialized";
  return {};
}

std::optional<DisruptionPlan> consolidate(const ClusterState& state, const ProvisioningState& karpenter, Placement& placement,
                                          const std::vector<PlacedPod>& waiting, const std::vector<Candidate>& candidates, SimTime now, std::string& why_not) {
  DisruptionPlan plan;
  plan.candidates = candidates;
  plan.placement = simulate_without(state, karpenter, placement, waiting, candidates, true, now, plan.pods);
  why_not = unplaced(plan.placement, plan.pods);
  if (!why_not.empty()) return std::nullopt;
  if (plan.placement.claims.empty()) return plan;
  if (plan.placement.claims.size() > 1) {
    why_not = "Can't remove without creating " + std::to_string(plan.placement.claims.size()) + " candidates";
    return std::nullopt;
  }
  plan.replacements = plan.placement.claims;
  why_not = narrow_by_price(karpenter, candidates, plan.replacements.front());
  if (!why_not.empty()) return std::nullopt;
  return plan;
}

std::optional<DisruptionPlan> consolidate_first(const ClusterState& state, const ProvisioningState& karpenter, Placement& placement,
                                                const std::vector<PlacedPod>& waiting, const std::vector<Candidate>& candidates, SimTime now) {
  std::optional<DisruptionPlan> best;
  if (candidates.size() < 2) return best;
  std::size_t low = 1, high = std::min(candidates.size() - 1, kMostAtOnce);
  while (low <= high) {
    const std::size_t middle = (low + high) / 2;
    std::string why_not;
    auto plan = consolidate(state, karpenter, placement, waiting, {candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(middle) + 1}, now, why_not);
    if (plan && !plan->replacements.empty()) {
      drop_same_size(karpenter, plan->candidates, plan->replacements.front());
      if (plan->replacements.front().choices.empty()) plan.reset();
    }
    if (plan) {
      best = std::move(plan);
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return best;
}

}  // namespace akstwin
