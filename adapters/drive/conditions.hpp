/// What is measured of a real cluster before, during and after a run: the conditions of an allow-list and of a scenario's steps, as read.
#pragma once
#include <string>
#include <vector>

#include "models/api/state_measure.hpp"

namespace akstwin {

/// One condition with what was measured.
struct ConditionReading {
  std::string text;
  double value = 0;
  bool holds = false;
};
/// Over the workloads of these namespaces (all when empty) and all nodes.
ConditionReading read_condition(const StateCondition& condition, const ClusterState& state, const std::vector<std::string>& namespaces);
std::vector<ConditionReading> read_conditions(const std::vector<StateCondition>& conditions, const ClusterState& state, const std::vector<std::string>& namespaces);

}  // namespace akstwin
