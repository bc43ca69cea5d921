/// Node labels by key: for each key a column of dense domain numbers, so that topology counting is array indexing.
#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/spec/pod_spec.hpp"

namespace akstwin {

/// A row of the node tables: stable while the node exists, recycled afterwards.
using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = UINT32_MAX;

/// A value of a label key, numbered densely within its key. Numbers of vanished values are recycled.
using DomainIndex = std::uint32_t;
inline constexpr DomainIndex kNoDomain = UINT32_MAX;

/// A label key, numbered densely.
using ColumnIndex = std::uint32_t;
inline constexpr ColumnIndex kNoColumn = UINT32_MAX;

/// The values of one label key on all nodes.
struct LabelColumn {
  std::vector<DomainIndex> domain;                 ///< by node; kNoDomain where the node lacks the key
  std::vector<Name> value;                         ///< by domain
  std::vector<std::uint32_t> nodes;                ///< by domain: nodes that carry it; 0 = free number
  std::size_t carriers = 0;                        ///< nodes that have the key
  std::vector<DomainIndex> free_domains;
  std::unordered_map<Name, DomainIndex> by_value;  ///< looked up, never iterated

  DomainIndex at(NodeIndex node) const { return node < domain.size() ? domain[node] : kNoDomain; }
  /// The label's value on `node`, or null when absent.
  const Name* value_at(NodeIndex node) const {
    const DomainIndex index = at(node);
    return index == kNoDomain ? nullptr : &value[index];
  }
};

/// All label columns of a snapshot.
class LabelColumns {
 public:
  void add(NodeIndex node, const Labels& labels);
  void remove(NodeIndex node, const Labels& labels);
  /// The number of a key's column, or kNoColumn when no node ever carried it. Numbers stay.
  ColumnIndex find(Name key) const;
  const LabelColumn& operator[](ColumnIndex column) const { return columns_[column]; }
  /// The domain of `node` in a column; kNoDomain when the column or the label is missing.
  DomainIndex domain(ColumnIndex column, NodeIndex node) const { return column == kNoColumn ? kNoDomain : columns_[column].at(node); }
  /// The label's value on `node`, or null when absent.
  const Name* value(ColumnIndex column, NodeIndex node) const { return column == kNoColumn ? nullptr : columns_[column].value_at(node); }
  std::size_t domain_slots(ColumnIndex column) const { return column == kNoColumn ? 0 : columns_[column].value.size(); }

 private:
  std::vector<LabelColumn> columns_;
  std::unordered_map<Name, ColumnIndex> by_key_;   // looked up, never iterated
};

}  // namespace akstwin
