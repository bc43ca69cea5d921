/// Which groups offer the same kind of node, and how a scale-up is spread over them.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 processors/nodegroupset/.
#pragma once
#include <vector>

#include "models/controllers/autoscaling/cluster_autoscaler_types.hpp"
#include "models/controllers/autoscaling/node_templates.hpp"

namespace akstwin {

/// True when nodes of the two templates are interchangeable but for their zone.
bool similar_templates(const NodeTemplate& a, const NodeTemplate& b, bool azure);

struct BalancedGroup {
  std::uint32_t group = 0;
  std::int64_t target = 0, max = 0;
};
/// Adds `nodes` one by one to the smallest group with room; what does not fit is dropped. Groups that stay as they are are left out.
std::vector<ScaleUpAction> balance_scale_up(std::vector<BalancedGroup> groups, std::int64_t nodes);

}  // namespace akstwin
