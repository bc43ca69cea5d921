// Schemas from the table of types: for `kubectl explain`, for the merging of `kubectl apply`, and for clients that look at what a server can validate.
#include <map>
#include <set>

#include "adapters/serve/api_types.hpp"
#include "adapters/serve/discovery.hpp"

namespace akstwin {
namespace {

/// The two forms in which schemas are asked for.
enum class Form : std::uint8_t { V2, V3 };

constexpr std::string_view kQuantity = "io.k8s.apimachinery.pkg.api.resource.Quantity", kIntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
constexpr std::string_view kTime = "io.k8s.apimachinery.pkg.apis.meta.v1.Time", kMicroTime = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";

/// Custom resources describe their parts in place.
bool described_in_place(std::string_view name) { return name.substr(0, name.find('/')).find('.') != std::string_view::npos; }

class SchemaWriter {
 public:
  explicit SchemaWriter(Form form) : form_(form) {}

  /// Adds the schema of a kind and of everything that it is made of.
  void add(const ApiType& type) {
    if (!seen_.insert(type.name).second) return;
    schemas_[schema_name(type.name)] = object(type);
  }

  /// The list of a kind, as lists are called: "PodList".
  void add_list(const ApiType& type) {
    const std::string name = schema_name(type.name);
    schemas_[name + "List"] = {{"type", "object"}, {"required", Json::array({"items"})},
                               {"properties", {{"apiVersion", {{"type", "string"}}}, {"kind", {{"type", "string"}}}, {"items", {{"type", "array"}, {"items", reference(name)}}}, {"metadata", {{"type", "object"}}}}}};
  }

  Json& schema(const std::string& name) { return schemas_[name]; }
  Json take() {
    for (const std::string& name : scalars_) schemas_[name] = scalar_schema(name);
    return std::move(schemas_);
  }

 private:
  Json reference(const std::string& name) const { return {{"$ref", (form_ == Form::V2 ? "#/definitions/" : "#/components/schemas/") + name}}; }
  Json wrapped_reference(const std::string& name) const { return form_ == Form::V2 ? reference(name) : Json{{"allOf", Json::array({reference(name)})}}; }
  Json scalar_reference(std::string_view name) {
    scalars_.insert(std::string(name));
    return wrapped_reference(std::string(name));
  }

  Json scalar_schema(const std::string& name) const {
    if (name == kTime || name == kMicroTime) return {{"type", "string"}, {"format", "date-time"}};
    const bool number_too = name == kIntOrString;
    Json out = Json::object();
    if (number_too) out["format"] = "int-or-string";
    if (form_ == Form::V2) out["type"] = "string";
    else out["oneOf"] = number_too ? Json::array({Json{{"type", "integer"}}, Json{{"type", "string"}}}) : Json::array({Json{{"type", "string"}}, Json{{"type", "number"}}});
    return out;
  }

  Json value(ApiTypeName type) {
    const ApiTypeName plain = type.plain();
    if (plain.list()) return {{"type", "array"}, {"items", value(plain.item())}};
    if (plain.map()) return {{"type", "object"}, {"additionalProperties", value(plain.item())}};
    const std::string_view name = plain.text;
    if (name == "string") return {{"type", "string"}};
    if (name == "bytes") return {{"type", "string"}, {"format", "byte"}};
    if (name == "bool") return {{"type", "boolean"}};
    if (name == "int32" || name == "int64") return {{"type", "integer"}, {"format", name}};
    if (name == "float64") return {{"type", "number"}, {"format", "double"}};
    if (name == "quantity") return scalar_reference(kQuantity);
    if (name == "intstr") return scalar_reference(kIntOrString);
    if (name == "time") return scalar_reference(kTime);
    if (name == "microtime") return scalar_reference(kMicroTime);
    const ApiType* part = types_.find(plain);
    if (part == nullptr) return {{"type", "object"}};
    if (described_in_place(name)) return object(*part);
    add(*part);
    return wrapped_reference(schema_name(name));
  }

  Json field_schema(const ApiField& field) {
    Json out = value(field.type);
    if (field.type.list()) {
      if (!field.list_keys.empty()) {
        out["x-kubernetes-list-type"] = "map";
        for (const std::string_view key : split_list(field.list_keys)) out["x-kubernetes-list-map-keys"].push_back(key);
      } else if (field.set || field.atomic) {
        out["x-kubernetes-list-type"] = field.set ? "set" : "atomic";
      }
    } else if (field.atomic) {
      out["x-kubernetes-map-type"] = "atomic";
    }
    if (!field.merge_key.empty()) out["x-kubernetes-patch-merge-key"] = field.merge_key;
    if (!field.merge_key.empty() || field.merged) out["x-kubernetes-patch-strategy"] = field.retain_keys ? "merge,retainKeys" : "merge";
    else if (field.retain_keys) out["x-kubernetes-patch-strategy"] = "retainKeys";
    std::string_view rest = field.values;
    while (!rest.empty()) {
      const std::size_t bar = rest.find('|');
      out["enum"].push_back(rest.substr(0, bar));
      rest = bar == std::string_view::npos ? std::string_view() : rest.substr(bar + 1);
    }
    if (!field.pattern.empty()) out["pattern"] = field.pattern;
    return out;
  }

  void add_fields(const ApiType& type, Json& out) {
    for (const ApiField& field : type.fields) {
      if (field.in_place) {
        if (const ApiType* part = types_.find(field.type)) add_fields(*part, out);
        continue;
      }
      out["properties"][std::string(field.name)] = field_schema(field);
      if (field.required) out["required"].push_back(field.name);
    }
  }

