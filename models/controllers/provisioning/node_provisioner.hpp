/// Karpenter as AKS runs it (node auto-provisioning): machines of fitting sizes for pods that wait, and fewer or cheaper ones when that will do.
#pragma once
#include <map>
#include <set>
#include <vector>

#include "models/controllers/provisioning/disruption.hpp"
#include "models/controllers/provisioning/launching.hpp"
#include "models/controllers/provisioning/placement.hpp"
#include "models/controllers/provisioning/provisioning_state.hpp"

namespace akstwin {

/// Batching of pending pods: ends when none came for 1 s, after 10 s at the latest (options.go; facts A8).
inline constexpr Duration kBatchIdle{1'000'000}, kBatchMost{10'000'000};
/// A pod that still waits is looked at again after this long (provisioning/controller.go).
inline constexpr Duration kStillPending{10'000'000};

/// What one cluster's Karpenter is told at its start.
struct ProvisionerOptions {
  Name cluster;
  std::uint32_t cluster_index = 0;
  Epoch start;
  bool spot_to_spot = false;
  Duration node_image_interval{0};
  std::vector<TemplateChangeSpec> template_changes;
  FitContext context;
  std::vector<NodePoolOffer> pools;
};

class NodeProvisioner final : public Controller {
 public:
  /// `zones` chooses among zones of one price.
  NodeProvisioner(ProvisionerOptions options, Chooser& zones);
  std::string_view name() const override { return "karpenter"; }
  ChangeMask interests() const override;
  SimTime reconcile(ControllerContext& context) override;
  const ProvisioningState& state() const { return karpenter_; }

 private:
  void find_pools(const CloudState& cloud);
  void notice(ControllerContext& context);
  void notice_pod(ControllerContext& context, const Change& change);
  void trigger(std::uint64_t uid, SimTime now);
  SimTime follow_claims(ControllerContext& context);
  /// False when the NodeClaim is gone.
  bool follow(ControllerContext& context, NodeClaim& claim);
  void register_node(ControllerContext& context, NodeClaim& claim);
  void initialize(ControllerContext& context, NodeClaim& claim);
  SimTime age(ControllerContext& context);
  SimTime batch(ControllerContext& context);
  void provision(ControllerContext& context);
  void report(ControllerContext& context, const PlacementResult& result, const std::vector<PlacedPod>& pods);
  void expect(ControllerContext& context, const PlacedPod& pod, const std::string& where);
  SimTime drain_all(ControllerContext& context);
  bool machine_exists(const CloudState& cloud, const NodeClaim& claim) const;

  std::uint32_t cluster_index_;
  FitContext context_;
  ProvisioningState karpenter_;
  Placement placement_;
  Launcher launcher_;
  Disruption disruption_;
  Duration image_interval_;
  std::vector<TemplateChangeSpec> template_changes_;   // in order of time
  std::size_t changes_done_ = 0;
  ChangeCursor cursor_;
  bool nodes_appeared_ = true;
  SimTime batch_began_ = kNever, batch_last_ = kNever, again_ = kNever;
  std::set<std::uint64_t> batch_seen_;                 // uids that the open batch knows
  std::map<Name, Name> expected_;                      // by pod: where it was last nominated to, or why it could not be placed
};

}  // namespace akstwin
