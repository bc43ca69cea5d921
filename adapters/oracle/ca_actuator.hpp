/// The recorded cluster as deletions of nodes meet it.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "adapters/oracle/ca_environment.hpp"
#include "models/controllers/autoscaling/node_deletion.hpp"

namespace akstwin::oracle {

class CaActuator final : private NodeDeletionHands {
 public:
  explicit CaActuator(CaEnvironment& environment) : env_(environment) {}

  /// Starts deletions of one loop; the nodes carry their hard taint already.
  void start(const std::vector<std::size_t>& nodes, NodeDeletionKind kind, SimTime now);
  /// Everything whose time has come.
  void advance(SimTime now);
  /// Failures since the last call: node name and upstream's result type.
  std::vector<std::pair<std::string, std::string>> take_failures() { return std::exchange(failures_, {}); }

 private:
  const AutoscaledNode* look_at(std::uint64_t node) override;
  std::span<const DisruptionBudget> budgets() override { return env_.input(now_).budgets; }
  EvictionAnswer evict(std::uint64_t pod) override;
  bool is_gone(std::uint64_t pod) override { return env_.pods[env_.find_pod(pod)].gone; }
  bool delete_nodes(std::uint32_t group, std::span<const std::uint64_t> nodes) override;
  void deleted(std::uint64_t node) override { env_.nodes[env_.find_node(node)].deletion = NodeDeletionKind::None; }
  void given_up(std::uint64_t node, NodeDeletionFailure why) override;

  CaEnvironment& env_;
  NodeDeletions deletions_;
  SimTime now_;
  std::vector<std::pair<std::string, std::string>> failures_;
};

}  // namespace akstwin::oracle
