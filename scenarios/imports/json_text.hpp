/// JSON as the same plain tree as YAML, with positions. Faster than the YAML parser, and strict.
#pragma once
#include "scenarios/yaml_document.hpp"

namespace akstwin {

/// What a JSON file may contain: dumps of large clusters are larger than manifests.
inline constexpr YamlLimits kJsonLimits{.bytes = 256 << 20, .nodes = 24 << 20, .depth = 100, .anchors = false, .several_documents = false};

/// Parses one JSON document (RFC 8259; a key twice in one object is refused). Nothing, with a diagnostic at the place, when it is none.
std::vector<YamlNode> parse_json(const std::string& file, std::string_view text, const YamlLimits& limits, Diagnostics& diagnostics);

/// JSON where the file's name ends in .json, YAML otherwise, each with its own limits.
std::vector<YamlNode> parse_document(const std::string& file, std::string_view text, Diagnostics& diagnostics);

/// Most bytes that a file of that name may have.
std::size_t document_bytes(std::string_view file);

/// Whether the text seems to hold a Secret: it is then kept out of the excerpts that diagnostics show.
bool holds_secret(std::string_view text);

}  // namespace akstwin
