/// What the autoscaler remembers of its node groups: readiness, requested scale-ups, back-offs, instances that never came.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 clusterstate/clusterstate.go, utils/backoff/exponential_backoff.go.
#pragma once
#include <optional>
#include <vector>

#include "models/controllers/autoscaling/cluster_autoscaler_options.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler_types.hpp"

namespace akstwin {

/// Counts of a group's nodes by state.
struct GroupReadiness {
  std::int64_t registered = 0, ready = 0, unready = 0, deleted = 0, not_started = 0;
  std::int64_t unregistered = 0, long_unregistered = 0;
  bool known = false;                              ///< the group has any node or unregistered instance
  bool operator==(const GroupReadiness&) const = default;
};

class NodeGroupStates {
 public:
  /// Reads instance lists into the cache (upstream's background refresh).
  void refresh_instances(std::span<const AutoscaledGroup> groups, SimTime now);

  /// Upstream UpdateNodes. `backed_off` receives the groups that entered a back-off.
  void update(const ClusterAutoscalerOptions& options, const ClusterAutoscalerInput& input, SimTime now, std::vector<GroupBackoff>& backed_off);

  bool cluster_healthy(const ClusterAutoscalerOptions& options) const;
  bool group_healthy(const ClusterAutoscalerOptions& options, std::uint32_t group) const;
  bool backed_off(std::uint32_t group, SimTime now) const;
  bool safe_to_scale(const ClusterAutoscalerOptions& options, std::uint32_t group, SimTime now) const {
    return group_healthy(options, group) && !backed_off(group, now);
  }
  /// The end of a group's back-off; in the past or nothing when it may grow.
  std::optional<SimTime> backoff_until(std::uint32_t group) const {
    if (!groups_[group].backoff) return std::nullopt;
    return groups_[group].backoff->until;
  }
  /// Nodes that were asked for and are not yet ready.
  std::int64_t upcoming(std::uint32_t group) const;
  /// True when a node of a group with upcoming nodes has registered but not started: its placeholder stands for it.
  bool is_placeholder_for(std::uint32_t group) const { return upcoming(group) > 0; }
  bool not_started(const ClusterAutoscalerOptions& options, const AutoscaledNode& node, SimTime now) const;

  /// Instances to delete because they never registered, capped by the groups' minimum sizes.
  void long_unregistered(const ClusterAutoscalerOptions& options, std::span<const AutoscaledGroup> groups, SimTime now,
                         std::vector<ClusterAutoscalerOutput::InstanceDeletion>& out) const;
  /// Instances whose creation failed.
  void failed_instances(std::vector<ClusterAutoscalerOutput::InstanceDeletion>& out) const;
  /// Groups whose target stood above what exists for longer than the provision time.
  void stale_targets(const ClusterAutoscalerOptions& options, std::span<const std::int64_t> targets, SimTime now,
                     std::vector<ClusterAutoscalerOutput::TargetDecrease>& out) const;

  void register_scale_up(const ClusterAutoscalerOptions& options, std::uint32_t group, std::int64_t delta, SimTime now);
  /// Backs the group off; returns until when.
  SimTime back_off(const ClusterAutoscalerOptions& options, std::uint32_t group, SimTime now);
  /// The next list of this group is read from the cloud, not from the cache.
  void invalidate_instances(std::uint32_t group) { groups_[group].cached = false; }
  /// Takes new target sizes into account (upstream Recalculate).
  void recalculate(std::span<const std::int64_t> targets);

  /// The next time at which something here expires, so that a loop may see another state.
  SimTime next_change(const ClusterAutoscalerOptions& options, const ClusterAutoscalerInput& input, SimTime now) const;
  /// True when the last update() left other counts, requests or instances than it found.
  bool changed() const { return changed_; }

 private:
  struct Request {
    std::int64_t increase = 0;
    SimTime expected;
  };
  struct Backoff {
    Duration duration;
    SimTime until, last_failure;
  };
  struct Unregistered {
    std::uint64_t instance;
    SimTime since;
  };
  struct IncorrectSize {
    std::int64_t current, expected;
    SimTime first_observed;
  };
  struct Group {
    GroupReadiness readiness;
    std::int64_t target = 0, min_nodes = 0;        ///< of the acceptable range
    bool ranged = false;                           ///< the range was computed at least once
    std::optional<Request> request;
    std::optional<Backoff> backoff;
    std::optional<IncorrectSize> incorrect;
    std::vector<CloudInstance> instances, previous_instances;
    std::vector<CloudInstance> cache;
    bool cached = false;
    std::vector<Unregistered> unregistered;
  };
  bool has_upcoming(const Group& group) const { return group.ranged && group.target > group.readiness.registered - group.readiness.not_started; }
  bool scaling_up(const Group& group) const { return group.request && has_upcoming(group); }
  void read_instances(const ClusterAutoscalerInput& input);
  void update_unregistered(const ClusterAutoscalerInput& input, SimTime now);
  void update_readiness(const ClusterAutoscalerOptions& options, const ClusterAutoscalerInput& input, SimTime now);
  void update_ranges(std::span<const AutoscaledGroup> groups);
  void set_range(Group& group, std::int64_t target);
  void expire_requests(const ClusterAutoscalerOptions& options, SimTime now, std::vector<GroupBackoff>& backed_off);
  void handle_creation_errors(const ClusterAutoscalerOptions& options, SimTime now, std::vector<GroupBackoff>& backed_off);
  void update_incorrect_sizes(SimTime now);

  std::vector<Group> groups_;
  std::int64_t total_unready_ = 0, total_nodes_ = 0;
  SimTime cache_refreshed_{INT64_MIN / 4};
  bool changed_ = false;
};

}  // namespace akstwin
