/// What a scenario may say, printed from the declarations that parse it: JSON Schema, explanations, the reference page.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "scenarios/field_doc.hpp"

namespace akstwin {

/// All fields of a scenario, from apiVersion down.
FieldDoc scenario_fields();

/// JSON Schema draft-07 for editors and checkers.
std::string scenario_schema();

/// The explanation of one path ("spec.clusters.autoScalerProfile.scan-interval"; names or indices of list items and a missing
/// "spec." are understood): type, default, range, source, sentence; for an object its fields. Otherwise `text` says what was not found.
struct Explanation {
  bool found = false;
  std::string text;
};
Explanation explain(std::string_view path);

/// docs/reference/scenario.md.
std::string scenario_reference();

}  // namespace akstwin
