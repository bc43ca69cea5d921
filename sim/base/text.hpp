/// Text helpers that do not depend on the locale.
#pragma once
#include <string>
#include <string_view>

namespace akstwin {

/// ASCII letters in lower case; all other bytes as they are.
inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace akstwin
