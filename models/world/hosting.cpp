#include "models/world/hosting.hpp"

#include "models/observe/kinds.hpp"

namespace akstwin {

void TimelineNotes::note(const Note& note) {
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
      case NoteKind::Finding: break;
    }
    return EventKind::Finding;
  }();
  timeline_.event({kernel_.now(), code(kind), note.subject, note.object, note.detail, note.value});
}

}  // namespace akstwin
