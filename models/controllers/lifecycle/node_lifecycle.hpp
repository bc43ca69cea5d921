/// The node lifecycle and taint eviction controllers over the ports: nodes that fall silent are tainted, and pods leave them.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "models/api/controller.hpp"
#include "models/controllers/lifecycle/node_monitor.hpp"
#include "models/controllers/lifecycle/taint_eviction.hpp"

namespace akstwin {

/// Passes in which nothing can happen (every node is ready, heard of and untainted) are left out: their outcome is that of the next one.
class NodeLifecycle final : public Controller {
 public:
  explicit NodeLifecycle(const NodeLifecycleOptions& options = {}) : options_(options), monitor_(options) {}
  std::string_view name() const override { return "node-lifecycle"; }
  ChangeMask interests() const override {
    return mask(ChangeKind::NodeAdded) | mask(ChangeKind::NodeUpdated) | mask(ChangeKind::NodeGone);
  }
  SimTime reconcile(ControllerContext& context) override;

 private:
  /// What is known of a node's NoExecute taints and of the pods that were judged under them.
  struct Tainted {
    NodeId node;
    std::vector<Taint> taints;
    std::set<std::uint64_t> judged;
  };
  void sync_no_schedule(ControllerContext& context, NodeId id) const;
  void sync_evictions(ControllerContext& context, NodeId id);
  void evict(ControllerContext& context, const std::vector<std::uint64_t>& doomed);
  void apply(ControllerContext& context, const std::vector<NodeEffect>& effects);
  SimTime next_wake(const ClusterState& state, SimTime now) const;

  NodeLifecycleOptions options_;
  NodeMonitor monitor_;
  TaintEviction eviction_;
  std::map<std::uint32_t, Tainted> tainted_;     // by node row
  SimTime next_pass_;
};

}  // namespace akstwin
