/// Argo CD's ApplicationSet: the Applications that its list generators make.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "scenarios/imports/nodes.hpp"

namespace akstwin {

/// The Applications of an ApplicationSet whose generators are all lists; `{{key}}` and `{{.key}}` are filled in. Nothing when another generator
/// (git, clusters, matrix, …) would have to ask a server; `other` is then its name.
std::optional<std::vector<YamlNode>> applications_of(const YamlNode& set, std::string& other);

}  // namespace akstwin
