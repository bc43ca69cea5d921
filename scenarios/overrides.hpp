/// `--set`, variants and sweeps: values changed in the document before it is read. And `like:`, which copies a cluster.
#pragma once
#include <string>

#include "models/spec/experiment_spec.hpp"
#include "scenarios/field_doc.hpp"
#include "scenarios/yaml_document.hpp"

namespace akstwin {

/// Sets the value at a path of `document`: keys, list items by name, index or `*`; a leading "spec." may be left out; what the
/// scenario does not state is added where the format has such a key. A value "x0.5" multiplies. `at` is where the change is asked for.
/// False, with a diagnostic, when the path leads nowhere.
bool apply_override(YamlNode& document, const FieldDoc& fields, const OverrideSpec& change, const Position& at, Diagnostics& diagnostics);

/// Replaces each cluster with `like: other` by a copy of the other with its own fields on top; pools are merged by name.
/// False when a cluster copies nothing and no other one can stand in for it; reading on would only repeat that.
bool expand_like(YamlNode& document, Diagnostics& diagnostics);

/// `own` on top of `base`: pools are merged by name, mappings one level deep, everything else is replaced.
YamlNode merged_cluster(YamlNode base, const YamlNode& own);

/// `text` with its number multiplied: "900rps" × 0.5 → "450rps", "2h30m" → "1h15m". Empty when there is no number.
std::string scaled_text(const std::string& text, double factor, bool whole);

}  // namespace akstwin
