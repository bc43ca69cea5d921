/// The end of namespaces that were deleted.
#pragma once
#include "adapters/serve/served_world.hpp"

namespace akstwin {

/// Forgets each namespace that has been terminating for a moment and holds nothing any more.
void end_namespaces(ServedCluster& cluster, SimTime now);

}  // namespace akstwin
