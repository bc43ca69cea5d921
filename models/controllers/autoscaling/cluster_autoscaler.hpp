/// The Cluster Autoscaler as a pure core: one call is one RunOnce.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30, compared loop by loop with recorded runs.
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "models/controllers/autoscaling/cluster_autoscaler_options.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler_types.hpp"

namespace akstwin {

/// The memory of the autoscaler between loops and its RunOnce. Draining and deleting nodes is left to the caller.
class ClusterAutoscalerCore {
 public:
  explicit ClusterAutoscalerCore(ClusterAutoscalerOptions options);
  ClusterAutoscalerCore(ClusterAutoscalerCore&&) noexcept;
  ClusterAutoscalerCore& operator=(ClusterAutoscalerCore&&) noexcept;
  ~ClusterAutoscalerCore();

  /// One loop. The output is valid until the next call. Apply it before asking again: target sizes at once, deletions to the actuator.
  const ClusterAutoscalerOutput& run_once(SimTime now, const ClusterAutoscalerInput& input);

  /// The earliest loop whose outcome can differ from the last one's while the input stays as it is; kNever if none can. Loops lie on
  /// the grid last loop + n × scan interval. Loops before that time may be left out, and nothing that follows will tell the difference.
  SimTime next_interesting() const;

  /// An increase that the cloud accepted but refused afterwards in words: the group is backed off as for a synchronous refusal.
  void report_failed_scale_up(std::uint32_t group, SimTime now);

  /// Reads the instance lists now, as the background refresh every instance_cache_period does. Without such calls the first loop at or
  /// after each period refreshes.
  void refresh_instances(std::span<const AutoscaledGroup> groups, SimTime now);

  const ClusterAutoscalerOptions& options() const;

  // For explanations, as the last loop left them.
  /// Gives the scheduler's reason texts for groups that refuse a pod from now on (ClusterAutoscalerOptions::explain).
  void explain();
  /// After what scale-down rests, and until when; nothing when it does not.
  struct Rest {
    std::string_view after;
    SimTime until;
  };
  std::optional<Rest> scale_down_rest(SimTime now) const;
  /// Since when a node is unneeded; nothing when it is needed.
  std::optional<SimTime> unneeded_since(std::uint64_t node) const;
  /// Why a node could not be removed when its removal was last tried, and until when that is taken for granted.
  struct Remembered {
    UnremovableNode verdict;
    SimTime until;
  };
  std::optional<Remembered> recently_unremovable(std::uint64_t node) const;
  /// Nodes of a group that were asked for and are not ready yet, and the end of its back-off, if it is in one.
  std::int64_t upcoming(std::uint32_t group) const;
  std::optional<SimTime> backoff_until(std::uint32_t group, SimTime now) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace akstwin
