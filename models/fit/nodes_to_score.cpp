#include "models/fit/nodes_to_score.hpp"

#include <algorithm>

namespace akstwin {

std::int64_t nodes_to_score(std::int64_t nodes, int percentage) {
  constexpr std::int64_t kAtLeastNodes = 100;      // minFeasibleNodesToFind
  constexpr std::int64_t kAtLeastPercent = 5;      // minFeasibleNodesPercentageToFind
  constexpr std::int64_t kAdaptivePercent = 50, kNodesPerPercent = 125;
  if (nodes < kAtLeastNodes) return nodes;
  const std::int64_t percent = percentage > 0 ? percentage : std::max(kAdaptivePercent - nodes / kNodesPerPercent, kAtLeastPercent);
  if (percent >= 100) return nodes;
  return std::max(nodes * percent / 100, kAtLeastNodes);
}

}  // namespace akstwin
