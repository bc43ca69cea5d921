/// The modelled scheduler, HPA and Cluster Autoscaler beside the real ones: they see what the real cluster shows and change nothing.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/kube/kube_cluster_api.hpp"
#include "adapters/live/shadow_score.hpp"
#include "models/api/controller.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler_controller.hpp"
#include "models/controllers/autoscaling/horizontal_pod_autoscaler_controller.hpp"
#include "models/controllers/scheduling/scheduler_cache.hpp"

namespace akstwin {

/// Shows the real state, keeps what is asked for, does nothing.
class ShadowClusterApi final : public ClusterApi {
 public:
  explicit ShadowClusterApi(const ClusterApi& real) : real_(real) {}
  const ClusterState& state() const override { return real_.state(); }
  ChangeSpan changes_since(ChangeCursor cursor) const override { return real_.changes_since(cursor); }
  Verdict submit(const Action& action) override {
    asked.push_back(action);
    return Verdict::Accepted;
  }
  std::vector<Action> asked;

 private:
  const ClusterApi& real_;
};

/// The pools of the cluster as a subscription would show them, with an instance for each node.
class ShadowCloudApi final : public CloudApi {
 public:
  const CloudState& state() const override { return state_; }
  Verdict submit(const CloudAction& action) override {
    asked.push_back(action);
    return Verdict::Accepted;
  }
  /// Brings instances up to what the cluster shows, and the pools' targets, too, if they are wanted.
  void follow(const ClusterCache& cache, bool targets);
  std::vector<CloudAction> asked;

 private:
  CloudState state_;
  std::map<std::uint32_t, PoolId> pools_;          // by row in the cache's cloud
  std::map<std::string, InstanceId> instances_;    // by node name
};

class Shadow {
 public:
  /// `cluster` states pools, autoscaler profile and version; both outlive the shadow.
  Shadow(KubeClusterApi& real, const ClusterSpec& cluster);
  /// Reads what changed and lets the models decide what is due.
  void step(SimTime now);
  ShadowScore score() const;

 private:
  class FirstOf final : public Chooser {
   public:
    std::uint64_t below(std::uint64_t, std::uint64_t) override { return 0; }
  };
  class Silent final : public Notes {
   public:
    void note(const Note&) override {}
  };
  /// A scale-up, real or modelled, that waits for its counterpart.
  struct ScaleUp { std::string pool; std::int64_t target = 0; SimTime at; };

  void read_changes(SimTime now);
  void judge_binding(PodId id);
  void judge_autoscalers(SimTime now);
  void judge_scale_ups(SimTime now, bool targets);
  void disagree(std::string text);

  KubeClusterApi& real_;
  const ClusterSpec& spec_;
  ShadowClusterApi cluster_;
  ShadowCloudApi cloud_;
  Silent notes_;
  FirstOf first_;
  FitContext fit_;
  SchedulerCache scheduler_;
  ChangeCursor cursor_;
  HorizontalPodAutoscalerController autoscaler_;
  std::unique_ptr<ClusterAutoscalerController> nodes_;   // null: no pool scales by itself
  SimTime next_autoscaler_{0}, next_nodes_{0};
  std::vector<bool> bound_;                        // by pod row: was bound when last seen
  std::vector<ScaleUp> real_ups_, model_ups_;
  Agreement feasible_{"kube-scheduler", "bindings to a node that the model finds feasible"};
  Agreement best_{"kube-scheduler", "bindings to one of the nodes that the model scores highest"};
  Agreement replicas_{"horizontal-pod-autoscaler", "looks at which both want the same number of replicas"};
  std::vector<std::string> disagreements_;
};

}  // namespace akstwin
