/// Bodies in Kubernetes' protobuf encoding, as client-go sends them: the envelope "k8s\0", a runtime.Unknown, and the object inside, read by the types' field numbers.
#pragma once
#include <string_view>

#include <nlohmann/json.hpp>

#include "sim/base/result.hpp"

namespace akstwin {

using Json = nlohmann::json;

/// Whether a body begins like such an envelope.
bool has_protobuf_prefix(std::string_view body);

/// The object as JSON, with its kind and apiVersion. An error says what is malformed, or that the kind is not known.
/// Source: k8s.io/apimachinery 1.32 pkg/runtime/serializer/protobuf (envelope), generated.proto of runtime, resource, intstr and meta/v1 (field numbers).
Result<Json> read_protobuf(std::string_view body);

}  // namespace akstwin
