/// nodeSelector and node affinity, resolved to label columns once a pod.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "models/fit/label_columns.hpp"
#include "models/spec/pod_spec.hpp"

namespace akstwin {

class Snapshot;

/// One requirement on a node's labels with its column looked up.
struct NodeRequirement {
  ColumnIndex column = kNoColumn;
  SelectorRequirement::Operator op = SelectorRequirement::Operator::In;
  std::vector<Name> values;
  std::int64_t bound = 0;                          ///< Gt and Lt
};

/// A nodeSelectorTerm. Terms that upstream cannot parse (Gt without an integer, In without values) or that are empty match nothing.
struct NodeTerm {
  bool can_match = false;
  std::vector<NodeRequirement> labels;
  std::vector<SelectorRequirement> fields;         ///< metadata.name only
};

/// Resolves a term against the snapshot's columns.
NodeTerm resolve_term(const NodeSelectorTerm& term, const LabelColumns& labels);
bool term_matches(const NodeTerm& term, const Snapshot& snapshot, NodeIndex node);

/// What must hold of a node: every label of nodeSelector, and one of the affinity terms if there are any.
struct NodeSelection {
  bool constrains = false;                         ///< false: every node matches
  std::vector<NodeRequirement> selector;
  bool has_terms = false;
  std::vector<NodeTerm> terms;
  bool names_nodes = false;                        ///< every term asks for metadata.name: the pre-filter limits the nodes to `names`
  bool names_conflict = false;                     ///< … and they contradict each other: no node at all
  std::vector<Name> names;
};

void resolve_selection(const PodSpec& spec, const LabelColumns& labels, NodeSelection& out);
bool selection_matches(const NodeSelection& selection, const Snapshot& snapshot, NodeIndex node);

/// Preferred node affinity: the terms and their weights, resolved.
struct PreferredSelection {
  struct Term { std::int64_t weight; NodeTerm term; };
  std::vector<Term> terms;
};
void resolve_preferred(const PodSpec& spec, const LabelColumns& labels, PreferredSelection& out);
/// Sum of the weights of the matching terms.
std::int64_t preferred_weight(const PreferredSelection& preferred, const Snapshot& snapshot, NodeIndex node);

}  // namespace akstwin
