/// Where a controller says why it did something: Kubernetes events, in upstream's words.
#pragma once
#include <cstdint>

#include "sim/base/name.hpp"

namespace akstwin {

enum class NoteKind : std::uint8_t { HpaRescaled, ScaleUp, ScaleDown, FluxReconciled, RecoveryPhase, ActionStarted, ActionDone, Finding, Provisioner, VpaUpdated,
                                      UpgradeBegan, UpgradeEnded, NodeDrainBegan, NodeDrained, EvictionBlocked, NodeQuarantined, NodeRepair, NodeRepaired,
                                      SurgeNodes, NodesToUpgrade };

struct Note {
  NoteKind kind = NoteKind::Finding;
  Name subject, object, detail;      ///< as the Timeline's catalogue says for the event of the same name
  std::int64_t value = 0;
};

class Notes {
 public:
  virtual ~Notes() = default;
  virtual void note(const Note& note) = 0;
};

}  // namespace akstwin
