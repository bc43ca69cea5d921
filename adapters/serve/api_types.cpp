#include "adapters/serve/api_types.hpp"

#include <algorithm>
#include <charconv>

namespace akstwin {
namespace {

std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view out = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return out;
}

ApiField read_field(std::string_view line) {
  ApiField field;
  field.name = take(line, ' ');
  const std::string_view number = take(line, ' ');
  std::from_chars(number.data(), number.data() + number.size(), field.number);
  field.type.text = take(line, ' ');
  while (!line.empty()) {
    const std::string_view flag = take(line, ' ');
    if (flag == "!") field.required = true;
    else if (flag == "o") field.omit_empty = true;
    else if (flag == "i") field.in_place = true;
    else if (flag == "a") field.atomic = true;
    else if (flag == "s") field.set = true;
    else if (flag == "M") field.merged = true;
    else if (flag == "r") field.retain_keys = true;
    else if (flag.starts_with("k:")) field.list_keys = flag.substr(2);
    else if (flag.starts_with("m:")) field.merge_key = flag.substr(2);
    else if (flag.starts_with("e:")) field.values = flag.substr(2);
    else if (flag.starts_with("p:")) field.pattern = flag.substr(2);
  }
  return field;
}

/// "rbac.authorization.k8s.io" is the package rbac, "" the package core; custom resources keep their group.
std::string package_of(std::string_view group, bool custom) {
  if (group.empty()) return "core";
  return std::string(custom ? group : group.substr(0, group.find('.')));
}

}  // namespace

std::string_view ApiTypeName::base() const {
  std::string_view out = text;
  while (out.starts_with('*') || out.starts_with("[]") || out.starts_with("{}")) out.remove_prefix(out.front() == '*' ? 1 : 2);
  return out;
}

ApiTypes::ApiTypes(std::string_view table) {
  ApiType* type = nullptr;
  while (!table.empty()) {
    std::string_view line = take(table, '\n');
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("= ") || line.starts_with("+ ")) {
      const bool kind = line.front() == '=';
      line.remove_prefix(2);
      const std::string_view name = take(line, ' ');
      type = &types_.emplace(name, ApiType{name, kind, line == "a", {}}).first->second;
    } else if (type != nullptr) {
      type->fields.push_back(read_field(line));
    }
  }
}

const ApiTypes& ApiTypes::known() {
  static const ApiTypes kKnown(kubernetes_types_text());
  return kKnown;
}

const ApiType* ApiTypes::find(std::string_view name) const {
  const auto found = types_.find(name);
  return found == types_.end() ? nullptr : &found->second;
}

const ApiField* ApiTypes::field(const ApiType& type, std::string_view json_name) const {
  for (const ApiField& field : type.fields) {
    if (field.name == json_name) return &field;
    if (!field.in_place) continue;
    const ApiType* part = find(field.type);
    if (const ApiField* inner = part == nullptr ? nullptr : this->field(*part, json_name)) return inner;
  }
  return nullptr;
}

const ApiType* ApiTypes::of(const ResourceKind& kind) const {
  return find(package_of(kind.group, kind.custom) + "/" + std::string(kind.version) + "." + std::string(kind.kind));
}

const ApiType* ApiTypes::of(std::string_view api_version, std::string_view kind) const {
  const std::size_t slash = api_version.find('/');
  const std::string_view group = slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
  const std::string_view version = slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
  for (const bool custom : {false, true})
    if (const ApiType* found = find(package_of(group, custom) + "/" + std::string(version) + "." + std::string(kind))) return found;
  return kind == "DeleteOptions" || kind == "Status" ? find("meta/v1." + std::string(kind)) : nullptr;
}

std::string go_name(ApiTypeName type) {
  if (type.pointer()) return go_name(type.plain());
  if (type.list()) return "[]" + go_name(type.item());
  if (type.map()) return "map[string]" + go_name(type.item());
  if (type.text == "quantity") return "resource.Quantity";
  if (type.text == "intstr") return "intstr.IntOrString";
  if (type.text == "time") return "v1.Time";
  if (type.text == "microtime") return "v1.MicroTime";
  if (type.text == "bytes") return "[]uint8";
  const std::size_t slash = type.text.find('/');
  return std::string(slash == std::string_view::npos ? type.text : type.text.substr(slash + 1));
}

std::string schema_name(std::string_view type_name) {
  const std::size_t slash = type_name.find('/');
  std::string package(type_name.substr(0, slash));
  const std::string rest(type_name.substr(slash + 1));
  if (package.find('.') != std::string::npos) {
    // Custom resources: the group backwards.
    std::string out;
    std::string_view group = package;
    while (!group.empty()) out = std::string(take(group, '.')) + (out.empty() ? "" : ".") + out;
    return out + "." + rest;
  }
  if (package == "meta") return "io.k8s.apimachinery.pkg.apis.meta." + rest;
  if (package == "apiextensions") return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions." + rest;
  if (package == "metrics") return "io.k8s.metrics.pkg.apis.metrics." + rest;
  return "io.k8s.api." + package + "." + rest;
}

}  // namespace akstwin
