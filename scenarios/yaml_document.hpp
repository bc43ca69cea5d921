/// YAML as a plain tree with positions: the only door to yaml-cpp, and the place where its traps are closed.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/diagnostic.hpp"
#include "sim/base/name.hpp"

namespace akstwin {

struct YamlMember;

/// One value. `line` 0 means that it was not written in a file (an override).
struct YamlNode {
  enum class Kind : unsigned char { Null, Scalar, List, Map };
  Kind kind = Kind::Null;
  bool quoted = false;                      ///< a quoted or block scalar: text, never a number or a boolean
  std::string text;                         ///< Scalar: its text
  Name file;
  int line = 0, column = 0, length = 1;
  std::vector<YamlMember> members;          ///< Map: in the order written, keys unique
  std::vector<YamlNode> items;              ///< List

  bool is_null() const { return kind == Kind::Null; }
  bool is_scalar() const { return kind == Kind::Scalar; }
  bool is_list() const { return kind == Kind::List; }
  bool is_map() const { return kind == Kind::Map; }
  /// The value of `key` in a map, or null.
  const YamlNode* find(std::string_view key) const;
  YamlNode* find(std::string_view key);
  /// The text of the scalar at `key`, or empty.
  std::string_view text_of(std::string_view key) const;
  Position position() const;
};

struct YamlMember {
  std::string key;
  int line = 0, column = 0;                 ///< of the key
  YamlNode value;
};

/// Where the key of a member is written.
Position position_of_key(const YamlNode& map, const YamlMember& member);
/// "a list", "a mapping", "text", "nothing": what the reader found instead of what it wanted.
std::string_view kind_in_words(const YamlNode& node);

/// What a file may contain.
struct YamlLimits {
  std::size_t bytes = 1 << 20;
  std::size_t nodes = 1 << 20;              ///< after expansion of aliases
  int depth = 64;
  bool anchors = false;                     ///< aliases are expanded when allowed
  bool several_documents = false;
};

/// A scenario: one document of at most 1 MiB, no anchors.
inline constexpr YamlLimits kScenarioLimits{};
/// A manifest file: several documents, at most 16 MiB, anchors expanded.
inline constexpr YamlLimits kManifestLimits{.bytes = 16 << 20, .nodes = 2 << 20, .depth = 100, .anchors = true, .several_documents = true};

/// Parses `text`; problems are added to `diagnostics` and the documents before the first problem are returned.
/// Empty documents are left out. Any bytes are safe.
std::vector<YamlNode> parse_yaml(const std::string& file, std::string_view text, const YamlLimits& limits, Diagnostics& diagnostics);

}  // namespace akstwin
