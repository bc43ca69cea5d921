/// Where pods would go: on nodes that are there, on machines that are coming, and on new ones that would have to be launched.
/// Source: kubernetes-sigs/karpenter@22664681 pkg/controllers/provisioning/scheduling/{scheduler,nodeclaim,existingnode,queue}.go.
#pragma once
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "models/api/cluster_state.hpp"
#include "models/controllers/provisioning/node_claim.hpp"
#include "models/controllers/provisioning/node_pool_model.hpp"
#include "models/controllers/provisioning/pod_variants.hpp"
#include "models/fit/filters.hpp"

namespace akstwin {

/// A pod that looks for a place.
struct PlacedPod {
  PodId id;
  const PodSpec* spec = nullptr;
  Name name;
  SimTime created;
  bool pending = false;                            ///< without a node today: that it finds none does not count against a disruption
  bool from_deleting = false;                      ///< on a node that is on its way out already
  std::vector<Name> volume_zones;
};

/// A machine that would have to be launched.
struct PlannedClaim {
  std::uint32_t pool = 0;
  std::vector<std::uint32_t> choices;              ///< ascending: cheapest first
  std::vector<std::size_t> pods;                   ///< into the pods asked for
  Resources requests;
};

struct PlacementResult {
  struct OnExisting { std::size_t pod; NodeId node; std::int32_t claim; };   ///< node null: a machine that is coming; claim -1: not Karpenter's
  struct Failed { std::size_t pod; Name why; };
  std::vector<OnExisting> on_existing;
  std::vector<PlannedClaim> claims;
  std::vector<Failed> failed;
  std::vector<std::size_t> on_uninitialized;       ///< pods that found a place on a node that is not initialised yet
};

/// The cluster as it is now, in which placements are tried and undone.
class Placement {
 public:
  Placement(std::deque<NodePoolModel>& pools, const FitContext& context) : pools_(pools), context_(context) {}

  /// Takes over nodes, machines under way and the pods on them. Nodes that are going are left out.
  void rebuild(const ClusterState& state, std::span<const NodeClaim> claims, const UnavailableOfferings& unavailable, SimTime now);
  struct Question {
    std::vector<PlacedPod> pods;
    std::vector<NodeId> without;                   ///< nodes that are taken away first, with the pods asked for
    bool consolidation = false;                    ///< pods that run do not go to nodes within their consolidateAfter
  };
  /// Tries; the cluster is as before afterwards.
  PlacementResult solve(const Question& question);

 private:
  struct ExistingNode {
    NodeIndex index = kNoNode;
    NodeId node;
    std::int32_t claim = -1;
    bool initialized = true, settling = false;     ///< settling: within consolidateAfter
    Name name;
  };
  struct OpenClaim {
    PlannedClaim plan;
    NodeIndex index = kNoNode;
    std::uint32_t shown = 0;                       ///< the choice whose labels its imagined node carries
    Name name;
  };
  struct Daemon { const PodSpec* spec; Resources request; };
  struct Added { NodeIndex node; std::uint64_t tag; };

  void add_existing(const ClusterState& state, NodeId id, std::span<const NodeClaim> claims);
  void add_coming(const NodeClaim& claim, std::size_t position);
  void count_daemons(const ClusterState& state);
  void count_limits(std::span<const NodeClaim> claims);
  void add_domains();
  Resources daemon_request(std::uint32_t pool, std::uint32_t choice) const { return daemon_requests_[pool][choice]; }

  bool place(const PlacedPod& pod, std::size_t number, const Question& question, PlacementResult& result);
  bool on_existing(const PlacedPod& pod, const PodSpec& spec, std::size_t number, const Question& question, PlacementResult& result);
  bool on_open(const PlacedPod& pod, const PodSpec& spec, std::size_t number);
  bool on_new(const PlacedPod& pod, const PodSpec& spec, std::size_t number);
  /// The choices of `from` that could also take the pod, ascending; empty: none.
  std::vector<std::uint32_t> choices_with(const OpenClaim& claim, const PlacedPod& pod, const PodSpec& spec);
  /// Narrows `choices` to what the cluster's topology allows and shows the claim's node so; false: nowhere.
  bool settle(OpenClaim& claim, const PlacedPod& pod, const PodSpec& spec, std::vector<std::uint32_t>& choices);
  std::vector<int> zones_by_need(const PlacedPod& pod, const PodSpec& spec, const std::vector<std::uint32_t>& choices, std::uint32_t pool);
  void show(OpenClaim& claim, std::uint32_t choice);
  void commit(OpenClaim& claim, const PlacedPod& pod, const PodSpec& spec, std::size_t number, std::vector<std::uint32_t> choices);
  void put(NodeIndex node, const PlacedPod& pod);
  PreparedPod& prepared(const PlacedPod& pod, const PodSpec& spec);
  bool within_limits(std::uint32_t pool, std::uint32_t choice) const;
  Name why_not(const PlacedPod& pod) const;

  std::deque<NodePoolModel>& pools_;
  const FitContext& context_;
  PodVariants variants_;
  const UnavailableOfferings* unavailable_ = nullptr;
  SimTime now_;
  Snapshot snapshot_;
  std::vector<ExistingNode> existing_;             // in the order in which they are tried
  std::vector<std::vector<Resources>> daemon_requests_;       // by pool and choice
  std::vector<std::vector<std::int64_t>> daemon_counts_;      // likewise
  std::vector<Daemon> daemons_;
  struct Left { Resources resources; std::int64_t nodes = 0; };
  std::vector<Left> left_;                         // by pool; only what the limits name counts
  std::vector<std::uint32_t> pool_order_;          // heaviest first

  // One question.
  std::vector<OpenClaim> open_;
  std::vector<Left> left_now_;
  std::vector<Added> added_;
  std::uint64_t imagined_ = 0;
  struct Prepared { const PodSpec* spec = nullptr; std::uint64_t nodes = 0; PreparedPod pod; };
  std::vector<Prepared> prepared_;
};

/// Whether the pod asks for anything that depends on where other pods are.
bool depends_on_topology(const PodSpec& spec);

/// Whether none of the taints keeps the pod away (PreferNoSchedule never does).
bool tolerates_all(const PodSpec& pod, const std::vector<Taint>& taints);

}  // namespace akstwin
