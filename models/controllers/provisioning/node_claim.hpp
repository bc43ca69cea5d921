/// A NodeClaim: a machine that Karpenter asked for, from the wish to the end of its node.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/cluster_state.hpp"
#include "sim/base/money.hpp"

namespace akstwin {

enum class ClaimPhase : std::uint8_t {
  Pending,        ///< not launched yet: no offering so far
  Launched,       ///< the machine is being created
  Registered,     ///< its node is there, not Ready or with startup taints
  Initialized     ///< pods may come
};

struct NodeClaim {
  Name name;                                       ///< "default-00003"
  Name machine;                                    ///< "aks-default-00003"
  Name node_name;                                  ///< "cluster/aks-default-00003"
  std::uint32_t pool = 0;                          ///< index of its NodePool
  std::vector<std::uint32_t> choices;              ///< what it may be launched as
  std::uint32_t choice = 0;                        ///< what it was launched as
  ClaimPhase phase = ClaimPhase::Pending;
  NodeId node;                                     ///< null until registered
  SimTime created, launched = kNever, initialized = kNever;
  SimTime last_pod_event = kNever;                 ///< a pod came or went: consolidateAfter counts from here
  SimTime nominated_until;                         ///< a pod is expected there: no disruption before
  SimTime next_attempt;                            ///< of the launch, or of the drain
  Duration wait{1'000'000};                        ///< back-off of the next attempt
  std::uint64_t revision = 0, image = 0;           ///< of the NodePool's template and of the node image when it was made
  SimTime drifted = kNever;
  bool marked = false;                             ///< a command disrupts it: its pods are planned elsewhere
  bool deleting = false;                           ///< deletionTimestamp is set: it drains
  bool machine_deleted = false;
  SimTime deletion_began = kNever;
  Name reason;                                     ///< why it goes: "Empty", "Underutilized", "Drifted", "Expired", …
  /// What was last said about it, by reason, so that the Timeline does not repeat itself.
  struct Said { Name reason, message; SimTime at; };
  std::vector<Said> said;

  bool going() const { return marked || deleting; }
};

}  // namespace akstwin
