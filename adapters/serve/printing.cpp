#include "adapters/serve/printing.hpp"

#include "adapters/http/json_field.hpp"
#include "sim/base/time.hpp"

namespace akstwin::printing {
namespace {

// An age is written as this mark, the time in seconds since 1970, and the mark again. It cannot occur in JSON text otherwise.
constexpr char kMark = '\x01';

}  // namespace

const Json& at(const Json& object, std::initializer_list<const char*> path) {
  static const Json kNone;
  const Json* found = find_in(object, path);
  return found == nullptr ? kNone : *found;
}

std::string text(const Json& value, std::string_view otherwise) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return std::string(otherwise);
  return value.dump();
}

std::int64_t number(const Json& value, std::int64_t otherwise) { return value.is_number_integer() ? value.get<std::int64_t>() : otherwise; }

Json age_of(const Json& timestamp) {
  if (!timestamp.is_string()) return "<unknown>";
  const auto seconds = parse_utc(timestamp.get<std::string>().substr(0, 19) + "Z");
  if (!seconds) return "<unknown>";
  return std::string(1, kMark) + std::to_string(*seconds) + kMark;
}

Json age(const Json& object) { return age_of(at(object, {"metadata", "creationTimestamp"})); }
Json name(const Json& object) { return at(object, {"metadata", "name"}); }

std::string pairs(const Json& labels) {
  if (!labels.is_object() || labels.empty()) return "<none>";
  std::string out;
  for (const auto& [key, value] : labels.items()) out += (out.empty() ? "" : ",") + key + "=" + text(value);
  return out;
}

std::string selector(const Json& object) {
  if (!object.is_object() || object.empty()) return "<none>";
  std::string out = object.contains("matchLabels") ? pairs(object["matchLabels"]) : "";
  for (const Json& term : at(object, {"matchExpressions"})) {
    const std::string op = text(at(term, {"operator"}));
    std::string list;
    for (const Json& value : at(term, {"values"})) list += (list.empty() ? "" : ",") + text(value);
    std::string entry = op == "Exists" ? text(at(term, {"key"})) : op == "DoesNotExist" ? "!" + text(at(term, {"key"}))
                        : text(at(term, {"key"})) + (op == "In" ? " in (" : " notin (") + list + ")";
    out += (out.empty() ? "" : ",") + entry;
  }
  return out;
}

std::string of_containers(const Json& pod_spec, const char* field) {
  std::string out;
  for (const Json& container : at(pod_spec, {"containers"})) out += (out.empty() ? "" : ",") + text(at(container, {field}));
  return out;
}

Json or_none(const Json& value) { return value.is_null() || value == "" ? Json("<none>") : value; }

Json condition(const Json& object, std::string_view type, const char* field) {
  for (const Json& entry : at(object, {"status", "conditions"}))
    if (entry.value("type", "") == type) return at(entry, {field});
  return nullptr;
}

}  // namespace akstwin::printing
