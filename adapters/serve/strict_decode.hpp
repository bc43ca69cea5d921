/// Reading the objects that clients send by the types of the API: unknown and duplicate fields, values of the wrong type, in a genuine server's words.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "adapters/serve/api_types.hpp"

namespace akstwin {

using Json = nlohmann::json;

struct DecodedObject {
  Json object;                               ///< without unknown fields, nulls and what Go leaves out when empty; null: the text is no JSON
  std::vector<std::string> surprises;        ///< unknown and duplicate fields, in the order of the text: what strict validation refuses
  std::string error;                         ///< why the text cannot be read as the type; empty: it can
};

/// Reads JSON text as an object of the type; null: a type that is not described, everything is kept.
DecodedObject decode_object(std::string_view text, const ApiType* type, bool custom);

/// What the schema of a custom resource forbids: {field, message}, and the reason of each cause.
struct SchemaProblem { std::string field, message, reason; };
std::vector<SchemaProblem> schema_problems(const ApiType& type, const Json& object);

/// Whether a text is a quantity ("250m", "1Gi").
bool is_quantity(std::string_view text);

/// "unknown field \"a\", duplicate field \"b\"".
std::string joined(const std::vector<std::string>& surprises);

}  // namespace akstwin
