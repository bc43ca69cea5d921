/// What a cluster's API server and etcd bear, estimated from its nodes and from the pods that are bound.
#pragma once
#include <vector>

#include "models/spec/scenario.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// Step functions that keep each new maximum only: enough for a peak and for the first crossing of a limit.
struct ControlPlaneLoad {
  std::vector<Sample> reads, writes;   ///< requests in flight
  std::vector<Sample> etcd;            ///< megabytes (2^20)
};

/// Little's law over minutes for the requests; objects and their recent versions every five minutes for etcd (docs/models/limits.md).
ControlPlaneLoad control_plane_load(const Timeline& timeline, Name cluster);

}  // namespace akstwin
