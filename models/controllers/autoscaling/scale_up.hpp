/// The scale-up part of a loop: which group grows, by how much, and why others do not.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 core/scaleup/orchestrator/.
#pragma once
#include <vector>

#include "models/controllers/autoscaling/cluster_simulation.hpp"
#include "models/controllers/autoscaling/expander.hpp"
#include "models/controllers/autoscaling/node_group_state.hpp"
#include "models/controllers/autoscaling/node_templates.hpp"

namespace akstwin {

/// What the parts of one loop share.
struct AutoscalerLoop {
  const ClusterAutoscalerOptions& options;
  const ClusterAutoscalerInput& input;
  SimTime now;
  ClusterSimulation& simulation;
  NodeGroupStates& states;
  const NodeTemplates& templates;
  std::vector<std::int64_t>& targets;              ///< target sizes as this loop leaves them
  ClusterAutoscalerOutput& out;
  std::int64_t ready_nodes = 0;                    ///< ready and schedulable
};

/// Tries to help `out.helped`; fills options, choice, plan and reasons of the output. Sets scale_up_result.
void scale_up(AutoscalerLoop& loop, const ExpanderChain& expanders);
/// Brings groups below their minimum up to it (--enforce-node-group-min-size).
void scale_up_to_minimum(AutoscalerLoop& loop);

}  // namespace akstwin
