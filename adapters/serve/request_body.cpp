#include "adapters/serve/request_body.hpp"

#include <algorithm>

#include "adapters/serve/object_text.hpp"
#include "adapters/serve/protobuf_body.hpp"
#include "adapters/serve/strict_decode.hpp"

namespace akstwin {
namespace {

constexpr std::string_view kProtobuf = "application/vnd.kubernetes.protobuf";

/// As apimachinery shows what it could not read: texts of JSON as they are, anything else in hexadecimal digits, at most 30 bytes.
std::string summary(std::string_view body) {
  constexpr std::size_t kShown = 30;
  if (body.empty()) return "<empty>";
  std::string out;
  if (body.front() == '{') {
    out = body.substr(0, kShown);
  } else {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (const char c : body.substr(0, kShown)) {
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15U];
    }
  }
  return out + (body.size() > kShown ? " ..." : "");
}

ApiFault unrecognized(const ResourceKind& kind, const std::string& why, std::string_view body) {
  return bad_request("the object provided is unrecognized (must be of type " + std::string(kind.kind) + "): " + why + " (" + summary(body) + ")");
}

/// The body as JSON text, or a fault.
std::optional<ApiFault> json_text(const ApiRequest& request, const ResourceKind& kind, std::string& out) {
  if (request.content_type == kProtobuf && !kind.custom) {
    const auto read = read_protobuf(request.body);
    if (!read) return unrecognized(kind, read.error().message, request.body);
    out = read->dump();
    return std::nullopt;
  }
  if (!request.content_type.empty() && request.content_type != "application/json" && !is_yaml_type(request))
    return unsupported_media(kind.custom ? "application/json, application/yaml" : "application/json, application/yaml, application/vnd.kubernetes.protobuf");
  if (!is_yaml_type(request)) {
    out = request.body;
    return std::nullopt;
  }
  const auto read = parse_object_text(request.body, true);
  if (!read) return unrecognized(kind, "couldn't get version/kind; json parse error: error converting YAML to JSON", request.body);
  out = read->dump(-1, ' ', false, Json::error_handler_t::replace);
  return std::nullopt;
}

std::string handled_as(std::string_view given, const std::string& version, const ResourceKind& kind, const std::string& why) {
  const std::size_t slash = version.find('/');
  return std::string(given) + " in version \"" + (slash == std::string::npos ? version : version.substr(slash + 1)) + "\" cannot be handled as a " + std::string(kind.kind) + ": " + why;
}

std::string text_of(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Kind and version of the body must be those of the path; bodies of built-in kinds may leave them out.
std::optional<ApiFault> check_type(const ResourceKind& kind, Json& object, std::string_view body) {
  const std::string given = text_of(object, "kind"), version = text_of(object, "apiVersion");
  if (given.empty() && kind.custom) return unrecognized(kind, "Object 'Kind' is missing in '" + std::string(body) + "'", body);
  const std::string is = given.empty() ? std::string(kind.kind) : given, of = version.empty() ? kind.api_version() : version;
  if (of != kind.api_version()) {
    if (find_kind(of, is) < 0 && is != kind.kind) return bad_request(handled_as(is, of, kind, "no kind \"" + is + "\" is registered for version \"" + of + "\" in scheme \"pkg/api/legacyscheme/scheme.go:30\""));
    return bad_request("the API version in the data (" + of + ") does not match the expected API version (" + kind.api_version() + ")");
  }
  if (is != kind.kind) {
    const std::string group = kind.group.empty() ? "core" : std::string(kind.group.substr(0, kind.group.find('.')));
    const std::string why = find_kind(of, is) < 0 ? "no kind \"" + is + "\" is registered for version \"" + of + "\" in scheme \"pkg/api/legacyscheme/scheme.go:30\""
                                                  : "converting (" + std::string(kind.version) + "." + is + ") to (" + group + "." + std::string(kind.kind) + "): unknown conversion";
    return bad_request(handled_as(is, of, kind, why));
  }
  object["kind"] = kind.kind;
  object["apiVersion"] = kind.api_version();
  return std::nullopt;
}

std::optional<ApiFault> check_metadata(Json& object) {
  if (!object.contains("metadata") || object["metadata"].is_null()) object["metadata"] = Json::object();
  Json& metadata = object["metadata"];
  if (!metadata.is_object()) return bad_request("metadata is no object");
  for (const char* field : {"name", "namespace", "generateName", "resourceVersion", "uid"})
    if (metadata.contains(field) && !metadata[field].is_string()) return bad_request(std::string("metadata.") + field + " is no string");
  for (const char* field : {"finalizers", "ownerReferences", "managedFields"})
    if (metadata.contains(field) && !metadata[field].is_array()) return bad_request(std::string("metadata.") + field + " is no list");
  return std::nullopt;
}

ApiFault schema_fault(const ResourceKind& kind, std::string_view name, const std::vector<SchemaProblem>& problems) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const SchemaProblem& problem : problems) pairs.emplace_back(problem.field, problem.message);
  ApiFault out = invalid(kind, name, pairs);
  for (std::size_t i = 0; i < problems.size(); ++i) out.details["causes"][i]["reason"] = problems[i].reason;
  return out;
}

