/// What is measured of a real cluster before, during and after a run: "pods.pending < 10", "workloads.readyShare >= 0.95".
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/api/cluster_state.hpp"

namespace akstwin {

/// metric, comparison, bound.
struct DriveCondition {
  enum class Metric : std::uint8_t { PodsPending, PodsNotReady, NodesNotReady, WorkloadsUnready, ReadyShare };
  enum class Comparison : std::uint8_t { Less, LessEqual, Greater, GreaterEqual, Equal };
  Metric metric = Metric::PodsPending;
  Comparison comparison = Comparison::Less;
  double bound = 0;
  std::string text;                      ///< as written
};

/// Nothing when it is no condition.
std::optional<DriveCondition> parse_condition(std::string_view text);
/// The metrics that parse_condition knows, for messages.
std::string known_drive_metrics();

/// The metric over the workloads of these namespaces (all when empty) and all nodes.
double measure(const DriveCondition& condition, const ClusterState& state, const std::vector<std::string>& namespaces);
bool holds(const DriveCondition& condition, double value);

struct ConditionReading {
  std::string text;
  double value = 0;
  bool holds = false;
};
std::vector<ConditionReading> read_conditions(const std::vector<DriveCondition>& conditions, const ClusterState& state, const std::vector<std::string>& namespaces);

}  // namespace akstwin
