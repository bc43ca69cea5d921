/// A table of rows behind generation-checked handles.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/base/slot_map.hpp"

namespace akstwin {

/// Rows are read through typed handles; iteration is in row order, which depends only on the order of operations.
/// The columns that hot loops need live in models/fit/snapshot.hpp, not here.
template <class Row, class Tag>
class Table {
 public:
  using Handle = Id<Tag>;

  Handle insert(Row row) {
    const Handle id = slots_.allocate();
    if (id.row == rows_.size()) rows_.push_back(std::move(row));
    else rows_[id.row] = std::move(row);
    return id;
  }
  void erase(Handle id) { slots_.release(id); }
  bool contains(Handle id) const { return !id.null() && slots_.contains(id); }
  Row& operator[](Handle id) {
    AKSTWIN_CHECK(slots_.contains(id), "a handle is used only while its row lives");
    return rows_[id.row];
  }
  const Row& operator[](Handle id) const {
    AKSTWIN_CHECK(slots_.contains(id), "a handle is used only while its row lives");
    return rows_[id.row];
  }
  /// The live handle in `row`, or null: for subjects that carry only a row.
  Handle at(std::uint32_t row) const { return slots_.at(row); }
  /// Rows ever used; live ones are those with a non-null at(row).
  std::uint32_t size() const { return slots_.size(); }
  std::uint32_t live() const { return slots_.live(); }
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::uint32_t row = 0; row < slots_.size(); ++row)
      if (const Handle id = slots_.at(row)) visit(id, rows_[row]);
  }

 private:
  SlotMap<Tag> slots_;
  std::vector<Row> rows_;
};

}  // namespace akstwin
