#include "sim/base/name.hpp"

#include <deque>
#include <unordered_map>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

/// The table of all names: append-only, so that views into it stay valid. Looked up by text, never iterated.
struct Names {
  std::deque<std::string> texts{std::string()};   // a deque never moves its elements; row 0 is the empty name
  std::unordered_map<std::string_view, std::uint32_t> ids{{std::string_view(), 0}};
};

/// The one process-wide table that the project allows itself (ADR 13).
Names& names() {
  static Names table;
  return table;
}

}  // namespace

Name::Name(std::string_view text) {
  Names& table = names();
  if (const auto found = table.ids.find(text); found != table.ids.end()) {
    id_ = found->second;
    return;
  }
  AKSTWIN_CHECK(table.texts.size() < UINT32_MAX, "names are numbered in 32 bits");
  id_ = static_cast<std::uint32_t>(table.texts.size());
  table.texts.emplace_back(text);
  table.ids.emplace(table.texts.back(), id_);
}

std::string_view Name::text() const { return names().texts[id_]; }

std::strong_ordering Name::operator<=>(const Name& other) const {
  if (id_ == other.id_) return std::strong_ordering::equal;
  return text() <=> other.text();
}

}  // namespace akstwin
