#include "adapters/drive/conditions.hpp"

namespace akstwin {

ConditionReading read_condition(const StateCondition& condition, const ClusterState& state, const std::vector<std::string>& namespaces) {
  const std::int64_t millionths = measure(condition.metric, state, namespaces);
  return {condition.text, static_cast<double>(millionths) / 1e6, condition.holds(millionths)};
}

std::vector<ConditionReading> read_conditions(const std::vector<StateCondition>& conditions, const ClusterState& state, const std::vector<std::string>& namespaces) {
  std::vector<ConditionReading> out;
  for (const StateCondition& condition : conditions) out.push_back(read_condition(condition, state, namespaces));
  return out;
}

}  // namespace akstwin
