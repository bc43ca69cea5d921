/// What a new node of each group would look like.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 processors/nodeinfosprovider/mixed_nodeinfos_processor.go.
#pragma once
#include <vector>

#include "models/controllers/autoscaling/cluster_autoscaler_types.hpp"

namespace akstwin {

struct NodeTemplate {
  NodeInput node;                                  ///< taints that only describe a state are gone
  std::vector<AutoscaledPod> pods;                 ///< DaemonSet and mirror pods that come with a node
  Resources capacity;
  Resources pods_request;                          ///< sum of their effective requests
  std::uint64_t serial = 0;                        ///< moves with every loop but those that take the template from memory
};

/// A ready, settled node of the group is the best template; then the one remembered from an earlier loop; then the provider's.
class NodeTemplates {
 public:
  void update(std::span<const AutoscaledGroup> groups, std::span<const AutoscaledNode> nodes, SimTime now);
  const NodeTemplate& of(std::uint32_t group) const { return entries_[group].current; }
  /// A copy of the group's template as the `number`-th imagined node, with names of its own.
  NodeInput imagined(std::uint32_t group, std::int64_t number) const;
  /// The next time at which a node becomes settled and thereby a template; kNever if none will.
  SimTime next_change() const { return next_change_; }

 private:
  struct Entry {
    NodeTemplate current;
    std::uint64_t node = 0, revision = 0;          ///< source; node 0: the provider's template
    bool from_node = false, made = false;
    std::vector<const PodSpec*> pods;              ///< of the source, to notice changes
  };
  void make(Entry& entry, const AutoscaledGroup& group, const AutoscaledNode* node);

  std::vector<Entry> entries_;
  std::uint64_t next_serial_ = 1;
  SimTime next_change_ = kNever;
};

}  // namespace akstwin
