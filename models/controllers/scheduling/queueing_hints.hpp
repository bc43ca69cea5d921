/// Which changes of a cluster could help a pod that could not be placed: upstream's queueing hints, plugin by plugin.
/// Source: kubernetes v1.32 pkg/scheduler/framework/plugins/*, functions isSchedulableAfter…; on by default since 1.32. Read 2026-11.
#pragma once
#include "models/controllers/scheduling/scheduling_queue.hpp"
#include "models/fit/filters.hpp"

namespace akstwin {

/// What happened. Nodes are given as they are now and, unless they are new, as they were.
struct ClusterEvent {
  enum class Kind : std::uint8_t { PodAssigned, PodGone, NodeAdded, NodeChanged, NodeGone, VolumeChanged } kind = Kind::PodGone;
  const PodSpec* pod = nullptr;                    ///< PodAssigned, PodGone
  const NodeInput* before = nullptr;               ///< NodeChanged, NodeGone
  const NodeInput* after = nullptr;                ///< NodeAdded, NodeChanged
};

/// The plugins that refused some node of a failed attempt.
PluginSet rejectors(std::span<const NodeVerdict> verdicts);
/// "NodeResourcesFit, TaintToleration".
std::string plugin_names(PluginSet plugins);

/// Whether the event could make one of the plugins that refused `pod` change its mind.
bool worth_requeuing(const PodSpec& pod, PluginSet rejected_by, const ClusterEvent& event, const FitContext& context);

}  // namespace akstwin
