/// Placing pods in the simulation, first where they were placed before, then anywhere.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 simulator/scheduling/hinting_simulator.go.
#pragma once
#include <vector>

#include "models/controllers/autoscaling/cluster_simulation.hpp"
#include "models/controllers/autoscaling/pod_equivalence.hpp"

namespace akstwin {

/// The simulated cluster of one loop with the names of its nodes and the pods that were put there.
struct SimulatedCluster {
  ClusterSimulation& simulation;
  std::vector<std::uint64_t> node_id;                        ///< by node index
  std::vector<std::vector<const AutoscaledPod*>> added;      ///< by node index, in order of placement

  void name_node(NodeIndex node, std::uint64_t id);
  NodeIndex find(std::uint64_t id) const;
  void add(NodeIndex node, const AutoscaledPod& pod);
};

/// Finds a node for `pod` and puts it there, or answers kNoNode. `acceptable` by node index; empty: every node.
NodeIndex place_pod(SimulatedCluster& cluster, const AutoscaledPod& pod, std::span<const std::uint8_t> acceptable, SchedulingHints& hints,
                    UnschedulableShapes& failed);

}  // namespace akstwin
