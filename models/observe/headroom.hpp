/// How much more would fit: the capacity gauge.
#pragma once
#include <cstdint>

#include "models/api/cluster_state.hpp"

namespace akstwin {

struct Headroom {
  Resources shape;                   ///< what a typical pod asks for: medians over the running pods that can move
  std::int64_t pods = 0;             ///< of that shape that would still fit on ready, schedulable nodes without NoSchedule taints
  Millicores fragmented;             ///< free CPU on those nodes that no such pod can use
};

/// Linear in nodes and pods. DaemonSet pods are no example of what might come.
Headroom headroom(const ClusterState& state);

}  // namespace akstwin
