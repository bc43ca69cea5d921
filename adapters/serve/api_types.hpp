/// The types of the Kubernetes API: which fields an object has, how lists merge, how protobuf numbers them. The table is adapters/serve/data/kubernetes_types.txt.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/serve/resources.hpp"

namespace akstwin {

/// A type as the table writes it: "*int32", "[]core/v1.Container", "{}string", "meta/v1.ObjectMeta".
struct ApiTypeName {
  std::string_view text;

  bool pointer() const { return text.starts_with('*'); }
  ApiTypeName plain() const { return pointer() ? ApiTypeName{text.substr(1)} : *this; }
  bool list() const { return plain().text.starts_with("[]"); }
  bool map() const { return plain().text.starts_with("{}"); }
  /// The type of an item of a list or of a value of a map.
  ApiTypeName item() const { return {plain().text.substr(2)}; }
  /// Without pointers, lists and maps.
  std::string_view base() const;
};

/// A field of a struct.
struct ApiField {
  std::string_view name;                 ///< in JSON; "-": the fields of its type are written in place
  std::uint32_t number = 0;              ///< in protobuf
  ApiTypeName type;
  bool required = false, omit_empty = false, in_place = false, atomic = false, set = false, merged = false, retain_keys = false;
  std::string_view list_keys, merge_key, values, pattern;
};

/// A struct: a kind of object or a part of one.
struct ApiType {
  std::string_view name;
  bool kind = false, atomic = false;
  std::vector<ApiField> fields;
};

class ApiTypes {
 public:
  /// The table that the program carries.
  static const ApiTypes& known();
  /// Reads a table; its text must outlive the result.
  explicit ApiTypes(std::string_view table);

  const ApiType* find(std::string_view name) const;
  const ApiType* find(ApiTypeName name) const { return find(name.plain().text); }
  /// A field by its JSON name, those written in place included; null: there is none.
  const ApiField* field(const ApiType& type, std::string_view json_name) const;
  /// The type of a kind, or null: its objects are not described.
  const ApiType* of(const ResourceKind& kind) const;
  /// The type of an object of these names: "autoscaling/v1", "Scale".
  const ApiType* of(std::string_view api_version, std::string_view kind) const;
  const std::map<std::string_view, ApiType>& all() const { return types_; }

 private:
  std::map<std::string_view, ApiType> types_;
};

/// What Go calls the type: "int32", "map[string]string", "v1.ObjectMeta", "[]v1.Container".
std::string go_name(ApiTypeName type);
/// The name of the schema in Kubernetes' OpenAPI documents: "io.k8s.api.core.v1.Pod".
std::string schema_name(std::string_view type_name);
/// The text of the table.
std::string_view kubernetes_types_text();

}  // namespace akstwin
