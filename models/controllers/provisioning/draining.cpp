#include "models/controllers/provisioning/draining.hpp"

#include <algorithm>
#include <array>

namespace akstwin {
namespace {

constexpr Duration kDrainLook{1'000'000};

/// 0: ordinary pods, 1: their DaemonSets', 2: critical pods, 3: critical DaemonSets'.
std::size_t tier_of(const ClusterState& state, const Pod& pod) {
  const std::string_view priority = pod.spec->priority_class.text();
  const bool critical = priority == "system-cluster-critical" || priority == "system-node-critical";
  const bool daemon = state.workloads[pod.owner].spec->kind == WorkloadKind::DaemonSet;
  return (critical ? 2U : 0U) + (daemon ? 1U : 0U);
}

bool leaves(const Pod& pod) {
  if (pod.phase == PodPhase::Succeeded || pod.phase == PodPhase::Failed) return false;
  return std::ranges::none_of(pod.spec->tolerations, [](const Toleration& t) { return t.tolerates(disrupted_taint()); });
}

}  // namespace

SimTime drain(ControllerContext& context, const ProvisioningState& karpenter, NodeClaim& claim) {
  const ClusterState& state = context.cluster.state();
  const KarpenterNodePoolSpec& pool = karpenter.pools[claim.pool].spec();
  const PoolId pool_id = karpenter.pool_ids[claim.pool];
  const auto delete_machine = [&] {
    const Name why(claim.reason.empty() ? Name("Deleted") : claim.reason);
    context.cloud.submit(DeleteMachine{pool_id, claim.machine, why});
    context.notes.note({NoteKind::ScaleDown, karpenter.pools[claim.pool].offer().key, claim.node_name, why, context.cloud.state().pools[pool_id].target});
    claim.machine_deleted = true;
    return kNever;
  };
  if (claim.machine_deleted) return kNever;
  if (!state.nodes.contains(claim.node)) return delete_machine();   // never registered
  const auto& taints = state.nodes[claim.node].taints;
  if (std::ranges::find(taints, disrupted_taint()) == taints.end()) context.cluster.submit(TaintNode{claim.node, disrupted_taint(), true});
  const SimTime end = pool.termination_grace ? claim.deletion_began + *pool.termination_grace : kNever;
  std::array<std::vector<PodId>, 4> tiers;
  const std::vector<PodId> pods = state.nodes[claim.node].pods;
  SimTime next = context.now + kDrainLook;
  std::size_t waiting = 0;
  for (const PodId id : pods) {
    const Pod& pod = state.pods[id];
    if (!leaves(pod)) continue;
    ++waiting;
    // Past its deadline a pod is deleted whatever protects it, early enough for its own grace period.
    if (end != kNever && context.now >= end - pod.spec->termination_grace) {
      if (!pod.terminating()) context.cluster.submit(DeletePod{id, Name("TerminationGracePeriod")});
    } else {
      tiers[tier_of(state, pod)].push_back(id);
    }
  }
  if (waiting == 0) return delete_machine();
  if (context.now < claim.next_attempt) return std::min(next, claim.next_attempt);
  bool refused = false;
  for (const std::vector<PodId>& tier : tiers) {
    if (tier.empty()) continue;
    for (const PodId id : tier) {
      if (!state.pods.contains(id) || state.pods[id].terminating() || is_kept(state.pods[id], context.now)) continue;
      const Verdict verdict = context.cluster.submit(EvictPod{id, claim.reason.empty() ? Name("Deleted") : claim.reason});
      refused = refused || verdict == Verdict::TooManyRequests || verdict == Verdict::InternalError;
    }
    break;
  }
  claim.next_attempt = context.now + (refused ? claim.wait : Duration{0});
  claim.wait = refused ? std::min(claim.wait * 2, kLastEviction) : kFirstEviction;
  if (refused) say_once(context, claim, "FailedDraining", "Failed to drain node, " + std::to_string(waiting) + " pods are waiting to be evicted");
  return std::max(next, claim.next_attempt);
}

}  // namespace akstwin
