#include "models/fit/node_selection.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "models/fit/snapshot.hpp"

namespace akstwin {
namespace {

using Operator = SelectorRequirement::Operator;
constexpr std::string_view kNameField = "metadata.name";

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);   // Go's ParseInt takes a plus sign
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// What upstream's parser accepts; a term with anything else matches no node.
bool resolve_requirement(const SelectorRequirement& requirement, const LabelColumns& labels, NodeRequirement& out) {
  out = {.column = labels.find(requirement.key), .op = requirement.op, .values = requirement.values, .bound = 0};
  switch (requirement.op) {
    case Operator::In:
    case Operator::NotIn: return !requirement.values.empty();
    case Operator::Exists:
    case Operator::DoesNotExist: return requirement.values.empty();
    case Operator::Gt:
    case Operator::Lt: break;
  }
  if (requirement.values.size() != 1) return false;
  const std::optional<std::int64_t> bound = parse_integer(requirement.values.front().text());
  out.bound = bound.value_or(0);
  return bound.has_value();
}

bool field_can_match(const SelectorRequirement& requirement) {
  return (requirement.op == Operator::In || requirement.op == Operator::NotIn) && requirement.values.size() == 1;
}

bool requirement_matches(const NodeRequirement& requirement, const LabelColumns& labels, NodeIndex node) {
  const Name* value = labels.value(requirement.column, node);
  switch (requirement.op) {
    case Operator::In: return value != nullptr && std::ranges::find(requirement.values, *value) != requirement.values.end();
    case Operator::NotIn: return value == nullptr || std::ranges::find(requirement.values, *value) == requirement.values.end();
    case Operator::Exists: return value != nullptr;
    case Operator::DoesNotExist: return value == nullptr;
    case Operator::Gt:
    case Operator::Lt: break;
  }
  if (value == nullptr) return false;
  const std::optional<std::int64_t> number = parse_integer(value->text());
  if (!number) return false;
  return requirement.op == Operator::Gt ? *number > requirement.bound : *number < requirement.bound;
}

bool field_matches(const SelectorRequirement& requirement, Name node_name) {
  const Name actual = requirement.key.text() == kNameField ? node_name : Name();
  return (actual == requirement.values.front()) == (requirement.op == Operator::In);
}

// Names that the term's metadata.name requirements leave; nothing when it has none.
std::optional<std::vector<Name>> names_of(const NodeSelectorTerm& term) {
  std::optional<std::vector<Name>> names;
  for (const SelectorRequirement& field : term.match_fields) {
    if (field.key.text() != kNameField || field.op != Operator::In) continue;
    if (!names) {
      names = field.values;
      continue;
    }
    std::erase_if(*names, [&](Name name) { return std::ranges::find(field.values, name) == field.values.end(); });
  }
  return names;
}

// Upstream's NodeAffinity.PreFilter: when every term asks for node names, only those nodes are looked at.
void limit_to_names(const std::vector<NodeSelectorTerm>& terms, NodeSelection& out) {
  if (terms.empty()) return;
  for (const NodeSelectorTerm& term : terms) {
    const std::optional<std::vector<Name>> names = names_of(term);
    if (!names) {
      out.names.clear();
      return;
    }
    out.names.insert(out.names.end(), names->begin(), names->end());
  }
  out.names_nodes = true;
  out.names_conflict = out.names.empty();
}

}  // namespace

NodeTerm resolve_term(const NodeSelectorTerm& term, const LabelColumns& labels) {
  NodeTerm resolved{.can_match = !term.match_expressions.empty() || !term.match_fields.empty(), .labels = {}, .fields = term.match_fields};
  for (const SelectorRequirement& expression : term.match_expressions)
    if (!resolve_requirement(expression, labels, resolved.labels.emplace_back())) resolved.can_match = false;
  if (!std::ranges::all_of(term.match_fields, field_can_match)) resolved.can_match = false;
  return resolved;
}

bool term_matches(const NodeTerm& term, const Snapshot& snapshot, NodeIndex node) {
  if (!term.can_match) return false;
  for (const NodeRequirement& requirement : term.labels)
    if (!requirement_matches(requirement, snapshot.labels(), node)) return false;
  return std::ranges::all_of(term.fields, [&](const SelectorRequirement& field) { return field_matches(field, snapshot.node(node).name); });
}

void resolve_selection(const PodSpec& spec, const LabelColumns& labels, NodeSelection& out) {
  out = {};
  for (const auto& [key, value] : spec.node_selector.pairs)
    out.selector.push_back({.column = labels.find(key), .op = Operator::In, .values = {value}, .bound = 0});
  out.has_terms = spec.affinity.node_required.has_value();
  out.constrains = out.has_terms || !out.selector.empty();
  if (!out.has_terms) return;
  for (const NodeSelectorTerm& term : *spec.affinity.node_required) out.terms.push_back(resolve_term(term, labels));
  limit_to_names(*spec.affinity.node_required, out);
}

bool selection_matches(const NodeSelection& selection, const Snapshot& snapshot, NodeIndex node) {
  if (!selection.constrains) return true;
  for (const NodeRequirement& requirement : selection.selector)
    if (!requirement_matches(requirement, snapshot.labels(), node)) return false;
  if (!selection.has_terms) return true;
  return std::ranges::any_of(selection.terms, [&](const NodeTerm& term) { return term_matches(term, snapshot, node); });
}

void resolve_preferred(const PodSpec& spec, const LabelColumns& labels, PreferredSelection& out) {
  out.terms.clear();
  for (const PreferredNodeTerm& preferred : spec.affinity.node_preferred)
    out.terms.push_back({.weight = preferred.weight, .term = resolve_term(preferred.term, labels)});
}

std::int64_t preferred_weight(const PreferredSelection& preferred, const Snapshot& snapshot, NodeIndex node) {
  std::int64_t weight = 0;
  for (const PreferredSelection::Term& term : preferred.terms)
    if (term_matches(term.term, snapshot, node)) weight += term.weight;
  return weight;
}

}  // namespace akstwin
