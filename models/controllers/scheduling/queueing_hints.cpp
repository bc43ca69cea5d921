#include "models/controllers/scheduling/queueing_hints.hpp"

#include <algorithm>

#include "models/fit/inter_pod_affinity.hpp"
#include "models/fit/node_room.hpp"

namespace akstwin {
namespace {

using Event = ClusterEvent::Kind;

constexpr PluginSet bit(FilterPlugin plugin) { return PluginSet{1} << static_cast<unsigned>(plugin); }

bool tolerates_all(const PodSpec& pod, const NodeInput& node) {
  return std::ranges::all_of(node.taints, [&](const Taint& taint) {
    return taint.effect == TaintEffect::PreferNoSchedule ||
           std::ranges::any_of(pod.tolerations, [&](const Toleration& toleration) { return toleration.tolerates(taint); });
  });
}

bool would_fit_empty(const PodSpec& pod, const NodeInput& node) {
  return lacking_resources(pod.effective_request(), node.allocatable, node.pod_capacity) == 0;
}

bool more_of_what_it_requests(const PodSpec& pod, const NodeInput& before, const NodeInput& after) {
  const Resources request = pod.effective_request(), &a = before.allocatable, &b = after.allocatable;
  const auto grew = [](std::int64_t wanted, std::int64_t old, std::int64_t now) { return wanted > 0 && now > old; };
  return after.pod_capacity > before.pod_capacity || grew(request.cpu.value, a.cpu.value, b.cpu.value) ||
         grew(request.memory.value, a.memory.value, b.memory.value) ||
         grew(request.ephemeral_storage.value, a.ephemeral_storage.value, b.ephemeral_storage.value) || grew(request.gpu, a.gpu, b.gpu);
}

/// A change of the node that turns `holds` from no to yes; on a new node, a yes.
template <class Holds>
bool turned(const ClusterEvent& event, Holds holds) {
  if (event.after == nullptr || !holds(*event.after)) return false;
  return event.before == nullptr || !holds(*event.before);
}

bool fit_hint(const PodSpec& pod, const ClusterEvent& event) {
  if (event.kind == Event::PodGone) return true;
  if (event.after == nullptr || !would_fit_empty(pod, *event.after)) return false;
  return event.before == nullptr || !would_fit_empty(pod, *event.before) || more_of_what_it_requests(pod, *event.before, *event.after);
}

bool ports_hint(const PodSpec& pod, const ClusterEvent& event) {
  if (event.kind == Event::PodGone) return !host_ports_free(host_ports_of(pod), host_ports_of(*event.pod));
  return event.kind == Event::NodeAdded;
}

// A node, another limit, or a pod with disks that left. Source: kubernetes v1.32 plugins/nodevolumelimits/csi.go EventsToRegister.
bool disks_hint(const ClusterEvent& event) {
  if (event.kind == Event::NodeChanged) return event.before->disk_limit != event.after->disk_limit;
  return event.kind == Event::NodeAdded || (event.kind == Event::PodGone && event.pod->disks > 0);
}

bool labels_changed(const ClusterEvent& event) {
  return event.kind == Event::NodeAdded || (event.kind == Event::NodeChanged && !(event.before->labels == event.after->labels));
}

bool spread_hint(const PodSpec& pod, const ClusterEvent& event) {
  const auto counts = [&](const TopologySpreadConstraint& constraint) {
    return constraint.selector && pod.name_space == event.pod->name_space && constraint.selector->matches(event.pod->labels);
  };
  const auto has_key = [](const NodeInput& node) {
    return [&node](const TopologySpreadConstraint& constraint) { return node.labels.find(constraint.topology_key) != nullptr; };
  };
  switch (event.kind) {
    case Event::PodAssigned:
    case Event::PodGone: return std::ranges::any_of(pod.topology_spread, counts);
    case Event::NodeAdded: return std::ranges::all_of(pod.topology_spread, has_key(*event.after));
    case Event::NodeGone: return std::ranges::all_of(pod.topology_spread, has_key(*event.before));
    case Event::NodeChanged: return labels_changed(event) || !(event.before->taints == event.after->taints);
    case Event::VolumeChanged: break;
  }
  return false;
}

bool affinity_hint(const PodSpec& pod, const ClusterEvent& event, const FitContext& context) {
  const auto wants = [&](const PodAffinityTerm& term) { return affinity_term_matches(term, pod, *event.pod, context); };
  switch (event.kind) {
    case Event::PodAssigned: return std::ranges::any_of(pod.affinity.pod_required, wants);
    // Its own rules may have kept others out, too.
    case Event::PodGone: return std::ranges::any_of(pod.affinity.pod_anti_required, wants) || !event.pod->affinity.pod_anti_required.empty();
    case Event::NodeAdded:
    case Event::NodeChanged: return labels_changed(event);
    case Event::NodeGone:
    case Event::VolumeChanged: break;
  }
  return false;
}

bool selection_hint(const PodSpec& pod, const ClusterEvent& event) {
  if (event.kind == Event::NodeChanged && !labels_changed(event)) return false;
  return turned(event, [&](const NodeInput& node) {
    Snapshot alone;
    alone.add_node(node);
    NodeSelection selection;
    resolve_selection(pod, alone.labels(), selection);
    return selection_matches(selection, alone, 0);
  });
}

bool hint(FilterPlugin plugin, const PodSpec& pod, const ClusterEvent& event, const FitContext& context) {
  switch (plugin) {
    case FilterPlugin::NodeUnschedulable: return turned(event, [](const NodeInput& node) { return !node.unschedulable; });
    case FilterPlugin::TaintToleration: return turned(event, [&](const NodeInput& node) { return tolerates_all(pod, node); });
    case FilterPlugin::PreFilterNodeList:
    case FilterPlugin::NodeAffinity: return selection_hint(pod, event);
    case FilterPlugin::NodePorts: return ports_hint(pod, event);
    case FilterPlugin::NodeResourcesFit: return fit_hint(pod, event);
    case FilterPlugin::NodeVolumeLimits: return disks_hint(event);
    case FilterPlugin::VolumeBinding: return event.kind == Event::VolumeChanged || labels_changed(event);
    case FilterPlugin::PodTopologySpread: return spread_hint(pod, event);
    case FilterPlugin::InterPodAffinity: return affinity_hint(pod, event, context);
    case FilterPlugin::None: break;
  }
  return false;
}

constexpr FilterPlugin kPlugins[] = {FilterPlugin::PreFilterNodeList, FilterPlugin::NodeUnschedulable, FilterPlugin::TaintToleration,
                                     FilterPlugin::NodeAffinity,      FilterPlugin::NodePorts,         FilterPlugin::NodeResourcesFit,
                                     FilterPlugin::NodeVolumeLimits,  FilterPlugin::VolumeBinding,     FilterPlugin::PodTopologySpread,
                                     FilterPlugin::InterPodAffinity};

}  // namespace

PluginSet rejectors(std::span<const NodeVerdict> verdicts) {
  PluginSet plugins = 0;
  for (const NodeVerdict& verdict : verdicts)
    if (!verdict.feasible()) plugins |= bit(verdict.plugin);
  return plugins;
}

std::string plugin_names(PluginSet plugins) {
  std::string names;
  for (const FilterPlugin plugin : kPlugins) {
    if ((plugins & bit(plugin)) == 0) continue;
    const std::string_view name = plugin == FilterPlugin::PreFilterNodeList ? to_string(FilterPlugin::NodeAffinity) : to_string(plugin);
    if (names.find(name) == std::string::npos) names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return names;
}

bool worth_requeuing(const PodSpec& pod, PluginSet rejected_by, const ClusterEvent& event, const FitContext& context) {
  return std::ranges::any_of(kPlugins, [&](FilterPlugin plugin) { return (rejected_by & bit(plugin)) != 0 && hint(plugin, pod, event, context); });
}

}  // namespace akstwin
