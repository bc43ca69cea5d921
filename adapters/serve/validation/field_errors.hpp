/// Parts of an object with their paths, and what is wrong with them, worded as kube-apiserver words it.
/// Source: kubernetes v1.32 staging/src/k8s.io/apimachinery/pkg/util/validation/field, read 2026-11.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace akstwin::validation {

using Json = nlohmann::json;
using Messages = std::vector<std::string>;

/// A part of an object that may be missing; what is missing reads as empty, like the zero values of the API's own types.
struct Field {
  const Json* json = nullptr;
  std::string path;

  explicit operator bool() const { return json != nullptr; }
  /// The member of that name: "spec" → "spec.replicas".
  Field operator[](std::string_view name) const;
  /// The value of a map: "data" → "data[key]".
  Field key(std::string_view name) const;
  /// The items of a list: "ports[0]", "ports[1]", …
  std::vector<Field> items() const;
  /// The members of a map, each as key() gives it, with its name.
  std::vector<std::pair<std::string, Field>> members() const;
  std::size_t size() const { return json != nullptr && json->is_structured() ? json->size() : 0; }
  std::string text(std::string_view otherwise = "") const;
  std::int64_t number(std::int64_t otherwise = 0) const;
  bool is_true() const { return json != nullptr && json->is_boolean() && json->get<bool>(); }
};

/// A text in quotes, as Go's %q writes it.
std::string in_quotes(std::string_view text);
/// A value as Go's %#v writes it: texts in quotes, lists of texts as []string{…}.
std::string go_value(const Json* value);
/// A LabelSelector: v1.LabelSelector{MatchLabels:…}.
std::string go_label_selector(const Json* selector);
/// A count or a percentage: intstr.IntOrString{Type:0, IntVal:1, StrVal:""}.
std::string go_int_or_string(const Json* value);
/// map[string]string{"a":"b"}.
std::string go_string_map(const Json* map);

/// Collects what is wrong, in the order in which it is found.
class FieldErrors {
 public:
  void required(const Field& field, std::string_view why = "") { required_at(field.path, why); }
  void required_at(const std::string& path, std::string_view why = "");
  /// The value is shown as Go shows it.
  void invalid(const Field& field, std::string_view why) { invalid_as(field.path, go_value(field.json), why); }
  /// The value is shown as `shown`.
  void invalid_as(const std::string& path, const std::string& shown, std::string_view why);
  /// One error for each message.
  void invalid_each(const Field& field, const Messages& why);
  void unsupported(const Field& field, std::initializer_list<std::string_view> supported) { unsupported_as(field.path, go_value(field.json), supported); }
  void unsupported_as(const std::string& path, const std::string& shown, std::initializer_list<std::string_view> supported);
  void forbidden(const std::string& path, std::string_view why);
  void duplicate(const Field& field) { duplicate_as(field.path, go_value(field.json)); }
  void duplicate_as(const std::string& path, const std::string& shown, std::string_view why = "");
  void not_found(const Field& field, std::string_view why = "");
  void too_long(const std::string& path, std::size_t longest);
  /// A number that is there and below zero.
  void not_negative(const Field& field);
  /// An enumeration: required when empty, otherwise one of these.
  void one_of(const Field& field, std::initializer_list<std::string_view> supported, std::string_view otherwise = "");

  std::size_t size() const { return list_.size(); }
  const std::vector<std::pair<std::string, std::string>>& list() const { return list_; }
  void append(const FieldErrors& other) { list_.insert(list_.end(), other.list_.begin(), other.list_.end()); }

 private:
  void add(const std::string& path, std::string_view reason, const std::string& shown, std::string_view why);

  std::vector<std::pair<std::string, std::string>> list_;   ///< {path, "Invalid value: …"}
};

}  // namespace akstwin::validation
