/// Allocates and recycles typed handles; columns of a struct-of-arrays table grow beside it.
#pragma once
#include <cstdint>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/base/ids.hpp"

namespace akstwin {

/// Rows are reused last-freed-first, so that row numbers depend only on the order of operations.
template <class Tag>
class SlotMap {
 public:
  /// A fresh handle; its row is either new (== old size()) or recycled.
  Id<Tag> allocate() {
    ++live_;
    if (free_.empty()) {
      generation_.push_back(1);
      return {static_cast<std::uint32_t>(generation_.size() - 1), 1};
    }
    const std::uint32_t row = free_.back();
    free_.pop_back();
    return {row, ++generation_[row]};   // even → odd: alive
  }
  void release(Id<Tag> id) {
    AKSTWIN_CHECK(contains(id), "only a live handle can be released");
    ++generation_[id.row];              // odd → even: free
    free_.push_back(id.row);
    --live_;
  }
  bool contains(Id<Tag> id) const { return id.row < generation_.size() && generation_[id.row] == id.generation && alive(id.row); }
  bool alive(std::uint32_t row) const { return (generation_[row] & 1U) != 0; }
  /// The live handle of `row`, or null.
  Id<Tag> at(std::uint32_t row) const { return row < generation_.size() && alive(row) ? Id<Tag>{row, generation_[row]} : Id<Tag>{}; }
  /// Number of rows, live and free: columns must be this long.
  std::uint32_t size() const { return static_cast<std::uint32_t>(generation_.size()); }
  std::uint32_t live() const { return live_; }

 private:
  std::vector<std::uint32_t> generation_;
  std::vector<std::uint32_t> free_;
  std::uint32_t live_ = 0;
};

}  // namespace akstwin
