/// What a cluster gives to Services beside what clients write: addresses of the service range, node ports, defaults.
#pragma once
#include <optional>

#include "adapters/serve/object_store.hpp"
#include "adapters/serve/object_text.hpp"
#include "sim/base/cidr.hpp"

namespace akstwin {

/// Completes a Service as kube-apiserver does (IPv4 alone) and keeps what `before` had (null: it is new). What is stated and taken, or out of range, comes back as
/// problems; the Service is then of no use. Which free address or port it gets follows from its name alone.
/// Source: kubernetes v1.32 pkg/registry/core/service/storage/alloc.go and pkg/apis/core/v1/defaults.go, read 2026-11; node ports 30000-32767.
/// A dry run asks nobody for node ports (as recorded from 1.32.13).
FieldProblems allocate_service(const ObjectTable& services, const Cidr& range, const Json& before, Json& service, bool dry_run);

/// "10.0.0.1" of a number.
std::string address_text(std::uint32_t address);

/// The Service of the API server itself, default/kubernetes: the first address of the range.
Json api_server_service(const Cidr& range, const std::string& made);

}  // namespace akstwin
