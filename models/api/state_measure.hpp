/// The metrics of models/spec/state_condition.hpp, read from a cluster's state.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/api/cluster_state.hpp"
#include "models/spec/state_condition.hpp"

namespace akstwin {

/// The metric in millionths: over the pods and workloads of these namespaces (all when empty), and over all nodes.
std::int64_t measure(StateCondition::Metric metric, const ClusterState& state, const std::vector<std::string>& namespaces = {});

}  // namespace akstwin
