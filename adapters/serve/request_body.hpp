/// What clients send: JSON, YAML or protobuf, as an object of the kind that the path is about.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/serve/api_request.hpp"

namespace akstwin {

/// An object with metadata that fits to the kind, and what is odd about it (Warning headers).
struct RequestBody {
  Json object;
  std::vector<std::string> warnings = {};
};

/// Whether a body is an object, or the part of one that server-side apply sends.
enum class BodyUse : std::uint8_t { Whole, Part };

/// Reads the body of a create, an update or an apply; a fault for anything that a genuine server refuses to decode.
std::optional<ApiFault> read_request_body(const ApiRequest& request, const ResourceKind& kind, RequestBody& out, BodyUse use = BodyUse::Whole);

/// Holds an object that patches made against its type: unknown fields go, with a warning or a refusal as the request asks.
std::optional<ApiFault> read_patched(const ApiRequest& request, const ResourceKind& kind, Json& object, std::vector<std::string>& warnings);

/// dryRun, fieldValidation and force as the options of the verb allow them.
std::optional<ApiFault> check_options(const ApiRequest& request);

/// The body of a subresource or a review, whatever its encoding; nothing: it is no object.
std::optional<Json> read_plain_body(const ApiRequest& request);

bool is_yaml_type(const ApiRequest& request);

}  // namespace akstwin
