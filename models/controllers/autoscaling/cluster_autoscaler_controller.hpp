/// The Cluster Autoscaler over the ports: shows the core what is there, carries out what it decides.
#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "models/api/budget_views.hpp"
#include "models/api/chooser.hpp"
#include "models/api/controller.hpp"
#include "models/api/pool_template.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler.hpp"
#include "models/controllers/autoscaling/node_deletion.hpp"
#include "models/controllers/autoscaling/zoned_specs.hpp"

namespace akstwin {

/// Loops lie on the scan interval's grid; loops whose outcome cannot differ from the last one's are left out
/// (ClusterAutoscalerCore::next_interesting).
class ClusterAutoscalerController final : public Controller {
 public:
  ClusterAutoscalerController(std::uint32_t cluster, ClusterAutoscalerOptions options, FitContext context, std::vector<PoolTemplate> templates,
                              Chooser& chooser);
  std::string_view name() const override { return "cluster-autoscaler"; }
  ChangeMask interests() const override;
  SimTime reconcile(ControllerContext& context) override;

 private:
  class Hands;
  /// A node that carries the hard taint of this autoscaler.
  struct Tainted {
    std::uint64_t instance = 0;
    NodeId node;
    SimTime since;
  };
  /// A node as it was last seen; its pods are looked at again only when they changed.
  struct NodeObject {
    NodeId id;
    NodeInput input;
    std::uint64_t revision = 0, pods_revision = 0;
    std::vector<PodId> pods;
    std::vector<AutoscaledPod> views;        // parallel to pods
    bool pods_changed = true;
  };

  void notice(const ClusterApi& api);
  bool matters(const ClusterState& state, const Change& change) const;
  void build(const ControllerContext& context);
  void refresh_templates(const ClusterState& state);
  void draw_zone(const Pool& pool, std::size_t pool_template);
  void add_group(const CloudState& cloud, PoolId id, std::size_t pool_template);
  void add_node(const ClusterState& state, NodeId id);
  void order_nodes(const ClusterState& state);
  AutoscaledPod pod_view(const ClusterState& state, PodId id);
  /// Machines that never became nodes go; targets of machines that vanished come down.
  void correct_groups(ControllerContext& context, const ClusterAutoscalerOutput& output);
  void apply(ControllerContext& context, const ClusterAutoscalerOutput& output);
  void start_deletion(ControllerContext& context, const ClusterAutoscalerOutput::Deletion& deletion);
  SimTime actuate(ControllerContext& context);
  NodeId node_of(std::uint64_t id) const;

  std::uint32_t cluster_;
  ClusterAutoscalerCore core_;
  FitContext fit_;
  std::vector<PoolTemplate> templates_;
  Chooser& chooser_;
  ChangeCursor cursor_;
  bool dirty_ = true;
  bool pods_wait_ = false;                     // something is pending in this loop
  bool budgets_matter_ = true;                 // the last loop looked at a node whose pods it might move
  std::uint64_t loops_ = 0, revision_ = 0;
  std::vector<NodeObject> objects_;            // by node row
  ZonedSpecs zoned_specs_;
  NodeDeletions deletions_;
  std::vector<Tainted> tainted_;
  std::vector<std::pair<std::uint32_t, const PodSpec*>> daemons_;   // applied DaemonSets that the next is made of
  std::vector<std::vector<AutoscaledPod>> template_pods_;           // by template: what runs on each of its nodes
  std::uint64_t template_revision_ = 0;

  // One loop's input; spans point into these.
  std::vector<PoolId> pools_;
  std::vector<AutoscaledGroup> groups_;
  std::vector<AutoscaledNode> nodes_;
  std::vector<AutoscaledPod> pending_;
  std::deque<std::vector<CloudInstance>> instances_;   // the first groups_.size() are in use
  BudgetViews budgets_;
  std::vector<NodeId> order_;                  // nodes in order of creation
  bool nodes_changed_ = true;                  // order_ is out of date
  std::vector<std::uint64_t> instance_of_;     // by node row
};

}  // namespace akstwin
