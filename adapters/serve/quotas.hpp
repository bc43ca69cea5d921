/// ResourceQuotas: what a namespace uses of them, and what a new object may not take any more.
#pragma once
#include <optional>
#include <string>

#include "adapters/serve/api_request.hpp"
#include "adapters/serve/object_store.hpp"

namespace akstwin {

/// Brings status.hard and status.used of all quotas up to the objects that are there now. Called when somebody reads quotas.
void count_quotas(ObjectStore& store);

/// 403 in upstream's words when creating `object` would exceed a quota of its namespace, or when a quota wants a request that a container does not state.
/// Of pods that the simulated controllers make nothing is refused.
/// Source: kubernetes 1.32 pkg/quota/v1/evaluator/core/pods.go and staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go; the words as recorded from 1.32.
std::optional<ApiFault> exceeds_quota(const ObjectStore& store, const ResourceKind& kind, const Json& object);

}  // namespace akstwin
