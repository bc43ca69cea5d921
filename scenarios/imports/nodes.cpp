#include "scenarios/imports/nodes.hpp"

#include <algorithm>

namespace akstwin {
namespace {

YamlNode placed(const YamlNode& at, YamlNode::Kind kind) {
  YamlNode made;
  made.kind = kind;
  made.file = at.file;
  made.line = at.line;
  made.column = at.column;
  made.length = at.length;
  return made;
}

}  // namespace

YamlNode map_like(const YamlNode& at) { return placed(at, YamlNode::Kind::Map); }
YamlNode list_like(const YamlNode& at) { return placed(at, YamlNode::Kind::List); }

YamlNode text_like(const YamlNode& at, std::string text, bool quoted) {
  YamlNode made = placed(at, YamlNode::Kind::Scalar);
  made.text = std::move(text);
  made.quoted = quoted;
  return made;
}

void put(YamlNode& map, std::string_view key, YamlNode value) {
  if (YamlNode* there = map.find(key)) {
    *there = std::move(value);
    return;
  }
  map.members.push_back({std::string(key), value.line, value.column, std::move(value)});
}

bool take_out(YamlNode& map, std::string_view key) { return std::erase_if(map.members, [&](const YamlMember& member) { return member.key == key; }) > 0; }

const YamlNode* find_below(const YamlNode& node, std::string_view dotted) {
  const YamlNode* at = &node;
  while (at != nullptr && !dotted.empty()) {
    const std::size_t dot = std::min(dotted.find('.'), dotted.size());
    at = at->find(dotted.substr(0, dot));
    dotted.remove_prefix(std::min(dot + 1, dotted.size()));
  }
  return at;
}

YamlNode* make_below(YamlNode& node, std::string_view dotted) {
  YamlNode* at = &node;
  while (!dotted.empty()) {
    if (at->is_null()) *at = map_like(*at);
    if (!at->is_map()) return nullptr;
    const std::size_t dot = std::min(dotted.find('.'), dotted.size());
    const std::string_view key = dotted.substr(0, dot);
    if (at->find(key) == nullptr) put(*at, key, map_like(*at));
    at = at->find(key);
    dotted.remove_prefix(std::min(dot + 1, dotted.size()));
  }
  return at;
}

std::string text_below(const YamlNode& node, std::string_view dotted) {
  const YamlNode* found = find_below(node, dotted);
  return found != nullptr && found->is_scalar() ? found->text : std::string();
}

bool true_below(const YamlNode& node, std::string_view dotted) {
  const std::string text = text_below(node, dotted);
  return text == "true" || text == "True";
}

// NOLINTNEXTLINE(misc-no-recursion): the parsers bound the depth of what they read.
void move_down(YamlNode& node, int lines) {
  node.line += lines;
  for (YamlNode& item : node.items) move_down(item, lines);
  for (YamlMember& member : node.members) {
    member.line += lines;
    move_down(member.value, lines);
  }
}

// NOLINTNEXTLINE(misc-no-recursion): the parsers bound the depth of what they read.
bool same_content(const YamlNode& a, const YamlNode& b) {
  if (a.kind != b.kind || a.text != b.text || a.members.size() != b.members.size() || a.items.size() != b.items.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); ++i)
    if (!same_content(a.items[i], b.items[i])) return false;
  return std::ranges::all_of(a.members, [&](const YamlMember& member) {
    const YamlNode* other = b.find(member.key);
    return other != nullptr && same_content(member.value, *other);
  });
}

std::string last_segment(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

}  // namespace akstwin
