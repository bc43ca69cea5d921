#include "models/fit/daemon_fit.hpp"

#include <algorithm>

#include "models/fit/node_selection.hpp"

namespace akstwin {

bool daemon_wants(const PodSpec& spec, const NodeInput& node) {
  for (const Taint& taint : node.taints) {
    if (taint.effect == TaintEffect::PreferNoSchedule) continue;
    const bool tolerated = std::ranges::any_of(spec.tolerations, [&](const Toleration& t) { return t.tolerates(taint); });
    if (!tolerated) return false;
  }
  Snapshot alone;
  const NodeIndex index = alone.add_node(node);
  NodeSelection selection;
  resolve_selection(spec, alone.labels(), selection);
  if (selection.names_nodes && std::ranges::find(selection.names, node.name) == selection.names.end()) return false;
  return selection_matches(selection, alone, index);
}

}  // namespace akstwin
