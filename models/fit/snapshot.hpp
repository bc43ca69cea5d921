/// Nodes and the pods on them, as the scheduler's cache sees them: running sums, label columns, pods grouped by template.
#pragma once
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/fit/label_columns.hpp"
#include "models/fit/pod_templates.hpp"
#include "models/spec/pod_spec.hpp"

namespace akstwin {

/// An image that lies on a node, one entry a name (kubelet reports tag and digest names of the same image).
struct ImageOnNode {
  Name image;
  Bytes size;
  bool operator==(const ImageOnNode&) const = default;
};

/// What the scheduler reads of a Node object.
struct NodeInput {
  Name name;
  Labels labels;
  std::vector<Taint> taints;
  bool unschedulable = false;
  Resources allocatable;
  std::int64_t pod_capacity = 110;                 ///< allocatable pods; kubelet default 110 (KubeletConfiguration maxPods)
  std::int64_t disk_limit = -1;                    ///< data disks that can be attached (CSINode allocatable.count); -1: no limit
  std::vector<ImageOnNode> images;
};

/// A pod bound (or assumed bound) to a node. The spec is owned by the caller, immutable, and outlives the pod here.
struct PodOnNode {
  const PodSpec* spec = nullptr;
  Name name;
  std::uint64_t tag = 0;                           ///< the caller's own id, unique on its node
  std::int64_t start_us = 0;                       ///< status.startTime, for preemption's order of victims
  bool terminating = false;                        ///< has a deletionTimestamp
  bool pinned = false;                             ///< put there without asking the scheduler: as a victim it would be back at once
};

/// A template that has pods on a node: templates()[pod_template].places[place] counts them.
struct TemplateRow {
  TemplateIndex pod_template = 0;
  std::uint32_t place = 0;
};

/// Sums of a node in columns, so that the hot loops read only what they need. Index: NodeIndex. CPU in millicores, the rest in bytes or
/// counts.
struct NodeColumns {
  std::vector<std::int64_t> free_cpu, free_memory, free_ephemeral, free_gpu, free_pods;   ///< allocatable − requested; may be negative
  std::vector<std::int64_t> alloc_cpu, alloc_memory;
  std::vector<std::int64_t> free_disks;            ///< data-disk slots left; a huge number where there is no limit
  std::vector<std::int64_t> scored_cpu, scored_memory;   ///< requested, with 100m / 200Mi per container that states none (LeastAllocated)
};

/// A copyable cluster state. Adding and removing a pod costs a few tens of nanoseconds, so a what-if is undone by the inverse call.
class Snapshot {
 public:
  /// Adds a node; its index is the lowest recycled slot or a new one.
  NodeIndex add_node(const NodeInput& input);
  /// Replaces labels, taints, allocatable, images; the pods stay.
  void update_node(NodeIndex node, const NodeInput& input);
  /// Removes the node and the pods on it.
  void remove_node(NodeIndex node);
  void add_pod(NodeIndex node, const PodOnNode& pod);
  /// False when no pod of that tag is on the node.
  bool remove_pod(NodeIndex node, std::uint64_t tag);
  /// Marks a pod as being deleted; false when it is not there.
  bool set_terminating(NodeIndex node, std::uint64_t tag);

