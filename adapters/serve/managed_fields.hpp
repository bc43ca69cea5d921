/// Server-side apply: who owns which field, what conflicts, and what goes when an owner no longer wants it.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace akstwin {

using Json = nlohmann::json;

/// Who writes, by which API version, when.
struct FieldWriter {
  std::string manager, api_version, time;
  bool force = false;
};

/// A field that another manager owns with another value; `manager` in the words of a conflict: "\"kubectl\" using apps/v1".
struct FieldConflict { std::string manager, field; };

struct ApplyResult {
  Json object;
  std::vector<FieldConflict> conflicts;      ///< not empty: nothing is to be written
};

/// Applies a configuration onto `live` (null: nothing there yet). Source of the rules: Kubernetes, server-side apply.
ApplyResult server_side_apply(const Json& live, const Json& applied, const FieldWriter& writer);

/// After any other write: `writer` owns what it changed.
void record_update(const Json& before, Json& after, const FieldWriter& writer);

}  // namespace akstwin
