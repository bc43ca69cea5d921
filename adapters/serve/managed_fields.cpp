#include "adapters/serve/managed_fields.hpp"

#include <algorithm>

#include "adapters/serve/patches.hpp"

namespace akstwin {
namespace {

// A set of fields has the form of fieldsV1: {"f:spec": {"f:replicas": {}, "f:containers": {"k:{\"name\":\"app\"}": {".": {}}}}}.

std::string item_key(const Json& item, const std::vector<std::string>& keys) {
  Json key = Json::object();
  for (const std::string& name : keys) key[name] = item.value(name, name == "protocol" ? Json("TCP") : Json());
  return "k:" + key.dump();
}

bool is_atomic_map(std::string_view field) { return field == "selector" || field == "labelSelector" || field == "nodeSelector"; }

/// All fields of a value; empty: the value is owned as a whole.
Json fields_of(std::string_view field, const Json& value) {
  Json out = Json::object();
  if (value.is_object()) {
    if (is_atomic_map(field)) return out;
    for (const auto& [key, child] : value.items()) out["f:" + key] = fields_of(key, child);
    return out;
  }
  if (!value.is_array()) return out;
  if (is_set_list(field))
    for (const Json& item : value) out["v:" + item.dump()] = Json::object();
  const auto keys = value.empty() ? std::vector<std::string>() : list_keys(field, value.front());
  if (keys.empty()) return out;
  for (const Json& item : value) {
    Json& entry = out[item_key(item, keys)];
    entry = fields_of("", item);
    entry["."] = Json::object();
  }
  return out;
}

/// Fields of an object that managers own: not its identity, not what the server writes.
Json owned_fields(const Json& object) {
  Json content = object;
  for (const char* key : {"apiVersion", "kind"}) content.erase(key);
  if (auto metadata = content.find("metadata"); metadata != content.end())
    for (const char* key : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink", "deletionTimestamp"}) metadata->erase(key);
  if (content.contains("metadata") && content["metadata"].empty()) content.erase("metadata");
  return fields_of("", content);
}

Json united(Json a, const Json& b) {
  for (const auto& [key, child] : b.items()) a[key] = a.contains(key) ? united(a[key], child) : child;
  return a;
}

/// What is in `a` and not in `b`, leaf by leaf.
Json without(const Json& a, const Json& b) {
  Json out = Json::object();
  for (const auto& [key, child] : a.items()) {
    if (!b.contains(key)) out[key] = child;
    else if (!child.empty())
      if (Json rest = without(child, b[key]); !rest.empty()) out[key] = std::move(rest);
  }
  return out;
}

/// The child of a value that a step of a field set means, or null.
const Json* child_of(const Json& value, const std::string& step) {
  if (step.starts_with("f:") && value.is_object()) {
    const auto found = value.find(step.substr(2));
    return found == value.end() ? nullptr : &*found;
  }
  if (step.starts_with("k:") && value.is_array()) {
    const Json key = Json::parse(step.substr(2), nullptr, false);
    for (const Json& item : value) {
      bool same = item.is_object() && key.is_object();
      if (same)
        for (const auto& [name, wanted] : key.items()) same = same && item.value(name, name == "protocol" ? Json("TCP") : Json()) == wanted;
      if (same) return &item;
    }
    return nullptr;
  }
  if (step.starts_with("v:") && value.is_array()) {
    const Json wanted = Json::parse(step.substr(2), nullptr, false);
    const auto found = std::ranges::find(value, wanted);
    return found == value.end() ? nullptr : &*found;
  }
  return nullptr;
}

std::string path_step(const std::string& step) {
  if (step.starts_with("f:")) return "." + step.substr(2);
  if (step.starts_with("v:")) return "[=" + step.substr(2) + "]";
  std::string out;
  const Json key = Json::parse(step.substr(2), nullptr, false);
  if (!key.is_object()) return "[" + step + "]";
  for (const auto& [name, value] : key.items()) out += (out.empty() ? "" : ",") + name + "=" + value.dump();
  return "[" + out + "]";
}

/// Leaves in both sets whose values differ: paths, and the set of them.
void find_conflicts(const Json& mine, const Json& theirs, const Json& wanted, const Json& live, const std::string& path, std::vector<std::string>& out) {
  for (const auto& [step, child] : mine.items()) {
    if (step == "." || !theirs.contains(step)) continue;
    const Json *now = child_of(live, step), *then = child_of(wanted, step);
    if (now == nullptr || then == nullptr) continue;
    const bool leaf = child.empty() || theirs[step].empty();
    if (!leaf) find_conflicts(child, theirs[step], *then, *now, path + path_step(step), out);
    else if (*now != *then) out.push_back(path + path_step(step));
  }
}

void erase_fields(Json& value, const Json& fields) {
  for (const auto& [step, child] : fields.items()) {
    if (step.starts_with("f:") && value.is_object()) {
      const auto found = value.find(step.substr(2));
      if (found == value.end()) continue;
      if (!child.empty()) erase_fields(*found, child);
      if (child.empty() || (found->is_structured() && found->empty())) value.erase(step.substr(2));
    } else if (value.is_array()) {
      const Json* item = child_of(value, step);
      if (item == nullptr) continue;
      const auto index = item - &value.front();
      if (step.starts_with("v:") || child.contains(".")) value.erase(static_cast<std::size_t>(index));
      else erase_fields(value[static_cast<std::size_t>(index)], child);
    }
  }
}

Json merged(std::string_view field, Json live, const Json& applied) {
  if (live.is_object() && applied.is_object() && !is_atomic_map(field)) {
    for (const auto& [key, value] : applied.items()) live[key] = live.contains(key) ? merged(key, live[key], value) : value;
    return live;
  }
  if (!live.is_array() || !applied.is_array() || applied.empty()) return applied;
  if (is_set_list(field)) {
    for (const Json& item : applied)
      if (std::ranges::find(live, item) == live.end()) live.push_back(item);
    return live;
  }
  const auto keys = list_keys(field, applied.front());
  if (keys.empty()) return applied;
  for (const Json& item : applied) {
    const Json* known = child_of(live, item_key(item, keys));
    if (known == nullptr) live.push_back(item);
    else {
      const auto index = static_cast<std::size_t>(known - &live.front());
      live[index] = merged("", live[index], item);
    }
  }
  return live;
}

Json entries_of(const Json& object) {
  const auto metadata = object.find("metadata");
  return metadata == object.end() ? Json::array() : metadata->value("managedFields", Json::array());
}

Json entry_of(const FieldWriter& writer, std::string_view operation, Json fields) {
  return {{"manager", writer.manager}, {"operation", operation}, {"apiVersion", writer.api_version}, {"time", writer.time}, {"fieldsType", "FieldsV1"}, {"fieldsV1", std::move(fields)}};
}

bool is_mine(const Json& entry, const FieldWriter& writer, std::string_view operation) {
  return entry.value("manager", "") == writer.manager && entry.value("operation", "") == operation;
}

/// "\"kubectl\" using apps/v1": how conflicts name a manager.
std::string manager_text(const Json& entry) {
  std::string out = Json(entry.value("manager", "unknown")).dump();
  if (entry.contains("subresource")) out += " with subresource " + entry["subresource"].dump();
  return entry.value("operation", "") == "Update" ? out + " using " + entry.value("apiVersion", "") : out;
}

}  // namespace

ApplyResult server_side_apply(const Json& live, const Json& applied, const FieldWriter& writer) {
  ApplyResult out;
  const Json base = live.is_null() ? Json::object() : live;
  const Json wanted = owned_fields(applied);
  Json mine = Json::object(), others = Json::object(), kept = Json::array();
  for (Json entry : entries_of(base)) {
    if (is_mine(entry, writer, "Apply")) {
      mine = entry["fieldsV1"];
      continue;
    }
    std::vector<std::string> paths;
    find_conflicts(wanted, entry["fieldsV1"], applied, base, "", paths);
    if (!paths.empty() && writer.force) {
      entry["fieldsV1"] = without(entry["fieldsV1"], wanted);
    } else {
      for (const std::string& path : paths) out.conflicts.push_back({manager_text(entry), path});
    }
    if (entry["fieldsV1"].empty()) continue;
    others = united(others, entry["fieldsV1"]);
    kept.push_back(std::move(entry));
  }
  if (!out.conflicts.empty()) return out;
  out.object = merged("", base, applied);
  erase_fields(out.object, without(without(mine, wanted), others));
  kept.push_back(entry_of(writer, "Apply", wanted));
  out.object["metadata"]["managedFields"] = std::move(kept);
  return out;
}

void record_update(const Json& before, Json& after, const FieldWriter& writer) {
  const Json fields = owned_fields(after);
  Json kept = Json::array(), mine = Json::object();
  // What is the same as before was not written by this client.
  const Json old = before.is_null() ? Json::object() : owned_fields(before);
  const auto changed = [&](const auto& self, const Json& set, const Json& now, const Json& then) -> Json {
    Json out = Json::object();
    for (const auto& [step, child] : set.items()) {
      const Json *a = child_of(now, step), *b = child_of(then, step);
      if (b == nullptr) out[step] = child;
      else if (a == nullptr || *a == *b) continue;
      else if (child.empty()) out[step] = Json::object();
      else if (Json part = self(self, child, *a, *b); !part.empty()) out[step] = std::move(part);
    }
    return out;
  };
  Json written = changed(changed, fields, after, before.is_null() ? Json::object() : before);
  written.erase("f:status");
  const Json gone = without(old, fields);
  for (Json entry : entries_of(before)) {
    entry["fieldsV1"] = without(without(entry["fieldsV1"], written), gone);
    if (is_mine(entry, writer, "Update")) mine = entry["fieldsV1"];
    else if (!entry["fieldsV1"].empty()) kept.push_back(std::move(entry));
  }
  mine = united(mine, written);
  if (!mine.empty()) kept.push_back(entry_of(writer, "Update", std::move(mine)));
  if (kept.empty()) after["metadata"].erase("managedFields");
  else after["metadata"]["managedFields"] = std::move(kept);
}

}  // namespace akstwin
