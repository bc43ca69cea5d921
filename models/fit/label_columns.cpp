#include "models/fit/label_columns.hpp"

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

DomainIndex acquire_domain(LabelColumn& column, Name value) {
  const auto [entry, fresh] = column.by_value.try_emplace(value, 0);
  if (fresh) {
    if (column.free_domains.empty()) {
      entry->second = static_cast<DomainIndex>(column.value.size());
      column.value.push_back(value);
      column.nodes.push_back(0);
    } else {
      entry->second = column.free_domains.back();
      column.free_domains.pop_back();
      column.value[entry->second] = value;
    }
  }
  ++column.nodes[entry->second];
  return entry->second;
}

}  // namespace

void LabelColumns::add(NodeIndex node, const Labels& labels) {
  for (const auto& [key, value] : labels.pairs) {
    const auto [entry, fresh] = by_key_.try_emplace(key, static_cast<ColumnIndex>(columns_.size()));
    if (fresh) columns_.emplace_back();
    LabelColumn& column = columns_[entry->second];
    if (column.domain.size() <= node) column.domain.resize(node + 1, kNoDomain);
    column.domain[node] = acquire_domain(column, value);
    ++column.carriers;
  }
}

void LabelColumns::remove(NodeIndex node, const Labels& labels) {
  for (const auto& pair : labels.pairs) {
    LabelColumn& column = columns_[by_key_.at(pair.first)];
    const DomainIndex domain = column.domain[node];
    AKSTWIN_CHECK(domain != kNoDomain, "labels are removed as they were added");
    column.domain[node] = kNoDomain;
    --column.carriers;
    if (--column.nodes[domain] > 0) continue;
    column.by_value.erase(column.value[domain]);
    column.free_domains.push_back(domain);
  }
}

ColumnIndex LabelColumns::find(Name key) const {
  const auto entry = by_key_.find(key);
  return entry == by_key_.end() ? kNoColumn : entry->second;
}

}  // namespace akstwin
