// The OpenAPI v2 document as the protobuf message of gnostic (OpenAPIv2.proto of github.com/google/gnostic-models): kubectl before 1.27 reads no other form.
#include <string>

#include "adapters/serve/discovery.hpp"

namespace akstwin {
namespace {

/// Builds a message field by field.
class Message {
 public:
  void number(unsigned field, std::uint64_t value) {
    varint(field << 3U);
    varint(value);
  }
  void bytes(unsigned field, std::string_view value) {
    varint(field << 3U | 2U);
    varint(value.size());
    out_ += value;
  }
  void text(unsigned field, const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found != object.end() && found->is_string()) bytes(field, found->get_ref<const std::string&>());
  }
  const std::string& str() const { return out_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out_ += static_cast<char>(value | 0x80U);
    out_ += static_cast<char>(value);
  }
  std::string out_;
};

/// { name = 1, value = 2 }: how gnostic writes the entries of a map.
std::string named(std::string_view name, const std::string& value) {
  Message out;
  out.bytes(1, name);
  out.bytes(2, value);
  return out.str();
}

/// Extensions are { name, Any { yaml = 2 } }; JSON is YAML.
void extensions(Message& out, unsigned field, const Json& object) {
  for (const auto& [key, value] : object.items()) {
    if (!key.starts_with("x-")) continue;
    Message any;
    any.bytes(2, value.dump() + "\n");
    out.bytes(field, named(key, any.str()));
  }
}

std::string schema(const Json& object) {   // as deep as the types are, not more
  Message out;
  out.text(1, object, "$ref");
  out.text(2, object, "format");
  out.text(4, object, "description");
  out.text(13, object, "pattern");
  if (const auto required = object.find("required"); required != object.end())
    for (const Json& name : *required) out.bytes(19, name.get_ref<const std::string&>());
  if (const auto more = object.find("additionalProperties"); more != object.end()) {
    Message item;
    item.bytes(1, schema(*more));
    out.bytes(21, item.str());
  }
  if (const auto type = object.find("type"); type != object.end()) {
    Message item;
    item.bytes(1, type->get_ref<const std::string&>());
    out.bytes(22, item.str());
  }
  if (const auto items = object.find("items"); items != object.end()) {
    Message item;
    item.bytes(1, schema(*items));
    out.bytes(23, item.str());
  }
  if (const auto properties = object.find("properties"); properties != object.end()) {
    Message list;
    for (const auto& [name, value] : properties->items()) list.bytes(1, named(name, schema(value)));
    out.bytes(25, list.str());
  }
  extensions(out, 31, object);
  return out.str();
}

/// A query parameter: ParametersItem { Parameter { NonBodyParameter { QueryParameterSubSchema } } }.
std::string query_parameter(const Json& parameter) {
  Message query;
  query.text(2, parameter, "in");
  query.text(4, parameter, "name");
  query.text(6, parameter, "type");
  Message other, either, item;
  other.bytes(3, query.str());
  either.bytes(2, other.str());
  item.bytes(1, either.str());
  return item.str();
}

std::string operation(const Json& object) {
  Message out;
  if (const auto parameters = object.find("parameters"); parameters != object.end())
    for (const Json& parameter : *parameters) out.bytes(8, query_parameter(parameter));
  Message answer, value, responses;
  answer.bytes(1, "OK");
  value.bytes(1, answer.str());
  responses.bytes(1, named("200", value.str()));
  out.bytes(9, responses.str());
  extensions(out, 13, object);
  return out.str();
}

std::string path_item(const Json& object) {
  Message out;
  for (const auto& [verb, field] : {std::pair{"get", 2U}, {"put", 3U}, {"post", 4U}, {"delete", 5U}, {"patch", 8U}})
    if (object.contains(verb)) out.bytes(field, operation(object[verb]));
  return out.str();
}

}  // namespace

std::string openapi_v2_protobuf() {
  const Json document = openapi_v2();
  Message info, paths, definitions, out;
  info.text(1, document["info"], "title");
  info.text(2, document["info"], "version");
  for (const auto& [path, item] : document["paths"].items()) paths.bytes(2, named(path, path_item(item)));
  for (const auto& [name, value] : document["definitions"].items()) definitions.bytes(1, named(name, schema(value)));
  out.text(1, document, "swagger");
  out.bytes(2, info.str());
  out.bytes(8, paths.str());
  out.bytes(9, definitions.str());
  return out.str();
}

}  // namespace akstwin
