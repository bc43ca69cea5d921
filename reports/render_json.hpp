/// The result for programs: obeys docs/reference/result.schema.json.
#pragma once
#include <iosfwd>

#include "reports/outcome.hpp"

namespace akstwin {

/// Version of the shape below; a new minor adds, a new major changes.
inline constexpr const char* kResultSchemaVersion = "1.0";

/// Writes the result with keys in a fixed order; money in dollars, times in seconds, shares from 0 to 1. Numbers read back exactly.
void render_json(const Outcome& outcome, const std::vector<Comparison>& comparisons, std::ostream& out);

}  // namespace akstwin
