#include "scenarios/imports/kustomize_patch.hpp"

#include <algorithm>
#include <optional>

#include "scenarios/notation.hpp"

namespace akstwin {
namespace {

/// Lists of the API's own kinds that merge by a key (k8s.io/api struct tags patchMergeKey, 1.32).
struct MergeKey {
  std::string_view list, key;
};
constexpr MergeKey kMergeKeys[] = {
    {"containers", "name"},       {"initContainers", "name"},       {"ephemeralContainers", "name"}, {"volumes", "name"},
    {"env", "name"},              {"ports", "containerPort"},       {"volumeMounts", "mountPath"},   {"volumeDevices", "devicePath"},
    {"hostAliases", "ip"},        {"imagePullSecrets", "name"},     {"topologySpreadConstraints", "topologyKey"},
    {"resourceClaims", "name"},   {"schedulingGates", "name"},      {"secrets", "name"},
};

bool merges_by_key(std::string_view version) {
  // Custom resources have no merge keys; their groups have a dot that is not Kubernetes' own.
  const std::string_view group = version.find('/') == std::string_view::npos ? std::string_view() : version.substr(0, version.find('/'));
  return group.find('.') == std::string_view::npos || group.ends_with(".k8s.io");
}

std::string_view key_of_list(std::string_view list, std::string_view kind) {
  if (list == "ports" && kind == "Service") return "port";
  const auto found = std::ranges::find(kMergeKeys, list, &MergeKey::list);
  return found == std::end(kMergeKeys) ? std::string_view() : found->key;
}

struct Merge {
  std::string kind;
  bool own_kind = true;                     ///< of Kubernetes' own API, whose lists have merge keys

