/// kube-scheduler's scores: how good each feasible node is, by plugin, weighted as in the default profile.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "models/fit/prepared_pod.hpp"
#include "models/fit/snapshot.hpp"

namespace akstwin {

enum class ScorePlugin : std::uint8_t {
  TaintToleration, NodeAffinity, PodTopologySpread, InterPodAffinity, NodeResourcesFit, NodeResourcesBalancedAllocation, ImageLocality
};
inline constexpr std::size_t kScorePlugins = 7;
/// Weights of the default profile. Source: kubernetes v1.32 pkg/scheduler/apis/config/v1/default_plugins.go, read 2026-11.
inline constexpr std::array<std::int64_t, kScorePlugins> kScoreWeights{3, 2, 2, 2, 1, 1, 1};
inline constexpr std::int64_t kMaxNodeScore = 100;
std::string_view to_string(ScorePlugin plugin);

/// Scores of the feasible nodes. Columns are parallel to `nodes`; weighted scores.
struct ScoreTable {
  std::vector<NodeIndex> nodes;
  std::array<bool, kScorePlugins> ran{};           ///< false: skipped for this pod, counts nothing
  std::array<std::vector<std::int64_t>, kScorePlugins> weighted;
  std::vector<std::int64_t> total;
  std::int64_t best = 0;                           ///< highest total; meaningless without nodes
};

/// What the scores compute once a pod and use on every node (upstream's PreScore states).
struct ScoreState {
  PreferredSelection preferred;
  SpreadScoreState spread;
  AffinityScoreState affinity;
};
void prepare_scores(const PreparedPod& pod, const Snapshot& snapshot, ScoreState& out);

/// Scores `feasible` into `out`, reusing its memory.
void score_nodes(const PreparedPod& pod, const ScoreState& state, const Snapshot& snapshot, std::span<const NodeIndex> feasible,
                 ScoreTable& out);
void score_nodes(const PreparedPod& pod, const Snapshot& snapshot, std::span<const NodeIndex> feasible, ScoreTable& out);
/// The nodes with the highest total, in the order of `table.nodes`: the scheduler draws uniformly among them.
std::vector<NodeIndex> best_nodes(const ScoreTable& table);

}  // namespace akstwin
