#include "scenarios/imports/kustomize_replace.hpp"

#include <algorithm>

#include "scenarios/imports/kustomize_select.hpp"
#include "scenarios/notation.hpp"

namespace akstwin {
namespace {

constexpr std::size_t kDeepest = 100;        // as manifests may be nested

/// "spec.containers.[name=web].image" → its parts; "\." is a dot within a part, and so is one within brackets.
std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> out(1);
  int brackets = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '\\' && i + 1 < path.size() && path[i + 1] == '.') {
      out.back() += path[++i];
      continue;
    }
    brackets += c == '[' ? 1 : c == ']' ? -1 : 0;
    if (c == '.' && brackets == 0) out.emplace_back();
    else out.back() += c;
  }
  std::erase(out, "");
  return out;
}

/// The nodes that a path means; with `create`, mappings that are missing are made on the way.
class FieldFinder {
 public:
  FieldFinder(const std::vector<std::string>& parts, bool create) : parts_(parts), create_(create) {}

  std::vector<YamlNode*> find(YamlNode& root) {
    found_.clear();
    go(root, 0);
    return std::move(found_);
  }

 private:
  void go(YamlNode& node, std::size_t index) {
    if (index > kDeepest) return;
    if (index == parts_.size()) return found_.push_back(&node);
    const std::string& part = parts_[index];
    if (node.is_list()) return go_into_list(node, part, index);
    if (part == "*") {
      for (YamlMember& member : node.members) go(member.value, index + 1);
      return;
    }
    if (!node.is_map()) return;
    if (YamlNode* value = node.find(part)) return go(*value, index + 1);
    if (!create_) return;
    YamlNode made = index + 1 == parts_.size() ? text_like(node, "") : map_like(node);
    put(node, part, std::move(made));
    go(*node.find(part), index + 1);
  }

  void go_into_list(YamlNode& list, const std::string& part, std::size_t index) {
    const std::size_t equals = part.find('=');
    const bool by_value = part.starts_with('[') && part.ends_with(']') && equals != std::string::npos;
    const auto number = parse_whole(part);
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      YamlNode& item = list.items[i];
      const bool named = by_value && text_below(item, part.substr(1, equals - 1)) == part.substr(equals + 1, part.size() - equals - 2);
      if (part == "*" || named || (number && static_cast<std::size_t>(*number) == i)) go(item, index + 1);
    }
  }

  const std::vector<std::string>& parts_;
  bool create_;
  std::vector<YamlNode*> found_;
};

std::vector<std::string> split(const std::string& text, const std::string& delimiter) {
  std::vector<std::string> out;
  std::size_t from = 0;
  for (std::size_t at = text.find(delimiter); at != std::string::npos; at = text.find(delimiter, from)) {
    out.push_back(text.substr(from, at - from));
    from = at + delimiter.size();
  }
  out.push_back(text.substr(from));
  return out;
}

std::string joined(const std::vector<std::string>& parts, const std::string& delimiter) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i > 0 ? delimiter : "") + parts[i];
  return out;
}

/// options.index; an index of which nothing is stated is 0. Negative ones stand before the first part.
std::int64_t index_of(const YamlNode* options) {
  const std::string text = options != nullptr ? std::string(options->text_of("index")) : std::string();
  const bool negative = text.starts_with('-');
  const auto number = parse_whole(negative ? std::string_view(text).substr(1) : std::string_view(text));
  return number ? (negative ? -*number : *number) : 0;
}

/// The source's value, or the part of it that the options mean.
std::optional<YamlNode> source_value(const YamlNode& source, std::vector<KustomizedObject>& objects, std::string& wrong) {
  KustomizedObject* from = nullptr;
  for (KustomizedObject& object : objects) {
    if (!selects(source, object)) continue;
    if (from != nullptr) {
      wrong = "its source is more than one object";
      return std::nullopt;
    }
    from = &object;
  }
  if (from == nullptr) {
    wrong = "its source is no object of the kustomization";
    return std::nullopt;
  }
  const std::string path = source.text_of("fieldPath").empty() ? "metadata.name" : std::string(source.text_of("fieldPath"));
  const auto parts = parts_of(path);
  const auto fields = FieldFinder(parts, false).find(from->node);
  if (fields.empty()) {
    wrong = "its source has no field " + path;
    return std::nullopt;
  }
  YamlNode value = *fields.front();
  const YamlNode* options = source.find("options");
  const std::string delimiter(options != nullptr ? options->text_of("delimiter") : std::string_view());
  if (delimiter.empty()) return value;
  const auto pieces = split(value.text, delimiter);
  const std::int64_t index = index_of(options);
  if (index < 0 || index >= static_cast<std::int64_t>(pieces.size())) {
    wrong = "its source has no part " + std::to_string(index);
    return std::nullopt;
  }
  value.text = pieces[static_cast<std::size_t>(index)];
  return value;
}

void write(YamlNode& field, const YamlNode& value, const YamlNode* options) {
  const std::string delimiter(options != nullptr ? options->text_of("delimiter") : std::string_view());
  if (delimiter.empty() || !value.is_scalar() || !field.is_scalar()) {
    field = value;
    return;
  }
  auto pieces = split(field.text, delimiter);
  const std::int64_t index = index_of(options);
  if (index < 0) pieces.insert(pieces.begin(), value.text);
  else if (index >= static_cast<std::int64_t>(pieces.size())) pieces.push_back(value.text);
  else pieces[static_cast<std::size_t>(index)] = value.text;
  field.text = joined(pieces, delimiter);
}

std::string write_target(const YamlNode& target, const YamlNode& value, std::vector<KustomizedObject>& objects) {
  const YamlNode* select = target.find("select");
  if (select == nullptr) return "a target selects nothing";
  const YamlNode* options = target.find("options");
  const YamlNode* rejected = target.find("reject");
  std::vector<std::string> paths;
  if (const YamlNode* list = target.find("fieldPaths"))
    for (const YamlNode& path : list->items) paths.push_back(path.text);
  if (paths.empty()) paths.emplace_back("metadata.name");
  for (KustomizedObject& object : objects) {
    if (!selects(*select, object)) continue;
    if (rejected != nullptr && std::ranges::any_of(rejected->items, [&](const YamlNode& reject) { return selects(reject, object); })) continue;
    for (const std::string& path : paths) {
      const auto parts = parts_of(path);
      const auto fields = FieldFinder(parts, options != nullptr && true_below(*options, "create")).find(object.node);
      if (fields.empty()) return std::string(object.node.text_of("kind")) + " '" + object.names.back() + "' has no field " + path;
      for (YamlNode* field : fields) write(*field, value, options);
    }
  }
  return {};
}

}  // namespace

std::string apply_replacement(const YamlNode& replacement, std::vector<KustomizedObject>& objects) {
  const YamlNode* source = replacement.find("source");
  const YamlNode* targets = replacement.find("targets");
  if (source == nullptr || targets == nullptr || !targets->is_list()) return "it has no source or no targets";
  std::string wrong;
  const auto value = source_value(*source, objects, wrong);
  if (!value) return wrong;
  for (const YamlNode& target : targets->items)
    if (wrong = write_target(target, *value, objects); !wrong.empty()) return wrong;
  return {};
}

}  // namespace akstwin
