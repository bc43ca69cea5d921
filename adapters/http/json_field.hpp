/// Reading answers that may lack what they should have.
#pragma once
#include <string>

#include <nlohmann/json.hpp>

namespace akstwin {

/// The text of a member; empty when `object` is no object, has no such member, or it is no text.
inline std::string text_at(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace akstwin
