/// What the Cluster Autoscaler tells about pods, nodes and pools that somebody asks for, after a loop.
#pragma once
#include "models/api/decisions.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler.hpp"

namespace akstwin {

/// One loop: what went in, what came out, and what the core remembers.
struct AutoscalerView {
  const ClusterAutoscalerCore& core;
  const ClusterAutoscalerInput& input;
  const ClusterAutoscalerOutput& output;
  SimTime now;
};

/// Records a decision for each pending pod, node and pool that `decisions` wants.
void tell(Decisions& decisions, const AutoscalerView& view);

}  // namespace akstwin
