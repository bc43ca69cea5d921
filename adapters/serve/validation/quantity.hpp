/// Quantities ("250m", "1Gi"): compared, and written as Kubernetes writes them.
#pragma once
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace akstwin::validation {

__extension__ typedef __int128 Wide;   ///< amounts of exbibytes in billionths

/// An amount in billionths; what is out of range is cut off, as upstream does.
struct Quantity {
  Wide nano = 0;
  std::string text;           ///< as the client wrote it
  char form = 'd';            ///< 'd': decimal, 'b': binary, 'e': with an exponent

  bool whole() const { return nano % 1'000'000'000 == 0; }
  /// The canonical form: "1000m" → "1", "1024Mi" → "1Gi".
  std::string canonical() const;
  /// resource.Quantity{i:…}, as messages show it that print the value itself.
  std::string go() const;
};

/// A text or a number of an object; nothing: 0.
Quantity quantity_of(const nlohmann::json* value);

}  // namespace akstwin::validation
