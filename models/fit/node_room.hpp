/// The filters that read only what is left on a node: resources and host ports.
#pragma once
#include <cstdint>
#include <span>

#include "models/fit/pod_templates.hpp"
#include "models/spec/pod_spec.hpp"

namespace akstwin {

/// What a node lacks, as bits in the order in which upstream lists the reasons.
inline constexpr unsigned kLacksPods = 1, kLacksCpu = 2, kLacksMemory = 4, kLacksEphemeral = 8, kLacksGpu = 16;

/// NodeResourcesFit: 0 when one more pod with `request` has room. A resource that is not requested is not looked at, even when
/// overcommitted. Source: kubernetes v1.32 noderesources/fit.go fitsRequest, read 2026-11.
inline std::uint16_t lacking_resources(const Resources& request, const Resources& free, std::int64_t free_pods) {
  const auto lacks = [](std::int64_t wanted, std::int64_t left) { return wanted > 0 && wanted > left; };
  unsigned bits = 0;
  if (free_pods < 1) bits |= kLacksPods;
  if (lacks(request.cpu.value, free.cpu.value)) bits |= kLacksCpu;
  if (lacks(request.memory.value, free.memory.value)) bits |= kLacksMemory;
  if (lacks(request.ephemeral_storage.value, free.ephemeral_storage.value)) bits |= kLacksEphemeral;
  if (lacks(request.gpu, free.gpu)) bits |= kLacksGpu;
  return static_cast<std::uint16_t>(bits);
}

/// NodePorts: no wanted port conflicts with a used one.
inline bool host_ports_free(std::span<const HostPort> wanted, std::span<const HostPort> used) {
  for (const HostPort& port : wanted)
    for (const HostPort& other : used)
      if (host_ports_conflict(port, other)) return false;
  return true;
}

}  // namespace akstwin
