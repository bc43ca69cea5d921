// Schemas. A client that finds no schema of a kind uses the types that it was built with.
#include "adapters/serve/discovery.hpp"

namespace akstwin {

Json openapi_v3(std::string_view group, std::string_view version) {
  bool known = false;
  for (const ResourceKind& kind : resource_kinds()) known = known || (kind.group == group && kind.version == version);
  if (!known) return nullptr;
  return {{"openapi", "3.0.0"}, {"info", {{"title", "Kubernetes"}, {"version", "1.32"}}}, {"paths", Json::object()}, {"components", {{"schemas", Json::object()}}}};
}

Json openapi_v2() { return {{"swagger", "2.0"}, {"info", {{"title", "Kubernetes"}, {"version", "1.32"}}}, {"paths", Json::object()}, {"definitions", Json::object()}}; }

std::string openapi_v2_protobuf() {
  // message Document { string swagger = 1; Info info = 2; } message Info { string title = 1; string version = 2; }
  const std::string info = std::string("\x0a\x0a") + "Kubernetes" + "\x12\x04" + "1.32";
  return std::string("\x0a\x03") + "2.0" + "\x12" + static_cast<char>(info.size()) + info;
}

}  // namespace akstwin
