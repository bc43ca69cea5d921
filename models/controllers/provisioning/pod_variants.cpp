#include "models/controllers/provisioning/pod_variants.hpp"

#include <algorithm>

namespace akstwin {
namespace {

bool has_preferences(const PodSpec& pod) {
  const Affinity& affinity = pod.affinity;
  return !affinity.node_preferred.empty() || !affinity.pod_preferred.empty() || !affinity.pod_anti_preferred.empty() ||
         std::ranges::any_of(pod.topology_spread, [](const TopologySpreadConstraint& c) { return !c.do_not_schedule; });
}

template <class Terms>
auto heaviest(Terms& terms) {
  return std::ranges::max_element(terms, {}, [](const auto& term) { return term.weight; });
}

/// The template with every preference that it still has made a requirement.
PodSpec hardened(const PodSpec& pod) {
  PodSpec out = pod;
  Affinity& affinity = out.affinity;
  if (!affinity.node_preferred.empty()) {
    const NodeSelectorTerm term = heaviest(affinity.node_preferred)->term;
    if (!affinity.node_required) affinity.node_required = {term};
    else
      for (NodeSelectorTerm& required : *affinity.node_required)
        required.match_expressions.insert(required.match_expressions.end(), term.match_expressions.begin(), term.match_expressions.end());
  }
  for (const WeightedPodAffinityTerm& term : affinity.pod_preferred) affinity.pod_required.push_back(term.term);
  for (const WeightedPodAffinityTerm& term : affinity.pod_anti_preferred) affinity.pod_anti_required.push_back(term.term);
  affinity.node_preferred.clear();
  affinity.pod_preferred.clear();
  affinity.pod_anti_preferred.clear();
  for (TopologySpreadConstraint& constraint : out.topology_spread) constraint.do_not_schedule = true;
  return out;
}

/// Gives up one preference, in upstream's order; false when there is none left.
bool relax(PodSpec& pod) {
  Affinity& affinity = pod.affinity;
  if (!affinity.pod_preferred.empty()) {
    affinity.pod_preferred.erase(heaviest(affinity.pod_preferred));
    return true;
  }
  if (!affinity.pod_anti_preferred.empty()) {
    affinity.pod_anti_preferred.erase(heaviest(affinity.pod_anti_preferred));
    return true;
  }
  if (!affinity.node_preferred.empty()) {
    affinity.node_preferred.erase(heaviest(affinity.node_preferred));
    return true;
  }
  const auto soft = std::ranges::find_if(pod.topology_spread, [](const TopologySpreadConstraint& c) { return !c.do_not_schedule; });
  if (soft == pod.topology_spread.end()) return false;
  pod.topology_spread.erase(soft);
  return true;
}

}  // namespace

std::span<const PodSpec* const> PodVariants::of(const PodSpec& pod) {
  const auto [entry, fresh] = known_.try_emplace(&pod);
  std::vector<const PodSpec*>& variants = entry->second;
  if (!fresh) return variants;
  if (!has_preferences(pod)) {
    variants.push_back(&pod);
    return variants;
  }
  PodSpec left = pod;
  do variants.push_back(&made_.emplace_back(hardened(left)));
  while (relax(left));
  return variants;
}

}  // namespace akstwin
