#include "scenarios/overrides.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "scenarios/notation.hpp"
#include "scenarios/object_reader.hpp"
#include "sim/base/decimal.hpp"

namespace akstwin {
namespace {

struct Change {
  const OverrideSpec& spec;
  Position at;
  Diagnostics& diagnostics;
  bool copies_cluster = false;              ///< the path goes through a cluster with `like`, whose pools may be unwritten

  bool refuse(std::string message, std::string hint) {
    diagnostics.add({Severity::Error, "S082", at, "cannot set '" + spec.path + "': " + std::move(message), std::move(hint)});
    return false;
  }
};

bool leads(std::string_view path, std::string_view key) {
  return !key.empty() && path.starts_with(key) && (path.size() == key.size() || path[key.size()] == '.');
}

std::string_view after(std::string_view path, std::string_view key) { return path.size() == key.size() ? std::string_view() : path.substr(key.size() + 1); }
std::string_view first_part(std::string_view path) { return path.substr(0, path.find('.')); }

void place_at(YamlNode& node, const Position& at) {
  node.file = Name(at.file);
  node.line = at.line;
  node.column = at.column;
  node.length = at.length;
  for (YamlNode& item : node.items) place_at(item, at);
  for (YamlMember& member : node.members) {
    member.line = at.line;
    member.column = at.column;
    place_at(member.value, at);
  }
}

YamlNode parsed_value(const std::string& text, const Position& at) {
  Diagnostics ignored;
  auto documents = parse_yaml("value", text, kScenarioLimits, ignored);
  YamlNode value;
  if (documents.size() == 1 && !ignored.has_errors()) {
    value = std::move(documents[0]);
  } else {
    value.kind = text.empty() ? YamlNode::Kind::Null : YamlNode::Kind::Scalar;
    value.text = text;
  }
  place_at(value, at);
  return value;
}

std::optional<double> factor_of(const std::string& value) {
  if (value.size() < 2 || value[0] != 'x') return std::nullopt;
  const auto factor = parse_real(std::string_view(value).substr(1));
  return factor && *factor >= 0 ? factor : std::nullopt;
}

bool set_value(YamlNode& node, const FieldDoc* doc, Change& change) {
  const auto factor = factor_of(change.spec.value);
  if (!factor) {
    node = parsed_value(change.spec.value, change.at);
    return true;
  }
  const std::string old = node.is_scalar() ? node.text : doc != nullptr ? doc->default_text : std::string();
  const std::string scaled = scaled_text(old, *factor, doc != nullptr && doc->json == "integer");
  if (scaled.empty()) return change.refuse("'" + change.spec.value + "' multiplies, but the value is '" + old + "'", "set the value itself");
  node = parsed_value(scaled, change.at);
  return true;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the depth of the format, not by the text.
bool apply(YamlNode& node, const FieldDoc* doc, std::string_view path, const std::string& walked, Change& change);

bool apply_to_list(YamlNode& list, const FieldDoc* doc, std::string_view path, const std::string& walked, Change& change) {
  if (first_part(path) == "*") {
    bool done = !list.items.empty();
    for (YamlNode& item : list.items) done = apply(item, doc, after(path, "*"), walked + ".*", change) && done;
    return done || change.refuse(walked + " is empty", "nothing to change");
  }
  YamlNode* found = nullptr;
  std::string_view label;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const std::string_view name = item_label(list.items[i]);
    names.emplace_back(name.empty() ? std::to_string(i) : std::string(name));
    const bool longer = leads(path, name) && name.size() >= label.size();
    if (longer || (found == nullptr && first_part(path) == std::to_string(i))) {
      found = &list.items[i];
      label = longer ? name : first_part(path);
    }
  }
  if (found == nullptr && change.copies_cluster && walked.ends_with(".agentPoolProfiles")) {
    YamlNode pool;
    pool.kind = YamlNode::Kind::Map;
    label = first_part(path);
    pool.members.push_back({"name", 0, 0, parsed_value(std::string(label), change.at)});
    place_at(pool, change.at);
    list.items.push_back(std::move(pool));
    found = &list.items.back();
  }
  if (found != nullptr) return apply(*found, doc, after(path, label), walked + "." + std::string(label), change);
  const std::string near = closest(first_part(path), names);
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return change.refuse("there is no '" + std::string(first_part(path)) + "' in " + walked, !near.empty() ? "did you mean '" + near + "'?" : all.empty() ? "the list is empty" : "it has: " + all);
}

bool apply_to_map(YamlNode& map, const FieldDoc* doc, std::string_view path, const std::string& walked, Change& change) {
  std::string_view key;
  for (const YamlMember& member : map.members)
    if (leads(path, member.key) && member.key.size() > key.size()) key = member.key;
  std::vector<std::string> known;
  if (doc != nullptr) {
    for (const FieldDoc& child : doc->children) {
      known.push_back(child.key);
      if (leads(path, child.key) && child.key.size() > key.size()) key = child.key;
    }
  }
  if (key.empty() && (doc == nullptr || doc->free_keys || doc->open)) key = path;
  if (key.empty()) {
    const std::string near = closest(first_part(path), known);
    std::string all;
    for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
    return change.refuse("there is no key '" + std::string(first_part(path)) + "' in " + (walked.empty() ? "a scenario" : walked), near.empty() ? "known keys: " + all : "did you mean '" + near + "'?");
  }
  const std::string taken(key);
  if (taken == "agentPoolProfiles" && map.find("like") != nullptr) change.copies_cluster = true;
  const FieldDoc* child = doc != nullptr ? doc->find(taken) : nullptr;
  if (map.find(taken) == nullptr) {
    YamlNode made;
    if (!after(path, taken).empty()) made.kind = child != nullptr && child->list ? YamlNode::Kind::List : YamlNode::Kind::Map;
    place_at(made, change.at);
    map.members.push_back({taken, change.at.line, change.at.column, std::move(made)});
  }
  return apply(*map.find(taken), child, after(path, taken), walked.empty() ? taken : walked + "." + taken, change);
}

bool apply(YamlNode& node, const FieldDoc* doc, std::string_view path, const std::string& walked, Change& change) {
  if (path.empty()) return set_value(node, doc, change);
  if (node.is_null()) node.kind = doc != nullptr && doc->list ? YamlNode::Kind::List : YamlNode::Kind::Map;
  if (node.is_list()) return apply_to_list(node, doc, path, walked, change);
  if (node.is_map()) return apply_to_map(node, doc, path, walked, change);
  return change.refuse(walked + " is '" + node.text + "', which has no parts", "end the path at " + walked);
}

// ---- like ------------------------------------------------------------------------------------------------------------------

void merge_pools(YamlNode& base, const YamlNode& own) {
  for (const YamlNode& pool : own.items) {
    const std::string_view name = pool.text_of("name");
    const auto found = std::ranges::find_if(base.items, [&](const YamlNode& p) { return !name.empty() && p.text_of("name") == name; });
    if (found == base.items.end()) {
      base.items.push_back(pool);
      continue;
    }
    for (const YamlMember& member : pool.members) {
      if (YamlNode* value = found->find(member.key)) *value = member.value;
      else found->members.push_back(member);
    }
  }
}

}  // namespace

// Maps one level deep are merged: networkProfile, autoScalerProfile, serviceMesh.
YamlNode merged_cluster(YamlNode base, const YamlNode& own) {
  const bool moved = own.find("location") != nullptr && own.text_of("location") != base.text_of("location");
  std::erase_if(base.members, [&](const YamlMember& m) { return m.key == "name" || m.key == "standby" || m.key == "like" || (moved && m.key == "virtualNetwork"); });
  for (const YamlMember& member : own.members) {
    YamlNode* value = base.find(member.key);
    if (value == nullptr) {
      base.members.push_back(member);
    } else if (member.key == "agentPoolProfiles" && value->is_list() && member.value.is_list()) {
      merge_pools(*value, member.value);
    } else if (value->is_map() && member.value.is_map()) {
      for (const YamlMember& field : member.value.members) {
        if (YamlNode* old = value->find(field.key)) *old = field.value;
        else value->members.push_back(field);
      }
    } else {
      *value = member.value;
    }
  }
  base.line = own.line;
  base.column = own.column;
  base.length = own.length;
  return base;
}

std::string scaled_text(const std::string& text, double factor, bool whole) {
  std::string_view rest = text;
  if (!take_decimal(rest)) return {};
  const auto number = parse_real(std::string_view(text).substr(0, text.size() - rest.size()));
  if (!number) return {};
  const bool several_units = rest.find_first_of("0123456789") != std::string_view::npos;
  if (several_units) {
    const auto duration = parse_duration(text);
    return duration ? to_string(Duration{std::llround(static_cast<double>(duration->us) * factor)}) : std::string();
  }
  const double scaled = *number * factor;
  if (!(scaled < 1e15)) return {};
  const double rounded = whole ? std::round(scaled) : std::round(scaled * 1e6) / 1e6;
  // std::to_chars may choose an exponent, which no notation of units reads.
  std::string digits = std::to_string(rounded);
  while (digits.ends_with('0')) digits.pop_back();
  if (digits.ends_with('.')) digits.pop_back();
  return digits + std::string(rest);
}

bool apply_override(YamlNode& document, const FieldDoc& fields, const OverrideSpec& spec, const Position& at, Diagnostics& diagnostics) {
  Change change{spec, at, diagnostics};
  std::string_view path = spec.path;
  const bool from_root = fields.find(first_part(path)) != nullptr;
  YamlNode* node = &document;
  const FieldDoc* doc = &fields;
  if (!from_root) {
    doc = fields.find("spec");
    node = document.find("spec");
  }
  if (path.empty() || node == nullptr || doc == nullptr) return change.refuse("the path leads nowhere", "write a path such as clusters.aks-prod.sku.tier");
  return apply(*node, doc, path, "", change);
}

bool expand_like(YamlNode& document, Diagnostics& diagnostics) {
  YamlNode* spec = document.find("spec");
  YamlNode* clusters = spec != nullptr ? spec->find("clusters") : nullptr;
  if (clusters == nullptr || !clusters->is_list()) return true;
  std::vector<std::string> names;
  for (const YamlNode& cluster : clusters->items) names.emplace_back(cluster.text_of("name"));
  std::vector<bool> done(clusters->items.size());
  for (std::size_t i = 0; i < done.size(); ++i) done[i] = clusters->items[i].find("like") == nullptr;
  // Each round expands the clusters whose model is finished; what is left over refers in a circle or to nothing.
  for (bool progress = true; progress;) {
    progress = false;
    for (std::size_t i = 0; i < done.size(); ++i) {
      if (done[i]) continue;
      const auto model = std::ranges::find(names, clusters->items[i].text_of("like"));
      const auto index = static_cast<std::size_t>(model - names.begin());
      if (model == names.end() || !done[index]) continue;
      clusters->items[i] = merged_cluster(clusters->items[index], clusters->items[i]);
      done[i] = progress = true;
    }
  }
  const auto stand_in = static_cast<std::size_t>(std::ranges::find(done, true) - done.begin());
  for (std::size_t i = 0; i < done.size(); ++i) {
    if (done[i]) continue;
    const YamlNode like = *clusters->items[i].find("like");
    const bool known = std::ranges::find(names, like.text) != names.end();
    const std::string near = closest(like.text, names);
    diagnostics.add({Severity::Error, known ? "S021" : "S020", like.position(), known ? "'like: " + like.text + "' leads back to '" + names[i] + "'" : "there is no cluster '" + like.text + "' to copy",
                     known ? "one of the clusters must be written out" : near.empty() ? "name a cluster of this scenario" : "did you mean '" + near + "'?"});
    // Some finished cluster stands in, so that only the wrong name is reported and not what is missing without it.
    if (stand_in < done.size()) clusters->items[i] = merged_cluster(clusters->items[stand_in], clusters->items[i]);
  }
  return stand_in < done.size() || done.empty();
}

}  // namespace akstwin
