/// What clients ask first: versions, groups, kinds, schemas.
#pragma once
#include <optional>

#include "adapters/serve/api_request.hpp"

namespace akstwin {

/// Answers /api, /apis, their groups and versions, /version, /healthz and /openapi; nothing for other paths.
std::optional<HttpServerResponse> answer_discovery(const ApiRequest& request, int kubernetes_minor, const std::string& host);

/// The OpenAPI v3 document of a group and version, or null.
Json openapi_v3(std::string_view group, std::string_view version);
/// All definitions in OpenAPI v2, and as the protobuf message that older clients ask for.
Json openapi_v2();
std::string openapi_v2_protobuf();

/// What a type is, and what one of its fields means, in few words; empty: nobody has said.
std::string_view type_description(std::string_view type_name);
std::string_view field_description(std::string_view type_name, std::string_view field);

}  // namespace akstwin
