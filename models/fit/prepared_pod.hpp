/// Everything about a pending pod that is computed once and used on every node (upstream's PreFilter state).
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "models/fit/context.hpp"
#include "models/fit/inter_pod_affinity.hpp"
#include "models/fit/node_selection.hpp"
#include "models/fit/snapshot.hpp"
#include "models/fit/topology_spread.hpp"

namespace akstwin {

/// A pod prepared against one snapshot. Valid while the nodes stay as they are; pods that come or go are told through dry_run().
struct PreparedPod {
  const PodSpec* spec = nullptr;
  Resources request;                               ///< effective request, the resource filter's
  Resources scored;                                ///< with defaults for unstated requests, LeastAllocated's
  bool tolerates_unschedulable = false;
  std::vector<HostPort> ports;
  std::vector<std::uint8_t> taint_verdict;         ///< by taint class: 0 tolerated, else 1 + index of the first untolerated taint
  NodeSelection node_selection;                    ///< nodeSelector and required node affinity
  std::vector<NodeRequirement> volumes;            ///< node affinity of the disks that it mounts
  SpreadFilterState spread;                        ///< DoNotSchedule constraints
  AffinityFilterState affinity;                    ///< required pod (anti-)affinity, both directions
  std::optional<LabelSelector> default_spread;     ///< selector of the default soft constraints, if they apply
  const FitContext* context = nullptr;

  /// Counts a pod that was put on `node` (delta 1) or taken from it (−1) after prepare(), as upstream's preemption does: terminating pods,
  /// too.
  void dry_run(const Snapshot& snapshot, NodeIndex node, const PodSpec& moved, int delta);
  SpreadInclusion inclusion() const { return {.selection = node_selection, .taint_verdict = taint_verdict}; }
};

/// Prepares `pod` into `out`, reusing its memory. The context outlives the prepared pod.
void prepare(const PendingPod& pod, const Snapshot& snapshot, const FitContext& context, PreparedPod& out);
PreparedPod prepare(const PendingPod& pod, const Snapshot& snapshot, const FitContext& context);

}  // namespace akstwin
