#include "models/controllers/provisioning/candidates.hpp"

#include <algorithm>
#include <charconv>

#include "models/api/disruption.hpp"
#include "sim/base/int128.hpp"

namespace akstwin {
namespace {

bool tolerates_disruption(const PodSpec& pod) {
  return std::ranges::any_of(pod.tolerations, [](const Toleration& t) { return t.tolerates(disrupted_taint()); });
}

bool is_active(const Pod& pod) { return !pod.terminating() && pod.phase != PodPhase::Succeeded && pod.phase != PodPhase::Failed; }

}  // namespace

std::int64_t eviction_cost_milli(const PodSpec& pod) {
  static const Name kDeletionCost("controller.kubernetes.io/pod-deletion-cost");
  std::int64_t cost = 1'000;
  if (const Name* stated = pod.annotations.find(kDeletionCost)) {
    std::int64_t value = 0;
    const std::string_view text = stated->text();
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc()) cost += value * 1'000 / (1LL << 27);
  }
  cost += static_cast<std::int64_t>(pod.priority) * 1'000 / (1LL << 25);
  return std::clamp<std::int64_t>(cost, -10'000, 10'000);
}

bool budgets_allow(const ClusterState& state, const Pod& pod, SimTime now, std::string& blocked) {
  if (!is_active(pod) || tolerates_disruption(*pod.spec) || is_kept(pod, now)) return true;   // it is not asked to leave
  const AppliedBudget* only = nullptr;
  for (const AppliedBudget& budget : state.disruption_budgets) {
    if (!budget.applied || std::ranges::find(budget.workloads, pod.owner) == budget.workloads.end()) continue;
    if (only != nullptr) {
      blocked = "eviction does not support multiple PDBs (" + pod.name.str() + ")";
      return false;
    }
    only = &budget;
  }
  if (only == nullptr || (only->spec->always_allow_unhealthy && !pod.ready) || disruptions_allowed(state, *only) > 0) return true;
  blocked = "pdb " + only->spec->name_space.str() + "/" + only->spec->name.str() + " prevents pod evictions";
  return false;
}

std::optional<Candidate> as_candidate(const ClusterState& state, const ProvisioningState& karpenter, const NodeClaim& claim, DisruptionClass kind,
                                      SimTime now, std::string& blocked) {
  if (claim.phase != ClaimPhase::Initialized || claim.going() || !state.nodes.contains(claim.node)) return std::nullopt;
  const NodePoolModel& pool = karpenter.pools[claim.pool];
  if (claim.nominated_until > now) {
    blocked = "node is nominated for a pending pod";
    return std::nullopt;
  }
  Candidate out{.claim = claim.name, .pool = claim.pool, .choice = claim.choice, .node = claim.node, .price = pool.choices()[claim.choice].price, .pods = {}};
  const bool may_force = kind == DisruptionClass::Eventual && pool.spec().termination_grace.has_value();
  for (const PodId id : state.nodes[claim.node].pods) {
    const Pod& pod = state.pods[id];
    if (is_active(pod) && is_kept(pod, now)) blocked = "pod " + pod.name.str() + " has \"karpenter.sh/do-not-disrupt\" annotation";
    else if (!budgets_allow(state, pod, now, blocked)) {}
    if (!blocked.empty() && !may_force) return std::nullopt;
    if (!is_reschedulable(state, pod)) continue;
    out.cost_milli += std::max<std::int64_t>(0, eviction_cost_milli(*pod.spec));
    out.pods.push_back(placed_pod(state, id));
  }
  return out;
}

SimTime consolidatable_at(const NodeClaim& claim, const KarpenterNodePoolSpec& pool) {
  if (claim.phase != ClaimPhase::Initialized || !pool.consolidate_after) return kNever;
  return (claim.last_pod_event != kNever ? claim.last_pod_event : claim.initialized) + *pool.consolidate_after;
}

bool is_consolidatable(const NodeClaim& claim, const KarpenterNodePoolSpec& pool, SimTime now) { return consolidatable_at(claim, pool) <= now; }

bool saves_more(const Candidate& a, const Candidate& b) {
  const Int128 left = static_cast<Int128>(a.price.nano) * b.cost_milli, right = static_cast<Int128>(b.price.nano) * a.cost_milli;
  return left != right ? left > right : a.claim < b.claim;
}

}  // namespace akstwin
