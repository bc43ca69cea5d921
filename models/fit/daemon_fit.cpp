#include "models/fit/daemon_fit.hpp"

#include <algorithm>

#include "models/fit/node_selection.hpp"

namespace akstwin {

bool daemon_tolerates(const PodSpec& spec, std::span<const Taint> taints) {
  return std::ranges::all_of(taints, [&](const Taint& taint) {
    return taint.effect == TaintEffect::PreferNoSchedule ||
           std::ranges::any_of(spec.tolerations, [&](const Toleration& t) { return t.tolerates(taint); });
  });
}

bool daemon_wants(const PodSpec& spec, const NodeInput& node) {
  if (!daemon_tolerates(spec, node.taints)) return false;
  if (spec.node_selector.pairs.empty() && !spec.affinity.node_required) return true;
  Snapshot alone;
  const NodeIndex index = alone.add_node(node);
  NodeSelection selection;
  resolve_selection(spec, alone.labels(), selection);
  if (selection.names_nodes && std::ranges::find(selection.names, node.name) == selection.names.end()) return false;
  return selection_matches(selection, alone, index);
}

}  // namespace akstwin
