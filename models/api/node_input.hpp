/// A Node object as the scheduler and the autoscaler read it.
#pragma once
#include "models/api/cluster_state.hpp"
#include "models/fit/snapshot.hpp"

namespace akstwin {

/// The node lifecycle controller taints what is not ready: placement sees the taint, not the condition.
NodeInput node_input(const Node& node);

/// A pod's identity as a number: unique while and after it lives.
inline std::uint64_t uid_of(PodId id) { return (std::uint64_t{id.row} << 31) | id.generation; }
/// The handle that uid_of() made a uid of.
inline PodId pod_of(std::uint64_t uid) { return {static_cast<std::uint32_t>(uid >> 31), static_cast<std::uint32_t>(uid & 0x7fffffff)}; }

}  // namespace akstwin
