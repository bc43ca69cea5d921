#include "sim/kernel.hpp"

#include "sim/base/check.hpp"
#include "sim/calendar_kernel.hpp"

namespace akstwin {

std::unique_ptr<Kernel> make_kernel(KernelKind kind, Topology topology) {
  AKSTWIN_CHECK(kind == KernelKind::Calendar, "the kernel is one that this build has");
  return make_calendar_kernel(std::move(topology));
}

}  // namespace akstwin
