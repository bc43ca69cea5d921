/// Reading answers that may lack what they should have.
#pragma once
#include <initializer_list>
#include <string>

#include <nlohmann/json.hpp>

namespace akstwin {

/// The text of a member; empty when `object` is no object, has no such member, or it is no text.
inline std::string text_at(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The value at a path of keys, or null.
inline const nlohmann::json* find_in(const nlohmann::json& object, std::initializer_list<const char*> path) {
  const nlohmann::json* at = &object;
  for (const char* key : path) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(key);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

}  // namespace akstwin
