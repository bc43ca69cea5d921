/// What the parts of Karpenter share: NodePools, the NodeClaims they have, and what cannot be had at the moment.
#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "models/api/chooser.hpp"
#include "models/api/controller.hpp"
#include "models/controllers/provisioning/node_claim.hpp"
#include "models/controllers/provisioning/node_pool_model.hpp"
#include "models/controllers/provisioning/placement.hpp"

namespace akstwin {

struct ProvisioningState {
  Name cluster;                                    ///< "aks-prod"
  Epoch start;                                     ///< schedules of budgets are wall-clock
  std::deque<NodePoolModel> pools;
  std::vector<PoolId> pool_ids;                    ///< by pool; looked up at the first reconcile
  std::vector<std::uint64_t> revisions;            ///< by pool: of its template
  std::vector<std::uint64_t> next_number;          ///< by pool: of the next NodeClaim
  std::uint64_t image = 0;                         ///< newest node image
  std::vector<NodeClaim> claims;                   ///< oldest first
  UnavailableOfferings unavailable;
  std::uint64_t changes = 0;                       ///< rises with whatever may open or close a way to consolidate
  bool wants_spot_to_spot = false;

  NodeClaim* find(Name claim);
  NodeClaim* find(NodeId node);
};

/// The taint that keeps new pods off a node that is disrupted (v1.DisruptedNoScheduleTaint).
const Taint& disrupted_taint();

/// One of Karpenter's events on the Timeline: `reason` as upstream names it.
void say(ControllerContext& context, Name subject, std::string_view reason, const std::string& message, std::int64_t value = 0);
/// Another message of the same reason about a NodeClaim is left out for this long (disruption/events: Unconsolidatable 15 min).
inline constexpr Duration kSayAgain{900'000'000};
/// The same about a NodeClaim, left out when it was the last of its reason, or that was a short while ago.
void say_once(ControllerContext& context, NodeClaim& claim, std::string_view reason, const std::string& message);

/// How a pod looks for a place: its template, its disks' zones.
PlacedPod placed_pod(const ClusterState& state, PodId pod);
/// Neither finished nor a DaemonSet's, and not terminating unless a StatefulSet will make it anew (pkg/utils/pod IsReschedulable).
bool is_reschedulable(const ClusterState& state, const Pod& pod);
/// Annotation karpenter.sh/do-not-disrupt: "true", or a time since the pod's start.
bool is_kept(const Pod& pod, SimTime now);

}  // namespace akstwin
