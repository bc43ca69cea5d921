/// Label and field selectors of list and watch requests.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "adapters/serve/object_store.hpp"
#include "sim/base/result.hpp"

namespace akstwin {

/// One requirement: key in (values), key notin (values), key, !key.
struct SelectorTerm {
  enum class Operator : std::uint8_t { In, NotIn, Exists, Absent, Greater, Less };
  std::string key;
  Operator op = Operator::In;
  std::vector<std::string> values;
  bool holds(const TextPairs& pairs) const;
};

struct ObjectSelector {
  std::string name_space;                  ///< empty: all
  std::vector<SelectorTerm> labels, fields;
  bool everything() const { return labels.empty() && fields.empty(); }
  /// Whether an object of that key is meant; the namespace is not looked at.
  bool matches(const StoredObject& object) const;
};

/// Parses "app=shop,tier in (web, api),!old,zone!=1". An error is what kube-apiserver says.
Result<std::vector<SelectorTerm>> parse_label_selector(std::string_view text);
/// Parses "spec.nodeName=n,status.phase!=Failed"; only labels that the kind knows.
Result<std::vector<SelectorTerm>> parse_field_selector(std::string_view text, const ResourceKind& kind);

}  // namespace akstwin
