/// What a network tells the kernel.
#pragma once
#include <cstdint>

#include "sim/base/time.hpp"

namespace akstwin {

/// The last byte of flow number `flow` has arrived at `at`.
struct FlowCompletion {
  SimTime at;
  std::uint32_t flow = 0;
};

}  // namespace akstwin