  // NOLINTNEXTLINE(misc-no-recursion): the parsers bound the depth of what they read.
  bool maps(YamlNode& into, const YamlNode& patch) const {
    const std::string_view directive = patch.text_of("$patch");
    if (directive == "delete") return false;
    if (directive == "replace") {
      into = patch;
      take_out(into, "$patch");
      return true;
    }
    for (const YamlMember& member : patch.members) {
      if (member.key.starts_with("$")) continue;
      YamlNode* there = into.find(member.key);
      if (member.value.is_null()) {
        take_out(into, member.key);
      } else if (there == nullptr) {
        YamlNode value = member.value;
        if (!value.is_map() || maps(value = map_like(member.value), member.value)) into.members.push_back({member.key, member.line, member.column, std::move(value)});
      } else if (there->is_map() && member.value.is_map()) {
        if (!maps(*there, member.value)) take_out(into, member.key);
      } else if (there->is_list() && member.value.is_list()) {
        lists(*there, member.value, own_kind ? key_of_list(member.key, kind) : std::string_view());
      } else {
        *there = member.value;
      }
    }
    return true;
  }
  // NOLINTNEXTLINE(misc-no-recursion): the parsers bound the depth of what they read.
  void lists(YamlNode& into, const YamlNode& patch, std::string_view key) const {
    const bool replaces = std::ranges::any_of(patch.items, [](const YamlNode& item) { return item.text_of("$patch") == "replace"; });
    if (key.empty() || replaces) {
      into = patch;
      std::erase_if(into.items, [](const YamlNode& item) { return item.find("$patch") != nullptr && item.members.size() == 1; });
      return;
    }
    // Kustomize's order: what the patch names, in its order, then the rest.
    std::vector<YamlNode> merged;
    for (const YamlNode& item : patch.items) {
      const std::string_view name = item.text_of(key);
      const auto same = std::ranges::find_if(into.items, [&](const YamlNode& other) { return other.is_map() && other.text_of(key) == name; });
      YamlNode value = same != into.items.end() ? *same : map_like(item);
      if (same != into.items.end()) into.items.erase(same);
      if (!item.is_map()) merged.push_back(item);
      else if (maps(value, item)) merged.push_back(std::move(value));
    }
    into.items.insert(into.items.begin(), std::make_move_iterator(merged.begin()), std::make_move_iterator(merged.end()));
  }
};

std::vector<std::string> pointer_parts(std::string_view pointer) {
  std::vector<std::string> parts;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    std::string part;
    for (std::size_t i = 0; i < end; ++i) {
      const bool escaped = pointer[i] == '~' && i + 1 < end;
      part += escaped ? (pointer[i + 1] == '1' ? '/' : '~') : pointer[i];
      i += escaped ? 1 : 0;
    }
    parts.push_back(std::move(part));
    pointer.remove_prefix(end);
  }
  return parts;
}

std::optional<std::size_t> index_in(const YamlNode& list, const std::string& part, bool may_append) {
  if (part == "-" && may_append) return list.items.size();
  const auto index = parse_whole(part);
  if (!index || *index < 0 || static_cast<std::size_t>(*index) >= list.items.size() + (may_append ? 1 : 0)) return std::nullopt;
  return static_cast<std::size_t>(*index);
}

YamlNode* child(YamlNode& node, const std::string& part) {
  if (node.is_map()) return node.find(part);
  if (!node.is_list()) return nullptr;
  const auto index = index_in(node, part, false);
  return index ? &node.items[*index] : nullptr;
}

YamlNode* walk(YamlNode& root, const std::vector<std::string>& parts, std::size_t count) {
  YamlNode* at = &root;
  for (std::size_t i = 0; i < count && at != nullptr; ++i) at = child(*at, parts[i]);
  return at;
}

/// Adds at a pointer: sets a key, or inserts into a list.
bool add_at(YamlNode& root, const std::vector<std::string>& parts, const YamlNode& value) {
  if (parts.empty()) {
    root = value;
    return true;
  }
  YamlNode* parent = walk(root, parts, parts.size() - 1);
  if (parent == nullptr) return false;
  if (parent->is_list()) {
    const auto index = index_in(*parent, parts.back(), true);
    if (!index) return false;
    parent->items.insert(parent->items.begin() + static_cast<std::ptrdiff_t>(*index), value);
    return true;
  }
  if (!parent->is_map()) return false;
  put(*parent, parts.back(), value);
  return true;
}

bool remove_at(YamlNode& root, const std::vector<std::string>& parts) {
  if (parts.empty()) return false;
  YamlNode* parent = walk(root, parts, parts.size() - 1);
  if (parent == nullptr) return false;
  if (parent->is_map()) return take_out(*parent, parts.back());
  const auto index = parent->is_list() ? index_in(*parent, parts.back(), false) : std::nullopt;
  if (!index) return false;
  parent->items.erase(parent->items.begin() + static_cast<std::ptrdiff_t>(*index));
  return true;
}

bool apply_one(YamlNode& object, const YamlNode& operation, std::string_view op, const std::vector<std::string>& path) {
  const YamlNode* value = operation.find("value");
  const YamlNode nothing;
  if (op == "add") return add_at(object, path, value != nullptr ? *value : nothing);
  if (op == "remove") return remove_at(object, path);
  if (op == "replace" || op == "test") {
    YamlNode* there = walk(object, path, path.size());
    if (there == nullptr) return false;
    if (op == "test") return value != nullptr && same_content(*there, *value);
    *there = value != nullptr ? *value : nothing;
    return true;
  }
  if (op != "move" && op != "copy") return false;
  const auto from = pointer_parts(operation.text_of("from"));
  const YamlNode* source = walk(object, from, from.size());
  if (source == nullptr) return false;
  const YamlNode copy = *source;
  return (op == "copy" || remove_at(object, from)) && add_at(object, path, copy);
}

}  // namespace

bool merge_strategically(YamlNode& object, const YamlNode& patch) {
  const Merge merge{std::string(object.text_of("kind")), merges_by_key(object.text_of("apiVersion"))};
  return merge.maps(object, patch);
}

bool is_json_patch(const YamlNode& patch) { return patch.is_list() && !patch.items.empty() && patch.items[0].find("op") != nullptr; }

std::string apply_json_patch(YamlNode& object, const YamlNode& operations) {
  for (const YamlNode& operation : operations.items) {
    const std::string_view op = operation.text_of("op"), pointer = operation.text_of("path");
    if (!pointer.empty() && pointer.front() != '/') return "the path '" + std::string(pointer) + "' does not begin with '/'";
    if (!apply_one(object, operation, op, pointer_parts(pointer))) return std::string(op) + " at '" + std::string(pointer) + "' is not possible";
  }
  return {};
}

}  // namespace akstwin
