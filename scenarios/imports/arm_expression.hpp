/// The expressions of ARM templates, as far as names, sizes, counts and addresses need them.
#pragma once
#include <optional>
#include <string>

#include "scenarios/imports/nodes.hpp"

namespace akstwin {

/// What expressions of one template refer to. Parents are asked for nothing: a nested template has parameters of its own.
struct ArmScope {
  YamlNode parameters;                      ///< a mapping of names to values
  const YamlNode* variables = nullptr;      ///< as written, with expressions
};

/// The value with all expressions in it replaced; nothing where one cannot be known without a deployment (uniqueString, reference, …).
/// Members of a mapping that cannot be known are left out.
std::optional<YamlNode> resolve_arm(const YamlNode& value, const ArmScope& scope);

}  // namespace akstwin
