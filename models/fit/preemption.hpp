/// DefaultPreemption: which lower-priority pods would have to go so that a pod fits.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/fit/filters.hpp"

namespace akstwin {

/// What preemption reads of a PodDisruptionBudget.
struct DisruptionBudget {
  Name name_space, name;
  LabelSelector selector;                          ///< empty matches nothing here
  std::int64_t disruptions_allowed = 0;
  std::vector<Name> disrupted_pods;                ///< status.disruptedPods: evicted already, not counted again
};

/// A node and the pods that would have to go.
struct PreemptionCandidate {
  NodeIndex node = kNoNode;
  std::vector<std::uint64_t> victims;              ///< tags, most important first
  std::int64_t pdb_violations = 0;
};

/// Where the dry run starts and when it has seen enough.
struct PreemptionLimits {
  std::size_t start = 0;                           ///< position among the nodes that may help; upstream draws it at random
  std::size_t candidates = 0;                      ///< 0: upstream's default, max(10 % of the nodes, 100)
};

/// False when the pod may not preempt: preemptionPolicy Never, or victims of an earlier round are still terminating on its nominated node.
bool may_preempt(const PodSpec& spec, const Snapshot& snapshot, NodeIndex nominated = kNoNode);
/// Dry run on every node whose verdict is Unschedulable (verdicts in the order of snapshot.order()).
std::vector<PreemptionCandidate> preemption_candidates(const PreparedPod& pod, const Snapshot& snapshot,
                                                       std::span<const NodeVerdict> verdicts, std::span<const DisruptionBudget> budgets,
                                                       PreemptionLimits limits = {});
/// Indexes of the candidates that the selection rules leave: one, or several that tie (upstream's pick is then arbitrary).
std::vector<std::size_t> select_candidates(std::span<const PreemptionCandidate> candidates, const Snapshot& snapshot);

}  // namespace akstwin
