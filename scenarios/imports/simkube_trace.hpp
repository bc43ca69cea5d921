/// SimKube traces: the objects of a recorded cluster and how they changed.
#pragma once
#include <cstdint>

#include "scenarios/imports/nodes.hpp"

namespace akstwin {

/// Objects of a trace, each as it was applied last, and what happened to them.
struct SimkubeTrace {
  std::vector<YamlNode> objects;
  std::int64_t events = 0, applied = 0, deleted = 0;   ///< entries of the trace; applications and deletions of objects
  std::int64_t first = 0, last = 0;                    ///< seconds since 1970
};

/// Whether the document is a trace of version 2: config.trackedObjects and events with applied_objs and deleted_objs.
bool is_simkube_trace(const YamlNode& document);
/// Reads it. Objects that were deleted during the trace are part of the result: it is what the cluster had to carry.
SimkubeTrace read_simkube_trace(const YamlNode& document);

}  // namespace akstwin
