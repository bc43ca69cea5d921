/// The end of objects that were deleted and wait for what depends on them.
#pragma once
#include "adapters/serve/served_world.hpp"

namespace akstwin {

/// Forgets each namespace that has been terminating for a moment and holds nothing any more.
void end_namespaces(ServedCluster& cluster, SimTime now);
/// Forgets each workload that was deleted with propagationPolicy Foreground and has no pods any more.
void end_foreground(ServedCluster& cluster);

}  // namespace akstwin