  /// Live nodes in the order the scheduler visits them: zones in turn, inside a zone by insertion (upstream's nodeTree).
  std::span<const NodeIndex> order() const {
    if (order_stale_) rebuild_order();
    return order_;
  }
  std::size_t node_count() const { return insertion_.size(); }
  /// One past the highest index ever used: the length of the columns.
  std::size_t slots() const { return nodes_.size(); }
  bool alive(NodeIndex node) const { return node < nodes_.size() && alive_[node] != 0; }
  /// The node of that name, or kNoNode.
  NodeIndex find(Name name) const;
  const NodeInput& node(NodeIndex node) const { return nodes_[node]; }
  std::span<const PodOnNode> pods(NodeIndex node) const { return pods_[node]; }
  /// The pod of that tag on the node, or null; valid until the next change.
  const PodOnNode* find_pod(NodeIndex node, std::uint64_t tag) const;
  bool unschedulable(NodeIndex node) const { return unschedulable_[node] != 0; }
  /// The templates that have pods on the node, in no particular order.
  std::span<const TemplateRow> rows(NodeIndex node) const { return rows_[node]; }
  std::int64_t pod_count(NodeIndex node) const { return static_cast<std::int64_t>(pods_[node].size()); }
  /// Sum of the effective requests of the pods on the node.
  Resources requested(NodeIndex node) const;
  /// Allocatable minus requested; negative where the node is overcommitted.
  Resources free(NodeIndex node) const {
    return {.cpu = {columns_.free_cpu[node]}, .memory = {columns_.free_memory[node]}, .ephemeral_storage = {columns_.free_ephemeral[node]},
            .gpu = columns_.free_gpu[node]};
  }
  const NodeColumns& columns() const { return columns_; }
  const LabelColumns& labels() const { return labels_; }
  const PodTemplates& templates() const { return templates_; }
  /// Host ports in use on the node, one entry a pod's port.
  std::span<const HostPort> host_ports(NodeIndex node) const { return ports_[node]; }
  /// Distinct taint lists: nodes of equal class have equal taints. Class 0 has none; numbers of vanished lists are recycled.
  std::uint32_t taint_class(NodeIndex node) const { return taint_class_[node]; }
  std::span<const std::vector<Taint>> taint_classes() const { return taint_classes_; }
  /// An image on the nodes: its size as first reported, how many nodes have it, and which.
  struct ImageState {
    Bytes size;
    std::int64_t nodes = 0;
    std::vector<std::uint8_t> on_node;             ///< by node; may be shorter than slots()
    bool on(NodeIndex node) const { return node < on_node.size() && on_node[node] != 0; }
  };
  /// Null when no node has the image.
  const ImageState* image(Name image) const;

  /// Rises with every change of a node.
  std::uint64_t node_generation() const { return node_generation_; }
  /// Rises with every change of nodes or pods.
  std::uint64_t generation() const { return generation_; }

 private:
  using Zone = std::pair<Name, Name>;              // region, zone

  void resize_columns();
  std::vector<TemplateRow>::iterator row_of(NodeIndex node, TemplateIndex index);
  std::uint32_t acquire_taint_class(const std::vector<Taint>& taints);
  void set_static(NodeIndex node, const NodeInput& input);
  void clear_static(NodeIndex node);
  void account(NodeIndex node, const PodOnNode& pod, int sign);
  void rebuild_order() const;

  std::vector<NodeInput> nodes_;
  std::vector<std::uint8_t> alive_, unschedulable_;
  std::vector<NodeIndex> free_slots_;
  std::vector<NodeIndex> insertion_;
  // Made when it is asked for: a cluster that is copied node by node asks once, in the end.
  mutable std::vector<NodeIndex> order_;
  mutable bool order_stale_ = false;
  std::vector<std::vector<PodOnNode>> pods_;
  std::vector<std::vector<TemplateRow>> rows_;
  std::vector<std::vector<HostPort>> ports_;
  std::vector<std::uint32_t> taint_class_;
  std::vector<std::vector<Taint>> taint_classes_{std::vector<Taint>{}};
  std::vector<std::uint32_t> taint_class_nodes_{1};   // class 0 stays
  std::vector<Zone> zone_;
  NodeColumns columns_;
  LabelColumns labels_;
  PodTemplates templates_;
  std::unordered_map<Name, ImageState> images_;    // looked up, never iterated
  std::unordered_map<Name, NodeIndex> by_name_;    // looked up, never iterated
  std::uint64_t node_generation_ = 0, generation_ = 0;
};

}  // namespace akstwin
