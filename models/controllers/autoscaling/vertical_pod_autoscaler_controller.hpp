/// The Vertical Pod Autoscaler over a cluster: its recommender and its updater. Admission is the API server's part.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/controller.hpp"
#include "models/controllers/autoscaling/vpa_recommender.hpp"
#include "models/controllers/autoscaling/vpa_updater.hpp"

namespace akstwin {

/// --recommender-interval and --updater-interval: both one minute (VPA 1.3.1, facts/defaults.csv).
inline constexpr Duration kVpaInterval{60'000'000};

/// Feeds every sample of the metrics API into the histories of each VerticalPodAutoscaler's containers, and writes what follows into its
/// status. The metrics API of the twin has one sample a pod: see usage_of in the implementation for how containers share it.
class VpaRecommenderController final : public Controller {
 public:
  explicit VpaRecommenderController(VpaRecommenderOptions options) : options_(options) {}
  std::string_view name() const override { return "vpa-recommender"; }
  ChangeMask interests() const override { return {}; }
  SimTime reconcile(ControllerContext& context) override;

 private:
  struct Container {
    Name name;
    VpaContainerHistory history;
    std::vector<VpaContainerUsage> memory;       ///< parallel to Entry::pods
  };
  struct Entry {
    std::vector<Container> containers;           ///< of the target's template, in its order
    std::vector<PodId> pods;                     ///< whose memory windows are open
    SimTime sampled = kNever;                    ///< timestamp of the last sample taken
  };
  void open(Entry& entry, const Workload& target) const;
  void follow_pods(Entry& entry, const Workload& target) const;
  void sample(Entry& entry, const ClusterState& state, const VerticalAutoscaler& autoscaler) const;
  std::vector<ContainerRecommendation> recommendation(const Entry& entry, const VerticalPodAutoscalerSpec& spec) const;

  VpaRecommenderOptions options_;
  std::vector<Entry> entries_;                   ///< by VerticalPodAutoscaler
};

/// Evicts, or resizes in place, the pods that are too far from their recommendation: through the eviction API, which keeps budgets.
class VpaUpdaterController final : public Controller {
 public:
  /// `resizes_pods`: the cluster has the resize subresource; without it InPlaceOrRecreate is Recreate.
  VpaUpdaterController(VpaUpdaterOptions options, bool resizes_pods) : options_(options), resizes_pods_(resizes_pods) {}
  std::string_view name() const override { return "vpa-updater"; }
  ChangeMask interests() const override { return {}; }
  SimTime reconcile(ControllerContext& context) override;

 private:
  struct Candidate {
    PodId pod;
    PodChange change;
    std::size_t group = 0;
  };
  /// A resize that its node could not take yet, or never.
  struct Pending {
    PodId pod;
    SimTime since;
    bool infeasible = false;
  };
  void update(ControllerContext& context, const VerticalAutoscaler& autoscaler);
  void collect(ControllerContext& context, const VerticalAutoscaler& autoscaler);
  void evict(ControllerContext& context, const VerticalAutoscaler& autoscaler, const Candidate& candidate);
  /// False when the pod has to be evicted instead.
  bool resize(ControllerContext& context, const VerticalAutoscaler& autoscaler, const Candidate& candidate);

  VpaUpdaterOptions options_;
  bool resizes_pods_;
  std::vector<DisruptionGroup> groups_;          ///< of the autoscaler being looked at
  std::vector<Candidate> candidates_;
  std::vector<Pending> pending_;
  std::vector<PodId> refused_;                   ///< whose eviction a budget refused: said once
};

}  // namespace akstwin
