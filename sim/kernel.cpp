#include "sim/kernel.hpp"

#include "sim/calendar_kernel.hpp"
#include "sim/simgrid_kernel.hpp"

namespace akstwin {

std::unique_ptr<Kernel> make_kernel(KernelKind kind, Topology topology) {
  return kind == KernelKind::Simgrid ? make_simgrid_kernel(std::move(topology)) : make_calendar_kernel(std::move(topology));
}

}  // namespace akstwin
