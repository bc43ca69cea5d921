/// PodTopologySpread: how evenly matching pods lie over topology domains, as a filter (DoNotSchedule) and as a score (ScheduleAnyway).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/fit/label_columns.hpp"
#include "models/fit/node_selection.hpp"
#include "models/fit/pod_templates.hpp"
#include "models/spec/pod_spec.hpp"

namespace akstwin {

class Snapshot;
struct PodOnNode;

/// A constraint with its selector completed by matchLabelKeys and its key looked up.
struct SpreadConstraint {
  ColumnIndex column = kNoColumn;
  int max_skew = 1;
  int min_domains = 1;
  bool hostname = false;                           ///< key kubernetes.io/hostname: scored on the node alone
  bool honor_affinity = true, honor_taints = false;
  bool matches_self = false;                       ///< the pending pod matches the selector
  std::optional<LabelSelector> selector;           ///< absent matches nothing
  std::vector<TemplateIndex> counted;              ///< templates whose pods count
};

/// Matching pods by domain of one constraint.
struct SpreadCounts {
  std::vector<std::int32_t> pods;                  ///< by domain
  std::vector<std::uint8_t> eligible;              ///< by domain: some node of it takes part
  std::int32_t domains = 0;                        ///< eligible ones
  std::int32_t min_pods = 0;                       ///< fewest matching pods in an eligible domain
};

/// State of the filter: upstream's preFilterState.
struct SpreadFilterState {
  std::vector<SpreadConstraint> constraints;
  std::vector<SpreadCounts> counts;                ///< parallel to constraints
};

/// State of the score: upstream's preScoreState, kept by node so that it can be updated pod by pod.
struct SpreadScoreState {
  bool requires_all_keys = true;                   ///< false for the system's default constraints
  std::vector<SpreadConstraint> constraints;
  std::vector<std::vector<std::int32_t>> pods;     ///< by constraint; by domain, or by node for hostname
};

/// What the inclusion policies ask of a node.
struct SpreadInclusion {
  const NodeSelection& selection;
  std::span<const std::uint8_t> taint_verdict;     ///< by taint class, 0 = tolerated
};

void prepare_spread_filter(const PodSpec& spec, const Snapshot& snapshot, const SpreadInclusion& inclusion, SpreadFilterState& out);
enum class SpreadVerdict : std::uint8_t { Fits, MissingLabel, TooSkewed };
SpreadVerdict spread_allows(const SpreadFilterState& state, const Snapshot& snapshot, NodeIndex node);
/// Upstream's AddPod / RemovePod: counts the pod with `delta` ±1, terminating or not and also for an empty selector (two upstream quirks).
void spread_dry_run(SpreadFilterState& state, const PodSpec& pending, const Snapshot& snapshot, const SpreadInclusion& inclusion,
                    NodeIndex node, const PodSpec& moved, int delta);

/// Prepares the score; without own constraints and with a default selector, the system's defaults (hostname 3, zone 5).
void prepare_spread_score(const PodSpec& spec, const std::optional<LabelSelector>& default_selector, const Snapshot& snapshot,
                          const SpreadInclusion& inclusion, SpreadScoreState& out);
/// Normalised scores 0…100 of the feasible nodes. Not to be called without constraints.
void spread_scores(const SpreadScoreState& state, const Snapshot& snapshot, std::span<const NodeIndex> feasible,
                   std::vector<std::int64_t>& out);

}  // namespace akstwin
