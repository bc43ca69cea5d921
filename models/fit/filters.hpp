/// kube-scheduler's filters: which nodes can take a pod, and for the others the first plugin that says no.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/fit/prepared_pod.hpp"
#include "models/fit/snapshot.hpp"

namespace akstwin {

/// Filter plugins in the order they run. PreFilterNodeList: excluded by the node list a pre-filter returned (metadata.name).
enum class FilterPlugin : std::uint8_t {
  None,
  PreFilterNodeList,
  NodeUnschedulable,
  TaintToleration,
  NodeAffinity,
  NodePorts,
  NodeResourcesFit,
  NodeVolumeLimits,
  VolumeBinding,
  PodTopologySpread,
  InterPodAffinity
};
/// Upstream's plugin name; empty for None and PreFilterNodeList.
std::string_view to_string(FilterPlugin plugin);

enum class FitCode : std::uint8_t { Success, Unschedulable, UnschedulableAndUnresolvable };
std::string_view to_string(FitCode code);

/// Whether a node can take the pod; otherwise the first plugin that refused. Small: texts are made on demand.
struct NodeVerdict {
  FilterPlugin plugin = FilterPlugin::None;
  FitCode code = FitCode::Success;
  std::uint16_t detail = 0;                        ///< plugin's own: which resources, which taint, which rule
  bool feasible() const { return code == FitCode::Success; }
  bool operator==(const NodeVerdict&) const = default;
};

/// The verdict of all filters on one node.
NodeVerdict filter_node(const PreparedPod& pod, const Snapshot& snapshot, NodeIndex node);
/// Only whether the node can take the pod: the fast path of the autoscaler and the headroom gauge.
bool fits(const PreparedPod& pod, const Snapshot& snapshot, NodeIndex node);
/// The resource filter alone: request against what is free, and a free pod slot.
bool fits_resources(const PreparedPod& pod, const Snapshot& snapshot, NodeIndex node);
/// Verdicts in the order of snapshot.order(), into `out`.
void run_filters(const PreparedPod& pod, const Snapshot& snapshot, std::vector<NodeVerdict>& out);
/// Feasible nodes in visiting order starting at position `start` of snapshot.order(), until `limit` are found;
/// returns how many nodes were looked at (the scheduler's next start = (start + looked at) mod nodes).
std::size_t find_feasible(const PreparedPod& pod, const Snapshot& snapshot, std::size_t start, std::size_t limit,
                          std::vector<NodeIndex>& out);

/// Upstream's reason texts of a refusal, for example "Insufficient cpu".
std::vector<std::string> reasons_of(const NodeVerdict& verdict, const Snapshot& snapshot, NodeIndex node);
/// The event message of a pod that fits nowhere: "0/5 nodes are available: 3 Insufficient cpu, 2 node(s) had untolerated taint {a: b}."
std::string unschedulable_message(std::span<const NodeVerdict> verdicts, const Snapshot& snapshot);

}  // namespace akstwin