  Json object(const ApiType& type) {
    Json out{{"type", "object"}};
    if (const std::string_view words = type_description(type.name); !words.empty()) out["description"] = words;
    add_fields(type, out);
    if (out.contains("properties"))
      for (auto& [name, schema] : out["properties"].items())
        if (const std::string_view words = field_description(type.name, name); !words.empty()) schema["description"] = words;
    if (type.kind)
      for (const char* name : {"apiVersion", "kind"}) out["properties"][name] = {{"type", "string"}, {"description", field_description({}, name)}};
    if (type.atomic) out["x-kubernetes-map-type"] = "atomic";
    return out;
  }

  const ApiTypes& types_ = ApiTypes::known();
  Form form_;
  std::set<std::string_view> seen_;
  std::set<std::string> scalars_;
  Json schemas_ = Json::object();
};

Json kind_marker(const ResourceKind& kind) { return {{"group", kind.group}, {"version", kind.version}, {"kind", kind.kind}}; }

/// Kinds that are never stored, but sent.
constexpr ResourceKind kSent[] = {{"policy", "v1", "", "", "Eviction"}, {"autoscaling", "v1", "", "", "Scale"}, {"authentication.k8s.io", "v1", "", "", "SelfSubjectReview"},
                                  {"authorization.k8s.io", "v1", "", "", "SelfSubjectAccessReview"}, {"authorization.k8s.io", "v1", "", "", "SubjectAccessReview"},
                                  {"authorization.k8s.io", "v1", "", "", "LocalSubjectAccessReview"}, {"authorization.k8s.io", "v1", "", "", "SelfSubjectRulesReview"}};

void add_kind(SchemaWriter& writer, const ResourceKind& kind) {
  const ApiType* type = ApiTypes::known().of(kind);
  if (type == nullptr) {
    // A custom resource whose fields nobody described: anything goes.
    const std::string group(kind.group);
    writer.schema(schema_name(group + "/" + std::string(kind.version) + "." + std::string(kind.kind))) = {
        {"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}, {"properties", {{"apiVersion", {{"type", "string"}}}, {"kind", {{"type", "string"}}}, {"metadata", {{"type", "object"}}}}},
        {"x-kubernetes-group-version-kind", Json::array({kind_marker(kind)})}};
    return;
  }
  writer.add(*type);
  Json& schema = writer.schema(schema_name(type->name));
  Json& markers = schema["x-kubernetes-group-version-kind"];
  if (markers.is_null()) markers = Json::array();
  markers.push_back(kind_marker(kind));
  if (!kind.plural.empty()) writer.add_list(*type);
}

/// The operations by which kubectl finds out what a server can do: dry run and validation of fields.
void add_paths(Json& paths, const ResourceKind& kind, Form form) {
  std::string path = kind.group.empty() ? "/api/" + std::string(kind.version) : "/apis/" + kind.api_version();
  if (kind.namespaced) path += "/namespaces/{namespace}";
  path += "/" + std::string(kind.plural);
  const auto parameter = [&](std::string_view name, std::string_view type) {
    Json out{{"name", name}, {"in", "query"}};
    if (form == Form::V2) out["type"] = type;
    else out["schema"] = {{"type", type}};
    return out;
  };
  const auto operation = [&](std::string_view action, bool writes) {
    Json out{{"x-kubernetes-action", action}, {"x-kubernetes-group-version-kind", kind_marker(kind)}, {"responses", {{"200", {{"description", "OK"}}}}}};
    if (!writes) return out;
    for (const std::string_view name : {"dryRun", "fieldManager", "fieldValidation"}) out["parameters"].push_back(parameter(name, "string"));
    if (action == "patch") out["parameters"].push_back(parameter("force", "boolean"));
    return out;
  };
  paths[path] = {{"get", operation("list", false)}};
  paths[path + "/{name}"] = {{"get", operation("get", false)}};
  if (kind.read_only) return;
  paths[path]["post"] = operation("post", true);
  paths[path + "/{name}"]["put"] = operation("put", true);
  paths[path + "/{name}"]["patch"] = operation("patch", true);
  paths[path + "/{name}"]["delete"] = operation("delete", false);
}

const Json kTitle{{"title", "Kubernetes"}, {"version", "v1.32.0"}};

Json document_v2() {
  SchemaWriter writer(Form::V2);
  Json paths = Json::object();
  for (const ResourceKind& kind : resource_kinds()) {
    add_kind(writer, kind);
    add_paths(paths, kind, Form::V2);
  }
  for (const ResourceKind& kind : kSent) add_kind(writer, kind);
  return {{"swagger", "2.0"}, {"info", kTitle}, {"paths", std::move(paths)}, {"definitions", writer.take()}};
}

}  // namespace

Json openapi_v3(std::string_view group, std::string_view version) {
  bool known = false;
  SchemaWriter writer(Form::V3);
  Json paths = Json::object();
  for (const ResourceKind& kind : resource_kinds()) {
    if (kind.group != group || kind.version != version) continue;
    known = true;
    add_kind(writer, kind);
    add_paths(paths, kind, Form::V3);
  }
  for (const ResourceKind& kind : kSent) {
    if (kind.group != group || kind.version != version) continue;
    known = true;
    add_kind(writer, kind);
  }
  if (!known) return nullptr;
  return {{"openapi", "3.0.0"}, {"info", kTitle}, {"paths", std::move(paths)}, {"components", {{"schemas", writer.take()}}}};
}

Json openapi_v2() { return document_v2(); }

}  // namespace akstwin