std::optional<ApiFault> check_schema(const ResourceKind& kind, const ApiType* type, const Json& object) {
  if (!kind.custom || type == nullptr) return std::nullopt;
  const auto problems = schema_problems(*type, object);
  if (problems.empty()) return std::nullopt;
  return schema_fault(kind, object.value("metadata", Json::object()).value("name", ""), problems);
}

/// "patch: Invalid value: OBJECT: WHY", as a patch is refused whose result is no object of the kind.
ApiFault patch_fault(const Json& object, const std::string& why) {
  const std::string message = "Invalid value: " + Json(object.dump(-1, ' ', false, Json::error_handler_t::replace)).dump() + ": " + why;
  return {422, "Invalid", " \"\" is invalid: patch: " + message, Json{{"causes", Json::array({Json{{"reason", "FieldValueInvalid"}, {"message", message}, {"field", "patch"}}})}}};
}

/// Refuses or notes unknown and duplicate fields. Source: apimachinery 1.32, fieldValidation: Warn unless the client says otherwise.
bool strict_or_noted(const ApiRequest& request, const DecodedObject& read, std::vector<std::string>& warnings) {
  const std::string validation = request.option("fieldValidation");
  if (read.surprises.empty() || validation == "Ignore") return true;
  if (validation == "Strict") return false;
  warnings.insert(warnings.end(), read.surprises.begin(), read.surprises.end());
  return true;
}

}  // namespace

bool is_yaml_type(const ApiRequest& request) { return request.content_type == "application/yaml" || request.content_type == "application/apply-patch+yaml"; }

std::optional<ApiFault> read_request_body(const ApiRequest& request, const ResourceKind& kind, RequestBody& out, BodyUse use) {
  std::string text;
  if (auto fault = json_text(request, kind, text)) return fault;
  // Whose fields are looked at is what the body says it is: a Secret that is sent to the ConfigMaps is refused for being one.
  const ApiType* type = ApiTypes::known().of(kind);
  DecodedObject read = decode_object(text, type, kind.custom);
  if (read.object.is_null()) return unrecognized(kind, "couldn't get version/kind; json parse error: " + read.error, request.body);
  if (!read.object.is_object()) return unrecognized(kind, "couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct { APIVersion string; Kind string }", request.body);
  if (auto fault = check_type(kind, read.object, request.body)) return fault;
  if (!read.error.empty()) return bad_request(handled_as(kind.kind, kind.api_version(), kind, read.error));
  if (!strict_or_noted(request, read, out.warnings)) return bad_request(handled_as(kind.kind, kind.api_version(), kind, "strict decoding error: " + joined(read.surprises)));
  if (auto fault = check_metadata(read.object)) return fault;
  if (use == BodyUse::Whole)
    if (auto fault = check_schema(kind, type, read.object)) return fault;
  out.object = std::move(read.object);
  return std::nullopt;
}

std::optional<ApiFault> read_patched(const ApiRequest& request, const ResourceKind& kind, Json& object, std::vector<std::string>& warnings) {
  const ApiType* type = ApiTypes::known().of(kind);
  DecodedObject read = decode_object(object.dump(-1, ' ', false, Json::error_handler_t::replace), type, kind.custom);
  if (!read.error.empty() || !read.object.is_object()) return patch_fault(object, read.error);
  if (!strict_or_noted(request, read, warnings)) return patch_fault(object, "strict decoding error: " + joined(read.surprises));
  if (auto fault = check_metadata(read.object)) return fault;
  if (auto fault = check_schema(kind, type, read.object)) return fault;
  object = std::move(read.object);
  return std::nullopt;
}

std::optional<ApiFault> check_options(const ApiRequest& request) {
  const std::string_view verb = request.method == "POST" ? "Create" : request.method == "PUT" ? "Update" : request.method == "PATCH" ? "Patch" : request.method == "DELETE" ? "Delete" : "";
  if (verb.empty()) return std::nullopt;
  const std::string options = std::string(verb) + "Options";
  FieldProblems problems;
  if (const std::string dry_run = request.option("dryRun"); request.query.contains("dryRun") && dry_run != "All")
    problems.push_back({"dryRun", "Unsupported value: []string{\"" + dry_run + "\"}: supported values: \"All\""});
  if (const std::string validation = request.option("fieldValidation"); verb != "Delete" && !validation.empty() && validation != "Ignore" && validation != "Warn" && validation != "Strict")
    problems.push_back({"fieldValidation", "Unsupported value: \"" + validation + "\": supported values: \"Ignore\", \"Strict\", \"Warn\""});
  const bool apply = request.content_type == "application/apply-patch+yaml";
  if (verb == "Patch" && apply && request.option("fieldManager").empty()) problems.push_back({"fieldManager", "Required value: is required for apply patch"});
  if (verb == "Patch" && !apply && !request.option("force").empty()) problems.push_back({"force", "Forbidden: may not be specified for non-apply patch"});
  if (request.option("fieldManager").size() > 128) problems.push_back({"fieldManager", "Too long: may not be more than 128 bytes"});
  if (problems.empty()) return std::nullopt;
  return invalid_options(options, problems);
}

std::optional<Json> read_plain_body(const ApiRequest& request) {
  if (request.content_type == kProtobuf) {
    auto read = read_protobuf(request.body);
    if (!read) return std::nullopt;
    return std::move(*read);
  }
  auto read = parse_object_text(request.body, is_yaml_type(request));
  return read && read->is_object() ? read : std::nullopt;
}

}  // namespace akstwin
