/// Interned strings: a name is four bytes, equality is one comparison, order is by text.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace akstwin {

/// A string stored once for the life of the process. The table behind it is append-only and is the one piece of
/// process-wide state in the project (ADR 13): ids depend on the order of interning, so nothing may order by id.
class Name {
 public:
  constexpr Name() = default;                       ///< the empty name
  explicit Name(std::string_view text);             ///< interns `text`
  std::string_view text() const;                    ///< valid for the life of the process
  std::string str() const { return std::string(text()); }
  constexpr std::uint32_t id() const { return id_; }  ///< for hashing and dense tables only
  constexpr bool empty() const { return id_ == 0; }
  constexpr bool operator==(const Name&) const = default;
  /// By text, so that no result depends on the order of interning.
  std::strong_ordering operator<=>(const Name& other) const;

 private:
  std::uint32_t id_ = 0;
};

}  // namespace akstwin

template <>
struct std::hash<akstwin::Name> {
  std::size_t operator()(akstwin::Name name) const noexcept { return name.id() * 0x9E3779B97F4A7C15ULL; }
};
