/// Small tools to take document trees apart and to build new ones that remember where each value came from.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/yaml_document.hpp"

namespace akstwin {

/// An empty mapping, list or a scalar that stands where `at` stands.
YamlNode map_like(const YamlNode& at);
YamlNode list_like(const YamlNode& at);
YamlNode text_like(const YamlNode& at, std::string text, bool quoted = false);

/// Sets `key` of a mapping, in its place when it is there, otherwise at the end.
void put(YamlNode& map, std::string_view key, YamlNode value);
/// Removes `key` from a mapping; false when it was not there.
bool take_out(YamlNode& map, std::string_view key);

/// The value below nested mappings, "spec.template.metadata", or null.
const YamlNode* find_below(const YamlNode& node, std::string_view dotted);
/// The value below nested mappings, made as empty mappings where they are missing; null when something else is in the way.
YamlNode* make_below(YamlNode& node, std::string_view dotted);
/// The text of the scalar there, or empty.
std::string text_below(const YamlNode& node, std::string_view dotted);
/// Whether the scalar there says true.
bool true_below(const YamlNode& node, std::string_view dotted);

/// Moves the tree down by `lines`: a text inside a file has positions of its own.
void move_down(YamlNode& node, int lines);

/// Equal in kind and content; positions and quotes do not count.
bool same_content(const YamlNode& a, const YamlNode& b);

/// The last part of a path with '/', or all of it: names in Azure's resource ids.
std::string last_segment(std::string_view path);

}  // namespace akstwin
