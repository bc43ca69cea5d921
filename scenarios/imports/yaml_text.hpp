/// A document tree back to text.
#pragma once
#include <string>

#include "scenarios/yaml_document.hpp"

namespace akstwin {

/// Block YAML that parse_yaml reads back to the same tree; ends with a line break. `indent`: columns before every line.
std::string to_yaml(const YamlNode& node, int indent = 0);
/// JSON on one line. Quoted scalars are strings; the others are written as they are where JSON has such a value.
std::string to_json_text(const YamlNode& node);
/// A scalar as YAML writes it, quoted only where it must be.
std::string yaml_scalar(const YamlNode& node);

}  // namespace akstwin
