#include "adapters/oracle/ca_actuator.hpp"

#include <algorithm>

namespace akstwin::oracle {

void CaActuator::start(const std::vector<std::size_t>& nodes, NodeDeletionKind kind, SimTime now) {
  for (const std::size_t index : nodes) {
    CaNode& node = env_.nodes[index];
    node.deletion = kind;
    deletions_.start(node.id, node.group, kind, env_.setup.options, now);
  }
  advance(now);
}

void CaActuator::advance(SimTime now) {
  now_ = now;
  deletions_.advance(*this, env_.setup.options, now);
}

const AutoscaledNode* CaActuator::look_at(std::uint64_t node) {
  if (env_.nodes[env_.find_node(node)].gone) return nullptr;
  const ClusterAutoscalerInput& input = env_.input(now_);
  const auto seen = std::ranges::find(input.nodes, node, &AutoscaledNode::id);
  return seen == input.nodes.end() ? nullptr : &*seen;
}

EvictionAnswer CaActuator::evict(std::uint64_t pod) { return env_.evict(env_.find_pod(pod), now_); }

bool CaActuator::delete_nodes(std::uint32_t group, std::span<const std::uint64_t> nodes) {
  std::vector<std::size_t> indexes;
  for (const std::uint64_t node : nodes) indexes.push_back(env_.find_node(node));
  return env_.delete_instances(group, indexes, now_);
}

void CaActuator::given_up(std::uint64_t id, NodeDeletionFailure why) {
  const std::size_t node = env_.find_node(id);
  env_.nodes[node].deletion = NodeDeletionKind::None;
  failures_.emplace_back(env_.nodes[node].name, std::to_string(static_cast<int>(why)));
  if (!env_.nodes[node].gone) env_.set_hard_taint(node, false, now_);
}

}  // namespace akstwin::oracle
