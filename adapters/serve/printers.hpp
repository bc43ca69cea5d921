/// Tables as the genuine server prints them: the columns that `kubectl get` shows for each kind.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "adapters/serve/resources.hpp"

namespace akstwin {

/// columnDefinitions of a kind, as JSON text.
std::string table_columns(const ResourceKind& kind);
/// The cells of one row as JSON text. Ages are marks, because they change while the object does not.
std::string table_cells(const ResourceKind& kind, const nlohmann::json& object);
/// Replaces the marks by ages at `now_unix`.
std::string with_ages(std::string_view cells, std::int64_t now_unix);
/// "5m21s", "3d4h", "2y": k8s.io/apimachinery duration.HumanDuration.
std::string human_duration(std::int64_t seconds);

}  // namespace akstwin
