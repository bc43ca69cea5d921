/// Taints as AKS and kubectl write them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "models/spec/pod_spec.hpp"

namespace akstwin {

/// Parses "key=value:NoSchedule", "key:NoExecute" (empty value). Nothing when the key is empty or the effect unknown.
std::optional<Taint> parse_taint(std::string_view text);
/// Parses "NoSchedule", "PreferNoSchedule" or "NoExecute".
std::optional<TaintEffect> parse_taint_effect(std::string_view text);
/// "key=value:Effect".
std::string to_string(const Taint& taint);

}  // namespace akstwin
