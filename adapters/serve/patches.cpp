#include "adapters/serve/patches.hpp"

#include <algorithm>
#include <array>

namespace akstwin {
namespace {

struct ListKey { std::string_view field, key; };

constexpr std::array kKeys = std::to_array<ListKey>({
    {"containers", "name"}, {"initContainers", "name"}, {"ephemeralContainers", "name"}, {"env", "name"}, {"volumes", "name"}, {"volumeMounts", "mountPath"},
    {"volumeDevices", "devicePath"}, {"imagePullSecrets", "name"}, {"secrets", "name"}, {"hostAliases", "ip"}, {"conditions", "type"}, {"addresses", "type"},
    {"ownerReferences", "uid"}, {"topologySpreadConstraints", "topologyKey"}, {"schedulingGates", "name"}, {"podIPs", "ip"}, {"hostIPs", "ip"},
    {"resourceClaims", "name"},
});

bool same_item(const Json& a, const Json& b, const std::vector<std::string>& keys) {
  return a.is_object() && b.is_object() && std::ranges::all_of(keys, [&](const std::string& key) { return a.value(key, Json()) == b.value(key, Json()); });
}

Result<Json> merge_list(std::string_view field, Json list, const Json& patch, const Json* order);

/// $retainKeys: of the object only these keys stay.
void retain(Json& object, const Json& keys) {
  std::vector<std::string> gone;
  for (const auto& [key, value] : object.items())
    if (std::ranges::find(keys, Json(key)) == keys.end()) gone.push_back(key);
  for (const std::string& key : gone) object.erase(key);
}

/// `order`: the patch's $setElementOrder of this list, or null.
Result<void> merge_field(Json& object, const std::string& key, const Json& value, const Json* order) {
  constexpr std::string_view kDelete = "$deleteFromPrimitiveList/";
  if (key.starts_with(kDelete)) {
    Json& list = object[key.substr(kDelete.size())];
    if (!list.is_array()) list = Json::array();
    Json kept = Json::array();
    for (const Json& item : list)
      if (!value.is_array() || std::ranges::find(value, item) == value.end()) kept.push_back(item);
    list = std::move(kept);
    return {};
  }
  if (key.starts_with("$")) return {};   // $setElementOrder/…, $retainKeys: dealt with elsewhere
  if (value.is_null()) {
    object.erase(key);
    return {};
  }
  if (value.is_object()) {
    Json current = object.value(key, Json::object());
    auto merged = strategic_merge(current.is_object() ? std::move(current) : Json::object(), value);
    if (!merged) return tl::unexpected<Error>(merged.error());
    object[key] = std::move(*merged);
    return {};
  }
  if (value.is_array()) {
    auto merged = merge_list(key, object.value(key, Json::array()), value, order);
    if (!merged) return tl::unexpected<Error>(merged.error());
    object[key] = std::move(*merged);
    return {};
  }
  object[key] = value;
  return {};
}

/// Where an item with this value of its key stands; the end when it does not.
std::size_t place_in(const Json& list, const Json& item, const std::string& key) {
  return static_cast<std::size_t>(std::ranges::find_if(list, [&](const Json& other) { return same_item(other, item, {key}); }) - list.begin());
}

/// Items of the patch come in the patch's order; the others keep theirs, each before the first item of the patch that it stood before.
/// Source: apimachinery 1.32 pkg/util/strategicpatch/patch.go, normalizeElementOrder and mergeSortedSlice.
Json ordered(const Json& merged, const Json& patch, const Json& before, const std::string& key) {
  Json patched = Json::array(), others = Json::array(), out = Json::array();
  for (const Json& item : patch)
    if (const std::size_t at = place_in(merged, item, key); at < merged.size() && place_in(patched, item, key) == patched.size()) patched.push_back(merged[at]);
  for (const Json& item : merged)
    if (place_in(patched, item, key) == patched.size()) others.push_back(item);
  std::size_t next = 0;
  for (const Json& item : patched) {
    const std::size_t stood = place_in(before, item, key);
    while (next < others.size() && stood < before.size() && place_in(before, others[next], key) < stood) out.push_back(others[next++]);
    out.push_back(item);
  }
  while (next < others.size()) out.push_back(others[next++]);
  return out;
}

Result<Json> merge_list(std::string_view field, Json list, const Json& patch, const Json* order) {
  if (!list.is_array()) list = Json::array();
  const Json before = list;
  if (is_set_list(field)) {
    for (const Json& item : patch)
      if (std::ranges::find(list, item) == list.end()) list.push_back(item);
    return list;
  }
  const std::vector<std::string> keys = patch.empty() ? std::vector<std::string>() : list_keys(field, patch.front());
  const bool replace = std::ranges::any_of(patch, [](const Json& item) { return item.is_object() && item.value("$patch", "") == "replace"; });
  if (keys.empty() || replace) {
    Json out = Json::array();
    for (const Json& item : patch)
      if (!item.is_object() || !item.contains("$patch")) out.push_back(item);
    return out;
  }
  for (const Json& item : patch) {
    if (!item.is_object() || !item.contains(keys.front())) return fail("map: " + item.dump() + " does not contain declared merge key: " + keys.front());
    // Patches name an item by its first key; the others (protocol) have defaults.
    const auto known = std::ranges::find_if(list, [&](const Json& other) { return same_item(other, item, {keys.front()}); });
    if (item.value("$patch", "") == "delete") {
      if (known != list.end()) list.erase(known);
      continue;
    }
    auto merged = strategic_merge(known != list.end() ? *known : Json::object(), item);
    if (!merged) return merged;
    if (known != list.end()) *known = std::move(*merged);
    else list.push_back(std::move(*merged));
  }
  return ordered(list, order != nullptr && order->is_array() ? *order : patch, before, keys.front());
}

}  // namespace

std::vector<std::string> list_keys(std::string_view field, const Json& sample) {
  if (!sample.is_object()) return {};
  if (field == "ports") return {sample.contains("containerPort") ? "containerPort" : "port", "protocol"};
  const auto found = std::ranges::find(kKeys, field, &ListKey::field);
  return found == kKeys.end() ? std::vector<std::string>() : std::vector<std::string>{std::string(found->key)};
}

bool is_set_list(std::string_view field) { return field == "finalizers"; }

Result<Json> strategic_merge(Json object, const Json& patch) {
  if (!patch.is_object()) return fail("the patch is no object");
  if (const auto directive = patch.find("$patch"); directive != patch.end()) {
    if (*directive == "delete") return Json::object();
    if (*directive == "replace") {
      Json out = patch;
      out.erase("$patch");
      return out;
    }
    if (*directive != "merge") return fail("unknown patch type: " + directive->dump());
  }
  if (const auto keys = patch.find("$retainKeys"); keys != patch.end() && keys->is_array()) retain(object, *keys);
  for (const auto& [key, value] : patch.items()) {
    const auto order = patch.find("$setElementOrder/" + key);
    if (auto merged = merge_field(object, key, value, order == patch.end() ? nullptr : &*order); !merged) return tl::unexpected<Error>(merged.error());
  }
  return object;
}

Result<Json> json_patch(const Json& object, const Json& patch) {
  try {
    return object.patch(patch);
  } catch (const Json::exception& error) {
    return fail(error.what());
  }
}

}  // namespace akstwin
