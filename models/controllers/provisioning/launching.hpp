/// From a plan to a machine: NodeClaims are made, launched as the cheapest offering that can be had, and given up.
/// Source: Azure/karpenter-provider-azure@352646f5 pkg/providers/allocationstrategy, kubernetes-sigs/karpenter@22664681
/// pkg/controllers/nodeclaim/lifecycle/{launch,liveness}.go.
#pragma once
#include "models/controllers/provisioning/provisioning_state.hpp"

namespace akstwin {

/// A NodeClaim that is not launched within this time is given up (liveness.go).
inline constexpr Duration kLaunchTimeout{300'000'000};
/// A machine whose node has not registered within this time is given up (liveness.go; facts A8).
inline constexpr Duration kRegistrationTimeout{900'000'000};
/// Launches that fail are tried again after 1 s, doubled up to 1 min (lifecycle/controller.go).
inline constexpr Duration kFirstRetry{1'000'000}, kLastRetry{60'000'000};

class Launcher {
 public:
  Launcher(ProvisioningState& state, Chooser& zones) : state_(state), zones_(zones) {}

  /// A new NodeClaim for the plan; `why` goes to the Timeline ("provisioned", "underutilized", "drifted"). Returns its name.
  Name make(ControllerContext& context, const PlannedClaim& plan, std::string_view why);
  /// Tries to launch what is not launched yet; false when the NodeClaim is given up and gone.
  bool launch(ControllerContext& context, Name claim);

 private:
  /// The next thing to ask for: the cheapest choice that is not known to be unavailable; zones of one price by chance. SIZE_MAX: none.
  std::size_t next_choice(const NodeClaim& claim, SimTime now);
  void give_up(ControllerContext& context, const NodeClaim& claim, std::string_view reason, const std::string& message);

  ProvisioningState& state_;
  Chooser& zones_;
  std::uint64_t draws_ = 0;
};

}  // namespace akstwin
