/// The disruption loop: empty nodes, drifted ones, several at once, one by one; a command is looked at again after 15 s before it counts.
/// Source: kubernetes-sigs/karpenter@22664681 pkg/controllers/disruption/{controller,emptiness,drift,singlenodeconsolidation,validation,queue}.go.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "models/controllers/provisioning/consolidation.hpp"
#include "models/controllers/provisioning/launching.hpp"

namespace akstwin {

/// Pause between two rounds that did nothing (controller.go); time after which an unchanged cluster is looked at again (state/cluster.go).
inline constexpr Duration kDisruptionPoll{10'000'000}, kLookAgain{300'000'000};
/// A consolidation is validated after this long (consolidation.go).
inline constexpr Duration kValidationDelay{15'000'000};
/// A command whose replacements are not initialised by then is given up; longer with very many commands (queue.go).
inline constexpr Duration kCommandTimeout{600'000'000};
/// Two batching windows, at least 10 s (state/statenode.go).
inline constexpr Duration kNomination{20'000'000};

class Disruption {
 public:
  Disruption(ProvisioningState& state, Placement& placement, Launcher& launcher) : karpenter_(state), placement_(placement), launcher_(launcher) {}
  /// Does what is due; returns when to be called again at the latest.
  SimTime step(ControllerContext& context);
  /// Commands whose nodes have not begun to drain.
  std::size_t commands() const { return commands_.size(); }

 private:
  enum class Method : std::uint8_t { Emptiness, Drift, MultiNode, SingleNode };
  static constexpr std::size_t kMethods = 4;
  enum class Outcome : std::uint8_t { Nothing, Acted, Validating };
  struct Command {
    DisruptionReason reason;
    std::vector<Name> candidates, replacements;
    SimTime created;
  };
  struct Validation {
    Method method = Method::Emptiness;
    DisruptionPlan plan;
    SimTime due;
  };
  struct Seen { std::uint64_t changes = UINT64_MAX; SimTime at; };

  void advance_commands(ControllerContext& context);
  void finish(ControllerContext& context, const Command& command);
  void abandon(ControllerContext& context, const Command& command, const std::string& why);
  bool round(ControllerContext& context, std::size_t first);
  Outcome run(ControllerContext& context, Method method);
  Outcome run_emptiness(ControllerContext& context);
  Outcome run_drift(ControllerContext& context);
  Outcome run_multi(ControllerContext& context);
  Outcome run_single(ControllerContext& context);
  bool validate(ControllerContext& context);
  bool still_candidates(ControllerContext& context, Method method, DisruptionPlan& plan, bool all);
  Outcome ask(ControllerContext& context, Method method, DisruptionPlan plan);
  void start(ControllerContext& context, DisruptionReason reason, const DisruptionPlan& plan);

  std::vector<Candidate> candidates(ControllerContext& context, Method method);
  bool wanted(ControllerContext& context, Method method, NodeClaim& claim, const Candidate& candidate);
  std::vector<std::int64_t> budgets(ControllerContext& context, DisruptionReason reason);
  void look(const ControllerContext& context);
  bool seen(Method method, SimTime now) const;
  void remember(Method method, SimTime now, bool constrained);
  SimTime next_round(const ClusterState& state, SimTime now) const;

  ProvisioningState& karpenter_;
  Placement& placement_;
  Launcher& launcher_;
  std::vector<Command> commands_;
  std::optional<Validation> validation_;
  std::array<Seen, kMethods> seen_{};
  SimTime next_poll_, last_round_;
  std::uint64_t round_changes_ = UINT64_MAX;
  bool poll_again_ = false;                        ///< a budget held something back, or something has drifted
};

/// Pods that the scheduler could not place, as Karpenter provisions for them: no DaemonSet's, none that preempts.
std::vector<PlacedPod> provisionable_pods(const ClusterState& state);
/// Nodes where the placement puts pods are spared for a while.
void nominate(ProvisioningState& karpenter, const PlacementResult& placement, SimTime now);

}  // namespace akstwin
