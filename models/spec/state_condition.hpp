/// What is asked of a cluster's state, simulated or real: "pods.pending < 10", "aks-prod/workloads.readyShare >= 0.95".
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/base/name.hpp"

namespace akstwin {

/// metric, comparison, bound. Whole numbers throughout: what is measured decides when something happens.
struct StateCondition {
  enum class Metric : std::uint8_t { PodsPending, PodsNotReady, NodesReady, NodesNotReady, WorkloadsUnready, ReadyShare };
  enum class Comparison : std::uint8_t { Less, LessEqual, Greater, GreaterEqual, Equal };
  Metric metric = Metric::PodsPending;
  Comparison comparison = Comparison::Less;
  std::int64_t bound = 0;                ///< in millionths
  Name cluster;                          ///< "aks-prod" of "aks-prod/pods.pending < 10"; empty: not named
  std::string text;                      ///< as written

  /// Whether a measured value, in millionths, is what the condition asks for.
  bool holds(std::int64_t value) const;
};

/// Whether it is measured over nodes, which not everybody may read.
bool is_about_nodes(StateCondition::Metric metric);
/// Nothing when it is no condition.
std::optional<StateCondition> parse_state_condition(std::string_view text);
/// The metrics that parse_state_condition knows, for messages.
std::string known_state_metrics();

}  // namespace akstwin
