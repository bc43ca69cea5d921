/// The simulated cluster behind the recorded Cluster Autoscaler runs: one-second ticks, instances with delays, workloads, a first-fit
/// scheduler and scripted events.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "adapters/oracle/ca_case.hpp"
#include "models/controllers/autoscaling/cluster_simulation.hpp"
#include "models/controllers/autoscaling/node_deletion.hpp"

namespace akstwin::oracle {

inline constexpr std::size_t kNowhere = SIZE_MAX;

struct CaPod {
  AutoscaledPod view;
  std::size_t app = kNowhere;                      ///< kNowhere: a DaemonSet's
  std::size_t node = kNowhere;                     ///< index into CaEnvironment::nodes
  SimTime bound{INT64_MIN / 4};                    ///< pods of the start have always been bound
  SimTime vanishes = kNever;
  bool gone = false;
};

struct CaNode {
  std::uint64_t id = 0;
  std::string name;
  std::uint32_t group = 0;
  NodeInput object;
  std::uint64_t revision = 1;
  bool registered = false, ready = false, disabled = false, soft_taint = false, failed = false, gone = false;
  CloudInstanceState state = CloudInstanceState::Creating;
  NodeDeletionKind deletion = NodeDeletionKind::None;
  SimTime created, ready_since;
  SimTime registers = kNever, readies = kNever, fails = kNever, vanishes = kNever, taint_fails_until{INT64_MIN / 4};
  std::optional<SimTime> hard_taint;
  std::vector<std::size_t> pods;                   ///< in order of creation
};

struct CaGroupState {
  std::int64_t target = 0;
  std::int64_t next_number = 1;
  std::string fail_mode;
};

class CaEnvironment {
 public:
  using Recorder = std::function<void(const char* kind, Json what)>;
  CaEnvironment(const Json& recorded, Recorder record);

  /// Step 2 of a tick: pods vanish and come back, instances move on, events happen, pending pods are scheduled.
  void step(SimTime now);

  void request_instances(std::uint32_t group, std::int64_t count, SimTime now);
  /// DeleteNodes of the cloud provider; false when a fail mode refuses.
  bool delete_instances(std::uint32_t group, const std::vector<std::size_t>& nodes, SimTime now);
  EvictionAnswer evict(std::size_t pod, SimTime now);
  void set_hard_taint(std::size_t node, bool on, SimTime now);
  void set_soft_taint(std::size_t node, bool on);
  void set_target(std::uint32_t group, std::int64_t target);
  std::int64_t disruptions_allowed(const CaBudget& budget, SimTime now) const;
  std::size_t find_node(std::uint64_t id) const;
  std::size_t find_pod(std::uint64_t uid) const;
  std::int64_t pending_pods() const;

  /// What the autoscaler sees now; valid until the next change.
  const ClusterAutoscalerInput& input(SimTime now);
  /// Moves whenever the input may have changed.
  std::uint64_t version() const { return version_; }

  CaCase setup;
  std::deque<CaNode> nodes;                        ///< never erased
  std::deque<CaPod> pods;                          ///< never erased
  std::vector<CaGroupState> groups;
  std::vector<std::size_t> registered;             ///< nodes in order of registration

 private:
  std::size_t add_node(std::uint32_t group, const std::string& name);
  void register_node(std::size_t node, SimTime now);
  void set_ready(std::size_t node, bool ready, SimTime now);
  void remove_node(std::size_t node, SimTime now);
  std::size_t add_app_pod(std::size_t app, SimTime created);
  void bind(std::size_t pod, std::size_t node, SimTime now);
  void remove_pod(std::size_t pod);
  void recreate_owed(SimTime now);
  void apply_event(const Json& event, SimTime now);
  void scale_app(std::size_t app, std::int64_t replicas, SimTime now);
  void lose_newest(std::uint32_t group, const std::string& mode, SimTime now);
  void schedule(SimTime now);
  void build_views();
  void touch() { ++version_; }
  std::size_t find_named(const std::string& name) const;
  std::size_t app_named(const std::string& name) const;
  std::vector<std::size_t> pending_in_order() const;

  Recorder record_;
  Json events_;
  std::size_t next_event_ = 0;
  std::vector<std::vector<std::size_t>> app_pods_;   // by workload, oldest first, all that exist
  std::vector<std::int64_t> next_pod_, replicas_, owed_;   // by workload; owed: replacements to create
  std::uint64_t next_uid_ = 1, next_id_ = 1, version_ = 1, scheduled_version_ = 0, viewed_version_ = 0;
  ClusterSimulation scheduler_;

  std::vector<std::vector<AutoscaledPod>> node_views_;
  std::vector<AutoscaledNode> nodes_view_;
  std::vector<AutoscaledPod> pending_view_;
  std::vector<std::vector<CloudInstance>> instances_view_;
  std::vector<AutoscaledGroup> groups_view_;
  std::vector<DisruptionBudget> budgets_view_;
  ClusterAutoscalerInput input_;
};

}  // namespace akstwin::oracle
