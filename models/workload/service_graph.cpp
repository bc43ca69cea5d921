#include "models/workload/service_graph.hpp"

#include <algorithm>

namespace akstwin {
namespace {

/// Takes, again and again, the first service that no service still waiting calls; in a circle, the first that waits.
std::vector<std::uint32_t> callers_first(const std::vector<std::vector<std::uint32_t>>& callees) {
  const auto count = static_cast<std::uint32_t>(callees.size());
  std::vector<std::uint32_t> callers(count, 0), order;
  for (const auto& of : callees)
    for (const std::uint32_t callee : of) ++callers[callee];
  std::vector<bool> taken(count, false);
  while (order.size() < count) {
    std::uint32_t next = count, first_waiting = count;
    for (std::uint32_t i = 0; i < count && next == count; ++i) {
      if (taken[i]) continue;
      if (first_waiting == count) first_waiting = i;
      if (callers[i] == 0) next = i;
    }
    if (next == count) next = first_waiting;
    taken[next] = true;
    order.push_back(next);
    for (const std::uint32_t callee : callees[next])
      if (callers[callee] > 0) --callers[callee];
  }
  return order;
}

}  // namespace

CallGraph call_graph(std::span<const ServiceLoadSpec> services) {
  const auto index_of = [&](Name workload) {
    const auto found = std::find_if(services.begin(), services.end(), [&](const ServiceLoadSpec& s) { return s.workload == workload; });
    return static_cast<std::uint32_t>(found - services.begin());
  };
  std::vector<std::vector<std::uint32_t>> callees(services.size());
  for (std::size_t i = 0; i < services.size(); ++i)
    for (const CallSpec& call : services[i].calls)
      if (const std::uint32_t callee = index_of(call.workload); callee < services.size() && callee != i) callees[i].push_back(callee);
  CallGraph graph;
  graph.order = callers_first(callees);
  std::vector<std::uint32_t> position(services.size());
  for (std::uint32_t p = 0; p < graph.order.size(); ++p) position[graph.order[p]] = p;
  graph.calls.resize(services.size());
  for (std::uint32_t p = 0; p < graph.order.size(); ++p)
    for (const CallSpec& call : services[graph.order[p]].calls) {
      const std::uint32_t callee = index_of(call.workload);
      if (callee >= services.size() || position[callee] <= p) continue;
      graph.calls[p].push_back({position[callee], static_cast<double>(call.per_request.value) / 1e6});
    }
  return graph;
}

std::int64_t concurrency_of(const ServiceLoadSpec& spec, std::int64_t cpu_limit_milli, std::int64_t cpu_request_milli) {
  if (spec.concurrency > 0) return spec.concurrency;
  const std::int64_t cpu = cpu_limit_milli > 0 ? cpu_limit_milli : cpu_request_milli;
  if (spec.cpu_per_request_us <= 0) return std::max<std::int64_t>(1, (cpu + 999) / 1'000);
  return std::max<std::int64_t>(1, cpu * spec.service_time.us / (1'000 * spec.cpu_per_request_us));
}

}  // namespace akstwin
