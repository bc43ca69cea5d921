/// Pods and nodes of a run, each with the moments of its life: one pass over the events of a Timeline.
#pragma once
#include <vector>

#include "models/spec/scenario.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// A moment that did not come is kNever.
struct PodLife {
  Name pod, workload, node;
  SimTime created = kNever, scheduled = kNever, started = kNever, ready = kNever, deleted = kNever;
  Name why;                                 ///< it was deleted
};

struct NodeLife {
  Name node, pool;
  SimTime requested = kNever, ready = kNever, deleting = kNever, gone = kNever;
  Name why;                                 ///< it was deleted
};

struct Lives {
  std::vector<PodLife> pods;                ///< in order of creation
  std::vector<NodeLife> nodes;              ///< in order of the request
};

/// A name that is used again (pods of a StatefulSet, nodes started again) begins a new life. Nodes that are there at the start have no
/// events of their own beginning: the scale sets' first ordinals, as many as are allocated at time 0, are ready from then on.
Lives lives_of(const Scenario& scenario, const Timeline& timeline);

/// The end of a pod's or node's place in the run: when it went, else the end of the run.
inline SimTime end_of(SimTime gone, SimTime end) { return gone < end ? gone : end; }

}  // namespace akstwin
