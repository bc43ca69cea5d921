#include "models/world/hosting.hpp"

#include "models/observe/kinds.hpp"

namespace akstwin {

void TimelineNotes::note(const Note& note) {
  if (note.kind == NoteKind::SurgeNodes || note.kind == NoteKind::NodesToUpgrade) {   // gauges of a pool, "cluster/pool"
    const GaugeKind gauge = note.kind == NoteKind::SurgeNodes ? GaugeKind::SurgeNodes : GaugeKind::NodesToUpgrade;
    const Name cluster(note.subject.text().substr(0, note.subject.text().find('/')));
    timeline_.set(timeline_.series(key(gauge, cluster, note.subject)), kernel_.now(), note.value);
    return;
  }
  const auto kind = [&] {
    switch (note.kind) {
      case NoteKind::HpaRescaled: return EventKind::HpaRescaled;
      case NoteKind::ScaleUp: return EventKind::ScaleUpDecided;
      case NoteKind::ScaleDown: return EventKind::ScaleDownDecided;
      case NoteKind::FluxReconciled: return EventKind::FluxReconciled;
      case NoteKind::RecoveryPhase: return EventKind::RecoveryPhase;
      case NoteKind::ActionStarted: return EventKind::ActionStarted;
      case NoteKind::ActionDone: return EventKind::ActionDone;
      case NoteKind::Provisioner: return EventKind::Provisioner;
      case NoteKind::VpaUpdated: return EventKind::VpaUpdated;
      case NoteKind::UpgradeBegan: return EventKind::UpgradeBegan;
      case NoteKind::UpgradeEnded: return EventKind::UpgradeEnded;
      case NoteKind::NodeDrainBegan: return EventKind::NodeDrainBegan;
      case NoteKind::NodeDrained: return EventKind::NodeDrained;
      case NoteKind::EvictionBlocked: return EventKind::EvictionBlocked;
      case NoteKind::NodeQuarantined: return EventKind::NodeQuarantined;
      case NoteKind::NodeRepair: return EventKind::NodeRepair;
      case NoteKind::NodeRepaired: return EventKind::NodeRepaired;
      case NoteKind::SurgeNodes:
      case NoteKind::NodesToUpgrade:
      case NoteKind::Finding: break;
    }
    return EventKind::Finding;
  }();
  timeline_.event({kernel_.now(), code(kind), note.subject, note.object, note.detail, note.value});
}

}  // namespace akstwin
