/// A control loop over the ports: level-triggered, never blocking, hosted by the simulation or by a live clock.
#pragma once
#include <string_view>

#include "models/api/decisions.hpp"
#include "models/api/ports.hpp"
#include "models/api/notes.hpp"

namespace akstwin {

struct ControllerContext {
  SimTime now;
  ClusterApi& cluster;
  CloudApi& cloud;
  Notes& notes;               ///< Kubernetes-style events: why I did it
  Decisions* decisions = nullptr;   ///< set when somebody asks why: what I looked at, in full
};

class Controller {
 public:
  virtual ~Controller() = default;
  virtual std::string_view name() const = 0;
  /// The changes that should wake it before its own time.
  virtual ChangeMask interests() const = 0;
  /// Acts on what it sees; returns when to be called next (kNever: only when woken).
  virtual SimTime reconcile(ControllerContext& context) = 0;
};

}  // namespace akstwin
