/// Typed handles into tables.
#pragma once
#include <compare>
#include <cstdint>

namespace akstwin {

/// A row of a table plus the generation of that row: a stale handle is recognised. Zero-initialised is null.
template <class Tag>
struct Id {
  std::uint32_t row = 0;
  std::uint32_t generation = 0;   ///< 0 only in the null handle

  constexpr bool null() const { return generation == 0; }
  constexpr explicit operator bool() const { return generation != 0; }
  constexpr bool operator==(const Id&) const = default;
};

}  // namespace akstwin
