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

/// A pod prepared against one snapshot. Valid while nodes stay as they are; pods that come or go are told through pod_added / pod_removed.
struct PreparedPod {
  const PodSpec* spec = nullptr;
  Resources request;                               ///< effective request, the resource filter's
  Resources scored;                                ///< with defaults for unstated requests, LeastAllocated's
  bool wants_gpu = false, wants_ephemeral = false;
  bool tolerates_unschedulable = false;
  std::vector<HostPort> ports;
  std::vector<std::uint8_t> taint_verdict;         ///< by taint class: 0 tolerated, else 1 + index of the first untolerated taint
  NodeSelection node_selection;                    ///< nodeSelector and required node affinity
  SpreadFilterState spread;                        ///< DoNotSchedule constraints
  AffinityFilterState affinity;                    ///< required pod (anti-)affinity, both directions
  std::optional<LabelSelector> default_spread;     ///< selector of the default soft constraints, if they apply
  const FitContext* context = nullptr;

  /// A pod was added to `node` (call after Snapshot::add_pod): what the spread and affinity counts see.
  void pod_added(const Snapshot& snapshot, NodeIndex node, const PodOnNode& pod);
  /// A pod was removed from `node` (before or after Snapshot::remove_pod).
  void pod_removed(const Snapshot& snapshot, NodeIndex node, const PodOnNode& pod);
};

/// Prepares `pod` into `out`, reusing its memory. The context outlives the prepared pod.
void prepare(const PendingPod& pod, const Snapshot& snapshot, const FitContext& context, PreparedPod& out);
PreparedPod prepare(const PendingPod& pod, const Snapshot& snapshot, const FitContext& context);

}  // namespace akstwin
