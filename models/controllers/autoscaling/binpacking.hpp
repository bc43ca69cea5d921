/// How many nodes of a group a set of pods needs: first fit decreasing on a fork of the simulated cluster.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 estimator/binpacking_estimator.go.
#pragma once
#include <vector>

#include "models/controllers/autoscaling/cluster_simulation.hpp"
#include "models/controllers/autoscaling/node_templates.hpp"

namespace akstwin {

/// Equivalent pods by index into the pods of the scale-up.
using EquivalentPods = std::vector<std::uint32_t>;

struct BinpackingRequest {
  std::span<const AutoscaledPod> pods;
  std::vector<const EquivalentPods*> groups;       ///< equivalence groups that fit a fresh node of the group
  std::uint32_t group = 0;
  std::int64_t node_limit = 0;                     ///< nodes that may be added; negative: none, 0: any number
};

struct BinpackingResult {
  std::int64_t nodes = 0;                          ///< new nodes that got a pod
  std::vector<std::uint32_t> pods;                 ///< placed, in order of placement
};

/// The simulation is left as it was, but for its round-robin cursor.
BinpackingResult estimate(ClusterSimulation& simulation, const NodeTemplates& templates, const BinpackingRequest& request);

/// The smaller of two limits where 0 means none and a negative one forbids everything.
std::int64_t smaller_limit(std::int64_t a, std::int64_t b);

}  // namespace akstwin
