// Source: kubernetes v1.32 pkg/apis/core/validation (ValidateConfigMap, ValidateSecret), read 2026-11.
#include "adapters/http/base64.hpp"
#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

constexpr std::size_t kLargestConfigData = 1 << 20;

void check_keys(FieldErrors& errors, const Field& data, const Field& other) {
  for (const auto& [name, value] : data.members()) {
    for (const std::string& message : config_key(name)) errors.invalid_as(value.path, in_quotes(name), message);
    if (other.key(name)) errors.invalid_as(value.path, in_quotes(name), "duplicate of key present in binaryData");
  }
}

std::size_t bytes_of(const Field& data) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : data.members()) bytes += value.text().size();
  return bytes;
}

/// What Go's JSON decoder would say of the text of an object; the common mistakes only.
std::string go_json_problem(const std::string& text) {
  const Json parsed = Json::parse(text, nullptr, false);
  if (parsed.is_object() || parsed.is_null()) return {};
  if (!parsed.is_discarded()) return "json: cannot unmarshal " + std::string(parsed.is_number() ? "number" : parsed.is_boolean() ? "bool" : parsed.type_name()) + " into Go value of type map[string]interface {}";
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || text.find_last_of("{[,:") == text.size() - 1) return "unexpected end of JSON input";
  return "invalid character '" + text.substr(first, 1) + "' looking for beginning of value";
}

void check_docker(FieldErrors& errors, const Field& config) {
  if (!config) return errors.required(config);
  if (const std::string wrong = go_json_problem(decode_base64(config.text()).value_or("")); !wrong.empty()) errors.invalid_as(config.path, "\"<secret contents redacted>\"", wrong);
}

}  // namespace

void check_config_map(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  check_keys(errors, object["data"], object["binaryData"]);
  check_keys(errors, object["binaryData"], {});
  if (bytes_of(object["data"]) + bytes_of(object["binaryData"]) * 3 / 4 > kLargestConfigData) errors.too_long("[]", kLargestConfigData);
}

void check_secret(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const Field data = object["data"];
  check_keys(errors, data, {});
  if (bytes_of(data) * 3 / 4 > kLargestConfigData) errors.too_long("data", kLargestConfigData);
  const std::string type = object["type"].text();
  if (type == "kubernetes.io/service-account-token") {
    const Field name = object["metadata"]["annotations"].key("kubernetes.io/service-account.name");
    if (name.text().empty()) errors.required(name);
  } else if (type == "kubernetes.io/dockercfg") {
    check_docker(errors, data.key(".dockercfg"));
  } else if (type == "kubernetes.io/dockerconfigjson") {
    check_docker(errors, data.key(".dockerconfigjson"));
  } else if (type == "kubernetes.io/basic-auth") {
    if (!data["username"] && !data["password"]) errors.required(data.key("username")), errors.required(data.key("password"));
  } else if (type == "kubernetes.io/ssh-auth") {
    if (data["ssh-privatekey"].text().empty()) errors.required(data.key("ssh-privatekey"));
  } else if (type == "kubernetes.io/tls") {
    for (const char* name : {"tls.crt", "tls.key"})
      if (!data[name]) errors.required(data.key(name));
  }
}

}  // namespace akstwin::validation
