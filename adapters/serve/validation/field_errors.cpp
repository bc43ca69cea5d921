#include "adapters/serve/validation/field_errors.hpp"

#include <algorithm>

namespace akstwin::validation {
namespace {

std::string go_strings(const Json* list) {
  if (list == nullptr || !list->is_array()) return "[]string(nil)";
  std::string out;
  for (const Json& item : *list) out += (out.empty() ? "" : ", ") + go_value(&item);
  return "[]string{" + out + "}";
}

const Json* member(const Json* object, std::string_view name) {
  if (object == nullptr || !object->is_object()) return nullptr;
  const auto found = object->find(name);
  return found == object->end() || found->is_null() ? nullptr : &*found;
}

}  // namespace

Field Field::operator[](std::string_view name) const { return {member(json, name), path.empty() ? std::string(name) : path + "." + std::string(name)}; }

Field Field::key(std::string_view name) const { return {member(json, name), path + "[" + std::string(name) + "]"}; }

std::vector<Field> Field::items() const {
  std::vector<Field> out;
  if (json == nullptr || !json->is_array()) return out;
  for (const Json& item : *json) out.push_back({item.is_null() ? nullptr : &item, path + "[" + std::to_string(out.size()) + "]"});
  return out;
}

std::vector<std::pair<std::string, Field>> Field::members() const {
  std::vector<std::pair<std::string, Field>> out;
  if (json == nullptr || !json->is_object()) return out;
  for (const auto& [name, value] : json->items()) out.emplace_back(name, Field{&value, path + "[" + name + "]"});
  return out;
}

std::string Field::text(std::string_view otherwise) const { return json != nullptr && json->is_string() ? json->get<std::string>() : std::string(otherwise); }

std::int64_t Field::number(std::int64_t otherwise) const { return json != nullptr && json->is_number() ? json->get<std::int64_t>() : otherwise; }

std::string in_quotes(std::string_view text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string go_value(const Json* value) {
  if (value == nullptr) return "\"\"";
  if (value->is_string()) return in_quotes(value->get<std::string>());
  return value->is_array() ? go_strings(value) : value->dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string go_string_map(const Json* map) {
  if (map == nullptr || !map->is_object()) return "map[string]string(nil)";
  std::string out;
  for (const auto& [name, value] : map->items()) out += (out.empty() ? "" : ", ") + in_quotes(name) + ":" + go_value(&value);
  return "map[string]string{" + out + "}";
}

std::string go_label_selector(const Json* selector) {
  if (selector == nullptr) return "\"null\"";   // a nil pointer
  const Json* labels = member(selector, "matchLabels");
  const Json* terms = member(selector, "matchExpressions");
  std::string list;
  if (terms != nullptr && terms->is_array()) {
    for (const Json& term : *terms)
      list += (list.empty() ? "" : ", ") + std::string("v1.LabelSelectorRequirement{Key:") + go_value(member(&term, "key")) + ", Operator:" + go_value(member(&term, "operator")) + ", Values:" + go_strings(member(&term, "values")) + "}";
  }
  const bool none = terms == nullptr || !terms->is_array();
  return "v1.LabelSelector{MatchLabels:" + go_string_map(labels) + ", MatchExpressions:[]v1.LabelSelectorRequirement" + (none ? std::string("(nil)") : "{" + list + "}") + "}";
}

std::string go_int_or_string(const Json* value) {
  const bool text = value != nullptr && value->is_string();
  const std::int64_t number = value != nullptr && value->is_number() ? value->get<std::int64_t>() : 0;
  return std::string("intstr.IntOrString{Type:") + (text ? "1" : "0") + ", IntVal:" + std::to_string(number) + ", StrVal:" + (text ? go_value(value) : "\"\"") + "}";
}

void FieldErrors::add(const std::string& path, std::string_view reason, const std::string& shown, std::string_view why) {
  std::string text(reason);
  if (!shown.empty()) text += ": " + shown;
  if (!why.empty()) text += ": " + std::string(why);
  list_.emplace_back(path, std::move(text));
}

void FieldErrors::required_at(const std::string& path, std::string_view why) { add(path, "Required value", "", why); }

void FieldErrors::invalid_as(const std::string& path, const std::string& shown, std::string_view why) { add(path, "Invalid value", shown, why); }

void FieldErrors::invalid_each(const Field& field, const Messages& why) {
  for (const std::string& message : why) invalid(field, message);
}

void FieldErrors::unsupported_as(const std::string& path, const std::string& shown, std::initializer_list<std::string_view> supported) {
  std::string list;
  for (const std::string_view value : supported) list += (list.empty() ? "" : ", ") + in_quotes(value);
  add(path, "Unsupported value", shown, "supported values: " + list);
}

void FieldErrors::forbidden(const std::string& path, std::string_view why) { add(path, "Forbidden", "", why); }

void FieldErrors::duplicate_as(const std::string& path, const std::string& shown, std::string_view why) { add(path, "Duplicate value", shown, why); }

void FieldErrors::not_found(const Field& field, std::string_view why) { add(field.path, "Not found", go_value(field.json), why); }

void FieldErrors::too_long(const std::string& path, std::size_t longest) { add(path, "Too long", "", "may not be more than " + std::to_string(longest) + " bytes"); }

void FieldErrors::not_negative(const Field& field) {
  if (field.number() < 0) invalid(field, "must be greater than or equal to 0");
}

void FieldErrors::one_of(const Field& field, std::initializer_list<std::string_view> supported, std::string_view otherwise) {
  const std::string value = field.text(otherwise);
  if (value.empty()) return required(field);
  if (std::ranges::find(supported, std::string_view(value)) == supported.end()) unsupported(field, supported);
}

}  // namespace akstwin::validation
