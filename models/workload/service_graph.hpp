/// Who calls whom, in an order that lets demand flow in one pass; and how many requests a pod takes at once.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/spec/load_spec.hpp"

namespace akstwin {

struct ServiceCall {
  std::uint32_t callee = 0;           ///< position in CallGraph::order
  double per_request = 1;
};

struct CallGraph {
  std::vector<std::uint32_t> order;   ///< indexes into the services, callers before callees, else as stated
  std::vector<std::vector<ServiceCall>> calls;   ///< by position in `order`
};

/// Calls to services that the scenario does not describe are dropped; so is, in a circle of calls, the call back to its first caller.
CallGraph call_graph(std::span<const ServiceLoadSpec> services);

/// Requests that a pod serves at once. Stated, or else as many as use up its CPU limit (its request, without a limit) while they
/// last: cpu × service_time ÷ cpu_per_request, at least 1; one a core when requests cost no CPU.
std::int64_t concurrency_of(const ServiceLoadSpec& spec, std::int64_t cpu_limit_milli, std::int64_t cpu_request_milli);

}  // namespace akstwin
