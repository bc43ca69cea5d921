/// InterPodAffinity: pods that want or refuse each other's company in a topology domain, as a filter and as a score.
#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "models/fit/context.hpp"
#include "models/fit/label_columns.hpp"
#include "models/spec/pod_spec.hpp"

namespace akstwin {

class Snapshot;

/// True when `target` is in the namespaces of the owner's term and matches its selector.
bool affinity_term_matches(const PodAffinityTerm& term, const PodSpec& owner, const PodSpec& target, const FitContext& context);

/// Numbers by topology pair (label key, value), kept in one array a key.
struct TopologySums {
  struct Key { ColumnIndex column; std::vector<std::int64_t> by_domain; };
  std::vector<Key> keys;
  std::int64_t nonzero = 0;                        ///< pairs that are not zero
  std::int64_t contributions = 0;                  ///< terms that matched a pod on a node with the key

  void clear();
  void add(ColumnIndex column, DomainIndex domain, std::int64_t amount, const LabelColumns& labels);
  /// Zero when nothing was ever added there.
  std::int64_t at(ColumnIndex column, DomainIndex domain) const;
};

/// State of the filter: upstream's preFilterState.
struct AffinityFilterState {
  bool active = false;                             ///< false: no rule can refuse a node
  bool matches_own_affinity = false;               ///< the pod satisfies all its own required affinity terms
  std::vector<ColumnIndex> affinity_columns, anti_columns;   ///< of the pod's required terms
  TopologySums affinity, anti, existing_anti;
};

void prepare_affinity_filter(const PodSpec& spec, const Snapshot& snapshot, const FitContext& context, AffinityFilterState& out);
enum class AffinityVerdict : std::uint8_t { Fits, AffinityRules, AntiAffinityRules, ExistingAntiAffinity };
AffinityVerdict affinity_allows(const AffinityFilterState& state, const Snapshot& snapshot, NodeIndex node);
/// Counts `pods` more (or fewer) pods of spec `other` on `node`.
void affinity_count(AffinityFilterState& state, const PodSpec& pending, const Snapshot& snapshot, const FitContext& context, NodeIndex node,
                    const PodSpec& other, std::int64_t pods);

/// State of the score: weights by topology pair.
struct AffinityScoreState {
  TopologySums sums;
};
void prepare_affinity_score(const PodSpec& spec, const Snapshot& snapshot, const FitContext& context, AffinityScoreState& out);
/// Scores 0…100 of the feasible nodes, min-max scaled. Not to be called when nothing contributed.
void affinity_scores(const AffinityScoreState& state, const Snapshot& snapshot, std::span<const NodeIndex> feasible,
                     std::vector<std::int64_t>& out);

}  // namespace akstwin
